import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isTrue } from '../../src/apimachinery/conditions.ts';
import { systemClock } from '../../src/base/index.ts';
import { AddressClaims } from '../../src/clusters/addresses/claims.ts';
import { addressLimits } from '../../src/clusters/addresses/pools.ts';
import type { ClusterSpec, NetworkSpec } from '../../src/clusters/index.ts';
import { eventObjects, nodes, type Service, services } from '../../src/controllers/kinds/core.ts';
import { createMemoryStore, type Store } from '../../src/store/index.ts';
import { failingStore } from '../support/failing-store.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { eventually, eventuallyAll, pool, startTestCluster, type TestCluster, twoNodes } from './harness.ts';

const cleanup = 'service.kubernetes.io/load-balancer-cleanup';
const documentation = /^(192\.0\.2|198\.51\.100|203\.0\.113)\.\d+$/;

/** Two addresses, for whoever stands in that network. */
const small: NetworkSpec = {
  name: 'network/small',
  balancers: [{ first: '192.168.7.8', last: '192.168.7.10' }],
  nodes: [{ first: '192.168.7.8', last: '192.168.7.20' }],
  reserved: ['192.168.7.9'],
};

function spec(clusterId: string, network?: NetworkSpec): ClusterSpec {
  return {
    ...{
      clusterId,
      name: clusterId,
      resourceId: `/${clusterId}`,
      role: 'member',
      kubernetesVersion: '1.33.4',
    },
    ...{ hostNames: [clusterId], publicEndpoint: true, nodes: [], ...(network ? { network } : {}) },
    access: {
      ...{ adminGroupObjectIds: [], roleFamily: undefined, roleScope: '', localAccounts: true },
      entraAudience: undefined,
    },
  };
}

async function startClaims(
  store: Store = createMemoryStore({ clock: systemClock, random: seededRandom('lb') }),
) {
  const claims = new AddressClaims({ store, random: seededRandom('lb') });
  await claims.load();
  return claims;
}

function balanced(name: string, more: Partial<Service['spec']> = {}, annotations = {}): Service {
  return {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: 'default', annotations },
    spec: { type: 'LoadBalancer', selector: { app: name }, ports: [{ port: 80 }], ...more },
  };
}

const addressOf = (service: Service | undefined) => service?.status?.loadBalancer?.ingress?.[0]?.['ip'];

function served(cluster: TestCluster, name: string): Promise<Service | undefined> {
  return eventually(cluster.client, services, { name, namespace: 'default' }, (service) =>
    Boolean(addressOf(service)),
  );
}

function events(cluster: TestCluster, name: string, reason: string) {
  const fieldSelector = `involvedObject.name=${name},reason=${reason}`;
  return eventuallyAll(
    cluster.client,
    eventObjects,
    { namespace: 'default', fieldSelector },
    (all) => all.length > 0,
  );
}

test('a Service of type LoadBalancer gets an address for documentation, its finalizer and the events of a cloud', async () => {
  const claims = await startClaims();
  const cluster = await startTestCluster({ addresses: claims.ofCluster(() => spec('a')) });
  const { kubectl } = await cluster.listen();
  await kubectl('create', 'service', 'loadbalancer', 'front', '--tcp=80:80');
  const service = await served(cluster, 'front');
  assert.match(addressOf(service) ?? '', documentation);
  assert.deepEqual(service?.status?.loadBalancer?.ingress, [{ ip: addressOf(service), ipMode: 'VIP' }]);
  assert.deepEqual(service?.metadata.finalizers, [cleanup]);
  assert.match(
    await kubectl('get', 'service', 'front'),
    new RegExp(`LoadBalancer +10\\.\\S+ +${addressOf(service)} +80:3`),
  );
  const [ensured] = await events(cluster, 'front', 'EnsuredLoadBalancer');
  assert.deepEqual(
    [ensured?.type, ensured?.message, ensured?.source.component],
    ['Normal', 'Ensured load balancer', 'service-controller'],
  );
  const [ensuring] = await events(cluster, 'front', 'EnsuringLoadBalancer');
  assert.equal(ensuring?.message, 'Ensuring load balancer');
  await cluster.close();
});

test('a Service whose address could not be written down gets one, and is told of once it has', async () => {
  const failing = failingStore(createMemoryStore({ clock: systemClock, random: seededRandom('lb') }));
  const claims = await startClaims(failing.store);
  const cluster = await startTestCluster({ addresses: claims.ofCluster(() => spec('a')) });
  failing.failAfter(0);
  await cluster.client.create(services, balanced('front'));
  const address = addressOf(await served(cluster, 'front'));
  const { entries } = await failing.store.range({ prefix: '/addresses/' });
  assert.deepEqual(
    entries.map(({ key }) => key.slice(key.lastIndexOf('/') + 1)),
    [address],
  );
  assert.equal((await events(cluster, 'front', 'EnsuredLoadBalancer')).length, 1);
  assert.equal(failing.failed(), true);
  await cluster.close();
});

