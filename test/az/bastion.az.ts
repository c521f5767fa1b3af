import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { runProgram, TestEstate } from '../walkthrough/estate.ts';

/** The Bastion data plane, by a client that shares no code with ours. */
let estate: TestEstate;
let steps: Map<string, Record<string, unknown>>;

before(async () => {
  estate = await TestEstate.start();
  const { stdout } = await estate.succeeds(`{
    az group create -n rg -l eastus
    az network vnet create -g rg -n vnet --address-prefixes 10.1.0.0/16 --subnet-name agents --subnet-prefixes 10.1.0.0/24
    az network vnet subnet create -g rg --vnet-name vnet -n AzureBastionSubnet --address-prefixes 10.1.1.0/26
    az network public-ip create -g rg -n ip --sku Standard
    az network bastion create -g rg -n bastion --vnet-name vnet --public-ip-address ip --sku Standard --enable-tunneling true
    az fleet create -g rg -n fleet --enable-hub --enable-private-cluster --enable-managed-identity --agent-subnet-id $(az network vnet subnet show -g rg --vnet-name vnet -n agents --query id -o tsv)
    az role assignment create --role "Azure Kubernetes Fleet Manager RBAC Cluster Admin" --assignee $(az ad signed-in-user show --query id -o tsv) --scope $(az fleet show -g rg -n fleet --query id -o tsv)
    } >/dev/null
    az network bastion show -g rg -n bastion --query dnsName -o tsv
    az aks list -g FL_rg_fleet_eastus --query "[0].id" -o tsv
    az account get-access-token --query accessToken -o tsv
    az fleet show -g rg -n fleet --query hubProfile.fqdn -o tsv
    az account get-access-token --resource 6dae42f8-4368-4678-94ff-3960e28e3630 --query accessToken -o tsv`);
  const [endpoint = '', hub = '', token = '', name = '', bearer = ''] = stdout.trim().split('\n');
  const client = `${import.meta.dirname}/bastion_client.py`;
  const caFile = String(estate.status['caFile']);
  const finished = await runProgram(
    process.env['DRYDOCK_TEST_PYTHON'] ?? 'python3',
    [client, endpoint, hub, '443', token, name, bearer],
    { REQUESTS_CA_BUNDLE: caFile, WEBSOCKET_CLIENT_CA_BUNDLE: caFile },
  );
  assert.equal(finished.code, 0, finished.stdout + finished.stderr);
  const lines = finished.stdout.trim().split('\n');
  steps = new Map(lines.map((line) => JSON.parse(line)).map(({ step, ...rest }) => [step, rest]));
});

after(() => estate?.[Symbol.asyncDispose]());

const is = (step: string, expected: Record<string, unknown>) => assert.deepEqual(steps.get(step), expected);

test('a token request answers the three tokens, and a WebSocket carries TLS to the hub', () => {
  is('token', { status: 200, names: ['authToken', 'nodeId', 'websocketToken'] });
  is('first request', { status: 200, found: true });
});

test('a WebSocket token is good for one dial', () => {
  assert.ok(Number(steps.get('token used again')?.['status']) >= 400);
  is('token with the session known', { status: 200, fresh: true });
});

test('large bodies pass both ways in binary messages that are never empty', () => {
  is('large body up', { status: 201 });
  is('large body down', { status: 200, whole: true, bad_frames: 0 });
});

test('a deleted session cannot be dialed, and deleting it again does no harm', () => {
  assert.ok([200, 204].includes(Number(steps.get('delete')?.['status'])));
  assert.ok([200, 204, 404].includes(Number(steps.get('delete again')?.['status'])));
  assert.ok(Number(steps.get('token of a deleted session')?.['status']) >= 400);
  assert.ok(Number(steps.get('unknown token')?.['status']) >= 400);
});

test('the stray $ of the page is taken', () => is('stray $', { status: 200 }));

test('every refusal is JSON with a message', () => {
  for (const step of [
    'bad azure token',
    'no azure token',
    'other port',
    'no port',
    'other protocol',
    'missing target',
  ]) {
    const { status, message } = steps.get(step) ?? {};
    assert.ok(Number(status) >= 400, step);
    assert.ok(typeof message === 'string' && message.length > 10, step);
  }
});
