import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { drydock, TestEstate } from './estate.ts';

let estate: TestEstate;

before(async () => {
  estate = await TestEstate.start();
  await estate.succeeds(`
    az group create -n rg -l eastus
    az fleet create -g rg -n fleet --enable-hub
    ROLE='Azure Kubernetes Fleet Manager RBAC Cluster Admin'
    az role assignment create --role "$ROLE" --assignee $(az ad signed-in-user show --query id -o tsv) --scope $(az fleet show -g rg -n fleet --query id -o tsv)
    az fleet get-credentials -g rg -n fleet
    az aks create -g rg -n m1 --node-count 1 --no-ssh-key
    az fleet member create -g rg --fleet-name fleet -n m1 --member-cluster-id $(az aks show -g rg -n m1 --query id -o tsv)
    az aks get-credentials -g rg -n m1 --admin --file $KUBECONFIG.m1
    kubectl --kubeconfig $KUBECONFIG.m1 create configmap kept --from-literal=a=b`);
});

after(() => estate?.[Symbol.asyncDispose]());

const power = `az aks show -g rg -n m1 --query '[powerState.code,agentPoolProfiles[0].powerState.code,provisioningState]' -o tsv`;
const heartbeat = `kubectl get membercluster m1 -o jsonpath='{.status.agentStatus[0].lastReceivedHeartbeat}{"\\n"}'`;

let lastHeartbeat: string;

test('az aks stop ends the API server and the agent; the hub keeps the last heartbeat', async () => {
  const { stdout } = await estate.succeeds(`
    az aks stop -g rg -n m1
    ${power}
    ${heartbeat}
    curl -s --cacert "${estate.status['caFile']}" "${estate.status['resourceManager']}/metrics" | grep '^drydock_clusters{role="member"'
    kubectl --kubeconfig $KUBECONFIG.m1 get nodes 2>&1 || true`);
  const [code, ofPool, state, beat = '', counted, refused] = stdout.trim().split('\n');
  assert.equal(counted, 'drydock_clusters{role="member",state="stopped"} 1');
  assert.deepEqual([code, ofPool, state], ['Stopped', 'Stopped', 'Succeeded']);
  assert.match(refused ?? '', /EOF|connection|handshake|reset|refused/i);
  assert.match(beat, /^20\d\d-/);
  lastHeartbeat = beat;
});

test('a stopped cluster can be started and deleted, nothing else', async () => {
  const { stderr } = await estate.script(`set +e
    az aks stop -g rg -n m1
    az aks scale -g rg -n m1 --node-count 2
    az aks nodepool scale -g rg --cluster-name m1 -n nodepool1 --node-count 2
    az aks nodepool delete -g rg --cluster-name m1 -n nodepool1
    az aks get-credentials -g rg -n m1 --admin --file $KUBECONFIG.no
    az aks start -g rg -n nobody
    az aks create -g rg -n m2 --node-count 1 --no-ssh-key >/dev/null
    az aks stop -g rg -n m2
    az fleet member create -g rg --fleet-name fleet -n m2 --member-cluster-id $(az aks show -g rg -n m2 --query id -o tsv)
    az aks delete -g rg -n m2 --yes`);
  assert.match(
    stderr,
    /\(BadRequest\) managed cluster is in Provisioning State\(Succeeded\) and Power State\(Stopped\), stopping cannot be performed/,
  );
  const refused = /\(OperationNotAllowed\) .*Power State\(Stopped\), updating cannot be performed/g;
  assert.equal(stderr.match(refused)?.length, 3);
  assert.match(stderr, /\(OperationNotAllowed\) The cluster 'm1' is stopped/);
  assert.match(stderr, /\(ResourceNotFound\)/);
  assert.match(stderr, /The member cluster '\S+m2' is stopped\. Start it and try again\./);
  const { stdout: status } = await drydock('status', '--home', estate.home);
  assert.match(status, /m1 +member +stopped/);
});

test('a stopped cluster stays stopped over a restart, and comes back with its objects and its agent', async () => {
  await estate.restart();
  const { stdout } = await estate.succeeds(`
    ${power}
    [ "$(${heartbeat})" = '${lastHeartbeat}' ]
    az aks start -g rg -n m1
    ${power}
    timeout 60 kubectl --kubeconfig $KUBECONFIG.m1 wait node --all --for=condition=Ready >/dev/null
    kubectl --kubeconfig $KUBECONFIG.m1 get configmap kept -o jsonpath='{.data.a}{"\\n"}'
    until [ "$(${heartbeat})" != '${lastHeartbeat}' ]; do sleep 0.5; done
    az aks start -g rg -n m1 2>&1 || true`);
  assert.match(stdout, /^Stopped\nStopped\nSucceeded\nRunning\nRunning\nSucceeded\nb\n/);
  assert.match(stdout, /Power State\(Running\), starting cannot be performed/);
});

