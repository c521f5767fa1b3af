import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { TestEstate } from './estate.ts';

let estate: TestEstate;

before(async () => {
  estate = await TestEstate.start();
  await estate.succeeds(`
    az group create -n rg -l eastus
    az fleet create -g rg -n fleet --enable-hub --enable-managed-identity
    ROLE='Azure Kubernetes Fleet Manager RBAC Cluster Admin'
    az role assignment create --role "$ROLE" --assignee $(az ad signed-in-user show --query id -o tsv) --scope $(az fleet show -g rg -n fleet --query id -o tsv)
    az fleet get-credentials -g rg -n fleet
    for n in 1 2; do
      az aks create -g rg -n m$n --node-count 1 --no-ssh-key
      az fleet member create -g rg --fleet-name fleet -n m$n --member-cluster-id $(az aks show -g rg -n m$n --query id -o tsv)
      az aks get-credentials -g rg -n m$n --admin --file $KUBECONFIG.m$n
    done`);
});

after(() => estate?.[Symbol.asyncDispose]());

/** Shell functions: kubectl for members, and a wait for what a path of an object says. */
const functions = `
m1() { kubectl --kubeconfig $KUBECONFIG.m1 "$@"; }
m2() { kubectl --kubeconfig $KUBECONFIG.m2 "$@"; }
available() { timeout 120 kubectl wait "$@" --for=condition=ClusterResourcePlacementAvailable >&2; }
`;

const run = async (text: string) => (await estate.succeeds(functions + text)).stdout;

interface PerCluster {
  readonly clusterName: string;
  readonly [list: string]: unknown;
}

/** What the page's filter leaves: clusters with such a list, and the list. */
function withList(json: string, list: string): Record<string, unknown> {
  const statuses: PerCluster[] = JSON.parse(json);
  return Object.fromEntries(
    statuses.flatMap(({ clusterName, [list]: found }) => (found ? [[clusterName, found]] : [])),
  );
}

const isTime = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/;

/** The list without the times, which are checked to be there. */
function withoutTimes(found: unknown, first: string): unknown {
  assert.ok(Array.isArray(found));
  return found.map((entry) => {
    const { observationTime, [first]: firstTime, ...rest } = entry;
    assert.match(observationTime, isTime);
    assert.match(firstTime, isTime);
    return rest;
  });
}

test('ReportDiff tells, cluster by cluster, what differs and what is missing, and changes nothing', async () => {
  const stdout = await run(`
    kubectl create namespace web >&2
    kubectl -n web create configmap settings --from-literal=color=blue >&2
    m1 create namespace web >&2
    m1 -n web create configmap settings --from-literal=color=green --from-literal=more=x >&2
    kubectl apply -f - >&2 <<'YAML'
apiVersion: placement.kubernetes-fleet.io/v1beta1
kind: ClusterResourcePlacement
metadata: { name: crp-reportdiff-sample }
spec:
  resourceSelectors: [{ group: "", kind: Namespace, version: v1, name: web, selectionScope: NamespaceOnly }]
  policy: { placementType: PickAll }
  strategy:
    type: RollingUpdate
    applyStrategy: { type: ReportDiff, comparisonOption: FullComparison }
---
apiVersion: placement.kubernetes-fleet.io/v1beta1
kind: ResourcePlacement
metadata: { name: rp-reportdiff-sample, namespace: web }
spec:
  resourceSelectors: [{ group: "", kind: ConfigMap, version: v1, name: settings }]
  policy: { placementType: PickAll }
  strategy: { applyStrategy: { type: ReportDiff, comparisonOption: FullComparison, whenToTakeOver: Never } }
YAML
    timeout 120 kubectl wait crp crp-reportdiff-sample --for=condition=ClusterResourcePlacementDiffReported >&2
    timeout 120 kubectl -n web wait rp rp-reportdiff-sample --for=condition=ResourcePlacementDiffReported >&2
    kubectl get clusterresourceplacement.v1beta1.placement.kubernetes-fleet.io crp-reportdiff-sample -o jsonpath='{.status.placementStatuses}'
    echo
    kubectl get resourceplacement.v1beta1.placement.kubernetes-fleet.io rp-reportdiff-sample -n web -o jsonpath='{.status.placementStatuses}'
    echo
    m1 -n web get configmap settings -o jsonpath='{.data} {.metadata.ownerReferences}'
    echo
    m2 get namespace -o name | grep -c namespace/web || true`);
  const [cluster = '', namespaced = '', settings, missing] = stdout.split('\n');
  const whole = (resource: object) => [
    { ...resource, version: 'v1', observedDiffs: [{ path: '/', valueInHub: '(the whole object)' }] },
  ];
  assert.deepEqual(withoutTimes(withList(cluster, 'diffedPlacements')['m2'], 'firstDiffedObservedTime'), [
    ...whole({ kind: 'Namespace', name: 'web' }),
  ]);
  const diffed = withList(namespaced, 'diffedPlacements');
  // It has no such namespace, and what is placed in one goes where that is.
  assert.equal(diffed['m2'], undefined);
  assert.deepEqual(withoutTimes(diffed['m1'], 'firstDiffedObservedTime'), [
    {
      kind: 'ConfigMap',
      name: 'settings',
      namespace: 'web',
      version: 'v1',
      targetClusterObservedGeneration: 0,
      observedDiffs: [
        { path: '/data/color', valueInHub: 'blue', valueInMember: 'green' },
        { path: '/data/more', valueInMember: 'x' },
      ],
    },
  ]);
  assert.deepEqual([settings, missing], ['{"color":"green","more":"x"} ', '0']);
});

