import assert from 'node:assert/strict';
import { after, afterEach, before, test } from 'node:test';
import { isObject, type JsonObject, silentLogger, systemRandom } from '../../src/base/index.ts';
import type { AccessOrder, ClusterOrder, ClusterSupply } from '../../src/providers/cluster-supply.ts';
import { arcLoops, arcRoutes } from '../../src/providers/kubernetes/index.ts';
import { CannotConverge, RetryLater } from '../../src/providers/loop.ts';
import type { Estate, Reply } from '../arm/estate.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { noDurations, suppliedCluster } from '../support/supplied-cluster.ts';
import { everyType } from './every-type.ts';
import { caller } from './support.ts';

/** Clusters on Azure Local with their loops; what stands behind them does as a test says. */
const clock = new ManualClock();
const orders = new Map<string, ClusterOrder>();
/** Throws for orders that cannot be had. */
let demand: (order: ClusterOrder) => void = () => undefined;
let estate: Estate;
let group: string;
let close: () => Promise<void>;

const clusters: ClusterSupply = {
  async ensure(order) {
    demand(order);
    orders.set(order.clusterId, order);
    return cluster(order.clusterId);
  },
  get: (clusterId) => (orders.has(clusterId) ? cluster(clusterId) : undefined),
  renew: () => Promise.reject(new Error('nothing is renewed here')),
  stop: async () => undefined,
  remove: async (clusterId) => void orders.delete(clusterId),
};

function cluster(clusterId: string) {
  const order = orders.get(clusterId);
  const spec = order ?? suppliedCluster(clusterId).spec;
  return {
    ...suppliedCluster(clusterId),
    spec,
    readyNodes: async () => nodeNames(order),
    nodeAddresses: async () => new Map(),
    admit: async (access: AccessOrder) => {
      if (order) orders.set(clusterId, { ...order, access });
    },
  };
}

const nodeNames = (order: ClusterOrder | undefined) => order?.nodes.flatMap((pool) => pool.nodeNames) ?? [];
const arc = () => caller(estate, '2024-01-01');
const id = (type: string, name: string) => `${group}/providers/${type}/${name}`;
const connectedId = (name: string) => id('Microsoft.Kubernetes/connectedClusters', name);
const instanceId = (name: string) =>
  `${connectedId(name)}/providers/Microsoft.HybridContainerService/provisionedClusterInstances/default`;
const sshKey = `ssh-rsa ${Buffer.concat([Buffer.from([0, 0, 0, 7]), Buffer.from('ssh-rsa'), Buffer.alloc(8)]).toString('base64')}`;

before(async () => {
  const opened = await everyType({ clock, clusters, routes: arcRoutes });
  ({ estate } = opened);
  const parts = { records: estate.manager.records, clock, random: systemRandom, log: silentLogger };
  const loops = arcLoops(parts, { ...opened.settings, durations: noDurations });
  close = async () => {
    await Promise.all(loops.map((loop) => loop.stop()));
    await estate.close();
  };
  group = await estate.group('edge');
  const hostResourceId = id('Microsoft.ResourceConnector/appliances', 'bridge');
  const body = { location: 'eastus', properties: { hostResourceId } };
  const site = id('Microsoft.ExtendedLocation/customLocations', 'site');
  assert.equal((await caller(estate, '2021-08-15')('PUT', site, { body })).status, 201);
});
after(() => close());
afterEach(() => {
  demand = () => undefined;
});

const placed = () => ({
  extendedLocation: {
    type: 'CustomLocation',
    name: id('Microsoft.ExtendedLocation/customLocations', 'site'),
  },
});

async function settledAs(path: string): Promise<string> {
  for (let turn = 0; turn < 3_000; turn++) {
    for (let next = 0; next < 20; next++) await new Promise((done) => setImmediate(done));
    const { status, body } = await arc()('GET', path);
    if (status === 404) return 'gone';
    const state = isObject(body['properties']) ? String(body['properties']['provisioningState']) : '';
    if (['Succeeded', 'Failed', 'Canceled'].includes(state)) return state;
    clock.advance(1_000);
  }
  throw new Error(`${path} did not end`);
}

async function network(name: string, third: number, addresses: number): Promise<string> {
  const path = id('Microsoft.AzureStackHCI/logicalNetworks', name);
  const pool = { start: `10.${third}.0.10`, end: `10.${third}.0.${9 + addresses}` };
  const subnet = { addressPrefix: `10.${third}.0.0/24`, ipAllocationMethod: 'Static', ipPools: [pool] };
  const properties = { subnets: [{ name: 'default', properties: subnet }] };
  const made = await arc()('PUT', path, { body: { location: 'eastus', ...placed(), properties } });
  assert.equal(made.status, 201, made.message);
  return path;
}

function putConnected(name: string, properties: JsonObject = {}): Promise<Reply> {
  return arc()('PUT', connectedId(name), {
    body: {
      ...{ location: 'eastus', kind: 'ProvisionedCluster', identity: { type: 'SystemAssigned' } },
      properties: { agentPublicKeyCertificate: '', ...properties },
    },
  });
}

