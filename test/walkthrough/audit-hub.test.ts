import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { isObject, type JsonObject } from '../../src/base/index.ts';
import { freePort, holdFunctions, TestEstate } from './estate.ts';

let estate: TestEstate;

before(async () => {
  estate = await TestEstate.start();
});

after(() => estate?.[Symbol.asyncDispose]());

test('the trail tells of a tunnel with who, where to and how much, and of what is done to the hub inside it', async () => {
  const port = await freePort();
  const { stdout } = await estate.succeeds(`${holdFunctions}
    {
      az group create -n g -l eastus
      az network vnet create -g g -n vnet --address-prefixes 10.1.0.0/16 --subnet-name agents --subnet-prefixes 10.1.0.0/24
      az network vnet subnet create -g g --vnet-name vnet -n AzureBastionSubnet --address-prefixes 10.1.1.0/26
      az network public-ip create -g g -n bastion-ip --sku Standard
      az network bastion create -g g -n bastion --vnet-name vnet --public-ip-address bastion-ip --sku Standard --enable-tunneling true
      SUBNET=$(az network vnet subnet show -g g --vnet-name vnet -n agents --query id -o tsv)
      az fleet create -g g -n fleet --enable-hub --enable-private-cluster --enable-managed-identity --agent-subnet-id $SUBNET
      az fleet get-credentials -g g -n fleet
      ME=$(az ad signed-in-user show --query id -o tsv)
      az role assignment create --role "Azure Kubernetes Fleet Manager RBAC Cluster Admin" --assignee $ME --scope $(az fleet show -g g -n fleet --query id -o tsv)
      HUB=$(az aks list -g FL_g_fleet_eastus --query "[?name=='hub'].id | [0]" -o tsv)
      log=$(mktemp)
      hold $log 'Tunnel is ready' az network bastion tunnel --name bastion -g g --target-resource-id $HUB --resource-port 443 --port ${port}
      S=--server=https://localhost:${port}
      kubectl $S create clusterrolebinding inside --clusterrole view --user someone
      kubectl $S create serviceaccount robot
      TOKEN=$(kubectl $S create token robot)
      cat > $log.kubeconfig <<END
{"apiVersion":"v1","kind":"Config","current-context":"r","contexts":[{"name":"r","context":{"cluster":"h","user":"r"}}],
"clusters":[{"name":"h","cluster":{"server":"https://localhost:${port}","certificate-authority":"$DRYDOCK_HOME/ca.pem"}}],"users":[{"name":"r","user":{"token":"$TOKEN"}}]}
END
      kubectl --kubeconfig $log.kubeconfig get secrets -A || true
      release || true
    } >&2
    echo "$ME $HUB"; echo "$TOKEN"`);
  const [ids = '', token = ''] = stdout.trim().split('\n').slice(-2);
  const [me = '', hub = ''] = ids.split(' ');
  const text = await readFile(join(estate.home, 'logs', 'audit.jsonl'), 'utf8');
  const told: JsonObject[] = text
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line))
    .filter(isObject);
  const find = (event: string, matches: (one: JsonObject) => boolean = () => true) =>
    told.find((one) => one['event'] === event && matches(one)) ?? {};
  const detail = (one: JsonObject, name: string) => isObject(one['details']) && one['details'][name];
  const actor = (one: JsonObject, name: string) => isObject(one['actor']) && one['actor'][name];

  const opened = find('tunnel-opened');
  assert.deepEqual([opened['target'], actor(opened, 'objectId')], [hub, me]);
  assert.match(String(opened['source']), /127\.0\.0\.1|::1/);
  assert.match(String(detail(opened, 'bastion')), /bastionHosts\/bastion$/);
  const closed = find('tunnel-closed');
  assert.deepEqual([closed['target'], actor(closed, 'objectId')], [hub, me]);
  assert.ok(Number(detail(closed, 'bytesToTarget')) > 0 && Number(detail(closed, 'bytesToClient')) > 0);

  const inside = find('role-change', (one) => /clusterrolebindings$/.test(String(one['target'])));
  assert.deepEqual([detail(inside, 'cluster'), actor(inside, 'objectId')], ['hub', me]);
  const given = find('credential', (one) => /serviceaccounts\/robot\/token$/.test(String(one['target'])));
  assert.equal(detail(given, 'cluster'), 'hub');
  const refused = find('refusal', (one) => /\/api\/v1\/secrets$/.test(String(one['target'])));
  assert.equal(actor(refused, 'name'), 'system:serviceaccount:default:robot');
  assert.ok(token.length > 100 && !text.includes(token));
  assert.doesNotMatch(text, /eyJ[\w-]{20}|BEGIN /);
});
