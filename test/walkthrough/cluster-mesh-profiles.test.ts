import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { TestEstate } from './estate.ts';

/** Cluster mesh profiles as the page on cross-cluster networking types them: chosen and applied, and honest about the mesh. */
let estate: TestEstate;

before(async () => {
  estate = await TestEstate.start();
  await estate.succeeds(`
    az group create -n rg -l eastus -o none
    az fleet create -g rg -n fleet -o none
    for m in m1 m2; do
      az aks create -g rg -n $m --node-count 1 --no-ssh-key -o none
      az fleet member create -g rg -f fleet -n $m --member-cluster-id $(az aks show -g rg -n $m --query id -o tsv) --labels network=one -o none
    done`);
});

after(() => estate?.[Symbol.asyncDispose]());

test('a profile names members, is applied to them and says that no mesh was made', async () => {
  const { stdout } = await estate.succeeds(`
    mesh() { local verb=$1; shift; az fleet clustermeshprofile $verb --fleet-name fleet --resource-group rg "$@" 2>/dev/null; }
    mesh create --name net --member-selector "network=one" --query "[properties.provisioningState, properties.status.state, resourceGroup]" -o tsv
    mesh create --name other --member-selector "network=one" -o none
    mesh list-members --name net -o json
    mesh list-members --name net --selector --query "length(@)"
    mesh apply --what-if --name net --query "[].[Name, Action]" -o tsv
    mesh apply --name net --query "properties.status.[state, lastAppliedMemberSelector.byLabel, lastOperationError.code]" -o tsv
    mesh show --name net --query "properties.status.state" -o tsv
    mesh list-members --name net --query "[].[name, meshProperties.status.state, meshProperties.status.error.code]" -o tsv
    mesh apply --what-if --name net --query "[].Action" -o tsv
    mesh apply --what-if --name other --query "[].ErrorMessage" -o tsv
    az fleet clustermeshprofile apply -f fleet -g rg -n other 2>&1 | grep -o '(OperationNotAllowed)' || true
    az fleet member update -g rg -f fleet -n m2 --labels network=two -o none
    mesh apply --what-if --name net --query "[].[Name, Action]" -o tsv
    mesh create --name net --member-selector "network=none" --query properties.status.lastAppliedMemberSelector.byLabel -o tsv
    mesh apply --name net --query properties.status.state -o tsv
    mesh list-members --name net -o json
    mesh delete --name net --yes
    mesh list --query "[].name" -o tsv`);
  const left = "The member belongs to the cluster mesh profile 'net'.";
  assert.deepEqual(
    stdout
      .trim()
      .split('\n')
      .map((line) => line.replaceAll('\t', ' ')),
    [
      ...['Succeeded', 'NotConnected', 'rg'],
      '[]',
      '2',
      ...['m1 Add', 'm2 Add'],
      ...['Failed', 'network=one', 'NotImplemented'],
      'Failed',
      ...['m1 Failed NotImplemented', 'm2 Failed NotImplemented'],
      ...['-', '-'],
      ...[left, left],
      '(OperationNotAllowed)',
      ...['m1 -', 'm2 Remove'],
      'network=one',
      'NotConnected',
      '[]',
      'other',
    ],
  );
});

test('releases of the service know no cluster mesh profiles, and selectors that cannot be are refused', async () => {
  const { stdout: fleet } = await estate.succeeds('az fleet show -g rg -n fleet --query id -o tsv');
  const put = (version: string, byLabel: unknown) =>
    estate.request(
      'PUT',
      `${fleet.trim()}/clusterMeshProfiles/p?api-version=${version}`,
      JSON.stringify({ properties: { memberSelector: { byLabel } } }),
    );
  assert.equal((await put('2026-06-01', 'a=b')).status, 400);
  for (const wrong of ['', 'a in (b)', `a=${'b'.repeat(600)}`, 5, undefined]) {
    const { status, text } = await put('2026-06-02-preview', wrong);
    assert.equal(status, 400, text);
  }
  assert.equal((await put('2026-03-02-preview', 'a=b')).status, 201);
});
