import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { drydock, TestEstate } from './estate.ts';

/** The pages about node pools, labels, taints, the autoscaler and upgrades of clusters on Azure Local. */
let estate: TestEstate;

const place = `
export CL=$(az customlocation show -n local-cl -g rg --query id -o tsv)
export LNET=$(az stack-hci-vm network lnet show -n local-lnet -g rg --query id -o tsv)
admin() { kubectl --kubeconfig $KUBECONFIG.admin "$@"; }
pool() { az aksarc nodepool "$1" -g rg --cluster-name arc "\${@:2}"; }
`;

before(async () => {
  const swift = ['--control-plane-upgrade-seconds', '0', '--node-start-seconds', '0'];
  estate = await TestEstate.start(...swift, '--node-reimage-seconds', '0');
  await estate.succeeds(`
    az group create -n rg -l eastus
    drydock infra create -g rg
    ${place}
    export HOME=$(mktemp -d)
    az aksarc create -n arc -g rg --custom-location $CL --vnet-ids $LNET --kubernetes-version 1.30.9 --generate-ssh-keys --nodepool-labels dept=HR --control-plane-count 3
    az aksarc get-credentials -n arc -g rg --admin --file $KUBECONFIG.admin
    rm -r $HOME`);
});

after(() => estate?.[Symbol.asyncDispose]());

test('a pool is added with labels and taints, listed, and its nodes carry them', async () => {
  const { stdout } = await estate.succeeds(`${place}
    pool add -n labelnp --node-count 1 --labels "dept=HR env=dev" --no-wait
    pool wait -n labelnp --created --interval 1
    pool add -n taintnp --node-count 2 --node-taints sku=gpu:NoSchedule --query '[name,properties.provisioningState,properties.kubernetesVersion]' -o tsv
    pool list --query '[].[name,properties.count,properties.provisioningState]' -o tsv
    pool show -n labelnp --query 'properties.nodeLabels' -o json | tr -d ' \\n'; echo
    admin get nodes -l env=dev --no-headers | wc -l
    admin get nodes -l msft.microsoft/nodepool-name=taintnp -o jsonpath='{.items[*].spec.taints[*].effect}'; echo
    az aksarc show -n arc -g rg --query 'properties.agentPoolProfiles[].name' -o tsv
    az connectedk8s show -n arc -g rg --query totalNodeCount -o tsv
    admin create deployment tolerant --image=nginx --replicas=2 --dry-run=client -o yaml |
      admin apply -f - >/dev/null
    admin rollout status deployment tolerant >/dev/null
    admin get pods -l app=tolerant -o jsonpath='{range .items[*]}{.spec.nodeName}{"\\n"}{end}' | while read NODE; do
      admin get node $NODE -o jsonpath='{.metadata.labels.msft\\.microsoft/nodepool-name}{"\\n"}'; done | grep -c taintnp || true`);
  assert.deepEqual(stdout.trim().split('\n'), [
    ...['taintnp', 'Succeeded', '1.30.9'],
    ...['labelnp\t1\tSucceeded', 'nodepool1\t1\tSucceeded', 'taintnp\t2\tSucceeded'],
    ...['{"dept":"HR","env":"dev"}', '1', 'NoSchedule NoSchedule', 'nodepool1', '7', '0'],
  ]);
});

test('a pool is scaled, relabelled, given bounds and deleted; what cannot be is refused', async () => {
  const { stdout, stderr } = await estate.script(`set +e; ${place}
    pool scale -n labelnp --node-count 3 --query properties.count -o tsv
    admin get nodes -l env=dev --no-headers | wc -l
    pool update -n labelnp --labels dept=ACCT --query properties.nodeLabels.dept -o tsv
    admin get nodes -l dept=ACCT --no-headers | wc -l
    admin get nodes -l env=dev --no-headers | wc -l
    pool update -n taintnp --node-taints "" --query 'properties.nodeTaints' -o json
    admin get nodes -l msft.microsoft/nodepool-name=taintnp -o jsonpath='{.items[*].spec.taints}'; echo
    pool update -n labelnp --enable-cluster-autoscaler --min-count 1 --max-count 3 --query 'properties.[enableAutoScaling,minCount,maxCount]' -o tsv
    pool scale -n labelnp --node-count 2
    pool update -n labelnp --disable-cluster-autoscaler --query 'properties.enableAutoScaling' -o tsv
    pool delete -n labelnp --yes
    pool list --query '[].name' -o tsv
    admin get nodes -l dept=ACCT --no-headers 2>/dev/null | wc -l
    pool show -n labelnp; echo "exit $?"
    pool add -n Bad_Name
    pool add -n pool3 --node-taints sku:Never
    pool upgrade -n taintnp -k 1.31.9`);
  assert.deepEqual(stdout.trim().split('\n'), [
    ...[
      '3',
      '3',
      'ACCT',
      '3',
      '0',
      '[]',
      '',
      'true',
      '1',
      '3',
      'false',
      'nodepool1',
      'taintnp',
      '0',
      'exit 3',
    ],
  ]);
  assert.match(stderr, /Cannot scale cluster autoscaler enabled node pool/);
  assert.match(stderr, /\(ResourceNotFound\)/);
  assert.match(stderr, /\(InvalidResourceName\) Resource name 'Bad_Name' is invalid/);
  assert.match(stderr, /'sku:Never' is not a taint/);
  assert.match(stderr, /upgraded together with it\. Use 'az aksarc upgrade'/);
});

