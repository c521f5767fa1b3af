import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { isObject, type JsonObject } from '../../src/base/index.ts';
import { renewInstance } from '../../src/providers/hybrid-container-service/provisioned-cluster-instances/renew.ts';
import { arcRoutes } from '../../src/providers/kubernetes/index.ts';
import type { Estate, Reply } from '../arm/estate.ts';
import { everyType } from './every-type.ts';
import { caller } from './support.ts';

let estate: Estate;
let location: string;
let cluster: string;
let network: string;

const hybrid = 'providers/Microsoft.HybridContainerService';
const arc = () => caller(estate, '2024-01-01');
const placed = () => ({ extendedLocation: { type: 'CustomLocation', name: location } });
const sshKey = `ssh-rsa ${Buffer.concat([Buffer.from([0, 0, 0, 7]), Buffer.from('ssh-rsa'), Buffer.alloc(8)]).toString('base64')}`;

before(async () => {
  ({ estate } = await everyType({ routes: arcRoutes }));
  const group = await estate.group('pools');
  location = `${group}/providers/Microsoft.ExtendedLocation/customLocations/site`;
  network = `${group}/providers/Microsoft.AzureStackHCI/logicalNetworks/lnet`;
  const connected = `${group}/providers/Microsoft.Kubernetes/connectedClusters/c`;
  cluster = `${connected}/${hybrid}/provisionedClusterInstances/default`;
  const bridge = `${group}/providers/Microsoft.ResourceConnector/appliances/bridge`;
  await made(caller(estate, '2021-08-15'), location, {
    location: 'eastus',
    properties: { hostResourceId: bridge, clusterExtensionIds: [`${bridge}/extensions/aks`] },
  });
  await made(arc(), network, { location: 'eastus', ...placed(), properties: { subnets: [] } });
  await made(arc(), connected, {
    ...{ location: 'eastus', kind: 'ProvisionedCluster', identity: { type: 'SystemAssigned' } },
    properties: { agentPublicKeyCertificate: '' },
  });
  assert.equal((await putCluster({ agentPoolProfiles: [{ name: 'nodepool1' }] })).status, 201);
});
after(() => estate.close());

/** No loop runs: what was begun is ended. */
async function settle(): Promise<void> {
  const { records } = estate.manager;
  for (const { id, provisioningState } of await records.list('/')) {
    if (provisioningState === 'Succeeded') continue;
    await records.update(id, (record) => ({ ...record, provisioningState: 'Succeeded' }));
  }
}

async function made(put: ReturnType<typeof caller>, id: string, body: JsonObject): Promise<void> {
  const reply = await put('PUT', id, { body });
  assert.equal(reply.status, 201, reply.message);
  await settle();
}

async function putCluster(properties: JsonObject): Promise<Reply> {
  const least = {
    linuxProfile: { ssh: { publicKeys: [{ keyData: sshKey }] } },
    cloudProviderProfile: { infraNetworkProfile: { vnetSubnetIds: [network] } },
  };
  const body = { ...placed(), properties: { ...least, ...properties } };
  const reply = await arc()('PUT', cluster, { body });
  await settle();
  return reply;
}

async function putPool(name: string, properties: JsonObject, more: JsonObject = {}): Promise<Reply> {
  const body = { ...placed(), properties, ...more };
  const reply = await arc()('PUT', `${cluster}/agentPools/${name}`, { body });
  await settle();
  return reply;
}

const properties = ({ body, message }: Reply): JsonObject => {
  assert.ok(isObject(body['properties']), message);
  return body['properties'];
};

async function poolNames(path: string): Promise<unknown[]> {
  const { body } = await arc()('GET', path);
  const { value, properties: own } = body;
  const pools = isObject(own) ? own['agentPoolProfiles'] : value;
  assert.ok(Array.isArray(pools));
  return pools.filter(isObject).map((pool) => pool['name']);
}