test('az aks scale and upgrade change nodes and API server, and the hub shows the new version of the member', async () => {
  const property = '{.status.properties.k8s\\.io/k8s-version.value}';
  const { stdout } = await estate.succeeds(`
    az aks scale -g rg -n m1 --node-count 2 --query 'agentPoolProfiles[0].count'
    az aks upgrade -g rg -n m1 -k 1.34 --yes --query kubernetesVersion -o tsv
    VERSION=v$(az aks show -g rg -n m1 --query currentKubernetesVersion -o tsv)
    kubectl --kubeconfig $KUBECONFIG.m1 get --raw /version | grep -cE "\\"gitVersion\\": ?\\"$VERSION\\""
    kubectl --kubeconfig $KUBECONFIG.m1 wait node --all --for=jsonpath='{.status.nodeInfo.kubeletVersion}'=$VERSION --timeout=60s | wc -l
    timeout 100 kubectl wait membercluster m1 --for=jsonpath='${property}'=$VERSION --timeout=90s`);
  assert.equal(stdout, '2\n1.34\n1\n2\nmembercluster.cluster.kubernetes-fleet.io/m1 condition met\n');
});

test('node pools are added, scaled, stopped, started and deleted, and a system pool is never stopped', async () => {
  const pool = '-g rg --cluster-name m1 -n user1';
  const nodes = 'kubectl --kubeconfig $KUBECONFIG.m1 get nodes -l agentpool=user1 -o name | wc -l';
  const { stdout, stderr } = await estate.script(`set +e
    az aks nodepool add ${pool} --node-count 1 --labels tier=gold --query '[count,mode,powerState.code]' -o tsv
    az aks nodepool scale ${pool} --node-count 2 --query count
    ${nodes}
    az aks nodepool stop ${pool} --query '[count,powerState.code]' -o tsv
    ${nodes}
    az aks scale -g rg -n m1 --nodepool-name nodepool1 --node-count 1 --query 'agentPoolProfiles[].[name,powerState.code]' -o tsv
    az aks nodepool start ${pool} --query powerState.code -o tsv
    ${nodes}
    az aks nodepool delete ${pool}
    az aks nodepool list -g rg --cluster-name m1 --query '[].name' -o tsv
    az aks nodepool stop -g rg --cluster-name m1 -n nodepool1
    az aks nodepool add -g rg --cluster-name m1 -n nodepool1
    az aks nodepool delete ${pool}
    az aks get-upgrades -g rg -n m1 -o table
    az aks get-versions -l eastus -o table | head -3`);
  const lines = stdout.trim().split('\n');
  assert.deepEqual(lines.slice(0, 14), [
    ...['1', 'User', 'Running', '2', '2', '2', 'Stopped', '0'],
    ...['nodepool1\tRunning', 'user1\tStopped', 'Running', '2', 'nodepool1'],
    'Name     ResourceGroup    MasterVersion    Upgrades',
  ]);
  assert.match(stdout, /^KubernetesVersion +Upgrades +SupportPlan$/m);
  assert.match(stderr, /must define at least one system pool with at least one node/);
  assert.match(stderr, /Node pool nodepool1 already exists, please try a different name/);
  assert.match(stderr, /Node pool user1 doesnt exist/);
});