test('the autoscaler and its profile are set, changed and reset with the cluster', async () => {
  const { stdout } = await estate.succeeds(`${place}
    show() { az aksarc show -n arc -g rg --query "properties.$1" -o json | tr -d ' \\n'; echo; }
    bounds='agentPoolProfiles[0].[enableAutoScaling,minCount,maxCount]'
    az aksarc update -g rg -n arc --enable-cluster-autoscaler --min-count 1 --max-count 5 -o none; show "$bounds"
    az aksarc update -g rg -n arc --update-cluster-autoscaler --min-count 1 --max-count 4 -o none; show "$bounds"
    az aksarc update -g rg -n arc --cluster-autoscaler-profile scan-interval=30s -o none; show autoScalerProfile
    az aksarc update -g rg -n arc --cluster-autoscaler-profile "" -o none; show autoScalerProfile
    az aksarc update -g rg -n arc --disable-cluster-autoscaler -o none; show "$bounds"
    az aksarc update -g rg -n arc --control-plane-count 1 -o none
    admin get nodes -l node-role.kubernetes.io/control-plane --no-headers | wc -l
    GROUP=$(az ad group create --display-name admins --mail-nickname admins --query id -o tsv)
    az aksarc update -g rg -n arc --aad-admin-group-object-ids $GROUP -o none
    [ "$(az connectedk8s show -g rg -n arc --query 'aadProfile.adminGroupObjectIDs[0]' -o tsv)" = $GROUP ] && echo admins`);
  assert.deepEqual(stdout.trim().split('\n'), [
    ...['[true,1,5]', '[true,1,4]', '{"scan-interval":"30s"}', '', '[false,null,null]', '1', 'admins'],
  ]);
});

test('what a location offers is listed, and a cluster is validated without being made', async () => {
  const { stdout, stderr } = await estate.script(`set +e; ${place}
    az aksarc get-versions --custom-location $CL -o table | head -3
    az aksarc vmsize list --custom-location $CL -o table | head -3
    az aksarc create -n other -g rg --custom-location $CL --vnet-ids $LNET --validate --kubernetes-version 1.31.9
    az aksarc create -n other -g rg --custom-location $CL --vnet-ids $LNET --validate --kubernetes-version 1.27.1
    az aksarc create -n other -g rg --custom-location $CL --vnet-ids $LNET-not --validate
    az connectedk8s list -g rg --query '[].name' -o tsv
    az aksarc get-logs`);
  assert.match(stdout, /^KubernetesVersion +IsPreview +Upgrades\n-+.*\n1\.24\.11 +False +None available$/m);
  assert.match(stdout, /^Name +VCPUs +MemoryGB\n-+.*\nStandard_A2_v2 +2 +4$/m);
  assert.match(stdout, /were validated; no cluster was made\.\narc$/m);
  assert.match(stderr, /The Kubernetes version '1\.27\.1' is not offered\. Offered: 1\.24\.11/);
  assert.match(stderr, /\(ResourceNotFound\)[\s\S]*'az aksarc get-logs' is not built/);
});

/** What a watch of nodes has printed, one line a change: name, status, version. */
function changes(watched: string): { readonly name: string; readonly what: string }[] {
  return watched.split('\n').flatMap((line) => {
    const [, name, status, version] = /^(moc-l\w{10}) +(\S+) +\S+ +\S+ +(v\S+)$/.exec(line) ?? [];
    return name === undefined ? [] : [{ name, what: `${status} ${version}` }];
  });
}