test('a pool of its own is no pool of the cluster’s body: that body sent again leaves it, and a pool left out goes', async () => {
  const pool = await putPool(
    'extra',
    { count: 3, osType: 'linux', nodeLabels: { workload: 'system' } },
    { tags: { a: 'b' } },
  );
  assert.equal(pool.status, 201, pool.message);
  assert.deepEqual([pool.body['name'], pool.body['tags']], ['extra', { a: 'b' }]);
  assert.deepEqual(pool.body['extendedLocation'], placed().extendedLocation);
  const { provisioningState, status, ...shown } = properties(pool);
  assert.equal(provisioningState, 'Creating');
  assert.deepEqual(status, { currentState: 'Creating', readyReplicas: [] });
  assert.deepEqual(shown, {
    ...{ count: 3, vmSize: 'Standard_A4_v2', osType: 'Linux', osSKU: 'CBLMariner' },
    ...{ enableAutoScaling: false, maxPods: 110, nodeLabels: { workload: 'system' }, nodeTaints: [] },
    kubernetesVersion: '1.31.10',
  });
  assert.deepEqual(await poolNames(cluster), ['nodepool1']);
  assert.deepEqual(await poolNames(`${cluster}/agentPools`), ['extra', 'nodepool1']);
  const again = await putCluster({ agentPoolProfiles: [{ name: 'nodepool1' }, { name: 'second' }] });
  assert.equal(again.status, 200, again.message);
  assert.deepEqual(await poolNames(`${cluster}/agentPools`), ['extra', 'nodepool1', 'second']);
  await putCluster({ agentPoolProfiles: [{ name: 'NODEPOOL1' }] });
  assert.deepEqual(await poolNames(cluster), ['nodepool1'], 'names are the same in any case');
  assert.deepEqual(await poolNames(`${cluster}/agentPools`), ['extra', 'nodepool1']);
  const ready = properties(await arc()('GET', `${cluster}/agentPools/extra`))['status'];
  assert.deepEqual(ready, {
    currentState: 'Succeeded',
    readyReplicas: [{ count: 3, vmSize: 'Standard_A4_v2', kubernetesVersion: '1.31.10' }],
  });
});

test('what a body says that cannot be is refused, and what the service says itself is not read', async () => {
  const refused: readonly (readonly [JsonObject, string, RegExp])[] = [
    [
      { count: '3' },
      'InvalidRequestContent',
      /Cannot convert string to type 'int32'\. Path 'properties\.count'/,
    ],
    [{ colour: 'red' }, 'InvalidRequestContent', /Could not find member 'colour' on object/],
    [{ count: 201 }, 'InvalidParameter', /count/],
    [{ osSKU: 'Ubuntu' }, 'InvalidParameter', /osSKU/],
    [{ vmSize: 'Standard_D4s_v5' }, 'InvalidVmSize', /is not supported\. Supported sizes/],
    [{ enableAutoScaling: true, minCount: 1 }, 'InvalidParameter', /minCount and maxCount are required/],
    [{ minCount: 3, maxCount: 2 }, 'InvalidParameter', /minCount 3 is greater than maxCount 2/],
    [{ nodeLabels: { 'a b': 'c' } }, 'InvalidParameter', /'a b' is not the key of a label/],
    [{ nodeLabels: { a: '-' } }, 'InvalidParameter', /'-' is not the value of a label/],
    [{ nodeTaints: ['a=b:Sometimes'] }, 'InvalidParameter', /'a=b:Sometimes' is not a taint/],
  ];
  for (const [body, code, message] of refused) {
    const reply = await putPool('wrong', body);
    assert.deepEqual([reply.status, reply.code], [400, code], `${JSON.stringify(body)}: ${reply.message}`);
    assert.match(reply.message, message);
  }
  for (const name of ['ab', 'Upper', 'control-plane', 'a'.repeat(13)])
    assert.equal((await putPool(name, {})).status, 400, name);
  const told = await putPool('told', {
    Count: 2,
    kubernetesVersion: '1.24.11',
    provisioningState: 'Failed',
    status: {},
  });
  assert.equal(told.status, 201, told.message);
  assert.deepEqual([properties(told)['count'], properties(told)['kubernetesVersion']], [2, '1.31.10']);
  for (const [member, value] of [
    ['vmSize', 'Standard_D4s_v3'],
    ['osType', 'Windows'],
    ['maxPods', 50],
  ] as const) {
    const reply = await putPool('told', { [member]: value });
    assert.deepEqual([reply.status, reply.code], [400, 'PropertyChangeNotAllowed'], member);
  }
  const elsewhere = { extendedLocation: { type: 'CustomLocation', name: `${location}2` } };
  assert.equal((await putPool('told', {}, elsewhere)).status, 400);
  const unknown = await putCluster({ controlPlane: { count: 1, colour: 'red' } });
  assert.deepEqual([unknown.status, unknown.code], [400, 'InvalidRequestContent']);
  for (const version of ['2024-01-02', '2027-01-01'])
    assert.equal((await caller(estate, version)('GET', cluster)).status, 400, version);
});

