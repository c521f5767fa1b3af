import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { freePort, holdFunctions, TestEstate } from './estate.ts';

let estate: TestEstate;
let port: number;

const setUp = `
export GROUP=fleet-rg FLEET=my-fleet
az group create -n $GROUP -l eastus
az network vnet create -g $GROUP -n fleet-vnet --address-prefixes 10.1.0.0/16 --subnet-name agents --subnet-prefixes 10.1.0.0/24
az network vnet subnet create -g $GROUP --vnet-name fleet-vnet -n AzureBastionSubnet --address-prefixes 10.1.1.0/26
az network public-ip create -g $GROUP -n bastion-ip --sku Standard
az network bastion create -g $GROUP -n bastion --vnet-name fleet-vnet --public-ip-address bastion-ip --sku Standard --enable-tunneling true
AGENTS_SUBNET_ID=$(az network vnet subnet show -g $GROUP --vnet-name fleet-vnet -n agents --query id -o tsv)
az fleet create -g $GROUP -n $FLEET --enable-hub --enable-private-cluster --enable-managed-identity --agent-subnet-id $AGENTS_SUBNET_ID
for n in 1 2 3; do
  az aks create -g $GROUP -n aks-member-$n --node-count 2 --no-ssh-key
  ID=$(az aks show -g $GROUP -n aks-member-$n --query id -o tsv)
  az fleet member create -g $GROUP --fleet-name $FLEET -n aks-member-$n --member-cluster-id $ID
done
`;

/** What Azure's page on the hub's Kubernetes API types, line by line. */
const page = `
export GROUP=fleet-rg FLEET=my-fleet
export SUBSCRIPTION_ID=$(az account show --query id -o tsv)
export FLEET_ID=$(az fleet show -g $GROUP -n $FLEET --query id -o tsv)
export HUB_CLUSTER_ID=$(az aks list -g FL_\${GROUP}_\${FLEET}_eastus --query "[?name=='hub'].id | [0]" -o tsv)
az account set --subscription \${SUBSCRIPTION_ID}
`;

before(async () => {
  estate = await TestEstate.start();
  port = await freePort();
  await estate.succeeds(setUp);
});

after(() => estate?.[Symbol.asyncDispose]());

test('get-credentials merges the hub as the current context', async () => {
  const { stdout } = await estate.succeeds(
    `${page} az fleet get-credentials --resource-group \${GROUP} --name \${FLEET}`,
  );
  assert.match(stdout, /^Merged "hub" as current context in .+kubeconfig\n$/);
});

test('a role assignment prints the object of the page', async () => {
  const { stdout } = await estate.succeeds(`${page}
    export IDENTITY=$(az ad signed-in-user show --query "id" --output tsv)
    export ROLE="Azure Kubernetes Fleet Manager RBAC Cluster Admin"
    az role assignment create --role "\${ROLE}" --assignee \${IDENTITY} --scope \${FLEET_ID}`);
  const assignment = JSON.parse(stdout);
  assert.match(assignment.roleDefinitionId, /18ab4d3d-a1bf-4477-8ad9-8359bc988f69$/);
  assert.equal(assignment.type, 'Microsoft.Authorization/roleAssignments');
  assert.equal(assignment.principalType, 'User');
  assert.match(assignment.scope, /\/fleets\/my-fleet$/);
});

test('kubectl lists the joined members through the tunnel, with the stray $ of the page', async () => {
  const { stdout, stderr } = await estate.succeeds(`${holdFunctions}${page}
    log=$(mktemp)
    hold $log 'Tunnel is ready' az network bastion tunnel --name bastion --resource-group \${GROUP} --target-resource-id \${HUB_CLUSTER_ID}$ --resource-port 443 --port ${port}
    kubectl get memberclusters --server=https://localhost:${port}
    cat $log >&2
    release`);
  assert.match(stdout, /^NAME +JOINED +AGE/);
  for (const member of [1, 2, 3]) assert.match(stdout, new RegExp(`^aks-member-${member} +True +\\S+`, 'm'));
  assert.match(stderr, /WARNING: .*\$/);
  assert.match(stderr, new RegExp(`Opening tunnel on port: ${port}`));
});