function putInstance(name: string, networkId: string, properties: JsonObject): Promise<Reply> {
  const least = {
    linuxProfile: { ssh: { publicKeys: [{ keyData: sshKey }] } },
    cloudProviderProfile: { infraNetworkProfile: { vnetSubnetIds: [networkId] } },
  };
  return arc()('PUT', instanceId(name), { body: { ...placed(), properties: { ...least, ...properties } } });
}

async function made(name: string, networkId: string, properties: JsonObject): Promise<void> {
  const connected = await putConnected(name);
  assert.equal(connected.status, 201, connected.message);
  assert.equal(await settledAs(connectedId(name)), 'Succeeded');
  const reply = await putInstance(name, networkId, properties);
  assert.equal(reply.status, 201, reply.message);
  assert.equal(await settledAs(instanceId(name)), 'Succeeded');
}

function orderOf(name: string): ClusterOrder {
  const found = [...orders.values()].find((order) => order.name === name);
  assert.ok(found, name);
  return found;
}

const sizes = (name: string) =>
  orderOf(name).nodes.map((pool) => `${pool.name} ${pool.kubernetesVersion ?? ''} ${pool.nodeNames.length}`);

test('an upgrade that breaks off in the middle leaves every pool whole: what is asked next gets all its nodes, and the upgrade does not go on unasked', async () => {
  const lnet = await network('broken', 2, 60);
  const pools = { agentPoolProfiles: [{ name: 'p', count: 3 }] };
  await made('broken', lnet, { kubernetesVersion: '1.30.9', ...pools });
  demand = ({ nodes }) => {
    const old = nodes.find((pool) => pool.name === 'p' && pool.kubernetesVersion === '1.30.9');
    if (old?.nodeNames.length === 2) throw new CannotConverge('NoMachine', 'There is no machine.');
  };
  const asked = await putInstance('broken', lnet, { kubernetesVersion: '1.31.9', ...pools });
  assert.equal(asked.status, 200, asked.message);
  assert.equal(await settledAs(instanceId('broken')), 'Failed');
  demand = () => undefined;
  const body = { ...placed(), properties: { count: 1 } };
  const pool = await arc()('PUT', `${instanceId('broken')}/agentPools/extra`, { body });
  assert.equal(pool.status, 201, pool.message);
  assert.equal(await settledAs(instanceId('broken')), 'Succeeded');
  // One was away and has come back; the machine that stood in for it stays until the next upgrade.
  const middle = ['control-plane 1.31.9 1', 'p 1.31.9 2', 'p 1.30.9 2', 'extra 1.31.9 1'];
  assert.deepEqual(sizes('broken'), middle);
  const again = await putInstance('broken', lnet, { kubernetesVersion: '1.31.9', ...pools });
  assert.equal(again.status, 200, again.message);
  assert.equal(await settledAs(instanceId('broken')), 'Succeeded');
  assert.deepEqual(sizes('broken'), ['control-plane 1.31.9 1', 'p 1.31.9 3', 'extra 1.31.9 1']);
});

test('a pool that is being made when its cluster is deleted is canceled, and not said to be made', async () => {
  await made('leaving', await network('leaving', 3, 60), {});
  demand = () => {
    throw new RetryLater('there is no machine yet');
  };
  const body = { ...placed(), properties: { count: 1 } };
  const pool = await arc()('PUT', `${instanceId('leaving')}/agentPools/extra`, { body });
  assert.equal(pool.status, 201, pool.message);
  assert.equal((await arc()('DELETE', instanceId('leaving'))).status, 202);
  assert.equal(await settledAs(instanceId('leaving')), 'gone');
  const ended = await estate.call('GET', String(pool.headers['azure-asyncoperation']));
  assert.deepEqual(
    [ended.body['status'], isObject(ended.body['error']) && ended.body['error']['code']],
    ['Canceled', 'OperationPreempted'],
  );
});

test('who is taken from the admin groups of a cluster that failed enters it no more, and its nodes stay as they are', async () => {
  const lnet = await network('failing', 4, 60);
  await made('failing', lnet, {});
  const groups = () => orderOf('failing').access.adminGroupObjectIds;
  const admits = async (...adminGroupObjectIDs: string[]) => {
    const reply = await putConnected('failing', { aadProfile: { adminGroupObjectIDs } });
    assert.equal(reply.status, 200, reply.message);
    for (let turn = 0; turn < 10_000; turn++) {
      if (groups().join() === adminGroupObjectIDs.join()) return;
      await new Promise((done) => setImmediate(done));
    }
    assert.deepEqual(groups(), adminGroupObjectIDs);
  };
  await admits('11111111-1111-4111-8111-111111111111');
  const tooMany = await putInstance('failing', lnet, { agentPoolProfiles: [{ name: 'p', count: 200 }] });
  assert.equal(tooMany.status, 200, tooMany.message);
  assert.equal(await settledAs(instanceId('failing')), 'Failed');
  assert.deepEqual(groups(), ['11111111-1111-4111-8111-111111111111']);
  await admits();
  assert.deepEqual(sizes('failing'), ['control-plane 1.31.10 1']);
});