test('a workload that was there is taken over once it does not differ, and what drifts later is told', async () => {
  const placement = (strategy: string) => `kubectl apply -f - >&2 <<'YAML'
apiVersion: placement.kubernetes-fleet.io/v1
kind: ClusterResourcePlacement
metadata: { name: taken }
spec:
  resourceSelectors: [{ group: "", kind: Namespace, version: v1, name: taken }]
  policy: { placementType: PickFixed, clusterNames: [m1] }
  strategy: { type: RollingUpdate, applyStrategy: ${strategy} }
YAML
`;
  const failed = `-o jsonpath='{.status.placementStatuses[0].failedPlacements[*].condition.reason}'`;
  const stdout = await run(`
    kubectl create namespace taken >&2
    kubectl -n taken create configmap c --from-literal=a=hub >&2
    m1 create namespace taken >&2
    m1 -n taken create configmap c --from-literal=a=member >&2
    ${placement('{ whenToTakeOver: Never }')}
    timeout 120 kubectl wait crp taken --for=condition=ClusterResourcePlacementApplied=False >&2
    timeout 120 kubectl wait crp taken --for='jsonpath={.status.placementStatuses[0].failedPlacements[1].condition.reason}=NotTakenOver' >&2
    kubectl get crp taken ${failed}; echo
    ${placement('{ whenToTakeOver: IfNoDiff, whenToApply: IfNotDrifted }')}
    timeout 120 kubectl wait crp taken --for='jsonpath={.status.placementStatuses[0].failedPlacements[0].condition.reason}=FailedToTakeOver' >&2
    kubectl get crp taken -o jsonpath='{.status.placementStatuses}'; echo
    m1 -n taken create configmap c --from-literal=a=hub --dry-run=client -o yaml | m1 apply -f - >&2
    available crp taken
    m1 -n taken patch configmap c -p '{"data":{"a":"drifted"}}' >&2
    timeout 120 kubectl wait crp taken --for='jsonpath={.status.placementStatuses[0].failedPlacements[0].condition.reason}=FoundDrifts' >&2
    kubectl get crp taken -o jsonpath='{.status.placementStatuses}'; echo
    m1 -n taken get configmap c -o jsonpath='{.data.a} {.metadata.ownerReferences[0].kind}'; echo
    kubectl -n taken create configmap c --from-literal=a=newer --dry-run=client -o yaml | kubectl apply -f - >&2
    timeout 120 kubectl --kubeconfig $KUBECONFIG.m1 -n taken wait configmap c --for='jsonpath={.data.a}=newer' >&2
    available crp taken
    kubectl get crp taken -o jsonpath='{.status.placementStatuses[0].driftedPlacements}{.status.placementStatuses[0].failedPlacements}'`);
  const [never, differing = '', drifting = '', live, after] = stdout.split('\n');
  assert.equal(never, 'NotTakenOver NotTakenOver');
  const settings = { kind: 'ConfigMap', name: 'c', namespace: 'taken', version: 'v1' };
  const diffed = withList(differing, 'diffedPlacements')['m1'];
  assert.deepEqual(withoutTimes(diffed, 'firstDiffedObservedTime'), [
    {
      ...settings,
      targetClusterObservedGeneration: 0,
      observedDiffs: [{ path: '/data/a', valueInHub: 'hub', valueInMember: 'member' }],
    },
  ]);
  const drifted = withList(drifting, 'driftedPlacements')['m1'];
  assert.deepEqual(withoutTimes(drifted, 'firstDriftedObservedTime'), [
    {
      ...settings,
      targetClusterObservedGeneration: 0,
      observedDrifts: [{ path: '/data/a', valueInHub: 'hub', valueInMember: 'drifted' }],
    },
  ]);
  assert.deepEqual([live, after], ['drifted AppliedWork', '']);
});

