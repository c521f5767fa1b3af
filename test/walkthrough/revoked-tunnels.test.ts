import assert from 'node:assert/strict';
import { test } from 'node:test';
import { freePort, holdFunctions, TestEstate } from './estate.ts';

const peer = `
peer() {
  for pair in "1 2" "2 1"; do set -- $pair
    REMOTE=$(az network vnet show -g rg -n vnet$2 --query id -o tsv)
    az network vnet peering create -g rg -n to$2 --vnet-name vnet$1 --remote-vnet $REMOTE --allow-vnet-access >/dev/null
  done
}
`;

/** A private hub in one network, a Bastion in another, peered; a guest who may tunnel and nothing else. */
const setUp = `
az group create -n rg -l eastus
for n in 1 2; do
  az network vnet create -g rg -n vnet$n --address-prefixes 10.$n.0.0/16 --subnet-name agents --subnet-prefixes 10.$n.0.0/24
done
${peer}peer
az network vnet subnet create -g rg --vnet-name vnet2 -n AzureBastionSubnet --address-prefixes 10.2.1.0/26
az network public-ip create -g rg -n ip --sku Standard
az network bastion create -g rg -n bastion --vnet-name vnet2 --public-ip-address ip --sku Standard --enable-tunneling true
SUBNET=$(az network vnet subnet show -g rg --vnet-name vnet1 -n agents --query id -o tsv)
az fleet create -g rg -n fleet --enable-hub --enable-private-cluster --enable-managed-identity --agent-subnet-id $SUBNET
DOMAIN=$(az account show --query user.name -o tsv | cut -d@ -f2)
az ad user create --display-name Guest --user-principal-name guest@$DOMAIN --password 'Passw0rd!Passw0rd'
az ad group create --display-name tunnellers --mail-nickname tunnellers
az ad group member add --group tunnellers --member-id $(az ad user show --id guest@$DOMAIN --query id -o tsv)
az role assignment create --role Reader --assignee $(az ad group show --group tunnellers --query id -o tsv) --scope /subscriptions/$(az account show --query id -o tsv)
`;

test('an open tunnel ends and says why, whatever is taken away, and opens again when it is given back', async (t) => {
  await using estate = await TestEstate.start();
  await estate.succeeds(setUp);
  const port = await freePort();
  const { stdout } = await estate.succeeds(`${holdFunctions}${peer}
    HUB=$(az aks list -g FL_rg_fleet_eastus --query "[0].id" -o tsv)
    DOMAIN=$(az account show --query user.name -o tsv | cut -d@ -f2)
    GUEST=$(az ad user show --id guest@$DOMAIN --query id -o tsv)
    GROUP=$(az ad group show --group tunnellers --query id -o tsv)
    S=/subscriptions/$(az account show --query id -o tsv)
    log=$(mktemp); mkdir $log.guest; cp -r $AZURE_CONFIG_DIR/. $log.guest
    AZURE_CONFIG_DIR=$log.guest az login -u guest@$DOMAIN -p 'Passw0rd!Passw0rd' >/dev/null 2>&1
    AZURE_CONFIG_DIR=$log.guest hold $log 'Tunnel is ready' az network bastion tunnel -g rg --name bastion --target-resource-id $HUB --resource-port 443 --port ${port}
    # One connection that answers shows that it opens; the next one is held.
    wanted=0
    connect() {
      wanted=$((wanted + 2))
      : >$log; : >$log.curl
      curl -sk -o $log.curl "https://localhost:${port}/readyz" && [ -s $log.curl ] || { echo "not open: $(cat $log)" >&2; return 1; }
      exec 3<>/dev/tcp/localhost/${port}
      printf x >&3
      for _ in $(seq 3000); do [ $(opened) -ge $wanted ] && break; sleep 0.05; done
    }
    # Tunnels that the gateway has joined: what ends before that is refused, not closed.
    opened() { grep 'tunnel-opened' ${estate.home}/logs/audit.jsonl | grep -c success || true; }
    enable() {
      az rest -m patch -u "${estate.status['graph']}/v1.0/users/$GUEST" --resource "${estate.status['graph']}" --body "{\\"accountEnabled\\":$1}"
    }
    closed() {
      for _ in $(seq 3000); do grep -aq 'tunnel was closed' $log && break; sleep 0.05; done
      echo "$1: $(grep -ao 'The tunnel was closed.*' $log)"
      exec 3>&-
    }
    connect; az network bastion update -g rg -n bastion --enable-tunneling false >/dev/null; closed switch
    az network bastion update -g rg -n bastion --enable-tunneling true >/dev/null
    connect; az ad group member remove --group tunnellers --member-id $GUEST; closed group
    az ad group member add --group tunnellers --member-id $GUEST
    connect; az role assignment delete --assignee $GROUP --role Reader --scope $S; closed role
    role() { echo "{\\"Name\\":\\"Tunneller\\",\\"Description\\":\\"Tunnels\\",\\"Actions\\":[\\"*/read\\"],\\"NotActions\\":[$*],\\"AssignableScopes\\":[\\"$S\\"]}" > $log.role; }
    role; az role definition create --role-definition @$log.role >/dev/null
    az role assignment create --role Tunneller --assignee $GROUP --scope $S >/dev/null
    connect; role '"Microsoft.Network/bastionHosts/read"'; az role definition update --role-definition @$log.role >/dev/null; closed definition
    role; az role definition update --role-definition @$log.role >/dev/null
    connect; az network vnet peering delete -g rg -n to2 --vnet-name vnet1; closed peering
    az network vnet peering delete -g rg -n to1 --vnet-name vnet2
    peer
    connect; enable false; closed account
    enable true
    connect; az network bastion delete -g rg -n bastion; closed host
    az network bastion create -g rg -n bastion --vnet-name vnet2 --public-ip-address ip --sku Standard --enable-tunneling true >/dev/null
    connect; az fleet delete -g rg -n fleet --yes; closed fleet
    release`);
  t.diagnostic(stdout);
  const lines = stdout.trim().split('\n');
  const expected = [
    /^switch: The tunnel was closed: Native client support \(enableTunneling\) is off/,
    /^group: The tunnel was closed: You no longer have the right Microsoft\.Network\/bastionHosts\/read/,
    /^role: The tunnel was closed: You no longer have the right Microsoft\.Network\/bastionHosts\/read/,
    /^definition: The tunnel was closed: You no longer have the right Microsoft\.Network\/bastionHosts\/read/,
    /^peering: The tunnel was closed: The Bastion host's network does not reach the target's network/,
    /^account: The tunnel was closed: Your account was disabled or deleted/,
    /^host: The tunnel was closed: The Bastion host (was|is being) deleted/,
    /^fleet: The tunnel was closed: The target (was|is being) deleted/,
  ];
  assert.equal(lines.length, expected.length, stdout);
  for (const [i, line] of lines.entries()) assert.match(line, expected[i] ?? /^$/);
});
