import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { TestEstate } from './estate.ts';

let estate: TestEstate;

before(async () => {
  estate = await TestEstate.start();
  await estate.succeeds(`
    az group create -n rg -l eastus
    az fleet create -g rg -n fleet --enable-hub
    ROLE='Azure Kubernetes Fleet Manager RBAC Cluster Admin'
    az role assignment create --role "$ROLE" --assignee $(az ad signed-in-user show --query id -o tsv) --scope $(az fleet show -g rg -n fleet --query id -o tsv)
    az aks create -g rg -n dear -l westeurope --node-count 2 --node-vm-size Standard_E4s_v5 --no-ssh-key
    az aks create -g rg -n cheap -l eastus --node-count 1 --node-vm-size Standard_D2as_v5 --no-ssh-key
    for MEMBER in dear cheap; do
      az fleet member create -g rg --fleet-name fleet -n $MEMBER --member-cluster-id $(az aks show -g rg -n $MEMBER --query id -o tsv)
    done
    az fleet get-credentials --resource-group rg --name fleet`);
});

after(() => estate?.[Symbol.asyncDispose]());

const property = (name: string) => `{.status.properties.${name.replaceAll('.', '\\.')}.value}`;

test('a member shows its properties, resources and costs, and labels of where it is', async () => {
  const { stdout } = await estate.succeeds(`
    for MEMBER in dear cheap; do
      kubectl wait membercluster $MEMBER --for=jsonpath='{.status.properties.kubernetes-fleet\\.io/node-count}' >/dev/null
      kubectl get membercluster $MEMBER -o jsonpath='${[
        'kubernetes-fleet.io/node-count',
        'k8s.io/k8s-version',
        'kubernetes.azure.com/per-cpu-core-cost',
        'kubernetes.azure.com/per-gb-memory-cost',
        'kubernetes.azure.com/vm-sizes/Standard_E4s_v5/count',
        'kubernetes.azure.com/vm-sizes/Standard_D2as_v5/count',
      ]
        .map(property)
        .join(' ')} {.status.resourceUsage.capacity.cpu}{"\\n"}'
      kubectl get membercluster $MEMBER -o jsonpath='{.status.conditions[?(@.type=="AKSClusterCostPropertiesCollectionSucceeded")].reason}{"\\n"}'
      kubectl get membercluster $MEMBER -o json | jq -r '.metadata.labels | to_entries[] | select(.key | startswith("fleet.azure.com/")) | select(.key != "fleet.azure.com/subscription-id") | .key + "=" + .value'
    done
    kubectl get membercluster dear -o json | jq -r '.status.properties["k8s.io/cluster-certificate-authority-data"].value' | head -1
    kubectl -n fleet-system get clusterprofile dear -o json | jq -r '.status.accessProviders[0].name, .spec.displayName'`);
  const lines = stdout.trim().split('\n');
  const [dear = '', dearCosts, ...rest] = lines;
  assert.match(dear, /^2 v1\.\d+\.\d+ 0\.076 0\.01\d 2 {2}8$/);
  assert.equal(dearCosts, 'CostsCalculated');
  assert.deepEqual(rest.slice(0, 4), [
    'fleet.azure.com/cluster-name=dear',
    'fleet.azure.com/location=westeurope',
    'fleet.azure.com/member-name=dear',
    'fleet.azure.com/resource-group=rg',
  ]);
  assert.match(rest[4] ?? '', /^1 v1\.\d+\.\d+ 0\.043 0\.01\d {2}1 2$/);
  assert.deepEqual(rest.slice(-3), ['-----BEGIN CERTIFICATE-----', 'KubeFleet', 'dear']);
});

const workload = `
apiVersion: v1
kind: Service
metadata: { name: nginx-service, namespace: test-app }
spec: { selector: { app: nginx }, ports: [{ port: 80, targetPort: 80 }] }
---
apiVersion: apps/v1
kind: Deployment
metadata: { name: nginx-deployment, namespace: test-app }
spec:
  selector: { matchLabels: { app: nginx } }
  template:
    metadata: { labels: { app: nginx } }
    spec: { containers: [{ name: nginx, image: nginx, resources: { requests: { cpu: 100m } } }] }`;

