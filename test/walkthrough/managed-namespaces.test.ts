import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { TestEstate } from './estate.ts';

/** Managed namespaces as Azure's pages tell of them: made, placed, changed by hand, adopted, kept and deleted. */
let estate: TestEstate;

/** Kubeconfigs of the hub and of both members, the user's and the administrator's. */
const prepare = `
export HUB=$KUBECONFIG.hub M1=$KUBECONFIG.m1 M2=$KUBECONFIG.m2
hub() { kubectl --kubeconfig $HUB "$@"; }
m1() { kubectl --kubeconfig $M1 "$@"; }
m2() { kubectl --kubeconfig $M2 "$@"; }
available() { timeout 90 kubectl --kubeconfig $HUB wait crp $1 --for=condition=ClusterResourcePlacementAvailable --timeout=90s >/dev/null; }
gone() { timeout 90 kubectl wait --for=delete --timeout=90s --kubeconfig "$@" >/dev/null 2>&1; }
`;

function run(script: string) {
  return estate.succeeds(prepare + script);
}

before(async () => {
  estate = await TestEstate.start();
  await run(`
    az group create -n rg -l eastus -o none
    az fleet create -g rg -n fleet --enable-hub -o none
    az fleet create -g rg -n bare -o none
    ROLE='Azure Kubernetes Fleet Manager RBAC Cluster Admin'
    az role assignment create --role "$ROLE" --assignee $(az ad signed-in-user show --query id -o tsv) --scope $(az fleet show -g rg -n fleet --query id -o tsv) -o none
    az fleet get-credentials -g rg -n fleet --file $HUB >/dev/null
    for m in m1 m2; do
      az aks create -g rg -n $m --node-count 1 --no-ssh-key -o none
      az fleet member create -g rg -f fleet -n $m --member-cluster-id $(az aks show -g rg -n $m --query id -o tsv) -o none
      az aks get-credentials -g rg -n $m --admin --file $KUBECONFIG.$m 2>/dev/null
    done`);
});

after(() => estate?.[Symbol.asyncDispose]());

test('a managed namespace comes to the hub and to members with its quota and its network policy', async () => {
  const { stdout, stderr } = await run(`
    az fleet namespace create --resource-group rg --fleet-name fleet --name team --annotations "annotation1=value1 annotation2=value2" --labels "team=myTeam label2=value2" --cpu-requests 1m --cpu-limits 4m --memory-requests 1Mi --memory-limits 4Mi --ingress-policy allowAll --egress-policy DenyAll --delete-policy keep --adoption-policy never --query "[adoptionPolicy, deletePolicy, provisioningState, propagationPolicy, type]" -o tsv
    hub get namespace team -o jsonpath='{.metadata.labels.fleet\\.azure\\.com/managed-by} {.metadata.labels.team} {.metadata.annotations.annotation2}{"\\n"}'
    hub -n team get resourcequota default -o jsonpath='{.spec.hard}{"\\n"}'
    hub -n team get networkpolicy default -o jsonpath='{.spec}{"\\n"}'
    hub get crp -o name | wc -l
    az fleet namespace create --resource-group rg --fleet-name fleet --name team --labels "team=myTeam" --memory-limits 1Gi --ingress-policy AllowSameNamespace --member-cluster-names m1 m2 -o none
    available team
    for m in m1 m2; do
      $m get namespace team -o jsonpath='{.metadata.labels.fleet\\.azure\\.com/managed-by} {.metadata.labels.label2}{"\\n"}'
      $m -n team get resourcequota default -o jsonpath='{.spec.hard}{"\\n"}'
      $m -n team get networkpolicy default -o jsonpath='{.spec}{"\\n"}'
    done
    hub get crp team -o jsonpath='{.spec.policy.placementType} {.spec.policy.clusterNames} {.spec.strategy.applyStrategy.whenToTakeOver} {.metadata.labels.fleet\\.azure\\.com/managed-by}{"\\n"}'`);
  const allSame = '{"ingress":[{"from":[{"podSelector":{}}]}],"podSelector":{},"policyTypes":["Ingress"]}';
  const member = ['arm ', '{"limits.memory":"1Gi"}', allSame];
  assert.deepEqual(
    stdout
      .trim()
      .split('\n')
      .map((line) => line.replaceAll('\t', ' ')),
    [
      ...['Never', 'Keep', 'Succeeded', 'None', 'Microsoft.ContainerService/fleets/managedNamespaces'],
      'arm myTeam value2',
      '{"limits.cpu":"4m","limits.memory":"4Mi","requests.cpu":"1m","requests.memory":"1Mi"}',
      '{"ingress":[{}],"podSelector":{},"policyTypes":["Ingress","Egress"]}',
      '0',
      ...member,
      ...member,
      'PickFixed ["m1","m2"] Never arm',
    ],
  );
  assert.match(stderr, /WARNING: Command group 'fleet namespace' is in preview and under development\./);
  assert.match(
    stderr,
    /WARNING: --member-cluster-names was empty; namespace will not be placed on any member clusters/,
  );
});

