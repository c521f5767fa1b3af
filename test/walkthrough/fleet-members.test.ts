import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { TestEstate } from './estate.ts';

let estate: TestEstate;

before(async () => {
  estate = await TestEstate.start();
  await estate.succeeds(`
    az group create -n rg -l eastus
    drydock infra create -g rg
    az fleet create -g rg -n fleet --enable-hub
    ROLE='Azure Kubernetes Fleet Manager RBAC Cluster Admin'
    az role assignment create --role "$ROLE" --assignee $(az ad signed-in-user show --query id -o tsv) --scope $(az fleet show -g rg -n fleet --query id -o tsv)
    az fleet get-credentials -g rg -n fleet
    GROUP=$(az ad group create --display-name admins --mail-nickname admins --query id -o tsv)
    CL=$(az customlocation show --name local-cl --resource-group rg --query id -o tsv)
    LNET=$(az stack-hci-vm network lnet show --name local-lnet --resource-group rg --query id -o tsv)
    HOME=$(mktemp -d)
    az aksarc create -n arc -g rg --custom-location $CL --vnet-ids $LNET --aad-admin-group-object-ids $GROUP --generate-ssh-keys
    rm -r $HOME`);
});

after(() => estate?.[Symbol.asyncDispose]());

const join = `az fleet member create -g rg --fleet-name fleet -n arc --member-cluster-id $(az connectedk8s show -g rg -n arc --query id -o tsv) --query provisioningState -o tsv`;

test('an AKS Arc cluster joins a fleet, gets what is placed, leaves and joins again', async () => {
  const { stdout } = await estate.succeeds(`
    ${join}
    kubectl get membercluster arc -o jsonpath='joined {.status.conditions[?(@.type=="Joined")].status} {.status.agentStatus[0].type}{"\\n"}'
    kubectl create namespace placed >/dev/null
    kubectl -n placed create service loadbalancer front --tcp=80:80 >/dev/null
    kubectl apply -f - >/dev/null <<'YAML'
apiVersion: placement.kubernetes-fleet.io/v1
kind: ClusterResourcePlacement
metadata: { name: placed }
spec: { resourceSelectors: [{ group: "", kind: Namespace, version: v1, name: placed }] }
YAML
    timeout 60 kubectl wait crp placed --for=condition=ClusterResourcePlacementAvailable >/dev/null
    az aksarc get-credentials -n arc -g rg --admin --file $KUBECONFIG.arc >/dev/null 2>&1
    kubectl --kubeconfig $KUBECONFIG.arc get namespace placed -o name
    az fleet member delete -g rg --fleet-name fleet -n arc --yes
    kubectl get membercluster -o name
    ${join}`);
  assert.equal(stdout, 'Succeeded\njoined True MemberAgent\nnamespace/placed\nSucceeded\n');
});

test('nobody but the fleet writes into its namespaces on the hub, whatever roles say', async () => {
  const { stdout } = await estate.succeeds(`
    work() { kubectl apply --server-side -f - 2>&1 <<'YAML' || true
apiVersion: placement.kubernetes-fleet.io/v1
kind: Work
metadata: { name: mine, namespace: fleet-member-arc }
spec: { workload: { manifests: [] } }
YAML
    }
    work
    kubectl -n fleet-member-arc create rolebinding mine --clusterrole cluster-admin --user me 2>&1 || true
    kubectl -n fleet-system create configmap mine 2>&1 || true
    kubectl delete namespace fleet-member-arc 2>&1 || true
    kubectl -n fleet-member-arc delete works --all 2>&1 || true
    kubectl -n fleet-member-arc get works -o name | wc -l
    kubectl create namespace fleeting`);
  const lines = stdout.trim().split('\n');
  const refused = lines.filter((line) =>
    /denied the request: user: '\S+' in '.+' is not allowed to/.test(line),
  );
  assert.equal(refused.length, 5, stdout);
  assert.ok(Number(lines.at(-2)) > 0, stdout);
  assert.equal(lines.at(-1), 'namespace/fleeting created');
});

test('nobody gets round the guard rail of a hub as a part of it, or with a token of the fleet', async () => {
  const { stdout } = await estate.succeeds(`
    for as in '--as=me --as-group=system:nodes' --as=system:kube-controller-manager \
      '--as=me --as-group=system:serviceaccounts:kube-system' --as=aks-support --as=fleet-member-agent:arc \
      --as=system:serviceaccount:fleet-system:default --as=system:serviceaccount:kube-system:default
    do kubectl $as create namespace fleet-mine 2>&1 || true
    done
    kubectl -n fleet-system create token default 2>&1 || true
    kubectl -n kube-system create token default 2>&1 || true
    kubectl create serviceaccount robot >/dev/null
    kubectl create clusterrolebinding robot --clusterrole cluster-admin --serviceaccount default:robot >/dev/null
    kubectl --as=system:serviceaccount:default:robot create namespace fleet-mine 2>&1 || true
    kubectl --as=system:serviceaccount:default:robot create namespace mine 2>&1 || true
    kubectl get namespace fleet-mine 2>&1 || true
    kubectl --as=me --as-group=system:masters create namespace fleet-mine --dry-run=server`);
  const lines = stdout.trim().split('\n');
  const reserved = lines.filter((line) => /is reserved for the fleet$/.test(line));
  assert.equal(reserved.length, 9, stdout);
  const [rail, made, missing, administrator] = lines.slice(9);
  assert.match(rail ?? '', /"fleet\.namespace\.guardrail\.validating" denied the request: user: .*robot/);
  assert.equal(made, 'namespace/mine created');
  assert.match(missing ?? '', /not found/);
  // Whoever may act as an administrator of the cluster is one.
  assert.equal(administrator, 'namespace/fleet-mine created (server dry run)');
});

