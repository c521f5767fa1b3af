import assert from 'node:assert/strict';
import { test } from 'node:test';
import { typedClient } from '../../src/apimachinery/kinds.ts';
import { mirrored } from '../../src/controllers/endpointslice-mirroring/mirrored.ts';
import { services } from '../../src/controllers/kinds/core.ts';
import {
  type EndpointSlice,
  type Endpoints,
  endpointSlices,
  endpoints,
} from '../../src/controllers/kinds/discovery.ts';
import { eventuallyAll, startTestCluster } from './harness.ts';

const namespace = 'default';
const select = { namespace, labelSelector: 'kubernetes.io/service-name=ext' };

test('Endpoints that somebody writes for a Service without a selector are EndpointSlices too, and follow', async () => {
  const cluster = await startTestCluster({ nodes: [] });
  try {
    const client = typedClient(cluster.client);
    const { apiVersion, kind } = endpoints;
    const written: Endpoints = {
      ...{ apiVersion, kind },
      metadata: { name: 'ext', namespace, labels: { c: 'd' }, annotations: { x: 'y' } },
      subsets: [
        {
          addresses: [{ ip: '1.2.3.4', hostname: 'foo' }, { ip: '1.2.3.5' }, { ip: '2001:db8::1' }],
          notReadyAddresses: [{ ip: '1.2.3.6' }],
          ports: [{ port: 80, name: 'web', protocol: 'TCP' }],
        },
        { addresses: [{ ip: '9.2.3.4' }], ports: [{ port: 90, name: 'other', protocol: 'TCP' }] },
      ],
    };
    await client.create(endpoints, written);
    await client.create(services, {
      apiVersion: 'v1',
      kind: 'Service',
      metadata: { name: 'ext', namespace, labels: { a: 'b' } },
      spec: { ports: [{ port: 80, name: 'web' }] },
    });
    const until = (holds: (all: readonly EndpointSlice[]) => boolean) =>
      eventuallyAll<EndpointSlice>(cluster.client, endpointSlices, select, holds);
    const all = await until((slices) => slices.length === 3);
    const behind = (port: number, type: string) =>
      all.find((slice) => slice.ports?.[0]?.port === port && slice.addressType === type);
    assert.deepEqual(behind(80, 'IPv4')?.endpoints, [
      { addresses: ['1.2.3.4'], conditions: { ready: true }, hostname: 'foo' },
      { addresses: ['1.2.3.5'], conditions: { ready: true } },
      { addresses: ['1.2.3.6'], conditions: { ready: false } },
    ]);
    assert.equal(behind(80, 'IPv6')?.endpoints?.length, 1);
    const { labels, annotations, ownerReferences = [] } = behind(90, 'IPv4')?.metadata ?? {};
    assert.deepEqual(labels, {
      ...{ c: 'd', 'kubernetes.io/service-name': 'ext' },
      'endpointslice.kubernetes.io/managed-by': 'endpointslicemirroring-controller.k8s.io',
    });
    assert.deepEqual(annotations, { x: 'y' });
    assert.equal(ownerReferences[0]?.kind, 'Endpoints');

    const body = { subsets: [{ addresses: [{ ip: '1.2.3.9' }], ports: [{ port: 80, name: 'web' }] }] };
    await client.patch(endpoints, { name: 'ext', namespace }, { type: 'merge', body });
    const [left] = await until(
      (slices) => slices.length === 1 && slices[0]?.endpoints?.[0]?.addresses[0] === '1.2.3.9',
    );
    assert.equal(left?.metadata.uid, behind(80, 'IPv4')?.metadata.uid, 'the slice of these ports stays');
    const skip = { metadata: { labels: { 'endpointslice.kubernetes.io/skip-mirror': 'true' } } };
    await client.patch(endpoints, { name: 'ext', namespace }, { type: 'merge', body: skip });
    await until((slices) => slices.length === 0);
    const again = { metadata: { labels: { 'endpointslice.kubernetes.io/skip-mirror': null } } };
    await client.patch(endpoints, { name: 'ext', namespace }, { type: 'merge', body: again });
    await until((slices) => slices.length === 1);
    // Others look after a Service with a selector.
    const selector = { spec: { selector: { app: 'none' } } };
    await client.patch(services, { name: 'ext', namespace }, { type: 'merge', body: selector });
    await until((slices) =>
      slices.every(
        ({ metadata }) =>
          metadata.labels?.['endpointslice.kubernetes.io/managed-by'] === 'endpointslice-controller.k8s.io',
      ),
    );
  } finally {
    await cluster.close();
  }
});

test('Endpoints with many ports have a slice for each, and another once one is full', () => {
  const ips = (count: number, subnet: number) =>
    Array.from({ length: count }, (_, at) => ({ ip: `10.${subnet}.${at >> 8}.${at & 255}` }));
  const web = [{ name: 'web', port: 80, protocol: 'TCP' }];
  const { apiVersion, kind } = endpoints;
  const slices = mirrored({
    ...{ apiVersion, kind, metadata: { name: 'many', namespace } },
    subsets: [
      { addresses: ips(700, 1), ports: web },
      ...Array.from({ length: 2_000 }, (_, at) => ({
        addresses: ips(1, 2),
        ports: [{ name: 'p', port: 1_000 + at, protocol: 'TCP' }],
      })),
      { addresses: ips(700, 3), ports: web },
    ],
  });
  assert.deepEqual(
    slices.filter(({ ports }) => ports[0]?.port === 80).map((slice) => slice.endpoints.length),
    [1_000, 400],
  );
  assert.equal(slices.length, 2_002);
});