test('nobody but Resource Manager writes what it made, on the hub and on members, and deletes none of it', async () => {
  const { stdout } = await run(`
    for at in hub m1; do
      $at label namespace team team=other --overwrite 2>&1 || true
      $at label namespace team fleet.azure.com/managed-by- 2>&1 || true
      $at delete namespace team 2>&1 || true
      $at -n team delete resourcequota default 2>&1 || true
      $at -n team patch resourcequota default --type merge -p '{"spec":{"hard":{"limits.memory":"9Gi"}}}' 2>&1 || true
      $at -n team delete networkpolicies --all 2>&1 || true
      $at create namespace mine --dry-run=server 2>&1 || true
      $at -n team create configmap mine-$at 2>&1 || true
    done
    hub delete crp team 2>&1 || true
    hub patch crp team --type merge -p '{"spec":{"policy":{"clusterNames":["m1"]}}}' 2>&1 || true
    hub delete validatingadmissionpolicybinding aks-fleet-managed-by-arm >/dev/null
    timeout 30 bash -c "until kubectl --kubeconfig $HUB get validatingadmissionpolicybinding aks-fleet-managed-by-arm -o name; do sleep 0.1; done" 2>/dev/null
    m1 get validatingadmissionpolicy aks-fleet-managed-by-arm -o name`);
  const denied =
    /is forbidden: ValidatingAdmissionPolicy 'aks-fleet-managed-by-arm' with binding 'aks-fleet-managed-by-arm' denied request: Create, Update, or Delete operations on ARM managed resources is forbidden$/;
  const lines = stdout.trim().split('\n');
  assert.deepEqual(
    lines.map((line) => (denied.test(line) ? 'denied' : line)),
    [
      ...['denied', 'denied', 'denied', 'denied', 'denied', 'denied'],
      ...['namespace/mine created (server dry run)', 'configmap/mine-hub created'],
      ...['denied', 'denied', 'denied', 'denied', 'denied', 'denied'],
      ...['namespace/mine created (server dry run)', 'configmap/mine-m1 created'],
      ...['denied', 'denied'],
      'validatingadmissionpolicybinding.admissionregistration.k8s.io/aks-fleet-managed-by-arm',
      'validatingadmissionpolicy.admissionregistration.k8s.io/aks-fleet-managed-by-arm',
    ],
    stdout,
  );
});

test('credentials of a managed namespace name it as the default, for the hub and for a member', async () => {
  const { stdout } = await run(`
    FILE=$(mktemp -u)
    az fleet namespace get-credentials -g rg -f fleet -n team --file $FILE | sed -E "s#/\\S+/##"
    kubectl --kubeconfig $FILE config view --minify -o jsonpath='{.contexts[0].name} {.contexts[0].context.namespace}{"\\n"}'
    kubectl --kubeconfig $FILE get resourcequotas -o name
    az fleet namespace get-credentials -g rg -f fleet -n team --member m1 --file $FILE 2>/dev/null | tail -1
    kubectl --kubeconfig $FILE config view --minify -o jsonpath='{.contexts[0].name} {.contexts[0].context.namespace}{"\\n"}'
    az fleet get-credentials -g rg -n fleet --member m2 --file $FILE 2>/dev/null | sed -E "s#/\\S+/##"
    rm $FILE
    az fleet namespace get-credentials -g rg -f fleet -n team --member none 2>&1 | grep -o '(ResourceNotFound)' || true`);
  const lines = stdout.trim().split('\n');
  assert.match(lines[0] ?? '', /^Merged "hub" as current context in /);
  assert.match(lines[1] ?? '', /^Merged "hub" as current context in /);
  assert.deepEqual(lines.slice(2, 5), [
    "Default namespace set to 'team' for context 'hub'",
    'hub team',
    'resourcequota/default',
  ]);
  assert.deepEqual(lines.slice(5, 7), ["Default namespace set to 'team' for context 'm1'", 'm1 team']);
  assert.match(lines[7] ?? '', /^Merged "m2" as current context in /);
  assert.equal(lines[8], '(ResourceNotFound)');
});

