import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { drydock, TestEstate } from './estate.ts';

let estate: TestEstate;

before(async () => {
  const swift = ['--control-plane-upgrade-seconds', '0', '--node-start-seconds', '0'];
  estate = await TestEstate.start(...swift, '--node-reimage-seconds', '0', '--upgrade-minute-seconds', '1');
  await estate.succeeds(`
    az group create -n rg -l eastus
    az aks create -g rg -n m1 --node-count 2 --no-ssh-key --kubernetes-version 1.33.2
    az aks nodepool add -g rg --cluster-name m1 -n user1 --node-count 2
    az aks get-credentials -g rg -n m1 --admin --file $KUBECONFIG.m1`);
});

after(() => estate?.[Symbol.asyncDispose]());

const kubectl = 'kubectl --kubeconfig $KUBECONFIG.m1';
const pools = (query: string) =>
  `az aks nodepool list -g rg --cluster-name m1 --query '[].[${query}]' -o tsv`;

/** What a watch of nodes has printed, one line a change: number of the node, whether it is closed, version. */
function changes(watched: string): string[] {
  return watched.split('\n').flatMap((line) => {
    const [, pool, node, , status, , , version] =
      /^aks-(\w+)-\d{8}-vmss(\w{6})(\s+)(\S+)\s+(\S+)\s+(\S+)\s+(\S+)/.exec(line) ?? [];
    return pool === undefined ? [] : [`${pool} ${Number(node)} ${status} ${version}`];
  });
}

test('the control plane goes first, then pool by pool a surge node joins, and each old node is closed, drained and replaced', async () => {
  const { stdout } = await estate.succeeds(`
    ${kubectl} create deployment web --image=nginx --replicas=3
    ${kubectl} rollout status deployment web >/dev/null
    ${kubectl} get nodes -w >$KUBECONFIG.watched &
    until [ -s $KUBECONFIG.watched ]; do sleep 0.1; done
    az aks upgrade -g rg -n m1 -k 1.34.1 --yes -o none
    az aks show -g rg -n m1 --query '[currentKubernetesVersion,provisioningState]' -o tsv
    ${pools('currentOrchestratorVersion,provisioningState')}
    ${kubectl} get --raw /version | grep -c 'v1.34.1'
    ${kubectl} get nodes -o jsonpath='{range .items[*]}{.metadata.name} {.status.nodeInfo.kubeletVersion}{"\\n"}{end}' | sed 's/-[0-9]*-vmss/ /'
    ${kubectl} rollout status deployment web >/dev/null
    ${kubectl} get events -o custom-columns=R:.reason,M:.message --no-headers | grep -E '^(Surge|Drain) ' | sed 's/  */ /g;s/-[0-9]\\{8\\}-vmss0*/ /' | sort
    cat $KUBECONFIG.watched`);
  const lines = stdout.split('\n');
  const at = lines.findIndex((line) => line.startsWith('1.34.1'));
  assert.deepEqual(lines.slice(at, at + 9), [
    ...['1.34.1', 'Succeeded', '1.34.1\tSucceeded', '1.34.1\tSucceeded', '1'],
    ...['aks-nodepool1 000000 v1.34.1', 'aks-nodepool1 000001 v1.34.1'],
    ...['aks-user1 000000 v1.34.1', 'aks-user1 000001 v1.34.1'],
  ]);
  const seen = changes(stdout);
  const first = (change: string) => {
    const found = seen.indexOf(change);
    assert.notEqual(found, -1, `${change} is not in\n${seen.join('\n')}`);
    return found;
  };
  for (const pool of ['nodepool1', 'user1']) {
    const order = [
      `${pool} 2 Ready v1.34.1`,
      `${pool} 0 Ready,SchedulingDisabled v1.33.2`,
      `${pool} 0 Ready v1.34.1`,
      `${pool} 1 Ready,SchedulingDisabled v1.33.2`,
      `${pool} 1 Ready v1.34.1`,
      `${pool} 2 Ready,SchedulingDisabled v1.34.1`,
    ].map(first);
    assert.deepEqual(
      order,
      order.toSorted((a, b) => a - b),
      'one after the other',
    );
  }
  assert.ok(first('nodepool1 1 Ready v1.34.1') < first('user1 2 Ready v1.34.1'), 'a pool at a time');
  assert.ok(stdout.includes('Drain Draining node: aks-user1 1'));
  assert.ok(stdout.includes('Surge Created a surge node aks-user1 2 for agentpool user1'));
});

