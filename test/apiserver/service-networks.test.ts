import assert from 'node:assert/strict';
import { test } from 'node:test';
import { objectsAt, textAt, textsAt } from '../../src/apimachinery/read.ts';
import { silentLogger, systemClock, systemRandom } from '../../src/base/index.ts';
import { type IpAddress, ipAddresses, serviceCidrs } from '../../src/controllers/kinds/networking.ts';
import { createMemoryStore } from '../../src/store/index.ts';
import { eventually, eventuallyAll } from '../controllers/harness.ts';
import { startTestServer, type TestServer } from './harness.ts';

const services = { group: '', version: 'v1', resource: 'services' };

async function service(test: TestServer, name: string, spec: object = {}): Promise<string> {
  const made = await test.client.create(services, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name, namespace: 'default' },
    spec: { ports: [{ port: 80 }], ...spec },
  });
  return textAt(made, 'spec', 'clusterIP');
}

async function addresses({ client }: TestServer): Promise<Record<string, string>> {
  const { items } = await client.list(ipAddresses);
  return Object.fromEntries(
    items.map((each) => [
      each.metadata.name ?? '',
      `${textAt(each, 'spec', 'parentRef', 'namespace')}/${textAt(each, 'spec', 'parentRef', 'name')}`,
    ]),
  );
}

const kubernetes = { '10.0.0.1': 'default/kubernetes' };
const change = (test: TestServer, name: string, body: object) =>
  test.client.patch(services, { name, namespace: 'default' }, { type: 'merge', body: { ...body } });

test('each address of a service has an IPAddress that comes and goes with it', async () => {
  const server = await startTestServer({ serviceCidr: '10.0.0.0/24' });
  const cidr = await server.client.get(serviceCidrs, { name: 'kubernetes' });
  assert.deepEqual(cidr['spec'], { cidrs: ['10.0.0.0/24'] });
  const [ready] = objectsAt(cidr, 'status', 'conditions');
  assert.deepEqual([ready?.['type'], ready?.['status']], ['Ready', 'True']);
  await eventually<IpAddress>(server.client, ipAddresses, { name: '10.0.0.1' }, (one) => one !== undefined);
  const ip = await service(server, 'web');
  assert.deepEqual(await addresses(server), { ...kubernetes, [ip]: 'default/web' });
  const object = await server.client.get(ipAddresses, { name: ip });
  assert.deepEqual(object.metadata.labels, {
    'ipaddress.kubernetes.io/ip-family': 'IPv4',
    'ipaddress.kubernetes.io/managed-by': 'ipallocator.k8s.io',
  });
  await service(server, 'headless', { clusterIP: 'None' });
  await service(server, 'name', { type: 'ExternalName', externalName: 'example.com' });
  assert.deepEqual(Object.keys(await addresses(server)).length, 2);
  await change(server, 'web', {
    spec: { type: 'ExternalName', externalName: 'example.com', clusterIP: null, clusterIPs: null },
  });
  assert.deepEqual(await addresses(server), kubernetes);
  await change(server, 'web', { spec: { type: 'ClusterIP', externalName: null, clusterIP: '10.0.0.77' } });
  assert.deepEqual(await addresses(server), { ...kubernetes, '10.0.0.77': 'default/web' });
  // Held by a finalizer it keeps its address.
  await change(server, 'web', { metadata: { finalizers: ['example.com/held'] } });
  await server.client.delete(services, { name: 'web', namespace: 'default' });
  assert.ok('10.0.0.77' in (await addresses(server)));
  await change(server, 'web', { metadata: { finalizers: null } });
  assert.deepEqual(await addresses(server), kubernetes);
  await server.close();
});

test('an address that an IPAddress of somebody else has is given to no service, and one that was removed comes back', async () => {
  const server = await startTestServer({ serviceCidr: '10.0.0.0/29' });
  await eventually<IpAddress>(server.client, ipAddresses, { name: '10.0.0.1' }, (one) => one !== undefined);
  const taken = (name: string) =>
    server.client.create(ipAddresses, {
      apiVersion: 'networking.k8s.io/v1',
      kind: 'IPAddress',
      metadata: { name },
      spec: {
        parentRef: { group: 'gateway.networking.k8s.io', resource: 'gateways', namespace: 'x', name: 'g' },
      },
    });
  for (const name of ['10.0.0.2', '10.0.0.3', '10.0.0.4']) await taken(name);
  await assert.rejects(
    service(server, 'asks', { clusterIP: '10.0.0.3' }),
    /spec.clusterIPs: Invalid value: \["10.0.0.3"\]: failed to allocate IP 10.0.0.3: provided IP is already allocated/,
  );
  assert.deepEqual([await service(server, 'a'), await service(server, 'b')].sort(), ['10.0.0.5', '10.0.0.6']);
  await assert.rejects(service(server, 'c'), /failed to allocate a serviceIP: range is full/);
  await server.client.delete(ipAddresses, { name: '10.0.0.5' });
  const again = await eventually<IpAddress>(
    server.client,
    ipAddresses,
    { name: '10.0.0.5' },
    (one) => one !== undefined,
  );
  assert.match(textAt(again, 'spec', 'parentRef', 'name'), /^[ab]$/);
  await server.client.delete(serviceCidrs, { name: 'kubernetes' });
  await eventually(server.client, serviceCidrs, { name: 'kubernetes' }, (one) => one !== undefined);
  await server.close();
});

test('services of older data get their IPAddresses at a start, and those of services that are gone go', async () => {
  const surroundings = { clock: systemClock, random: systemRandom, log: silentLogger };
  const store = createMemoryStore(surroundings);
  const first = await startTestServer({ store });
  const ip = await service(first, 'old');
  await first.client.delete(ipAddresses, { name: ip });
  await eventually<IpAddress>(first.client, ipAddresses, { name: ip }, (one) => one !== undefined);
  await first.server.stopKeeping();
  await first.client.delete(ipAddresses, { name: ip });
  await first.client.create(ipAddresses, {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'IPAddress',
    metadata: { name: '10.0.9.9', labels: { 'ipaddress.kubernetes.io/managed-by': 'ipallocator.k8s.io' } },
    spec: { parentRef: { resource: 'services', namespace: 'default', name: 'never' } },
  });
  await first.close();
  const server = await startTestServer({ store });
  const all = await eventuallyAll<IpAddress>(server.client, ipAddresses, {}, (ones) =>
    [ones.length === 2, ...ones.map(({ metadata }) => metadata.name !== '10.0.9.9')].every(Boolean),
  );
  assert.deepEqual(all.map(({ metadata }) => metadata.name).sort(), ['10.0.0.1', ip].sort());
  await server.close();
  await store.close();
});

test('services made at once share no address, and each has its own IPAddress', async () => {
  const server = await startTestServer({ serviceCidr: '10.0.0.0/24' });
  const names = Array.from({ length: 60 }, (_, index) => `s-${index}`);
  const ips = await Promise.all(names.map((name) => service(server, name)));
  assert.equal(new Set(ips).size, names.length);
  const given = await addresses(server);
  for (const [index, ip] of ips.entries()) assert.equal(given[ip], `default/s-${index}`);
  await server.client.deleteCollection(services, {
    namespace: 'default',
    fieldSelector: 'metadata.name!=kubernetes',
  });
  await eventuallyAll<IpAddress>(server.client, ipAddresses, {}, (ones) => ones.length === 1);
  assert.deepEqual(textsAt(await server.client.get(serviceCidrs, { name: 'kubernetes' }), 'spec', 'cidrs'), [
    '10.0.0.0/24',
  ]);
  await server.close();
});