test('a member that is taken out of a managed namespace loses it, and the pages show it in their table', async () => {
  const { stdout } = await run(`
    az fleet namespace create -g rg -f fleet -n team --member-cluster-names m2 --delete-policy Delete -o none
    gone $M1 namespace/team
    m1 get namespace team 2>&1 || true
    m2 get namespace team -o name
    gone $M2 -n team resourcequota/default
    gone $M2 -n team networkpolicy/default
    az fleet namespace show -g rg -f fleet -n team -o table | head -1
    az fleet namespace list -g rg -f fleet --query "[].[name, tags, eTag != null, status.lastOperationId != null]" -o tsv
    az fleet namespace update -g rg -f fleet -n team --tags env=test --query tags.env -o tsv
    az fleet namespace update -g rg -f fleet -n team --labels "a=b" --query "[managedNamespaceProperties.labels.a, tags.env, propagationPolicy.placementProfile.defaultClusterResourcePlacement.policy.clusterNames[0]]" -o tsv
    hub get namespace team -o jsonpath='{.metadata.labels.a}{"\\n"}'
    az fleet namespace wait -g rg -f fleet -n team --created`);
  assert.deepEqual(
    stdout
      .trim()
      .split('\n')
      .map((line) => line.trim().split(/\s+/).join(' ')),
    [
      'Error from server (NotFound): namespaces "team" not found',
      'namespace/team',
      'AdoptionPolicy DeletePolicy ETag Location Name ProvisioningState ResourceGroup',
      'team None True True',
      'test',
      ...['b', 'test', 'm2'],
      'b',
    ],
    stdout,
  );
});

test('with the policy Delete a managed namespace goes from hub and members, with what its users put into it', async () => {
  const { stdout } = await run(`
    m2 -n team create configmap theirs >/dev/null
    az fleet namespace delete -g rg -f fleet -n team --yes
    az fleet namespace show -g rg -f fleet -n team 2>&1 | grep -o '(ResourceNotFound)' || true
    hub get namespace team 2>&1 || true
    hub get crp -o name
    gone $M2 namespace/team
    m2 get namespace team 2>&1 || true`);
  const notFound = 'Error from server (NotFound): namespaces "team" not found';
  assert.deepEqual(stdout.trim().split('\n'), ['(ResourceNotFound)', notFound, notFound], stdout);
});

