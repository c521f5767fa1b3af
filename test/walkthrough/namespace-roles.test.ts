import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { TestEstate } from './estate.ts';

/** Azure roles given for one namespace of a cluster or a fleet's hub. */
let estate: TestEstate;
let ids: Record<'aks' | 'fleet', string>;

const person = 'writer@drydock.onmicrosoft.localhost';
/** Commands as the person, in a profile and a kubeconfig of her own. */
const asPerson = `
OWN=$(mktemp -d); cp -r $AZURE_CONFIG_DIR/. $OWN
export AZURE_CONFIG_DIR=$OWN KUBECONFIG=$(mktemp)
trap 'rm -rf "$AZURE_CONFIG_DIR" "$KUBECONFIG"' EXIT
az login -u ${person} -p 'Writer-12345' -o none 2>/dev/null
may() { kubectl auth can-i "$@" 2>/dev/null | cut -d' ' -f1 || true; }
`;

before(async () => {
  estate = await TestEstate.start();
  const { stdout } = await estate.succeeds(`
    az group create -n rg -l eastus -o none
    az fleet create -g rg -n fleet --enable-hub -o none
    az aks create -g rg -n c --node-count 1 --no-ssh-key --enable-aad --enable-azure-rbac -o none
    az ad user create --display-name w --user-principal-name ${person} --password 'Writer-12345' -o none
    AKS=$(az aks show -g rg -n c --query id -o tsv)
    FLEET=$(az fleet show -g rg -n fleet --query id -o tsv)
    az role assignment create --role 'Azure Kubernetes Service Cluster User Role' --assignee ${person} --scope $AKS -o none
    az role assignment create --role 'Azure Kubernetes Service RBAC Writer' --assignee ${person} --scope $AKS/namespaces/foo -o none
    az role assignment create --role 'Azure Kubernetes Fleet Manager Contributor Role' --assignee ${person} --scope $FLEET -o none
    az role assignment create --role 'Azure Kubernetes Fleet Manager RBAC Writer' --assignee ${person} --scope $FLEET/managedNamespaces/foo -o none
    for s in $AKS/namespaces/foo $FLEET/managedNamespaces/foo; do
      az role assignment list --scope $s --query "[].scope" -o tsv
    done
    echo $AKS; echo $FLEET`);
  const lines = stdout.trim().split('\n');
  const [aks = '', fleet = ''] = lines.slice(-2);
  assert.ok(
    lines.includes(`${aks}/namespaces/foo`) && lines.includes(`${fleet}/managedNamespaces/foo`),
    stdout,
  );
  ids = { aks, fleet };
});

after(() => estate?.[Symbol.asyncDispose]());

const questions = `
may create deployments.apps -n foo
may get configmaps -n foo
may create deployments.apps -n bar
may create deployments.apps -n foo-bar
may list pods -A
may list nodes
may create namespaces`;
const answers = ['yes', 'yes', 'no', 'no', 'no', 'no', 'no'];

test('a role for one namespace of an AKS cluster counts there and nowhere else', async () => {
  const { stdout } = await estate.succeeds(`${asPerson}
    az aks get-credentials -g rg -n c -f $KUBECONFIG 2>/dev/null
    ${questions}`);
  assert.deepEqual(stdout.trim().split('\n').slice(-7), answers, stdout);
});

test('a role for one namespace of a fleet counts on its hub there and nowhere else', async () => {
  const { stdout } = await estate.succeeds(`${asPerson}
    az fleet get-credentials -g rg -n fleet -f $KUBECONFIG 2>/dev/null
    ${questions}`);
  assert.deepEqual(stdout.trim().split('\n').slice(-7), answers, stdout);
});

test('an assignment for a namespace is read, deleted, and acts no more', async () => {
  const { stdout } = await estate.succeeds(`
    ID=$(az role assignment list --scope ${ids.aks}/namespaces/foo --assignee ${person} --query "[?scope=='${ids.aks}/namespaces/foo'].id | [0]" -o tsv)
    az rest --method get --url "$ID?api-version=2022-04-01" --query properties.scope -o tsv
    az role assignment delete --ids $ID
    ${asPerson}
    az aks get-credentials -g rg -n c -f $KUBECONFIG 2>/dev/null
    may create deployments.apps -n foo`);
  assert.deepEqual(stdout.trim().split('\n'), [`${ids.aks}/namespaces/foo`, 'no'], stdout);
});

test('what is no namespace of what is there is no scope', async () => {
  const assign = (scope: string) =>
    estate.request(
      'PUT',
      `${scope}/providers/Microsoft.Authorization/roleAssignments/10000000-0000-4000-8000-000000000001?api-version=2022-04-01`,
      JSON.stringify({ properties: { roleDefinitionId: 'none', principalId: 'none' } }),
    );
  for (const scope of [
    `${ids.aks}x/namespaces/foo`,
    `${ids.aks}/secrets/foo`,
    `${ids.aks}/namespaces/foo*`,
    `${ids.aks}/namespaces/-`,
    `${ids.aks}/namespaces/foo/pods/p`,
  ]) {
    const { status, text } = await assign(scope);
    assert.equal(status, 404, `${scope}: ${text}`);
  }
});

test('what is given for a namespace goes with its cluster', async () => {
  const { stdout } = await estate.succeeds(`
    az fleet delete -g rg -n fleet --yes
    az role assignment list --all --query "[?contains(scope, 'managedNamespaces')] | length(@)" -o tsv`);
  assert.equal(stdout.trim(), '0');
});
