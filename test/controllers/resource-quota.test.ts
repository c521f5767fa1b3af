import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { JsonObject } from '../../src/base/index.ts';
import { startTestCluster, type TestCluster } from './harness.ts';

const core = (resource: string) => ({ group: '', version: 'v1', resource });
const quotas = core('resourcequotas');

/** A plain copy whose members can be looked at freely. */
function plain(value: unknown) {
  return JSON.parse(JSON.stringify(value));
}

describe('quotas of a cluster', () => {
  let cluster: TestCluster;
  before(async () => {
    cluster = await startTestCluster({ nodes: [] });
  });
  after(() => cluster.close());

  async function statusOf(namespace: string, name = 'q') {
    return plain(await cluster.client.get(quotas, { namespace, name })).status;
  }

  /** Asks until it is so; what never comes to be so runs into the time-out of the whole run. */
  async function until(
    namespace: string,
    holds: (status: { used?: Record<string, string> }) => boolean,
    name = 'q',
  ) {
    for (;;) {
      const status = await statusOf(namespace, name);
      if (holds(status ?? {})) return status;
      await new Promise((next) => setImmediate(next));
    }
  }

  /** Waits for what every namespace gets by itself. */
  async function own(resource: string, namespace: string): Promise<void> {
    while ((await cluster.client.list(core(resource), { namespace })).items.length === 0) {
      await new Promise((next) => setImmediate(next));
    }
  }

  async function begin(namespace: string, hard: JsonObject, spec: JsonObject = {}): Promise<void> {
    await cluster.client.create(core('namespaces'), {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: namespace },
    });
    await addQuota(namespace, hard, spec);
  }

  async function addQuota(
    namespace: string,
    hard: JsonObject,
    spec: JsonObject = {},
    name = 'q',
  ): Promise<void> {
    const metadata = { name, namespace };
    await cluster.client.create(quotas, {
      apiVersion: 'v1',
      kind: 'ResourceQuota',
      metadata,
      spec: { hard, ...spec },
    });
    await until(namespace, ({ used }) => Object.keys(hard).every((each) => used?.[each] !== undefined), name);
  }

  const configMap = (namespace: string, name: string) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace },
  });

  it('lets exactly as many in as they say, however many come at once, and room again for what goes', async () => {
    await begin('crowd', { 'count/secrets': '10' });
    const made = await Promise.allSettled(
      Array.from({ length: 50 }, (_, i) =>
        cluster.client.create(core('secrets'), {
          apiVersion: 'v1',
          kind: 'Secret',
          metadata: { name: `s${i}`, namespace: 'crowd' },
        }),
      ),
    );
    const refused = made.flatMap((each) => (each.status === 'rejected' ? [each.reason] : []));
    assert.equal(made.length - refused.length, 10);
    for (const { status, message } of refused) {
      assert.equal(status, 403);
      assert.match(
        message,
        /^secrets "s\d+" is forbidden: exceeded quota: q, requested: count\/secrets=1, used: count\/secrets=10, limited: count\/secrets=10$/,
      );
    }
    assert.deepEqual((await statusOf('crowd')).used, { 'count/secrets': '10' });
    const { items } = await cluster.client.list(core('secrets'), { namespace: 'crowd' });
    assert.equal(items.length, 10);
    for (const { metadata } of items.slice(0, 4)) {
      await cluster.client.delete(core('secrets'), { namespace: 'crowd', name: metadata.name ?? '' });
    }
    await until('crowd', ({ used }) => used?.['count/secrets'] === '6');
    await cluster.client.create(core('secrets'), {
      apiVersion: 'v1',
      kind: 'Secret',
      metadata: { name: 'later', namespace: 'crowd' },
    });
    assert.equal((await statusOf('crowd')).used['count/secrets'], '7');
  });

  it('count what was there before them, and follow what they are changed to', async () => {
    await cluster.client.create(core('namespaces'), {
      apiVersion: 'v1',
      kind: 'Namespace',
      metadata: { name: 'older' },
    });
    await own('configmaps', 'older');
    await cluster.client.create(core('configmaps'), configMap('older', 'a'));
    await addQuota('older', { configmaps: '2' });
    assert.deepEqual(await statusOf('older'), { hard: { configmaps: '2' }, used: { configmaps: '2' } });
    const message =
      'configmaps "b" is forbidden: exceeded quota: q, requested: configmaps=1, used: configmaps=2, limited: configmaps=2';
    await assert.rejects(cluster.client.create(core('configmaps'), configMap('older', 'b')), {
      status: 403,
      message,
    });
    const change = { spec: { hard: { configmaps: '3', 'count/configmaps': '5' } } };
    await cluster.client.patch(quotas, { namespace: 'older', name: 'q' }, { type: 'merge', body: change });
    await until('older', ({ used }) => used?.['count/configmaps'] === '2');
    await cluster.client.create(core('configmaps'), configMap('older', 'b'));
    assert.deepEqual((await statusOf('older')).used, { configmaps: '3', 'count/configmaps': '3' });
  });

  it('count custom resources, also of a definition that comes later', async () => {
    const gadgets = { group: 'shop.example', version: 'v1', resource: 'gadgets' };
    await begin('shop', { configmaps: '9' });
    const metadata = { name: 'later', namespace: 'shop' };
    const spec = { hard: { 'count/gadgets.shop.example': '1' } };
    await cluster.client.create(quotas, { apiVersion: 'v1', kind: 'ResourceQuota', metadata, spec });
    await cluster.client.create(
      { group: 'apiextensions.k8s.io', version: 'v1', resource: 'customresourcedefinitions' },
      {
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        metadata: { name: 'gadgets.shop.example' },
        spec: {
          group: 'shop.example',
          scope: 'Namespaced',
          names: { plural: 'gadgets', kind: 'Gadget' },
          versions: [
            { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } },
          ],
        },
      },
    );
    await until('shop', ({ used }) => used?.['count/gadgets.shop.example'] === '0', 'later');
    const gadget = (name: string) => ({
      apiVersion: 'shop.example/v1',
      kind: 'Gadget',
      metadata: { name, namespace: 'shop' },
    });
    await cluster.client.create(gadgets, gadget('a'));
    await assert.rejects(cluster.client.create(gadgets, gadget('b')), {
      status: 403,
      message: /exceeded quota: later/,
    });
    await cluster.client.delete(gadgets, { namespace: 'shop', name: 'a' });
    await until('shop', ({ used }) => used?.['count/gadgets.shop.example'] === '0', 'later');
    await cluster.client.create(gadgets, gadget('b'));
  });

  it('give back what a pod asked for when it has come to its end', async () => {
    await begin('ends', { 'requests.cpu': '1', pods: '5' });
    const pod = (name: string) => ({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace: 'ends' },
      spec: { containers: [{ name: 'c', image: 'i', resources: { requests: { cpu: '600m' } } }] },
    });
    await own('serviceaccounts', 'ends');
    await cluster.client.create(core('pods'), pod('a'));
    await assert.rejects(cluster.client.create(core('pods'), pod('b')), {
      message:
        'pods "b" is forbidden: exceeded quota: q, requested: requests.cpu=600m, used: requests.cpu=600m, limited: requests.cpu=1',
    });
    const body = { status: { phase: 'Succeeded' } };
    await cluster.client.patch(
      core('pods'),
      { namespace: 'ends', name: 'a' },
      { type: 'merge', body },
      { subresource: 'status' },
    );
    await until('ends', ({ used }) => used?.['requests.cpu'] === '0');
    await cluster.client.create(core('pods'), pod('b'));
  });

  it('count no dry run, and what is refused for another reason neither', async () => {
    await begin('dry', { 'count/secrets': '2' });
    const secret = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 's', namespace: 'dry' } };
    await cluster.client.create(core('secrets'), secret, { dryRun: true });
    await cluster.client.create(core('secrets'), secret);
    await assert.rejects(cluster.client.create(core('secrets'), secret), { status: 409 });
    await assert.rejects(
      cluster.client.create(core('secrets'), { ...secret, metadata: { name: 'B', namespace: 'dry' } }),
      {
        status: 422,
      },
    );
    assert.deepEqual((await statusOf('dry')).used, { 'count/secrets': '1' });
  });

  it('several quotas of a namespace are all kept, or none', async () => {
    await begin('two', { 'count/secrets': '3' });
    await addQuota('two', { secrets: '2' }, {}, 'r');
    const made = await Promise.allSettled(
      Array.from({ length: 20 }, (_, i) =>
        cluster.client.create(core('secrets'), {
          apiVersion: 'v1',
          kind: 'Secret',
          metadata: { name: `s${i}`, namespace: 'two' },
        }),
      ),
    );
    assert.equal(made.filter(({ status }) => status === 'fulfilled').length, 2);
    assert.deepEqual((await statusOf('two')).used, { 'count/secrets': '2' });
    assert.deepEqual((await statusOf('two', 'r')).used, { secrets: '2' });
  });
});