test('an upgrade needs the addresses of its nodes and of the machine that stands in, also those that a failed cluster holds are taken', async () => {
  const lnet = await network('few', 5, 7);
  const pool = (count: number) => ({ agentPoolProfiles: [{ name: 'p', count }] });
  const upgraded = async (count: number) => {
    const reply = await putInstance('few', lnet, { kubernetesVersion: '1.31.9', ...pool(count) });
    assert.equal(reply.status, 200, reply.message);
    return settledAs(instanceId('few'));
  };
  await made('few', lnet, { kubernetesVersion: '1.30.9', ...pool(1) });
  assert.equal(await upgraded(5), 'Failed');
  const { body } = await arc()('GET', instanceId('few'));
  const status = isObject(body['properties']) ? body['properties']['status'] : undefined;
  assert.match(
    String(isObject(status) && status['errorMessage']),
    /few does not have enough available IP addresses: the cluster needs 8, 7 of 7 are free\./,
  );
  assert.deepEqual(sizes('few'), ['control-plane 1.30.9 1', 'p 1.30.9 1']);
  // Three of seven are held by the cluster that failed.
  assert.equal((await putConnected('other')).status, 201);
  assert.equal(await settledAs(connectedId('other')), 'Succeeded');
  assert.equal((await putInstance('other', lnet, pool(3))).status, 201);
  assert.equal(await settledAs(instanceId('other')), 'Failed');
  assert.equal((await putInstance('other', lnet, pool(1))).status, 200);
  assert.equal(await settledAs(instanceId('other')), 'Succeeded');
  assert.equal(await upgraded(1), 'Succeeded');
  assert.deepEqual(sizes('few'), ['control-plane 1.31.9 1', 'p 1.31.9 1']);
});

test('an instance extends connected clusters alone, whatever another resource calls its kind', async () => {
  const managed = id('Microsoft.ContainerService/managedClusters', 'managed');
  const pool = { name: 'p', count: 1, vmSize: 'Standard_D2s_v3', mode: 'System' };
  const cluster = await caller(estate, '2025-05-01')('PUT', managed, {
    body: {
      ...{ location: 'eastus', kind: 'ProvisionedCluster', identity: { type: 'SystemAssigned' } },
      properties: { dnsPrefix: 'managed', agentPoolProfiles: [pool] },
    },
  });
  assert.equal(cluster.status, 201, cluster.message);
  const before = await estate.manager.records.get(managed);
  const suffix = instanceId('').slice(connectedId('').length);
  const reply = await arc()('PUT', `${managed}${suffix}`, {
    body: {
      ...placed(),
      properties: {
        linuxProfile: { ssh: { publicKeys: [{ keyData: sshKey }] } },
        cloudProviderProfile: {
          infraNetworkProfile: { vnetSubnetIds: [await network('managed', 6, 20)] },
        },
      },
    },
  });
  assert.deepEqual([reply.status, reply.code], [400, 'BadRequest']);
  assert.match(reply.message, /is of type 'Microsoft\.ContainerService\/managedClusters'/);
  assert.deepEqual(await estate.manager.records.get(managed), before);
});

test('pools that are asked for at once all come to be, or are refused, and none of those made is lost', async () => {
  await made('crowded', await network('crowded', 7, 60), {});
  const body = { ...placed(), properties: { count: 1 } };
  const names = ['alpha', 'beta', 'gamma', 'delta'];
  const replies = await Promise.all(
    names.map((name) => arc()('PUT', `${instanceId('crowded')}/agentPools/${name}`, { body })),
  );
  assert.equal(await settledAs(instanceId('crowded')), 'Succeeded');
  const taken = names.filter((_name, at) => replies[at]?.status === 201);
  assert.ok(taken.length > 0);
  for (const { status, code } of replies) assert.ok(status === 201 || code === 'OperationNotAllowed', code);
  assert.deepEqual(
    orderOf('crowded')
      .nodes.map((pool) => pool.name)
      .filter((name) => names.includes(name)),
    taken,
  );
});

test('a cluster and a pool of it that are changed at once never undo each other', async () => {
  const lnet = await network('both', 8, 60);
  await made('both', lnet, { agentPoolProfiles: [{ name: 'p', count: 1 }] });
  const body = { ...placed(), properties: { count: 1 } };
  const [cluster, pool] = await Promise.all([
    putInstance('both', lnet, { agentPoolProfiles: [{ name: 'p', count: 2 }] }),
    arc()('PUT', `${instanceId('both')}/agentPools/extra`, { body }),
  ]);
  assert.equal(await settledAs(instanceId('both')), 'Succeeded');
  const counts = Object.fromEntries(orderOf('both').nodes.map((one) => [one.name, one.nodeNames.length]));
  const wanted = { p: cluster.status < 300 ? 2 : 1, ...(pool.status < 300 && { extra: 1 }) };
  assert.deepEqual({ ...counts, 'control-plane': undefined }, { ...wanted, 'control-plane': undefined });
});