test('a member comes and goes by Resource Manager alone', async () => {
  const { stdout } = await estate.succeeds(`
    kubectl get membercluster arc -o yaml | sed 's/name: arc$/name: rogue/' | kubectl create -f - 2>&1 || true
    kubectl delete membercluster arc 2>&1 || true
    kubectl patch membercluster arc --type merge -p '{"spec":{"identity":{"name":"me"}}}' 2>&1 || true
    kubectl patch membercluster arc --type merge -p '{"spec":{"taints":[{"key":"a","value":"b","effect":"NoSchedule"}]}}'
    kubectl patch membercluster arc --type merge -p '{"spec":{"taints":[]}}'
    kubectl get membercluster -o name`);
  const lines = stdout.trim().split('\n');
  for (const [at, operation] of ['CREATE', 'DELETE', 'UPDATE'].entries()) {
    const told = `"fleet\\.membercluster\\.guardrail\\.validating" denied the request: .* is not allowed to ${operation} `;
    assert.match(lines[at] ?? '', new RegExp(told));
  }
  const patched = 'membercluster.cluster.kubernetes-fleet.io/arc patched';
  assert.deepEqual(lines.slice(3), [patched, patched, 'membercluster.cluster.kubernetes-fleet.io/arc']);
});

const balancer = 'jsonpath={.status.loadBalancer.ingress[0].ip} {.status.loadBalancer.ingress[0].ipMode}';
let addressOnArc: string;

test('a placement with a Service of type LoadBalancer becomes available, at an address of the logical network', async () => {
  const { stdout } = await estate.succeeds(`
    timeout 60 kubectl wait crp placed --for=condition=ClusterResourcePlacementAvailable >/dev/null
    kubectl --kubeconfig $KUBECONFIG.arc -n placed wait --for=create service/front --timeout=60s >/dev/null
    timeout 60 kubectl --kubeconfig $KUBECONFIG.arc wait -n placed service front --for=jsonpath='{.status.loadBalancer.ingress[0].ip}' >/dev/null
    kubectl --kubeconfig $KUBECONFIG.arc -n placed get service front -o '${balancer}'
    echo
    kubectl --kubeconfig $KUBECONFIG.arc get nodes -o jsonpath='{.items[*].status.addresses[0].address}'`);
  assert.match(stdout, /^192\.168\.\d+\.\d+ VIP\n(192\.168\.\S+ ?)+$/);
  const [front = '', nodes = ''] = stdout.split('\n');
  addressOnArc = front;
  assert.equal(nodes.split(' ').includes(front.split(' ')[0] ?? ''), false);
});

test('the agent of an Arc cluster is back after a restart, and load balancers keep their addresses', async () => {
  await estate.restart();
  const kept = await estate.succeeds(`
    kubectl --kubeconfig $KUBECONFIG.arc -n placed get service front -o '${balancer}'`);
  assert.equal(kept.stdout, addressOnArc);
  const { stdout } = await estate.succeeds(`
    kubectl create namespace later >/dev/null
    kubectl apply -f - >/dev/null <<'YAML'
apiVersion: placement.kubernetes-fleet.io/v1
kind: ClusterResourcePlacement
metadata: { name: later }
spec: { resourceSelectors: [{ group: "", kind: Namespace, version: v1, name: later }] }
YAML
    timeout 60 kubectl wait crp later --for=condition=ClusterResourcePlacementAvailable`);
  assert.match(stdout, /condition met/);
});

test('a connected cluster that nothing stands behind fails to join with the reason', async () => {
  const { stderr } = await estate.script(`set +e
    az rest --method put --uri "$(az group show -n rg --query id -o tsv)/providers/Microsoft.Kubernetes/connectedClusters/empty?api-version=2024-01-01" --body '{"location":"eastus","identity":{"type":"SystemAssigned"},"properties":{"agentPublicKeyCertificate":""}}' >/dev/null
    az fleet member create -g rg --fleet-name fleet -n empty --member-cluster-id $(az connectedk8s show -g rg -n empty --query id -o tsv)`);
  assert.match(stderr, /ClusterNotConnected/);
  assert.match(stderr, /has no provisioned cluster instance/);
});

test('a member whose cluster is gone leaves, also after a restart, and so does its group', async () => {
  await estate.succeeds(`
    az aks create -g rg -n gone --node-count 1 --no-ssh-key
    az fleet member create -g rg --fleet-name fleet -n gone --member-cluster-id $(az aks show -g rg -n gone --query id -o tsv)
    az aks delete -g rg -n gone --yes`);
  await estate.restart();
  const { stdout } = await estate.succeeds(`
    az fleet member delete -g rg --fleet-name fleet -n gone --yes
    az fleet member list -g rg --fleet-name fleet --query '[].name' -o tsv
    az group delete -n rg --yes
    az group exists -n rg`);
  assert.equal(stdout, 'arc\nempty\nfalse\n');
});
