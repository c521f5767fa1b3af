import assert from 'node:assert/strict';
import { test } from 'node:test';
import { typedClient } from '../../src/apimachinery/kinds.ts';
import { textAt } from '../../src/apimachinery/read.ts';
import { type ServiceCidr, serviceCidrs } from '../../src/controllers/kinds/networking.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { eventually, startTestCluster } from './harness.ts';

const services = { group: '', version: 'v1', resource: 'services' };
const finalizer = 'networking.k8s.io/service-cidr-finalizer';

test('a second range gives addresses once it is ready, and goes when none is given from it alone', async () => {
  const clock = new ManualClock();
  const cluster = await startTestCluster({ profile: 'hub', clock });
  try {
    const client = typedClient(cluster.client);
    const service = (name: string, clusterIP: string) =>
      cluster.client.create(services, {
        apiVersion: 'v1',
        kind: 'Service',
        metadata: { name, namespace: 'default' },
        spec: { ports: [{ port: 80 }], clusterIP },
      });
    const condition = (one: ServiceCidr | undefined) => {
      const { status, reason, message } = one?.status?.conditions?.[0] ?? {};
      return `${status} ${reason} ${message}`;
    };
    const range = (name: string, holds: (one: ServiceCidr | undefined) => boolean) =>
      eventually<ServiceCidr>(cluster.client, serviceCidrs, { name }, holds);
    await assert.rejects(
      service('early', '10.7.0.9'),
      /the provided network does not match the current range/,
    );
    const { apiVersion, kind } = serviceCidrs;
    await client.create(serviceCidrs, {
      apiVersion,
      kind,
      metadata: { name: 'two' },
      spec: { cidrs: ['10.7.0.0/24'] },
    });
    const isReady = (one: ServiceCidr | undefined) =>
      condition(one) === 'True  Kubernetes Service CIDR is ready' &&
      (one?.metadata.finalizers?.includes(finalizer) ?? false);
    await range('two', isReady);
    assert.equal(textAt(await service('web', '10.7.0.9'), 'spec', 'clusterIP'), '10.7.0.9');
    await client.delete(serviceCidrs, { name: 'two' });
    await range(
      'two',
      (one) =>
        condition(one) ===
        'False Terminating There are still IPAddresses referencing the ServiceCIDR, please remove them or create a new ServiceCIDR',
    );
    await assert.rejects(
      service('late', '10.7.0.10'),
      /the provided network does not match the current range/,
    );
    // Another one that holds its addresses lets it go, after a moment in which others may not know yet.
    await client.create(serviceCidrs, {
      apiVersion,
      kind,
      metadata: { name: 'wide' },
      spec: { cidrs: ['10.7.0.0/16'] },
    });
    await range('wide', isReady);
    const waiting = clock.waiting;
    assert.ok(waiting > 0);
    const gone = range('two', (one) => one === undefined);
    for (;;) {
      clock.advance(10_000);
      if (!(await client.find(serviceCidrs, { name: 'two' }))) break;
      await new Promise((resolve) => setImmediate(resolve));
    }
    await gone;
    await service('late', '10.7.0.10');
    for (const [cidrs, why] of [
      [['10.8.0.5/24'], 'must not have bits set beyond the prefix length'],
      [['10.8.0.0/24', '10.9.0.0/24'], 'may specify no more than one IP for each IP family'],
    ] as const) {
      const made = client.create(serviceCidrs, {
        apiVersion,
        kind,
        metadata: { name: 'wrong' },
        spec: { cidrs: [...cidrs] },
      });
      await assert.rejects(made, new RegExp(why));
    }
    const moved = { type: 'merge' as const, body: { spec: { cidrs: ['10.9.0.0/24'] } } };
    await assert.rejects(
      client.patch(serviceCidrs, { name: 'wide' }, moved),
      /spec.cidrs\[0\]: Invalid value: "10.9.0.0\/24": field is immutable/,
    );
  } finally {
    await cluster.close();
  }
});