test('an address stays with its Service while that changes, and is given back with another type or a deletion', async () => {
  const claims = await startClaims();
  const supply = claims.ofCluster(() => spec('a'));
  const cluster = await startTestCluster({ addresses: supply });
  const { kubectl } = await cluster.listen();
  await cluster.client.create(services, balanced('front'));
  const first = addressOf(await served(cluster, 'front'));
  await kubectl('patch', 'service', 'front', '--type=merge', '-p', '{"spec":{"ports":[{"port":81}]}}');
  await kubectl('annotate', 'service', 'front', 'a=b');
  assert.equal(addressOf(await served(cluster, 'front')), first);
  await kubectl('patch', 'service', 'front', '-p', '{"spec":{"type":"ClusterIP"}}');
  const changed = await eventually(
    cluster.client,
    services,
    { name: 'front', namespace: 'default' },
    (service) => service?.metadata.finalizers === undefined,
  );
  assert.deepEqual(changed?.status, { loadBalancer: {} });
  await events(cluster, 'front', 'DeletedLoadBalancer');
  await kubectl('patch', 'service', 'front', '-p', '{"spec":{"type":"LoadBalancer"}}');
  await served(cluster, 'front');
  await kubectl('delete', 'service', 'front', '--timeout=60s');
  await events(cluster, 'front', 'DeletingLoadBalancer');
  assert.equal(await kubectl('get', 'services', '-o', 'name'), 'service/kubernetes\n');
  await cluster.close();
  assert.deepEqual(supply.holders(), []);
});

test('clusters in one network share its pool: the last address goes to one, and to the other when that one is done', async () => {
  const claims = await startClaims();
  const [a, b] = await Promise.all(
    ['a', 'b'].map((id) =>
      startTestCluster({ nodes: [], addresses: claims.ofCluster(() => spec(id, small)) }),
    ),
  );
  if (!a || !b) throw new Error('two were started');
  await a.client.create(services, balanced('one'));
  assert.equal(addressOf(await served(a, 'one')), '192.168.7.8');
  await b.client.create(services, balanced('two'));
  assert.equal(addressOf(await served(b, 'two')), '192.168.7.10');
  await b.client.create(services, balanced('three'));
  const [failed] = await events(b, 'three', 'SyncLoadBalancerFailed');
  assert.equal(
    failed?.message,
    'Error syncing load balancer: failed to ensure load balancer: no address is free in 192.168.7.8-192.168.7.10',
  );
  await a.client.delete(services, { namespace: 'default', name: 'one' });
  assert.equal(addressOf(await served(b, 'three')), '192.168.7.8');
  await Promise.all([a.close(), b.close()]);
});

test('an address asked for is given when it is free, by annotation before field, and refused with the reason', async () => {
  const claims = await startClaims();
  const cluster = await startTestCluster({ addresses: claims.ofCluster(() => spec('a')) });
  const annotation = 'service.beta.kubernetes.io/azure-load-balancer-ipv4';
  await cluster.client.create(services, balanced('field', { loadBalancerIP: '203.0.113.7' }));
  assert.equal(addressOf(await served(cluster, 'field')), '203.0.113.7');
  await cluster.client.create(
    services,
    balanced('annotated', { loadBalancerIP: '203.0.113.7' }, { [annotation]: '203.0.113.8' }),
  );
  assert.equal(addressOf(await served(cluster, 'annotated')), '203.0.113.8');
  await cluster.client.create(services, balanced('late', { loadBalancerIP: '203.0.113.8' }));
  const [taken] = await events(cluster, 'late', 'SyncLoadBalancerFailed');
  assert.match(taken?.message ?? '', /user supplied IP Address 203\.0\.113\.8 is in use$/);
  // The same address in other words is no other address.
  await cluster.client.create(services, balanced('spelled', { loadBalancerIP: '203.0.113.008' }));
  const [spelled] = await events(cluster, 'spelled', 'SyncLoadBalancerFailed');
  assert.match(spelled?.message ?? '', /user supplied IP Address 203\.0\.113\.008 is not in /);
  await cluster.client.create(services, balanced('foreign', { loadBalancerIP: '20.1.2.3' }));
  const [foreign] = await events(cluster, 'foreign', 'SyncLoadBalancerFailed');
  assert.match(foreign?.message ?? '', /user supplied IP Address 20\.1\.2\.3 is not in 192\.0\.2\.1-/);
  const { kubectl } = await cluster.listen();
  await kubectl('annotate', 'service', 'annotated', `${annotation}=203.0.113.9`, '--overwrite');
  assert.equal(addressOf(await served(cluster, 'late')), '203.0.113.8');
  assert.equal(
    await kubectl('get', 'service', 'annotated', '-o', 'jsonpath={.status.loadBalancer.ingress[*].ip}'),
    '203.0.113.9',
  );
  await cluster.close();
});