test('a disruption budget holds an upgrade up, and it goes on when the budget gives way, also after a kill', async () => {
  const { stdout } = await estate.succeeds(`
    ${kubectl} create deployment guarded --image=nginx >/dev/null
    ${kubectl} rollout status deployment guarded >/dev/null
    ${kubectl} create poddisruptionbudget guard --selector=app=guarded --min-available=1 >/dev/null
    az aks nodepool update -g rg --cluster-name m1 -n user1 --drain-timeout 1000 --max-surge 1 -o none
    az aks nodepool update -g rg --cluster-name m1 -n nodepool1 --drain-timeout 1000 --max-surge 50% -o none
    az aks upgrade -g rg -n m1 -k 1.34.2 --yes --no-wait
    NODE=$(${kubectl} get pods -l app=guarded -o jsonpath='{.items[0].spec.nodeName}')
    timeout 60 ${kubectl} wait node $NODE --for=jsonpath='{.spec.unschedulable}'=true >/dev/null
    az aks show -g rg -n m1 --query '[currentKubernetesVersion,provisioningState]' -o tsv
    az aks nodepool scale -g rg --cluster-name m1 -n user1 --node-count 3 2>&1 | grep -o '(OperationNotAllowed)' | head -1 || true
    kill -9 $(jq -r .pid ${estate.home}/running.json 2>/dev/null || node -p "require('${estate.home}/running.json').pid")
    echo $NODE`);
  const [version, state, refused, node] = stdout.trim().split('\n');
  assert.deepEqual([version, state, refused], ['1.34.2', 'Upgrading', '(OperationNotAllowed)']);
  const up = await drydock('up', '--detach', '--home', estate.home);
  assert.equal(up.code, 0, up.stderr);
  const { stdout: after } = await estate.succeeds(`
    ${kubectl} get node ${node} -o jsonpath='{.spec.unschedulable} {.status.nodeInfo.kubeletVersion}{"\\n"}'
    ${kubectl} get pods -l app=guarded -o jsonpath='{.items[0].spec.nodeName}{"\\n"}'
    az aks show -g rg -n m1 --query provisioningState -o tsv
    ${kubectl} delete poddisruptionbudget guard >/dev/null
    az aks wait -g rg -n m1 --updated --interval 1
    ${pools('currentOrchestratorVersion')}
    ${kubectl} get nodes -o jsonpath='{.items[*].status.nodeInfo.kubeletVersion}'`);
  assert.deepEqual(after.trim().split('\n'), [
    ...['true v1.34.1', node, 'Upgrading', '1.34.2', '1.34.2', 'v1.34.2 v1.34.2 v1.34.2 v1.34.2'],
  ]);
});

test('a node that cannot be drained in its time fails the upgrade in the words of AKS, and the next try goes on from there', async () => {
  const { stdout, stderr } = await estate.script(`set +e
    ${kubectl} create poddisruptionbudget guard --selector=app=guarded --min-available=1 >/dev/null
    az aks nodepool update -g rg --cluster-name m1 -n user1 --drain-timeout 1 -o none
    az aks nodepool update -g rg --cluster-name m1 -n nodepool1 --drain-timeout 1 -o none
    az aks upgrade -g rg -n m1 -k 1.35.0 --yes -o none
    az aks show -g rg -n m1 --query '[currentKubernetesVersion,provisioningState]' -o tsv
    ${kubectl} get nodes --no-headers | grep -c SchedulingDisabled
    ${kubectl} get nodes --no-headers | wc -l
    ${kubectl} delete poddisruptionbudget guard >/dev/null
    az aks upgrade -g rg -n m1 -k 1.35.0 --yes --query provisioningState -o tsv
    ${kubectl} get nodes -o jsonpath='{.items[*].status.nodeInfo.kubeletVersion}'`);
  assert.match(
    stderr,
    /\(UpgradeFailed\) Drain node aks-\w+-\d{8}-vmss00000\d failed when evicting pod guarded-\S+ failed with Too Many Requests error\. This is often caused by a restrictive Pod Disruption Budget \(PDB\) policy\. See http:\/\/aka\.ms\/aks\/debugdrainfailures\. Original error: Cannot evict pod as it would violate the pod's disruption budget\.\. PDB debug info: default\/guarded-\S+ blocked by pdb guard with 0 unready pods\./,
  );
  assert.deepEqual(stdout.trim().split('\n'), [
    ...['1.35.0', 'Failed', '0', '4', 'Succeeded', 'v1.35.0 v1.35.0 v1.35.0 v1.35.0'],
  ]);
});