test('a namespace that somebody made is taken over as the adoption policy says', async () => {
  const { stdout } = await run(`
    make() { az fleet namespace create -g rg -f fleet -n theirs "$@" --query provisioningState -o tsv 2>&1 | grep -v WARNING || true; }
    hub create namespace theirs >/dev/null
    hub label namespace theirs team=alpha >/dev/null
    hub -n theirs create configmap kept >/dev/null
    make --adoption-policy Never
    hub get namespace theirs -o jsonpath='{.metadata.labels}{"\\n"}'
    make --adoption-policy IfIdentical
    make --adoption-policy IfIdentical --labels team=alpha
    hub get namespace theirs -o jsonpath='{.metadata.labels}{"\\n"}'
    az fleet namespace delete -g rg -f fleet -n theirs --yes
    hub get namespace theirs -o jsonpath='{.metadata.labels}{"\\n"}'
    hub -n theirs create quota default --hard=requests.cpu=1 >/dev/null
    make --adoption-policy IfIdentical --labels team=alpha --cpu-requests 2
    make --adoption-policy IfIdentical --labels team=alpha --cpu-requests 1000m
    make --adoption-policy Never --cpu-requests 3
    hub -n theirs get quota default -o jsonpath='{.spec.hard}{"\\n"}'
    az fleet namespace delete -g rg -f fleet -n theirs --yes
    make --adoption-policy Always --labels team=beta --delete-policy Delete
    hub get namespace theirs -o jsonpath='{.metadata.labels.team}{"\\n"}'
    hub -n theirs get configmap kept -o name
    az fleet namespace delete -g rg -f fleet -n theirs --yes
    hub get namespace theirs 2>&1 || true`);
  const own = '"kubernetes.io/metadata.name":"theirs","team":"alpha"';
  const lines = stdout.trim().split('\n');
  assert.deepEqual(
    lines.filter((line) => !/^(?:Code|Message|Exception Details)/.test(line)),
    [
      'ERROR: (AdoptionNotPossible) adoption policy is Never and the resource already exists: Namespace theirs',
      `{${own}}`,
      'ERROR: (AdoptionNotPossible) resources are not identical: Namespace theirs',
      'Succeeded',
      `{"fleet.azure.com/managed-by":"arm",${own}}`,
      `{${own}}`,
      'ERROR: (AdoptionNotPossible) resources are not identical: Namespace theirs, ResourceQuota default',
      'Succeeded',
      'Succeeded',
      '{"requests.cpu":"3"}',
      'Succeeded',
      'beta',
      'configmap/kept',
      'Error from server (NotFound): namespaces "theirs" not found',
    ],
    stdout,
  );
});

test('names, policies and amounts that cannot be are refused in words of the service', async () => {
  const { stdout } = await run(`
    make() { az fleet namespace create -g rg "$@" -o none 2>&1 | grep '^ERROR' || true; }
    for name in default kube-system fleet-system my-system azure-arc cert-manager kube-x; do make -f fleet -n $name; done
    make -f fleet -n Team
    make -f fleet -n 'team!'
    make -f bare -n team
    make -f fleet -n team --cpu-limits many
    make -f fleet -n team --labels fleet.azure.com/managed-by=me
    make -f fleet -n team --labels 'a=-'
    make -f fleet -n team --member-cluster-names m1 m1
    make -f fleet -n team --ingress-policy Some
    make -f none -n team
    az fleet namespace list -g rg -f fleet -o tsv | wc -l`);
  const reserved = 'ERROR: (InvalidParameter) namespace name must not match a reserved pattern';
  const lines = stdout.trim().split('\n');
  assert.deepEqual(lines.slice(0, 7), Array(7).fill(reserved), stdout);
  const words = [
    /\(InvalidResourceName\) .*namespace name must start\/end with a lowercase letter or digit, and contain only lowercase letters, digits, or hyphens/,
    /\(InvalidResourceName\) .*namespace name must start\/end with/,
    /\(InvalidHubOperation\) The given fleet is hubless \(has no hubprofile\)/,
    /\(InvalidParameter\) .*'many' is no Kubernetes quantity/,
    /\(InvalidParameter\) .*belongs to the fleet/,
    /\(InvalidParameter\) .*'-' is no valid value/,
    /\(InvalidParameter\) .*one of them stands there twice/,
    /'Some' is not a valid value for '--ingress-policy'/,
    /ERROR: \((?:Parent)?ResourceNotFound\)/,
    /^0$/,
  ];
  for (const [at, word] of words.entries()) assert.match(lines[7 + at] ?? '', word, stdout);
});