test('those who see only a namespace read its placement there, also after somebody deleted the copy', async () => {
  const stdout = await run(`
    kubectl create namespace my-app >&2
    kubectl apply -f - >&2 <<'YAML'
apiVersion: placement.kubernetes-fleet.io/v1beta1
kind: ClusterResourcePlacement
metadata: { name: crp-with-status-reporting }
spec:
  resourceSelectors: [{ group: "", kind: Namespace, name: my-app, version: v1 }]
  policy: { placementType: PickAll }
  statusReportingScope: NamespaceAccessible
YAML
    available crp crp-with-status-reporting
    S=clusterresourceplacementstatuses.v1beta1.placement.kubernetes-fleet.io/crp-with-status-reporting
    timeout 120 kubectl -n my-app wait $S --for='jsonpath={.sourceStatus.conditions[5].reason}=ResourceAvailable' >&2
    kubectl describe clusterresourceplacementstatuses.v1beta1.placement.kubernetes-fleet.io crp-with-status-reporting -n my-app
    echo ---
    kubectl get crp crp-with-status-reporting -o jsonpath='{range .status.conditions[?(@.type=="ClusterResourcePlacementStatusSynced")]}{.status} {.reason} {.message}{end}'
    echo; echo ---
    kubectl -n my-app delete $S >&2
    timeout 120 kubectl -n my-app wait $S --for=create >&2
    kubectl -n my-app get crps crp-with-status-reporting -o jsonpath='{.sourceStatus.placementStatuses[*].clusterName} {.metadata.ownerReferences[0].kind}'
    echo; echo ---
    kubectl delete crp crp-with-status-reporting >&2
    timeout 120 kubectl -n my-app wait $S --for=delete >&2
    kubectl -n my-app get crps 2>&1`);
  const [described = '', synced, again, gone] = stdout.split('---\n');
  for (const line of [
    /^Kind: +ClusterResourcePlacementStatus$/m,
    /^Last Updated Time: +\S+Z$/m,
    /^Source Status:$/m,
    /^ +Type: +ClusterResourcePlacementAvailable$/m,
    /^ +Cluster Name: +m2$/m,
  ]) {
    assert.match(described, line);
  }
  assert.doesNotMatch(described, /StatusSynced/);
  assert.equal(
    synced,
    "True StatusSyncSucceeded Successfully created or updated ClusterResourcePlacementStatus in namespace 'my-app'\n",
  );
  assert.match(again ?? '', /^m\d m\d ClusterResourcePlacement\n$/);
  assert.equal(gone, 'No resources found in my-app namespace.\n');
});