test('images of two pools are asked for at once and replaced one after the other, and the version stays', async () => {
  const released = await drydock('release', '202512.03.0', '--home', estate.home);
  assert.equal(released.stdout, 'The node image 202512.03.0 is released.\n');
  const image = 'AKSUbuntu-2204gen2containerd-202512.03.0';
  const { stdout, stderr } = await estate.script(`set +e
    az aks upgrade -g rg -n m1 --node-image-only --yes --query name -o tsv
    az aks nodepool wait -g rg --cluster-name m1 -n nodepool1 --updated --interval 1
    az aks nodepool wait -g rg --cluster-name m1 -n user1 --updated --interval 1
    ${pools('nodeImageVersion,currentOrchestratorVersion,provisioningState')}
    ${kubectl} get nodes -o jsonpath='{range .items[*]}{.metadata.labels.kubernetes\\.azure\\.com/node-image-version} {.status.nodeInfo.kubeletVersion}{"\\n"}{end}'
    az aks nodepool upgrade -g rg --cluster-name m1 -n user1 --node-image-only --query nodeImageVersion -o tsv
    az aks nodepool upgrade -g rg --cluster-name m1 -n user1 --node-image-only --max-surge 2
    az aks nodepool update -g rg --cluster-name m1 -n user1 --max-surge 0 --max-unavailable 0
    az aks nodepool update -g rg --cluster-name m1 -n user1 --max-surge many`);
  assert.deepEqual(stdout.trim().split('\n'), [
    'm1',
    ...Array(2).fill(`${image}\t1.35.0\tSucceeded`),
    ...Array(4).fill(`${image} v1.35.0`),
    image,
  ]);
  assert.match(stderr, /Conflicting flags\. Unable to specify max-surge\/drain-timeout/);
  assert.match(stderr, /\(InvalidParameter\) .*maxSurge and maxUnavailable cannot both be 0/);
  assert.match(stderr, /--max-surge should be an int or percentage/);
});

test('an upgrade that somebody aborts ends where it is, and can be asked for again', async () => {
  const { stdout, stderr } = await estate.script(`set +e
    ${kubectl} create poddisruptionbudget guard --selector=app=guarded --min-available=1 >/dev/null
    az aks nodepool update -g rg --cluster-name m1 -n user1 --drain-timeout 1000 -o none
    az aks nodepool update -g rg --cluster-name m1 -n nodepool1 --drain-timeout 1000 -o none
    az aks upgrade -g rg -n m1 -k 1.35.1 --yes --no-wait
    NODE=$(${kubectl} get pods -l app=guarded -o jsonpath='{.items[0].spec.nodeName}')
    timeout 60 ${kubectl} wait node $NODE --for=jsonpath='{.spec.unschedulable}'=true >/dev/null
    az aks operation-abort -g rg -n m1
    az aks wait -g rg -n m1 --custom "provisioningState=='Canceled'" --interval 1
    az aks show -g rg -n m1 --query '[currentKubernetesVersion,provisioningState]' -o tsv
    az aks operation-abort -g rg -n m1
    ${kubectl} delete poddisruptionbudget guard >/dev/null
    az aks upgrade -g rg -n m1 -k 1.35.1 --yes --query provisioningState -o tsv
    ${kubectl} get nodes --no-headers | sed 's/  */ /g' | cut -d' ' -f2,5`);
  assert.deepEqual(stdout.trim().split('\n'), [
    ...['1.35.1', 'Canceled', 'Succeeded'],
    ...Array(4).fill('Ready v1.35.1'),
  ]);
  assert.match(stderr, /There is no operation in progress on 'm1' that could be aborted/);
});

test('a quarantined node stays closed under its label, another one stands for it, and the next upgrade takes it out', async () => {
  const { stdout, stderr } = await estate.script(`set +e
    ${kubectl} create poddisruptionbudget guard --selector=app=guarded --min-available=1 >/dev/null
    for POOL in user1 nodepool1; do
      az aks nodepool update -g rg --cluster-name m1 -n $POOL --drain-timeout 1 --max-surge 2 --undrainable-node-behavior Cordon -o none
    done
    az aks upgrade -g rg -n m1 -k 1.36.0 --yes -o none
    ${kubectl} get nodes -l kubernetes.azure.com/upgrade-status=Quarantined --no-headers | sed 's/  */ /g' | cut -d' ' -f2,5
    ${kubectl} get nodes --no-headers | wc -l
    ${kubectl} delete poddisruptionbudget guard >/dev/null
    az aks upgrade -g rg -n m1 -k 1.36.0 --yes --query provisioningState -o tsv
    ${kubectl} get nodes --no-headers | sed 's/  */ /g' | cut -d' ' -f2,5`);
  assert.deepEqual(stdout.trim().split('\n'), [
    ...['Ready,SchedulingDisabled v1.35.1', '5', 'Succeeded'],
    ...Array(4).fill('Ready v1.36.0'),
  ]);
  assert.match(stderr, /\(UpgradeFailed\) Drain node/);
});
