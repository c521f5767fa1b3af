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
    done
    az fleet member update -g rg -f fleet -n m1 --labels env=prod`);
});

after(() => estate?.[Symbol.asyncDispose]());

/** Shell functions: kubectl for members, and waits for what placements and evictions say. */
const functions = `
m1() { kubectl --kubeconfig $KUBECONFIG.m1 "$@"; }
m2() { kubectl --kubeconfig $KUBECONFIG.m2 "$@"; }
available() { timeout 120 kubectl wait crp "$1" --for=condition=ClusterResourcePlacementAvailable >&2; }
overridden() { timeout 120 kubectl wait crp "$1" --for=jsonpath='{.status.conditions[?(@.type=="ClusterResourcePlacementOverridden")].reason}'="$2" >&2; }
`;

const run = async (text: string) => (await estate.succeeds(functions + text)).stdout;

test('a cluster-scoped override takes verbs from a role where the label fits, as the page shows', async () => {
  const stdout = await run(`
    kubectl apply -f - >&2 <<'YAML'
apiVersion: rbac.authorization.k8s.io/v1
kind: ClusterRole
metadata:
  name: secret-reader
rules:
- apiGroups: [""]
  resources: ["secrets"]
  verbs: ["get", "watch", "list"]
---
apiVersion: placement.kubernetes-fleet.io/v1
kind: ClusterResourceOverride
metadata:
  name: example-cro
spec:
  placement:
    name: crp
  clusterResourceSelectors:
    - group: rbac.authorization.k8s.io
      kind: ClusterRole
      version: v1
      name: secret-reader
  policy:
    overrideRules:
      - clusterSelector:
          clusterSelectorTerms:
            - labelSelector:
                matchLabels:
                  env: prod
        jsonPatchOverrides:
          - op: remove
            path: /rules/0/verbs/2
          - op: remove
            path: /rules/0/verbs/1
YAML
    kubectl apply -f - >&2 <<'YAML'
apiVersion: placement.kubernetes-fleet.io/v1
kind: ClusterResourcePlacement
metadata:
  name: crp
spec:
  resourceSelectors:
    - group: rbac.authorization.k8s.io
      kind: ClusterRole
      version: v1
      name: secret-reader
  policy:
    placementType: PickAll
YAML
    overridden crp OverriddenSucceeded; available crp
    m1 get clusterrole secret-reader -o jsonpath='{.rules[0].verbs}'; echo
    m2 get clusterrole secret-reader -o jsonpath='{.rules[0].verbs}'; echo
    kubectl describe clusterresourceplacement crp`);
  const [prod, other, ...described] = stdout.split('\n');
  assert.deepEqual([prod, other], ['["get"]', '["get","watch","list"]']);
  const text = described.join('\n');
  assert.match(text, /Applicable Cluster Resource Overrides:\n\s+example-cro-0\n/);
  assert.match(text, /The selected resources are successfully overridden in 2 cluster\(s\)/);
  assert.match(text, /Reason:\s+OverriddenSucceeded/);
  assert.match(text, /Placement has been successfully overridden/);
});

test('an override of a namespace changes an image with variables, also one written with another version', async () => {
  const stdout = await run(`
    kubectl create namespace app >&2
    kubectl -n app create deployment web --image=nginx:1.27 >&2
    kubectl apply -f - >&2 <<'YAML'
apiVersion: placement.kubernetes-fleet.io/v1alpha1
kind: ResourceOverride
metadata:
  name: example-ro
  namespace: app
spec:
  placement:
    name: crp-example
  resourceSelectors:
    - group: apps
      kind: Deployment
      version: v1
      name: web
  policy:
    overrideRules:
      - clusterSelector:
          clusterSelectorTerms:
            - labelSelector:
                matchLabels:
                  env: prod
        jsonPatchOverrides:
          - op: replace
            path: /spec/template/spec/containers/0/image
            value: "nginx:\${MEMBER-CLUSTER-NAME}-\${MEMBER-CLUSTER-LABEL-KEY-env}"
          - op: add
            path: /metadata/annotations
            value: { example.com/kept: "no" }
          - op: add
            path: /metadata/annotations/example.com~1placed
            value: "yes"
---
apiVersion: placement.kubernetes-fleet.io/v1
kind: ClusterResourcePlacement
metadata:
  name: crp-example
spec:
  resourceSelectors:
    - group: ""
      kind: Namespace
      name: app
      version: v1
  policy:
    placementType: PickAll
