import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { freePort, holdFunctions, TestEstate } from './estate.ts';

let estate: TestEstate;
let port: number;

/** Two networks without a peering, a Bastion in each, and a private hub in the first. */
const setUp = `
az group create -n rg -l eastus
for n in 1 2; do
  az network vnet create -g rg -n vnet$n --address-prefixes 10.$n.0.0/16 --subnet-name agents --subnet-prefixes 10.$n.0.0/24
  az network vnet subnet create -g rg --vnet-name vnet$n -n AzureBastionSubnet --address-prefixes 10.$n.1.0/26
  az network public-ip create -g rg -n ip$n --sku Standard
  az network bastion create -g rg -n bastion$n --vnet-name vnet$n --public-ip-address ip$n --sku Standard --enable-tunneling true
done
SUBNET=$(az network vnet subnet show -g rg --vnet-name vnet1 -n agents --query id -o tsv)
az fleet create -g rg -n fleet --enable-hub --enable-private-cluster --enable-managed-identity --agent-subnet-id $SUBNET
az fleet get-credentials -g rg -n fleet
`;

const variables = `
HUB=$(az aks list -g FL_rg_fleet_eastus --query "[0].id" -o tsv)
FLEET=$(az fleet show -g rg -n fleet --query id -o tsv)
ME=$(az ad signed-in-user show --query id -o tsv)
`;

before(async () => {
  estate = await TestEstate.start();
  port = await freePort();
  await estate.succeeds(`${setUp}${variables}
    az role assignment create --role "Azure Kubernetes Fleet Manager RBAC Cluster Admin" --assignee $ME --scope $FLEET`);
});

after(() => estate?.[Symbol.asyncDispose]());

/** Opens a tunnel, asks once, and answers what the tunnel and kubectl said. */
function ask(options: string, prepare = ''): Promise<string> {
  return estate
    .succeeds(`${holdFunctions}${variables}${prepare}
      log=$(mktemp)
      hold $log 'Tunnel is ready' az network bastion tunnel -g rg ${options} --port ${port} || true
      kubectl get --raw /api/v1/namespaces --server=https://localhost:${port} --request-timeout=5s 2>&1 || true
      kill -INT $held 2>/dev/null && wait $held || true
      cat $log`)
    .then(({ stdout, stderr }) => stdout + stderr);
}

test('the hub has no listener: its name resolves nowhere and the shared port does not serve it', async () => {
  const { stdout } = await estate.succeeds(`
    FQDN=$(az fleet show -g rg -n fleet --query hubProfile.fqdn -o tsv)
    kubectl get --raw /api/v1/namespaces --request-timeout=3s 2>&1 || true
    kubectl get --raw /api/v1/namespaces --server=$DRYDOCK_RESOURCE_MANAGER --tls-server-name=$FQDN --request-timeout=3s 2>&1 || true`);
  assert.doesNotMatch(stdout, /kube-system/);
  assert.match(stdout, /no such host/);
});

test('a Bastion in another network is refused until the networks are peered', async () => {
  const target = '--name bastion2 --target-resource-id $HUB --resource-port 443';
  assert.match(await ask(target), /network/i);
  await estate.succeeds(`
    for pair in "1 2" "2 1"; do set -- $pair
      REMOTE=$(az network vnet show -g rg -n vnet$2 --query id -o tsv)
      az network vnet peering create -g rg -n to$2 --vnet-name vnet$1 --remote-vnet $REMOTE --allow-vnet-access
    done`);
  assert.match(await ask(target), /kube-system/);
});

test('native client off is refused, by az and by the data plane', async () => {
  await estate.succeeds('az network bastion update -g rg -n bastion1 --enable-tunneling false');
  const said = await ask('--name bastion1 --target-resource-id $HUB --resource-port 443');
  assert.match(said, /Bastion Host SKU must be Standard or Premium and Native Client must be enabled\./);
  await estate.succeeds('az network bastion update -g rg -n bastion1 --enable-tunneling true');
});

test('a Basic Bastion is refused', async () => {
  await estate.succeeds(`
    az network vnet create -g rg -n vnet3 --address-prefixes 10.3.0.0/16 --subnet-name AzureBastionSubnet --subnet-prefixes 10.3.1.0/26
    az network public-ip create -g rg -n ip3 --sku Standard
    az network bastion create -g rg -n basic --vnet-name vnet3 --public-ip-address ip3 --sku Basic`);
  const said = await ask('--name basic --target-resource-id $HUB --resource-port 443');
  assert.match(said, /Bastion Host SKU must be Standard or Premium/);
});

test('a target that does not exist and a port that is not served are refused with the reason', async () => {
  assert.match(
    await ask('--name bastion1 --target-resource-id "$HUB"x --resource-port 443'),
    /not (found|exist)/i,
  );
  assert.match(await ask('--name bastion1 --target-resource-id $HUB --resource-port 22'), /port 22/i);
});