test('tags alone are patched, and one thing at a time is done to a cluster and its pools', async () => {
  await putPool('busy', {});
  const path = `${cluster}/agentPools/busy`;
  const patched = await arc()('PATCH', path, { body: { tags: { team: 'a' } } });
  assert.equal(patched.status, 200, patched.message);
  assert.deepEqual(patched.body['tags'], { team: 'a' });
  const more = await arc()('PATCH', path, { body: { properties: { count: 2 } } });
  assert.deepEqual([more.status, more.code], [400, 'OnlyTagsSupportedForPatch']);
  const body = { properties: { count: 2 } };
  const [one, two] = await Promise.all([
    arc()('PUT', path, { body }),
    arc()('PUT', `${cluster}/agentPools/nodepool1`, { body }),
  ]);
  assert.deepEqual([one.status, two.status].toSorted(), [200, 409]);
  const meanwhile = await arc()('DELETE', `${cluster}/agentPools/extra`);
  assert.deepEqual([meanwhile.status, meanwhile.code], [409, 'OperationNotAllowed']);
  const whole = await arc()('PUT', cluster, { body: { ...placed(), properties: {} } });
  assert.equal(whole.status, 409);
  await settle();
  const gone = await arc()('DELETE', path);
  assert.equal(gone.status, 202, gone.message);
  assert.ok(gone.headers['location']);
  await settle();
});

test('a location publishes versions and sizes when it is asked to, and goes with them', async () => {
  for (const type of ['kubernetesVersions', 'skus']) {
    const path = `${location}/${hybrid}/${type}/default`;
    const asked = await arc()('PUT', path, { body: placed() });
    assert.equal(asked.status, 201, asked.message);
    assert.ok(asked.headers['azure-asyncoperation']);
    const values = properties(asked)['values'];
    assert.deepEqual(values, properties(await arc()('GET', path))['values']);
    assert.equal((await arc()('PUT', path, { body: {} })).status, 200);
    const wrong = { extendedLocation: { type: 'CustomLocation', name: network } };
    assert.equal((await arc()('PUT', path, { body: wrong })).status, 400);
    assert.equal((await arc()('DELETE', path)).status, 202);
    assert.equal((await arc()('DELETE', path)).status, 204);
    const nowhere = await arc()('PUT', `${network}/${hybrid}/${type}/default`, { body: placed() });
    assert.equal(nowhere.status, 404);
  }
  const spare = `${location}spare`;
  const put = caller(estate, '2021-08-15');
  const hostResourceId = `${location.split('/providers')[0]}/providers/Microsoft.ResourceConnector/appliances/spare`;
  await made(put, spare, { location: 'eastus', properties: { hostResourceId } });
  const own = { extendedLocation: { type: 'CustomLocation', name: spare } };
  await made(arc(), `${spare}/${hybrid}/skus/default`, own);
  const left = await put('DELETE', spare);
  assert.equal(left.status, 202, left.message);
  const enabled = await put('GET', `${location}/enabledResourceTypes`);
  assert.match(JSON.stringify(enabled.body), /"name":"aks".*"resourceType":"provisionedClusterInstances"/);
});