test('an upgrade moves the control plane, then each node is drained and another machine takes its place', async () => {
  const { stdout } = await estate.succeeds(`${place}
    az aksarc get-upgrades -g rg -n arc --query '[controlPlaneProfile.kubernetesVersion,controlPlaneProfile.upgrades[-1].kubernetesVersion,length(agentPoolProfiles)]' -o tsv
    names() { admin get nodes -o name | sort; }
    names > $KUBECONFIG.before
    admin get nodes -w >$KUBECONFIG.watched &
    az aksarc upgrade -g rg -n arc --kubernetes-version 1.31.9 --yes --query 'properties.[kubernetesVersion,provisioningState]' -o tsv
    kill %1 2>/dev/null || true
    names > $KUBECONFIG.after
    comm -12 $KUBECONFIG.before $KUBECONFIG.after | wc -l
    cmp <(wc -l <$KUBECONFIG.before) <(wc -l <$KUBECONFIG.after) && echo as many
    admin get nodes -o jsonpath='{.items[*].status.nodeInfo.kubeletVersion}'; echo
    admin get --raw /version | grep -c v1.31.9
    az aksarc nodepool list -g rg --cluster-name arc --query '[].properties.[kubernetesVersion,provisioningState]' -o tsv
    az connectedk8s show -n arc -g rg --query kubernetesVersion -o tsv
    az aksarc get-upgrades -g rg -n arc --query 'controlPlaneProfile.upgrades[0].kubernetesVersion' -o tsv
    cat $KUBECONFIG.watched`);
  assert.deepEqual(stdout.trim().split('\n').slice(0, 14), [
    ...['1.30.9', '1.31.10', '2'],
    ...['1.31.9', 'Succeeded', '0', 'as many', 'v1.31.9 v1.31.9 v1.31.9 v1.31.9', '1'],
    ...['1.31.9\tSucceeded', '1.31.9\tSucceeded', '1.31.9', '1.31.10'],
    ...stdout.trim().split('\n').slice(13, 14),
  ]);
  const seen = changes(stdout);
  const drained = seen.filter(({ what }) => what === 'Ready,SchedulingDisabled v1.30.9');
  assert.equal(new Set(drained.map(({ name }) => name)).size, 4, 'each old node is closed first');
});

test('an upgrade that skips a minor version or goes back is refused', async () => {
  const { stderr, code } = await estate.script(`${place}
    az aksarc upgrade -g rg -n arc --kubernetes-version 1.30.9 --yes`);
  assert.equal(code, 1);
  assert.match(
    stderr,
    /\(InvalidKubernetesVersionUpgrade\) Upgrading from 1\.31\.9 to 1\.30\.9 is not allowed/,
  );
});

test('a disruption budget holds an upgrade up, also after a kill, and it goes on when the budget gives way', async () => {
  const { stdout } = await estate.succeeds(`${place}
    admin create deployment guarded --image=nginx >/dev/null
    admin rollout status deployment guarded >/dev/null
    admin create poddisruptionbudget guard --selector=app=guarded --min-available=1 >/dev/null
    NODE=$(admin get pods -l app=guarded -o jsonpath='{.items[0].spec.nodeName}')
    az aksarc upgrade -g rg -n arc --kubernetes-version 1.32.6 --yes --no-wait
    timeout 120 kubectl --kubeconfig $KUBECONFIG.admin wait node $NODE --for=jsonpath='{.spec.unschedulable}'=true >/dev/null
    az aksarc show -g rg -n arc --query 'properties.[kubernetesVersion,provisioningState]' -o tsv
    az aksarc nodepool scale -g rg --cluster-name arc -n nodepool1 --node-count 3 2>&1 | grep -o '(OperationNotAllowed)' | head -1 || true
    admin get nodes --no-headers | wc -l
    kill -9 $(node -p "require('${estate.home}/running.json').pid")
    echo $NODE`);
  const [version, state, refused, during, node] = stdout.trim().split('\n');
  assert.deepEqual(
    [version, state, refused, during],
    ['1.32.6', 'Upgrading', '(OperationNotAllowed)', '5'],
    'one machine more stands in',
  );
  const up = await drydock('up', '--detach', '--home', estate.home);
  assert.equal(up.code, 0, up.stderr);
  const { stdout: later } = await estate.succeeds(`${place}
    admin get node ${node} -o jsonpath='{.spec.unschedulable} {.status.nodeInfo.kubeletVersion}{"\\n"}'
    az aksarc show -g rg -n arc --query properties.provisioningState -o tsv
    admin delete poddisruptionbudget guard >/dev/null
    az aksarc wait -g rg -n arc --custom "properties.provisioningState=='Succeeded'" --interval 1
    admin get nodes -o jsonpath='{.items[*].status.nodeInfo.kubeletVersion}{"\\n"}'
    az aksarc nodepool list -g rg --cluster-name arc --query '[].properties.kubernetesVersion' -o tsv`);
  assert.deepEqual(later.trim().split('\n'), [
    ...['true v1.31.9', 'Upgrading', 'v1.32.6 v1.32.6 v1.32.6 v1.32.6', '1.32.6', '1.32.6'],
  ]);
});