test('a watch and a large body flow through the tunnel', async () => {
  const { stdout } = await estate.succeeds(`${holdFunctions}${page}
    log=$(mktemp)
    hold $log 'Tunnel is ready' az network bastion tunnel --name bastion -g $GROUP --target-resource-id $HUB_CLUSTER_ID --resource-port 443 --port ${port}
    S=--server=https://localhost:${port}
    head -c 700000 /dev/urandom | base64 -w0 > $log.big
    kubectl $S create configmap big --from-file=data=$log.big
    kubectl $S get configmap big -o jsonpath='{.data.data}' | cmp - $log.big && echo same
    timeout 20 kubectl $S get configmaps -w --output-watch-events --no-headers > $log.watch & watching=$!
    for _ in $(seq 3000); do grep -q 'ADDED.*big' $log.watch && break; sleep 0.05; done
    kubectl $S create configmap small --from-literal=a=b
    for _ in $(seq 3000); do grep -q 'ADDED.*small' $log.watch && break; sleep 0.05; done
    kill $watching; cat $log.watch
    release`);
  assert.match(stdout, /^same$/m);
  assert.match(stdout, /ADDED +small/);
});

test('a placement on the hub brings a namespace to every member', async () => {
  const { stdout } = await estate.succeeds(`${holdFunctions}${page}
    log=$(mktemp)
    hold $log 'Tunnel is ready' az network bastion tunnel --name bastion -g $GROUP --target-resource-id $HUB_CLUSTER_ID --resource-port 443 --port ${port}
    S=--server=https://localhost:${port}
    kubectl $S create namespace demo
    kubectl $S -n demo create configmap settings --from-literal=colour=blue
    kubectl $S apply -f - <<'YAML'
apiVersion: placement.kubernetes-fleet.io/v1
kind: ClusterResourcePlacement
metadata: { name: demo }
spec:
  resourceSelectors: [{ group: "", version: v1, kind: Namespace, name: demo }]
  policy: { placementType: PickAll }
YAML
    kubectl $S wait --for=condition=ClusterResourcePlacementAvailable clusterresourceplacement/demo --timeout=60s
    release
    for n in 1 2 3; do
      az aks get-credentials -g $GROUP -n aks-member-$n --file $log.$n
      kubectl --kubeconfig $log.$n -n demo get configmap settings -o jsonpath='{.data.colour} '
    done`);
  assert.match(stdout, /blue blue blue $/);
});

test('everything is there again after a restart', async () => {
  await estate.restart();
  const { stdout } = await estate.succeeds(`${holdFunctions}${page}
    log=$(mktemp)
    hold $log 'Tunnel is ready' az network bastion tunnel --name bastion -g $GROUP --target-resource-id $HUB_CLUSTER_ID --resource-port 443 --port ${port}
    kubectl get memberclusters --no-headers --server=https://localhost:${port}
    kubectl get configmap small -o jsonpath='{.data.a}' --server=https://localhost:${port}
    release`);
  assert.equal(stdout.match(/True/g)?.length, 3);
  assert.match(stdout, /b$/);
});

test('a member cluster that is gone says nothing more of itself, and its member may still leave', async () => {
  const { stdout } = await estate.succeeds(`${holdFunctions}${page}
    log=$(mktemp)
    hold $log 'Tunnel is ready' az network bastion tunnel --name bastion -g $GROUP --target-resource-id $HUB_CLUSTER_ID --resource-port 443 --port ${port}
    healthy() { kubectl get memberclusters aks-member-2 -o jsonpath='{.status.agentStatus[0].conditions[?(@.type=="Healthy")].status}' --server=https://localhost:${port}; }
    healthy; echo
    az aks delete -g $GROUP -n aks-member-2 --yes
    healthy; echo
    az fleet member delete -g $GROUP --fleet-name $FLEET -n aks-member-2 --yes
    kubectl get memberclusters --no-headers --server=https://localhost:${port}
    release`);
  assert.match(stdout, /^True\nTrue\naks-member-1 .+\naks-member-3 .+\n$/);
});

test('a member that is removed leaves the hub', async () => {
  const { stdout } = await estate.succeeds(`${holdFunctions}${page}
    az fleet member delete -g $GROUP --fleet-name $FLEET -n aks-member-3 --yes
    log=$(mktemp)
    hold $log 'Tunnel is ready' az network bastion tunnel --name bastion -g $GROUP --target-resource-id $HUB_CLUSTER_ID --resource-port 443 --port ${port}
    kubectl get memberclusters --no-headers --server=https://localhost:${port}
    release`);
  assert.doesNotMatch(stdout, /aks-member-3/);
  assert.match(stdout, /aks-member-1/);
});