test('what an agent is known by and networks of the older service are kept as sent', async () => {
  const metadata = `${cluster}/hybridIdentityMetadata/default`;
  const sent = { resourceUid: 'uid', publicKey: 'key' };
  const put = await arc()('PUT', metadata, { body: { properties: sent } });
  assert.deepEqual([put.status, properties(put)], [201, { ...sent, provisioningState: 'Succeeded' }]);
  assert.equal((await arc()('PUT', metadata, { body: {} })).status, 400);
  const gone = await arc()('DELETE', metadata);
  assert.ok(gone.status === 202 && gone.headers['location']);
  assert.equal((await arc()('DELETE', metadata)).status, 204);

  const id = `${location.split('/providers')[0]}/${hybrid}/virtualNetworks/vnet1`;
  const network = {
    ...{ gateway: '10.0.0.1', ipAddressPrefix: '10.0.0.0/24', vlanID: 7, dnsServers: ['10.0.0.2'] },
    infraVnetProfile: { hci: { mocGroup: 'g', mocLocation: 'l', mocVnetName: 'n' } },
    vipPool: [{ startIP: '10.0.0.5', endIP: '10.0.0.9' }],
    vmipPool: [{ startIP: '10.0.0.10', endIP: '10.0.0.20' }],
  };
  const body = { location: 'eastus', ...placed(), properties: network };
  const created = await arc()('PUT', id, { body });
  assert.equal(created.status, 201, created.message);
  const shown = await arc()('GET', id);
  assert.deepEqual(properties(shown), { ...network, status: {}, provisioningState: 'Succeeded' });
  assert.equal((await arc()('PUT', id, { body: shown.body })).status, 200);
  for (const wrong of [
    { vlanID: 4095 },
    { gateway: 'here' },
    { ipAddressPrefix: '10.0.0.0/40' },
    { vipPool: [{ startIP: '10.0.1.5' }] },
    { vipPool: [{ startIP: '10.0.0.9', endIP: '10.0.0.5' }] },
  ]) {
    const reply = await arc()('PUT', id, { body: { ...body, properties: { ...network, ...wrong } } });
    assert.equal(reply.status, 400, JSON.stringify(wrong));
  }
  assert.equal((await arc()('DELETE', id)).status, 202);
});

test('a cluster that an older version wrote gets records of its pools, and runs what it was asked for', async () => {
  const record = await estate.manager.records.get(cluster);
  assert.ok(record);
  assert.deepEqual(renewInstance(record, renewing()), []);
  const older = {
    kubernetesVersion: '1.30.9',
    controlPlane: { count: 1 },
    agentPoolProfiles: [{ name: 'np', count: 2, kubernetesVersion: '1.30.9' }],
  };
  const [first, second] = renewInstance({ ...record, properties: older }, renewing());
  assert.ok(first && 'put' in first && second && 'put' in second);
  const runs = { currentOrchestratorVersion: '1.30.9', nodeImageVersion: '' };
  assert.deepEqual(first.put.properties, {
    ...{ kubernetesVersion: '1.30.9', currentKubernetesVersion: '1.30.9' },
    controlPlane: { count: 1, ...runs },
    agentPoolProfiles: [{ name: 'np', count: 2, ...runs }],
  });
  assert.equal(second.put.id, `${cluster}/agentPools/np`);
  assert.deepEqual(renewInstance(first.put, renewing()), []);
});

function renewing() {
  return { random: { uuid: () => 'etag' } };
}