test('an internal load balancer has an address of the subnet that no node has or gets', async () => {
  const claims = await startClaims();
  const cluster = await startTestCluster({ addresses: claims.ofCluster(() => spec('a')) });
  const internal = { 'service.beta.kubernetes.io/azure-load-balancer-internal': 'true' };
  await cluster.client.create(services, balanced('any', {}, internal));
  assert.match(addressOf(await served(cluster, 'any')) ?? '', /^10\.224\.24\d\.\d+$/);
  await cluster.client.create(services, balanced('node', { loadBalancerIP: '10.224.0.4' }, internal));
  const [taken] = await events(cluster, 'node', 'SyncLoadBalancerFailed');
  assert.match(taken?.message ?? '', /10\.224\.0\.4 is in use$/);
  await cluster.client.create(services, balanced('next', { loadBalancerIP: '10.224.0.6' }, internal));
  await served(cluster, 'next');
  await cluster.controllers.update({
    nodes: [pool('nodepool1', ['node-1', 'node-2', 'node-3'])],
    kubernetesVersion: '1.34.4',
  });
  const third = await cluster.client.get(nodes, { name: 'node-3' });
  assert.match(JSON.stringify(third['status']), /"10\.224\.0\.7"/);
  await cluster.close();
});

test('a Service with a class is left to whoever serves that class', async () => {
  const claims = await startClaims();
  const cluster = await startTestCluster({ addresses: claims.ofCluster(() => spec('a')) });
  await cluster.client.create(services, balanced('theirs', { loadBalancerClass: 'example.com/lb' }));
  await cluster.client.create(services, balanced('ours', { allocateLoadBalancerNodePorts: false }));
  const ours = await served(cluster, 'ours');
  assert.equal(ours?.spec.ports?.[0]?.['nodePort'], undefined);
  const theirs = await cluster.client.get(services, { namespace: 'default', name: 'theirs' });
  assert.deepEqual([theirs.metadata.finalizers, theirs['status']], [undefined, { loadBalancer: {} }]);
  await cluster.close();
});

test('addresses stay over a restart; what went meanwhile without its finalizer is given back', async () => {
  const store = createMemoryStore({ clock: systemClock, random: seededRandom('lb') });
  const first = await startTestCluster({ addresses: (await startClaims(store)).ofCluster(() => spec('a')) });
  await first.client.create(services, balanced('stays'));
  await first.client.create(services, balanced('goes'));
  const [stays] = [addressOf(await served(first, 'stays')), await served(first, 'goes')];
  await first.controllers.close();
  await first.client.patch(
    services,
    { namespace: 'default', name: 'goes' },
    { type: 'merge', body: { metadata: { finalizers: null } } },
  );
  await first.client.delete(services, { namespace: 'default', name: 'goes' });

  const claims = await startClaims(store);
  const supply = claims.ofCluster(() => spec('a'));
  assert.equal(supply.holders().length, 2);
  const freed = new Promise<void>((resolve) => void supply.onFreed(resolve));
  const second = await startTestCluster({ store: first.store, addresses: supply });
  await freed;
  assert.deepEqual(
    supply.holders().map(({ name }) => name),
    ['services/default/stays'],
  );
  assert.equal(addressOf(await served(second, 'stays')), stays);
  await second.close();
});

test('nodes in a shared network have addresses of it that nothing else there has', async () => {
  const claims = await startClaims();
  const start = (id: string) =>
    startTestCluster({
      profile: 'arc',
      nodes: [pool('work', [`${id}-1`, `${id}-2`])],
      addresses: claims.ofCluster(() => spec(id, small)),
    });
  const [a, b] = [await start('a'), await start('b')];
  const both = [a, b].map(({ client }) => eventuallyAll(client, nodes, {}, (all) => all.length === 2));
  const addresses = (await Promise.all(both))
    .flat()
    .map((node) => node.status?.addresses?.[0]?.address ?? '');
  assert.deepEqual(addresses.sort(), ['192.168.7.10', '192.168.7.11', '192.168.7.12', '192.168.7.8']);
  await a.client.create(services, balanced('front'));
  const [failed] = await events(a, 'front', 'SyncLoadBalancerFailed');
  assert.match(failed?.message ?? '', /no address is free in 192\.168\.7\.8-192\.168\.7\.10$/);
  await Promise.all([a, b].map((cluster) => cluster.close()));
});