test('with the policy Keep a namespace stays on hub and members, and belongs to its users from then on', async () => {
  const { stdout } = await run(`
    az fleet namespace create -g rg -f fleet -n stays --cpu-limits 2 --ingress-policy DenyAll --member-cluster-names m1 -o none
    available stays
    m1 -n stays create configmap theirs >/dev/null
    az fleet namespace delete -g rg -f fleet -n stays --yes
    for at in hub m1; do
      $at get namespace stays -o jsonpath='{.status.phase} {.metadata.labels}{"\\n"}'
      $at -n stays patch resourcequota default --type merge -p '{"spec":{"hard":{"limits.cpu":"3"}}}'
      $at -n stays delete networkpolicy default
    done
    m1 -n stays get configmap theirs -o name
    hub get crp -o name
    az fleet namespace create -g rg -f fleet -n stays -o none 2>&1 | grep -o '(AdoptionNotPossible)' || true
    az fleet namespace create -g rg -f fleet -n stays --adoption-policy Always --delete-policy Delete --member-cluster-names m1 -o none
    available stays
    m1 get namespace stays -o jsonpath='{.metadata.labels.fleet\\.azure\\.com/managed-by}{"\\n"}'
    az fleet namespace delete -g rg -f fleet -n stays --yes
    gone $M1 namespace/stays
    m1 get namespace stays -o name 2>&1 || true`);
  const labels = '{"kubernetes.io/metadata.name":"stays"}';
  const each = [
    `Active ${labels}`,
    'resourcequota/default patched',
    'networkpolicy.networking.k8s.io "default" deleted',
  ];
  assert.deepEqual(
    stdout
      .trim()
      .split('\n')
      .map((line) => line.replace(' from stays namespace', '')),
    [
      ...each,
      ...each,
      'configmap/theirs',
      '(AdoptionNotPossible)',
      'arm',
      'Error from server (NotFound): namespaces "stays" not found',
    ],
    stdout,
  );
});

test('an override of the namespace itself changes neither its quota nor its network policy on members', async () => {
  const { stdout } = await run(`
    az fleet namespace create -g rg -f fleet -n tight --cpu-limits 1 --delete-policy Delete --member-cluster-names m1 -o none
    hub apply -f - >/dev/null <<'YAML'
apiVersion: v1
kind: ConfigMap
metadata: { name: loose, namespace: tight }
data: { size: small }
---
apiVersion: placement.kubernetes-fleet.io/v1
kind: ResourceOverride
metadata: { name: loosen, namespace: tight }
spec:
  placement: { name: tight }
  resourceSelectors: [{ group: "", version: v1, kind: ResourceQuota, name: default }]
  policy: { overrideRules: [{ clusterSelector: { clusterSelectorTerms: [] }, jsonPatchOverrides: [{ op: replace, path: /spec/hard/limits.cpu, value: "99" }] }] }
---
apiVersion: placement.kubernetes-fleet.io/v1
kind: ResourceOverride
metadata: { name: enlarge, namespace: tight }
spec:
  placement: { name: tight }
  resourceSelectors: [{ group: "", version: v1, kind: ConfigMap, name: loose }]
  policy: { overrideRules: [{ clusterSelector: { clusterSelectorTerms: [] }, jsonPatchOverrides: [{ op: replace, path: /data/size, value: large }] }] }
YAML
    m1 -n tight wait configmap/loose --for=create --timeout=90s >/dev/null
    m1 -n tight wait configmap/loose --for=jsonpath='{.data.size}'=large --timeout=90s >/dev/null
    m1 -n tight get resourcequota default -o jsonpath='{.spec.hard}{"\\n"}'
    az fleet namespace delete -g rg -f fleet -n tight --yes`);
  assert.equal(stdout, '{"limits.cpu":"1"}\n');
});

test('the type of a placement stays, and a placement of another kind is refused', async () => {
  const { stdout } = await run(`
    F=$(az fleet show -g rg -n fleet --query id -o tsv)
    put() { az rest --method put --url "$F/managedNamespaces/all?api-version=2026-06-01" --body '{"location":"eastus","properties":{"adoptionPolicy":"Never","deletePolicy":"Delete","propagationPolicy":{"type":"Placement","placementProfile":{"defaultClusterResourcePlacement":{"policy":'"$1"'}}}}}' 2>&1 | grep -oE 'Creating|PropertyChangeNotAllowed|InvalidParameter' | head -1 || true; }
    put '{"affinity":{"clusterAffinity":{"requiredDuringSchedulingIgnoredDuringExecution":{"clusterSelectorTerms":[{"labelSelector":{"matchLabels":{"fleet.azure.com/member-name":"m2"}}}]}}},"tolerations":[{"key":"k","operator":"Exists"}]}'
    az fleet namespace wait -g rg -f fleet -n all --created
    available all
    m2 get namespace all -o name
    m1 get namespace all 2>&1 || true
    hub get crp all -o jsonpath='{.spec.policy.placementType} {.spec.policy.tolerations}{"\\n"}'
    put '{"placementType":"PickFixed","clusterNames":["m1"]}'
    put '{"placementType":"PickN"}'
    put '{"placementType":"PickFixed"}'
    az fleet namespace delete -g rg -f fleet -n all --yes`);
  assert.deepEqual(stdout.trim().split('\n'), [
    'Creating',
    'namespace/all',
    'Error from server (NotFound): namespaces "all" not found',
    'PickAll [{"key":"k","operator":"Exists"}]',
    'PropertyChangeNotAllowed',
    'InvalidParameter',
    'InvalidParameter',
  ]);
});