const placement = (name: string, policy: string) => `kubectl apply -f - >/dev/null <<'YAML'
apiVersion: placement.kubernetes-fleet.io/v1
kind: ClusterResourcePlacement
metadata: { name: ${name} }
spec:
  resourceSelectors: [{ group: "", kind: Namespace, version: v1, name: test-app }]
  policy: ${policy}
YAML
    timeout 120 kubectl wait crp ${name} --for=condition=ClusterResourcePlacementAvailable >/dev/null
    kubectl get crp ${name} -o jsonpath='{.status.placementStatuses[*].clusterName}{"\\n"}'
    kubectl get clusterschedulingpolicysnapshot ${name}-0 -o jsonpath='{range .status.targetClusters[?(@.selected==true)]}{.reason}{"\\n"}{end}'
    kubectl delete crp ${name} >/dev/null`;

const required = (name: string, operator: string, value: string) =>
  `{ placementType: PickAll, affinity: { clusterAffinity: { requiredDuringSchedulingIgnoredDuringExecution: { clusterSelectorTerms: [{ propertySelector: { matchExpressions: [{ name: ${name}, operator: ${operator}, values: ["${value}"] }] } }] } } } }`;
const preferred = (name: string, order: string) =>
  `{ placementType: PickN, numberOfClusters: 1, affinity: { clusterAffinity: { preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 20, preference: { propertySorter: { name: ${name}, sortOrder: ${order} } } }] } } }`;
const picked = (name: string, score: number) =>
  `Successfully scheduled resources for placement in "${name}" (affinity score: ${score}, topology spread score: 0): picked by scheduling policy`;
test('placements go to members by their size, by what is free and by what they cost', async () => {
  const { stdout } = await estate.succeeds(`
    kubectl create namespace test-app >/dev/null
    kubectl apply -f - >/dev/null <<'YAML'${workload}
YAML
    ${placement('by-nodes', required('kubernetes-fleet.io/node-count', 'Ge', '2'))}
    ${placement('by-cost', required('kubernetes.azure.com/per-cpu-core-cost', 'Lt', '0.05'))}
    ${placement('cheapest', preferred('kubernetes.azure.com/per-gb-memory-cost', 'Descending'))}
    ${placement('largest', preferred('resources.kubernetes-fleet.io/available-memory', 'Descending'))}
    ${placement('least', preferred('kubernetes.azure.com/per-cpu-core-cost', 'Ascending'))}`);
  const blocks = [
    ['dear', picked('dear', 0)],
    ['cheap', picked('cheap', 0)],
    // What is the dearest by memory is not so by cores.
    ['cheap', picked('cheap', 20)],
    ['dear', picked('dear', 20)],
    ['cheap', picked('cheap', 20)],
  ];
  assert.deepEqual(stdout.trim().split('\n'), blocks.flat());
});

test('a placement in a namespace goes by properties too, and only where the namespace is', async () => {
  const { stdout } = await estate.succeeds(`
    # What was taken away before is gone, and the hub knows.
    while kubectl get memberclusters -o json | grep -q '"test-app"'; do sleep 0.2; done
    kubectl apply -f - >/dev/null <<'YAML'
apiVersion: placement.kubernetes-fleet.io/v1beta1
kind: ClusterResourcePlacement
metadata: { name: space }
spec:
  resourceSelectors: [{ group: "", kind: Namespace, version: v1, name: test-app, selectionScope: NamespaceOnly }]
  policy: ${required('kubernetes-fleet.io/node-count', 'Ge', '2')}
---
apiVersion: placement.kubernetes-fleet.io/v1beta1
kind: ResourcePlacement
metadata: { name: app, namespace: test-app }
spec:
  resourceSelectors: [{ group: apps, kind: Deployment, version: v1, name: nginx-deployment }]
  policy: ${required('kubernetes.azure.com/per-cpu-core-cost', 'Gt', '0.001')}
YAML
    until [ "$(kubectl -n test-app get resourceplacement app -o jsonpath='{.status.placementStatuses[*].clusterName}')" = dear ]; do sleep 0.2; done
    timeout 120 kubectl -n test-app wait resourceplacement app --for=condition=ResourcePlacementAvailable >/dev/null
    kubectl -n test-app get resourceplacement app -o jsonpath='{.status.placementStatuses[*].clusterName}{"\\n"}'
    kubectl -n test-app get schedulingpolicysnapshot app-0 -o jsonpath='{.status.targetClusters[1].reason}{"\\n"}'`);
  assert.equal(stdout, 'dear\nClusterUnschedulable, target namespace does not exist on cluster\n');
});