test('a placement that abandons what it placed leaves it as it is, without us; another one can take it over', async () => {
  const placement = (name: string, propagationPolicy: string) => `kubectl apply -f - >&2 <<'YAML'
apiVersion: placement.kubernetes-fleet.io/v1beta1
kind: ClusterResourcePlacement
metadata: { name: ${name} }
spec:
  resourceSelectors: [{ group: "", kind: Namespace, version: v1, name: left }]
  policy: { placementType: PickAll }
  strategy: { deleteStrategy: { propagationPolicy: ${propagationPolicy} } }
YAML
available crp ${name}
`;
  const stdout = await run(`
    kubectl create namespace left >&2
    kubectl -n left create configmap c --from-literal=a=1 >&2
    ${placement('leaves', 'Abandon')}
    kubectl delete crp leaves --timeout=120s >&2
    timeout 120 kubectl --kubeconfig $KUBECONFIG.m1 wait appliedwork leaves-work --for=delete >&2
    for m in m1 m2; do
      timeout 120 kubectl --kubeconfig $KUBECONFIG.$m wait appliedwork leaves-work --for=delete >&2
      $m get namespace left -o jsonpath='{.status.phase} {.metadata.ownerReferences}'; echo
      $m -n left get configmap c -o jsonpath='{.data.a} {.metadata.ownerReferences}'; echo
    done
    ${placement('removes', 'Delete')}
    kubectl delete crp removes --timeout=120s >&2
    timeout 120 kubectl --kubeconfig $KUBECONFIG.m1 wait namespace left --for=delete >&2
    kubectl get works -A -o name | grep -c -e leaves -e removes || true`);
  assert.equal(stdout, 'Active \n1 \nActive \n1 \n0\n');
});

test('a placement is moved to another version of the API and back by kubectl apply, and goes on as it was', async () => {
  const placement = (version: string, more = '') => `kubectl apply -f - <<'YAML'
apiVersion: placement.kubernetes-fleet.io/${version}
kind: ClusterResourcePlacement
metadata: { name: moved }
spec:
  resourceSelectors: [{ group: "", kind: Namespace, version: v1, name: moved }]
  policy: { placementType: PickAll }
  strategy: { type: RollingUpdate, rollingUpdate: { maxUnavailable: 100% }, applyStrategy: { whenToApply: IfNotDrifted } ${more} }
YAML
`;
  const stdout = await run(`
    kubectl create namespace moved >&2
    ${placement('v1beta1', ', deleteStrategy: { propagationPolicy: Abandon }')}
    available crp moved
    ${placement('v1')}
    available crp moved
    kubectl get clusterresourceplacements.v1.placement.kubernetes-fleet.io moved -o jsonpath='{.apiVersion} {.spec.strategy.applyStrategy.whenToApply} {.spec.strategy.deleteStrategy}'; echo
    ${placement('v1beta1')}
    kubectl get clusterresourceplacements.v1beta1.placement.kubernetes-fleet.io moved -o jsonpath='{.apiVersion} {.spec.strategy.rollingUpdate.maxUnavailable} {.spec.strategy.deleteStrategy}'; echo
    kubectl get works -A -o name | grep -c moved-work
    kubectl get clusterresourcesnapshots -o name | grep -c moved-`);
  assert.equal(
    stdout,
    [
      'clusterresourceplacement.placement.kubernetes-fleet.io/moved created',
      'clusterresourceplacement.placement.kubernetes-fleet.io/moved configured',
      'placement.kubernetes-fleet.io/v1 IfNotDrifted ',
      'clusterresourceplacement.placement.kubernetes-fleet.io/moved configured',
      'placement.kubernetes-fleet.io/v1beta1 100% ',
      '2',
      '1',
      '',
    ].join('\n'),
  );
});

test('the status of what one cluster runs comes back to the object on the hub', async () => {
  const stdout = await run(`
    kubectl create namespace mirrored >&2
    kubectl -n mirrored create deployment web --image nginx --replicas 2 >&2
    kubectl apply -f - >&2 <<'YAML'
apiVersion: placement.kubernetes-fleet.io/v1beta1
kind: ClusterResourcePlacement
metadata: { name: mirrored }
spec:
  resourceSelectors: [{ group: "", kind: Namespace, version: v1, name: mirrored }]
  policy: { placementType: PickFixed, clusterNames: [m2] }
  strategy: { reportBackStrategy: { type: Mirror, destination: OriginalResource } }
YAML
    available crp mirrored
    timeout 120 kubectl -n mirrored wait deployment web --for='jsonpath={.status.availableReplicas}=2' >&2
    kubectl -n mirrored get deployment web --no-headers | awk '{print $1, $2}'
    kubectl get works.v1beta1.placement.kubernetes-fleet.io -n fleet-member-m2 mirrored-work -o jsonpath='{.status.manifestConditions[?(@.identifier.kind=="Deployment")].backReportedStatus.observedStatus.status.availableReplicas}'; echo
    kubectl get clusterresourcesnapshots -o name | grep -c mirrored-`);
  assert.equal(stdout, 'web 2/2\n2\n1\n');
});