test('what was begun when the server was killed is done when it is there again, once', async () => {
  const { stdout } = await run(`
    az fleet namespace create -g rg -f fleet -n cut --cpu-limits 2 --delete-policy Delete --member-cluster-names m1 --no-wait
    kill -9 ${estate.status['pid']}
  `).catch((thrown) => ({ stdout: String(thrown) }));
  assert.equal(stdout, '');
  await estate.restart();
  const after = await run(`
    az fleet namespace wait -g rg -f fleet -n cut --created
    hub -n cut get resourcequota default -o name
    available cut
    m1 get namespace cut -o name
    az fleet namespace delete -g rg -f fleet -n cut --yes
    gone $M1 namespace/cut
    hub get namespace cut -o name 2>&1 || true`);
  assert.deepEqual(after.stdout.trim().split('\n'), [
    'resourcequota/default',
    'namespace/cut',
    'Error from server (NotFound): namespaces "cut" not found',
  ]);
});

test('a namespace that stood on a member as it is to be is taken over there with IfIdentical, another one is not', async () => {
  const { stdout } = await run(`
    m1 create namespace alike >/dev/null
    m1 label namespace alike team=alpha >/dev/null
    m2 create namespace alike >/dev/null
    m2 label namespace alike team=beta >/dev/null
    az fleet namespace create -g rg -f fleet -n alike --labels team=alpha --adoption-policy IfIdentical --delete-policy Keep --member-cluster-names m1 m2 -o none
    until m1 get namespace alike -o jsonpath='{.metadata.labels.fleet\\.azure\\.com/managed-by}' | grep -x arm; do sleep 0.1; done
    until hub get crp alike -o jsonpath='{range .status.placementStatuses[*]}{.clusterName} {.failedPlacements[*].condition.reason}{"\\n"}{end}' | grep '^m2 .'; do sleep 0.1; done
    m2 get namespace alike -o jsonpath='{.metadata.labels}{"\\n"}'
    az fleet namespace delete -g rg -f fleet -n alike --yes`);
  assert.deepEqual(stdout.trim().split('\n'), [
    'arm',
    'm2 FailedToTakeOver',
    '{"kubernetes.io/metadata.name":"alike","team":"beta"}',
  ]);
});

test('a member that was down when its namespace was kept has it as its own when it is up again', async () => {
  const { stdout } = await run(`
    az fleet namespace create -g rg -f fleet -n away --cpu-limits 2 --ingress-policy DenyAll --delete-policy Keep --member-cluster-names m1 -o none
    available away
    az aks stop -g rg -n m1
    az fleet namespace delete -g rg -f fleet -n away --yes
    hub get namespace away -o jsonpath='{.metadata.labels}{"\\n"}'
    az aks start -g rg -n m1
    for what in namespace/away resourcequota/default networkpolicy/default; do
      while m1 -n away get $what -o jsonpath='{.metadata.labels}' | grep -q managed-by; do sleep 0.1; done
      m1 -n away label $what mine=yes
    done`);
  assert.deepEqual(stdout.trim().split('\n'), [
    '{"kubernetes.io/metadata.name":"away"}',
    'namespace/away labeled',
    'resourcequota/default labeled',
    'networkpolicy.networking.k8s.io/default labeled',
  ]);
});