YAML
    overridden crp-example OverriddenSucceeded; available crp-example
    for m in m1 m2; do $m -n app get deployment web -o jsonpath='{.spec.template.spec.containers[0].image} {.metadata.annotations.example\\.com/placed}'; echo; done
    kubectl get crp crp-example -o jsonpath='{.status.placementStatuses[?(@.clusterName=="m1")].applicableResourceOverrides}'; echo
    kubectl -n app delete resourceoverride example-ro >&2
    overridden crp-example NoOverrideSpecified; available crp-example
    m1 -n app get deployment web -o jsonpath='{.spec.template.spec.containers[0].image}'; echo
    kubectl get resourceoverridesnapshots -n app -o name | wc -l`);
  assert.deepEqual(stdout.trim().split('\n'), [
    'nginx:m1-prod yes',
    'nginx:1.27 ',
    '[{"name":"example-ro-0","namespace":"app"}]',
    'nginx:1.27',
    '0',
  ]);
});

test('a tainted cluster is drained by an eviction, within a budget, and gets nothing again', async () => {
  const stdout = await run(
    `
    kubectl create namespace drained >&2
    kubectl apply -f - >&2 <<'YAML'
apiVersion: placement.kubernetes-fleet.io/v1
kind: ClusterResourcePlacement
metadata:
  name: test-crp
spec:
  resourceSelectors: [{ group: "", kind: Namespace, name: drained, version: v1 }]
  policy: { placementType: PickN, numberOfClusters: 2 }
---
apiVersion: placement.kubernetes-fleet.io/v1beta1
kind: ClusterResourcePlacementDisruptionBudget
metadata: { name: test-crp }
spec: { minAvailable: 2 }
YAML
    available test-crp
    kubectl patch membercluster m1 --type=merge -p '{"spec":{"taints":[{"key":"test-key1","value":"test-value1","effect":"NoSchedule"}]}}' >&2
    evict() {
      kubectl apply -f - >&2 <<YAML
apiVersion: placement.kubernetes-fleet.io/$2
kind: ClusterResourcePlacementEviction
metadata: { name: $1 }
spec: { placementName: $3, clusterName: m1 }
YAML
      timeout 60 kubectl wait crpe $1 --for=jsonpath='{.status.conditions[1].type}'=Executed >&2
      kubectl get crpe $1 --no-headers
      kubectl get crpe $1 -o jsonpath='{.status.conditions[1].message}'; echo
    }
    evict first v1beta1 test-crp
    kubectl patch crpdb test-crp --type=merge -p '{"spec":{"minAvailable":1}}' >&2
    evict second v1alpha1 test-crp
    timeout 60 kubectl --kubeconfig $KUBECONFIG.m1 wait --for=delete namespace/drained >&2
    m2 get namespace drained -o name
    kubectl get crp test-crp -o jsonpath='{.status.placementStatuses[*].clusterName}'; echo
    kubectl patch membercluster m1 --type=merge -p '{"spec":{"taints":[]}}' >&2`,
  );
  const by =
    'by specified ClusterResourcePlacementDisruptionBudget, availablePlacements: 2, totalPlacements: 2';
  const [first, why, second, how, ...rest] = stdout.trimEnd().split('\n');
  assert.match(first ?? '', /^first +True +False/);
  assert.equal(why, `Eviction is blocked ${by}`);
  assert.match(second ?? '', /^second +True +True/);
  assert.equal(how, `Eviction is allowed ${by}`);
  assert.deepEqual(rest, ['namespace/drained', 'm2']);
});

test('who evicts from clusters that were named is refused when writing', async () => {
  const finished = await estate.script(`${functions}
    kubectl create namespace fixed
    kubectl apply -f - <<'YAML'
apiVersion: placement.kubernetes-fleet.io/v1
kind: ClusterResourcePlacement
metadata: { name: fixed }
spec:
  resourceSelectors: [{ group: "", kind: Namespace, name: fixed, version: v1 }]
  policy: { placementType: PickFixed, clusterNames: [m2] }
YAML
    kubectl apply -f - <<'YAML'
apiVersion: placement.kubernetes-fleet.io/v1beta1
kind: ClusterResourcePlacementEviction
metadata: { name: refused }
spec: { placementName: fixed, clusterName: m2 }
YAML`);
  assert.equal(finished.code, 1);
  assert.match(
    finished.stderr,
    /admission webhook "fleet\.clusterresourceplacementeviction\.validating" denied the request: cluster resource placement policy type PickFixed is not supported/,
  );
});