test('a caller without the rights on host, network or target is refused', async () => {
  await estate.succeeds(`${variables}
    DOMAIN=$(az account show --query user.name -o tsv | cut -d@ -f2)
    az ad user create --display-name Guest --user-principal-name guest@$DOMAIN --password 'Passw0rd!Passw0rd'
    SCOPE=/subscriptions/$(az account show --query id -o tsv)
    ROLE=11111111-2222-4333-8444-555555555555
    az rest --method put --url "$SCOPE/providers/Microsoft.Authorization/roleDefinitions/$ROLE?api-version=2022-04-01" --body '{"properties":{"roleName":"Tunneller","type":"CustomRole","permissions":[{"actions":["Microsoft.Network/bastionHosts/read","Microsoft.ContainerService/managedClusters/read","Microsoft.Resources/subscriptions/read"]}],"assignableScopes":["'$SCOPE'"]}}'
    az role assignment create --role Tunneller --assignee guest@$DOMAIN --scope $SCOPE`);
  const asGuest = `
    cp -r $AZURE_CONFIG_DIR $AZURE_CONFIG_DIR.guest-$$; export AZURE_CONFIG_DIR=$AZURE_CONFIG_DIR.guest-$$
    az login -u guest@$(az account show --query user.name -o tsv | cut -d@ -f2) -p 'Passw0rd!Passw0rd' >/dev/null 2>&1
  `;
  const said = await ask('--name bastion1 --target-resource-id $HUB --resource-port 443', asGuest);
  assert.match(said, /Microsoft\.Network\/virtualNetworks\/read/);
  assert.doesNotMatch(said, /kube-system/);
});

test('a role of a group acts on an open tunnel as soon as somebody joins or leaves it, nested groups included', async () => {
  const { stdout } = await estate.succeeds(`${holdFunctions}${variables}
    DOMAIN=$(az account show --query user.name -o tsv | cut -d@ -f2)
    LEE=$(az ad user create --display-name Lee --user-principal-name lee@$DOMAIN --password 'Passw0rd!Passw0rd' --query id -o tsv)
    INNER=$(az ad group create --display-name inner --mail-nickname inner --query id -o tsv)
    OUTER=$(az ad group create --display-name outer --mail-nickname outer --query id -o tsv)
    az ad group member add --group $OUTER --member-id $INNER
    az role assignment create --role "Azure Kubernetes Fleet Manager RBAC Reader" --assignee $OUTER --scope $FLEET >/dev/null
    log=$(mktemp)
    hold $log 'Tunnel is ready' az network bastion tunnel -g rg --name bastion1 --target-resource-id $HUB --resource-port 443 --port ${port}
    mkdir $log.lee; cp -r $AZURE_CONFIG_DIR/. $log.lee
    AZURE_CONFIG_DIR=$log.lee az login --allow-no-subscriptions -u lee@$DOMAIN -p 'Passw0rd!Passw0rd' >/dev/null 2>&1
    can() { AZURE_CONFIG_DIR=$log.lee kubectl get configmaps --server=https://localhost:${port} >/dev/null 2>&1 && echo yes || echo no; }
    can
    az ad group member add --group $INNER --member-id $LEE; can
    az ad group member remove --group $OUTER --member-id $INNER; can
    az ad group member add --group $OUTER --member-id $LEE; can
    az ad group delete --group $OUTER; can
    release`);
  assert.deepEqual(stdout.trim().split('\n'), ['no', 'yes', 'no', 'yes', 'no']);
});

test('roles decide what a person may do on the hub, and act on an open tunnel within a second', async () => {
  const { stdout } = await estate.succeeds(`${holdFunctions}${variables}
    NAME=$(az account show --query user.name -o tsv)
    az role assignment delete --assignee $ME --scope $FLEET --role "Azure Kubernetes Fleet Manager RBAC Cluster Admin"
    log=$(mktemp)
    hold $log 'Tunnel is ready' az network bastion tunnel -g rg --name bastion1 --target-resource-id $HUB --resource-port 443 --port ${port}
    S=--server=https://localhost:${port}
    can() { kubectl $S "$@" >/dev/null 2>$log.err && echo yes || echo no; }
    give() { az role assignment create --role "Azure Kubernetes Fleet Manager RBAC $1" --assignee $ME --scope $2 >/dev/null; sleep 1; }
    take() { az role assignment delete --assignee $ME --scope $2 --role "Azure Kubernetes Fleet Manager RBAC $1"; sleep 1; }
    echo "none: $(can get configmaps) $(cat $log.err)"
    give Reader $FLEET
    echo "reader: $(can get configmaps) $(can get secrets) $(can create configmap a)"
    take Reader $FLEET; give Writer $FLEET
    echo "writer: $(can create configmap b) $(can create role r --verb=get --resource=pods)"
    take Writer $FLEET; give "Cluster Admin" $(az group show -n rg --query id -o tsv)
    echo "inherited admin: $(can create role r --verb=get --resource=pods) $(can get memberclusters)"
    take "Cluster Admin" $(az group show -n rg --query id -o tsv)
    echo "taken: $(can get configmaps)"
    release`);
  assert.match(
    stdout,
    /^none: no Error from server \(Forbidden\): configmaps is forbidden: User "admin@[^"]+" cannot list resource "configmaps" in API group "" in the namespace "default"/m,
  );
  assert.match(stdout, /^reader: yes no no$/m);
  assert.match(stdout, /^writer: yes no$/m);
  assert.match(stdout, /^inherited admin: yes yes$/m);
  assert.match(stdout, /^taken: no$/m);
});