test('a member that leaves, running or not, keeps nothing that only Resource Manager may write', async () => {
  const { stdout } = await run(`
    az fleet namespace create -g rg -f fleet -n parting --cpu-limits 2 --ingress-policy DenyAll --member-cluster-names m1 m2 --delete-policy Delete -o none
    available parting
    az aks stop -g rg -n m2
    az fleet member delete -g rg -f fleet -n m1 --yes
    az fleet member delete -g rg -f fleet -n m2 --yes
    az aks start -g rg -n m2
    for at in m1 m2; do
      while $at get validatingadmissionpolicies -o name | grep -q managed-by-arm; do sleep 0.1; done
      $at get validatingadmissionpolicybindings -o name
      $at get namespaces,resourcequotas,networkpolicies -A -l fleet.azure.com/managed-by -o name
      $at -n parting delete quota default
    done
    az fleet member create -g rg -f fleet -n m1 --member-cluster-id $(az aks show -g rg -n m1 --query id -o tsv) -o none
    until m1 -n parting get quota default >/dev/null 2>&1; do sleep 0.1; done
    m1 -n parting get quota default -o jsonpath='{.metadata.labels.fleet\\.azure\\.com/managed-by}{"\\n"}'
    { m1 -n parting delete quota default 2>&1 || true; } | grep -o Forbidden
    az fleet namespace delete -g rg -f fleet -n parting --yes`);
  const deleted = 'resourcequota "default" deleted';
  assert.deepEqual(
    stdout
      .trim()
      .split('\n')
      .map((line) => line.replace(' from parting namespace', '')),
    [deleted, deleted, 'arm', 'Forbidden'],
  );
});

test('a namespace whose placement names an update strategy comes to members stage by stage, change by change', async () => {
  const { stdout } = await run(`
    F=$(az fleet show -g rg -n fleet --query id -o tsv)
    put() { az rest --method put --url "$F/managedNamespaces/staged?api-version=2026-06-02-preview" --body '{"location":"eastus","properties":{"adoptionPolicy":"Never","deletePolicy":"Delete","managedNamespaceProperties":{"labels":{"round":"'"$1"'"}},"propagationPolicy":{"type":"Placement","placementProfile":{"defaultClusterResourcePlacement":{"policy":{"placementType":"PickFixed","clusterNames":["m1"]},"rolloutStrategy":{"type":"External","clusterUpdateStrategy":{"name":"'"$2"'"}}}}}}}' -o none 2>&1 || true; }
    ended() { az fleet namespace wait -g rg -f fleet -n staged --created; az fleet namespace show -g rg -f fleet -n staged --query provisioningState -o tsv; }
    put one missing
    until az fleet namespace show -g rg -f fleet -n staged --query provisioningState -o tsv 2>/dev/null | grep -qx Failed; do sleep 0.1; done
    az fleet namespace show -g rg -f fleet -n staged --query status.lastOperationError.message -o tsv
    hub apply -f - >/dev/null <<'YAML'
apiVersion: placement.kubernetes-fleet.io/v1beta1
kind: ClusterStagedUpdateStrategy
metadata: { name: careful }
spec: { stages: [{ name: all, labelSelector: {}, afterStageTasks: [{ type: Approval }] }] }
YAML
    put one careful
    ended
    for round in one two; do
      until m1 get namespace staged -o jsonpath='{.metadata.labels.round}{"\\n"}' 2>/dev/null | grep -x $round; do sleep 0.1; done
      until hub get clusterapprovalrequests -o name | grep -q .; do sleep 0.1; done
      hub get clusterstagedupdateruns -o jsonpath='{range .items[*]}{.spec.placementName} {.spec.stagedRolloutStrategyName} {.spec.state}{"\\n"}{end}'
      [ $round = two ] || { put two careful; ended; }
    done
    az fleet namespace delete -g rg -f fleet -n staged --yes
    while hub get clusterstagedupdateruns -o name | grep -q .; do sleep 0.1; done
    while m1 get namespace staged >/dev/null 2>&1; do sleep 0.1; done`);
  const made = 'staged careful Run';
  assert.deepEqual(stdout.trim().split('\n'), [
    'cluster staged update strategy does not exist on the hub cluster',
    ...['Succeeded', 'one', made],
    ...['Succeeded', 'two', made, made],
  ]);
});