test('a node pool is updated twice, waited for, shows its upgrades, and never gets ahead of its cluster', async () => {
  const pool = '-g rg --cluster-name m1 -n user2';
  const { stdout, stderr } = await estate.script(`set +e
    az aks nodepool add ${pool} --node-count 1 -k 1.33 -o none
    az aks nodepool update ${pool} --labels tier=gold --tags a=b --query '[nodeLabels.tier,tags.a]' -o tsv
    az aks nodepool update ${pool} --labels tier=silver --node-taints k=v:NoSchedule --query '[nodeLabels.tier,nodeTaints[0]]' -o tsv
    az aks nodepool update ${pool} --node-taints '' --max-surge 33% --query '[nodeTaints,upgradeSettings.maxSurge]' -o json | tr -d ' \\n'; echo
    az aks nodepool update ${pool} -e --min-count 1 --max-count 3 --query '[enableAutoScaling,minCount,maxCount]' -o tsv
    az aks nodepool update ${pool} -u --min-count 1 --max-count 4 --query maxCount
    az aks nodepool update ${pool} -e --min-count 1 --max-count 4
    az aks nodepool update ${pool} -d --query '[enableAutoScaling,minCount]' -o json | tr -d ' \\n'; echo
    az aks nodepool update ${pool} -d
    az aks nodepool update ${pool} --min-count 1
    az aks nodepool update ${pool} --query provisioningState -o tsv
    az aks nodepool wait ${pool} --updated --interval 1 --timeout 60 && echo waited
    az aks get-credentials -g rg -n m1 --admin --file $KUBECONFIG.nodes 2>/dev/null
    kubectl --kubeconfig $KUBECONFIG.nodes get nodes -l tier=silver -o jsonpath='{.items[*].status.nodeInfo.kubeletVersion}{.items[*].spec.taints}{"\\n"}'
    az aks nodepool get-upgrades ${pool} --query '[kubernetesVersion,upgrades[-1].kubernetesVersion,osType]' -o tsv
    az aks nodepool upgrade ${pool} -k 1.34 --yes --query currentOrchestratorVersion -o tsv
    az aks nodepool get-upgrades ${pool} --query upgrades -o json
    az aks nodepool upgrade ${pool} -k 1.35 --yes
    az aks nodepool upgrade ${pool} -k 1.3 --yes
    az aks nodepool wait ${pool} --exists --interval 1 --timeout 60 && az aks nodepool delete ${pool}
    az aks nodepool wait ${pool} --deleted --interval 1 --timeout 60 && echo gone
    az aks nodepool get-upgrades ${pool}
    az aks show -g rg -n m1 --query currentKubernetesVersion -o tsv`);
  const lines = stdout.trim().split('\n');
  const version = lines.at(-1);
  assert.deepEqual(lines.slice(0, 16), [
    ...['gold', 'b', 'silver', 'k=v:NoSchedule', '[[],"33%"]', 'true', '1', '3', '4', '[false,null]'],
    ...['Succeeded', 'waited', 'v1.33.4', '1.33.4', String(version), 'Linux'],
  ]);
  assert.deepEqual(lines.slice(16), [version, 'gone', version]);
  assert.match(stderr, /WARNING: Cluster autoscaler is already enabled for this node pool\./);
  assert.match(stderr, /WARNING: Cluster autoscaler is already disabled for this node pool\./);
  assert.match(
    stderr,
    /min-count and max-count are required for --enable-cluster-autoscaler or --update-cluster-autoscaler/,
  );
  assert.match(
    stderr,
    /\(NodePoolMcVersionIncompatible\) Node pool version 1\.35\.\d+ and control plane version 1\.34/,
  );
  assert.match(
    stderr,
    /\(AgentPoolK8sVersionNotSupported\) Version 1\.3 is not supported in this region\. Please use \[az aks get-versions\]/,
  );
  assert.match(stderr, /\(ResourceNotFound\)[^\n]*agentPools\/user2/);
});

test('a kubeconfig of before a stop leads to the same cluster after the start, with the same authority', async () => {
  const { stdout } = await estate.succeeds(`
    az aks get-credentials -g rg -n m1 --admin --file $KUBECONFIG.before
    az aks stop -g rg -n m1
    az aks start -g rg -n m1
    az aks get-credentials -g rg -n m1 --admin --file $KUBECONFIG.after
    kubectl --kubeconfig $KUBECONFIG.before get configmap kept -o jsonpath='{.data.a}{"\\n"}'
    for file in before after; do
      kubectl --kubeconfig $KUBECONFIG.$file config view --raw -o jsonpath='{.clusters[0].cluster.server} {.clusters[0].cluster.tls-server-name} {.clusters[0].cluster.certificate-authority-data}{"\\n"}'
    done`);
  const [kept, before, after] = stdout.trim().split('\n');
  assert.equal(kept, 'b');
  assert.ok(before && before.length > 500);
  assert.equal(before, after);
});

test('a stopped cluster is deleted with all that it had, and its member leaves', async () => {
  const { stdout } = await estate.succeeds(`
    az aks stop -g rg -n m1
    az aks delete -g rg -n m1 --yes
    az aks list -g rg --query '[].name' -o tsv
    az fleet member delete -g rg --fleet-name fleet -n m1 --yes
    kubectl get memberclusters -o name`);
  assert.equal(stdout, '');
});

test('the hub of a fleet is neither stopped nor started by anybody', async () => {
  const { stderr } = await estate.script(`
    HUB=$(az resource list --resource-type Microsoft.ContainerService/managedClusters --query "[?name=='hub'].id | [0]" -o tsv)
    az rest --method post --uri "$HUB/stop?api-version=2025-05-01"`);
  assert.match(stderr, /DenyAssignmentAuthorizationFailed/);
});
