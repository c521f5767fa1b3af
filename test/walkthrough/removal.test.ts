import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { TestEstate } from './estate.ts';

/** What goes with a fleet and with a resource group, and that the same names can be used again. */
let estate: TestEstate;

const build = `
az group create -n rg -l eastus
az fleet create -g rg -n fleet --enable-hub
az aks create -g rg -n member --node-count 1 --no-ssh-key
MEMBER=$(az aks show -g rg -n member --query id -o tsv)
az fleet member create -g rg --fleet-name fleet -n member --member-cluster-id $MEMBER
`;
const clusters = `drydock status --json | python3 -c "import json,sys; print(*sorted(c['name'] for c in json.load(sys.stdin)['clusters']))"`;

before(async () => {
  estate = await TestEstate.start();
  await estate.succeeds(build);
});

after(() => estate?.[Symbol.asyncDispose]());

test('a cluster is a member of one fleet, and must exist', async () => {
  const { stderr } = await estate.script(`set +e
    MEMBER=$(az aks show -g rg -n member --query id -o tsv)
    az fleet create -g rg -n other >/dev/null
    az fleet member create -g rg --fleet-name other -n member --member-cluster-id $MEMBER
    az fleet member create -g rg --fleet-name fleet -n missing --member-cluster-id "$MEMBER"x`);
  assert.match(stderr, /\(ClusterAlreadyJoinedAnotherFleet\) The cluster .+ is already a member of a fleet/);
  assert.match(stderr, /The member cluster '.+memberx' was not found/);
});

test('a fleet takes its hub and memberships along, not the clusters, and can be made again', async () => {
  const { stdout } = await estate.succeeds(`
    az fleet delete -g rg -n fleet --yes
    ${clusters}
    az group exists -n FL_rg_fleet_eastus
    az fleet create -g rg -n fleet --enable-hub >/dev/null
    az fleet member create -g rg --fleet-name fleet -n member --member-cluster-id $(az aks show -g rg -n member --query id -o tsv) --query provisioningState -o tsv
    ${clusters}`);
  assert.equal(stdout, 'member\nfalse\nSucceeded\nhub member\n');
});

test('what is still being made can be deleted, and so can what failed', async () => {
  const { stdout } = await estate.succeeds(`
    az aks create -g rg -n early --node-count 1 --no-ssh-key --no-wait >/dev/null
    az aks delete -g rg -n early --yes
    az fleet create -g rg -n early --enable-hub --no-wait >/dev/null
    az fleet delete -g rg -n early --yes
    az aks nodepool add -g rg --cluster-name member -n early --node-count 1 --no-wait >/dev/null
    az aks nodepool delete -g rg --cluster-name member -n early
    az aks nodepool list -g rg --cluster-name member --query "length(@)" -o tsv
    az aks create -g rg -n stopped --node-count 1 --no-ssh-key >/dev/null
    az aks stop -g rg -n stopped
    az fleet member create -g rg --fleet-name fleet -n stopped --member-cluster-id $(az aks show -g rg -n stopped --query id -o tsv) >/dev/null || true
    az fleet member show -g rg --fleet-name fleet -n stopped --query provisioningState -o tsv
    az fleet member delete -g rg --fleet-name fleet -n stopped --yes
    az aks delete -g rg -n stopped --yes
    ${clusters}`);
  assert.equal(stdout, '1\nFailed\nhub member\n');
});

test('a resource group takes everything along, and can be made again', async () => {
  const { stdout } = await estate.succeeds(`
    { az fleet namespace create -g rg -f fleet -n team --cpu-limits 2 --member-cluster-names member
    az fleet updatestrategy create -g rg -f fleet -n strategy --stages '{"stages":[{"name":"one","beforeGates":[{"type":"Approval"}],"groups":[{"name":"none"}]},{"name":"two","groups":[{"name":"some"}]}]}'
    az fleet autoupgradeprofile create -g rg -f fleet -n profile -c Rapid --update-strategy-id $(az fleet updatestrategy show -g rg -f fleet -n strategy --query id -o tsv)
    az fleet member update -g rg -f fleet -n member --update-group none
    az fleet updaterun create -g rg -f fleet -n run --upgrade-type NodeImageOnly --update-strategy-name strategy
    az fleet updaterun start -g rg -f fleet -n run
    az fleet updaterun wait -g rg -f fleet --update-run-name run --custom "status.status.state=='Pending'"; } >/dev/null
    az group delete -n rg --yes
    ${clusters}
    az group list --query "length(@)" -o tsv
    (${build}) >/dev/null
    ${clusters}
    for what in namespace updatestrategy autoupgradeprofile updaterun gate; do az fleet $what list -g rg -f fleet --query "length(@)" -o tsv; done`);
  assert.equal(stdout, '\n0\nhub member\n0\n0\n0\n0\n0\n');
});