test('what a cluster held is free again when the cluster goes, and when it went in a crash', async () => {
  const store = createMemoryStore({ clock: systemClock, random: seededRandom('lb') });
  const claims = await startClaims(store);
  const none = { scope: 'public', avoid: new Set<string>() } as const;
  const holder = { name: 'services/default/front', uid: '1' };
  const [a, b] = ['a', 'b'].map((id) => claims.ofCluster(() => spec(id)));
  await a?.claim(holder, { ...none, asked: '192.0.2.1' });
  assert.deepEqual(await b?.claim(holder, { ...none, asked: '192.0.2.1' }), {
    refusal: 'user supplied IP Address 192.0.2.1 is in use',
  });
  await claims.dropClusters((clusterId) => clusterId === 'a');
  assert.deepEqual(await b?.claim(holder, { ...none, asked: '192.0.2.1' }), { address: '192.0.2.1' });
  const later = new AddressClaims({ store, random: seededRandom('lb') });
  await later.load();
  await later.dropClusters((clusterId) => clusterId !== 'a');
  assert.deepEqual(later.ofCluster(() => spec('b')).holders(), []);
  assert.deepEqual((await store.range({ prefix: '/addresses/' })).entries, []);
});

test('two that ask at once never get the same address', async () => {
  const claims = await startClaims();
  const request = { scope: 'public', avoid: new Set<string>() } as const;
  const asking = Array.from({ length: 800 }, (_, i) =>
    claims.ofCluster(() => spec(`c${i % 7}`)).claim({ name: `services/default/s${i}`, uid: `${i}` }, request),
  );
  const answers = (await Promise.all(asking)).flatMap((answer) =>
    'address' in answer ? [answer.address] : [],
  );
  assert.equal(answers.length, 800);
  assert.equal(new Set(answers).size, 800);
});

test("a cluster has its share of the public addresses and is in nobody's way; what waits gets the next that is given back", async () => {
  const claims = await startClaims();
  const supply = claims.ofCluster(() => spec('greedy'));
  const holder = (at: number) => ({ name: `held/${at}`, uid: `${at}` });
  const request = { scope: 'public', avoid: new Set<string>() } as const;
  const share = addressLimits.publicPerCluster;
  const given = new Set<string>();
  for (let at = 0; at < share; at++) {
    const answer = await supply.claim(holder(at), request);
    assert.ok('address' in answer);
    given.add(answer.address);
  }
  assert.equal(given.size, share, 'more than the addresses for documentation');
  assert.deepEqual(await supply.claim(holder(5), request), await supply.claim(holder(5), request));
  const cluster = await startTestCluster({ addresses: supply });
  await cluster.client.create(services, balanced('late'));
  const [refused] = await events(cluster, 'late', 'SyncLoadBalancerFailed');
  assert.match(
    refused?.message ?? '',
    /this cluster holds 1000 public addresses, as many as one cluster may have/,
  );
  const other = await claims.ofCluster(() => spec('modest')).claim(holder(0), request);
  assert.ok('address' in other && !given.has(other.address));
  await supply.settle(holder(7), undefined);
  assert.ok(addressOf(await served(cluster, 'late')));
  await cluster.close();
});

test('a Service is told when the nodes behind its load balancer are others', async () => {
  const claims = await startClaims();
  const cluster = await startTestCluster({ addresses: claims.ofCluster(() => spec('a')) });
  // A socket that is open keeps the process waiting for timers.
  await cluster.listen();
  const ready = async (count: number) =>
    eventuallyAll(
      cluster.client,
      nodes,
      {},
      (all) => all.filter(({ status }) => isTrue(status?.conditions, 'Ready')).length === count,
    );
  await ready(2);
  await cluster.client.create(services, balanced('front'));
  await served(cluster, 'front');
  await cluster.controllers.update({
    nodes: [...twoNodes, pool('more', ['node-3'])],
    kubernetesVersion: '1.34.4',
  });
  const [told] = await events(cluster, 'front', 'UpdatedLoadBalancer');
  assert.equal(told?.message, 'Updated load balancer with new hosts');
  await cluster.close();
});
