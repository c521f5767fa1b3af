import assert from 'node:assert/strict';
import { test } from 'node:test';
import { objectAt, textAt } from '../../src/apimachinery/read.ts';
import type { ClusterSpec, Surroundings } from '../../src/clusters/index.ts';
import type { Store } from '../../src/store/index.ts';
import { openClusterHost } from '../support/cluster-host.ts';
import { type FailingStore, failingStore } from '../support/failing-store.ts';
import { beforeCommit, writesTo } from '../support/store-views.ts';

const spec: ClusterSpec = {
  clusterId: '11111111-1111-4111-8111-111111111111',
  name: 'c1',
  resourceId: '/subscriptions/s/resourceGroups/g/providers/Microsoft.ContainerService/managedClusters/c1',
  role: 'member',
  kubernetesVersion: '1.33.4',
  hostNames: ['c1.hcp.localhost'],
  publicEndpoint: true,
  nodes: [],
  access: {
    adminGroupObjectIds: [],
    roleFamily: undefined,
    roleScope: '',
    localAccounts: true,
    entraAudience: undefined,
  },
};

/** What runs inside the clusters only notes what it is asked for. */
function openHost(
  controllers: Surroundings['controllers'],
  fence?: Surroundings['fence'],
  wrap?: (store: Store) => Store,
) {
  return openClusterHost({ controllers, fence, wrap });
}

/** Counts what is asked of the controllers of all clusters. */
function counted() {
  const seen = { started: 0, updated: 0, closed: 0 };
  const controllers: Surroundings['controllers'] = () => {
    seen.started++;
    return {
      update: async () => {
        seen.updated++;
      },
      close: async () => {
        seen.closed++;
      },
    };
  };
  return { seen, controllers };
}

/** A step that fails the first time. */
function failingOnce(): () => Promise<void> {
  let failed = false;
  return async () => {
    if (failed) return;
    failed = true;
    throw new Error('the disk is full');
  };
}

test('a removal that failed halfway ends the cluster with the next try, and leaves nothing of it', async () => {
  const { seen, controllers } = counted();
  const { host, store, close } = await openHost(controllers);
  host.beforeRemoval(failingOnce());
  await host.ensure(spec);
  await assert.rejects(host.remove(spec.clusterId), /disk is full/);
  assert.equal(host.get(spec.clusterId), undefined);
  await host.remove(spec.clusterId);
  assert.equal(seen.closed, 1);
  const { entries } = await store.range({ prefix: '/' });
  assert.deepEqual(
    entries.filter(({ key }) => key.includes(spec.clusterId)).map(({ key }) => key),
    [],
  );
  await close();
});

test('whichever commit fails in the life of a cluster, the next try goes on, and nothing is left at its end', async () => {
  const renamed = { ...spec, hostNames: ['c2.hcp.localhost'] };
  let failures = 0;
  for (let commit = 0; ; commit++) {
    let failing: FailingStore | undefined;
    const { seen, controllers } = counted();
    const { host, store, close } = await openHost(controllers, undefined, (real) => {
      failing = failingStore(real);
      return failing.store;
    });
    const watches = failing?.openWatches();
    failing?.failAfter(commit);
    /** As a loop does: again until it works. */
    const insist = async (step: () => Promise<unknown>) => {
      for (;;) {
        try {
          return await step();
        } catch (thrown) {
          assert.match(String(thrown), /disk|internal error/i);
        }
      }
    };
    await insist(() => host.ensure(spec));
    assert.equal(host.findByHostName('c1.hcp.localhost')?.state, 'running');
    await insist(() => host.ensure(renamed));
    assert.equal(host.findByHostName('c1.hcp.localhost'), undefined);
    await insist(() => host.stop(renamed));
    await insist(() => host.ensure(renamed));
    await insist(() => host.remove(spec.clusterId));
    assert.equal(host.findByHostName('c2.hcp.localhost'), undefined);
    assert.deepEqual([host.list(), host.stopped(), seen.started - seen.closed], [[], [], 0]);
    const { entries } = await store.range({ prefix: '/' });
    assert.deepEqual(
      entries.filter(({ key }) => key.includes(spec.clusterId)).map(({ key }) => key),
      [],
    );
    assert.equal(failing?.openWatches(), watches, 'nobody follows the store for a cluster that is gone');
    const hasFailed = failing?.failed();
    await close();
    if (!hasFailed) break;
    failures++;
  }
  assert.ok(failures > 5, `${failures} commits`);
});

test('a stop that failed halfway ends the cluster with the next try, also when that is a start', async () => {
  const { seen, controllers } = counted();
  const { host, close } = await openHost(controllers);
  const step = [failingOnce(), failingOnce()];
  host.beforeStop(async () => step[seen.started - 1]?.());
  await host.ensure(spec);
  await assert.rejects(host.stop(spec), /disk is full/);
  await host.stop(spec);
  assert.equal(seen.closed, 1);
  await host.ensure(spec);
  await assert.rejects(host.stop(spec), /disk is full/);
  await host.ensure(spec);
  assert.deepEqual({ started: seen.started, closed: seen.closed }, { started: 3, closed: 2 });
  assert.deepEqual(host.stopped(), []);
  await close();
});

test('a change that failed halfway is carried out by the next try', async () => {
  const update = failingOnce();
  let updated = 0;
  const { host, close } = await openHost(() => ({
    async update() {
      await update();
      updated++;
    },
    close: async () => {},
  }));
  await host.ensure(spec);
  const upgraded = { ...spec, kubernetesVersion: '1.34.4' };
  await assert.rejects(host.ensure(upgraded), /disk is full/);
  await host.ensure(upgraded);
  await host.ensure(upgraded);
  assert.equal(updated, 1);
  await close();
});

test('controllers stop when leadership ends, start in no new cluster meanwhile, and start again with the next', async () => {
  const { seen, controllers } = counted();
  const { host, close } = await openHost(controllers);
  await host.startControllers();
  await host.ensure(spec);
  assert.deepEqual(seen, { started: 1, updated: 0, closed: 0 });
  await host.stopControllers();
  assert.deepEqual(seen, { started: 1, updated: 0, closed: 1 });
  const other = {
    ...spec,
    clusterId: '22222222-2222-4222-8222-222222222222',
    hostNames: ['c2.hcp.localhost'],
  };
  await host.ensure(other);
  await host.ensure(spec);
  assert.equal(seen.started, 1);
  await host.startControllers();
  assert.equal(seen.started, 3);
  await close();
  assert.deepEqual(seen, { started: 3, updated: 0, closed: 3 });
});

test('of a host that does not lead any more nothing is written, by it or by its controllers; people still write', async () => {
  let leader: 'first' | 'second' = 'first';
  const { host, store, close } = await openHost(counted().controllers, () => ({
    key: '/leadership/test',
    revision: leader === 'first' ? 1 : 99,
  }));
  const leads = await store.commit({ writes: [{ put: '/leadership/test', value: new Uint8Array() }] });
  assert.deepEqual(leads, { ok: true, revision: 1 });
  const cluster = await host.ensure(spec);
  const configMaps = { group: '', version: 'v1', resource: 'configmaps' } as const;
  const named = (name: string) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name, namespace: 'default' },
    data: { a: '1' },
  });
  const target = { namespace: 'default', name: 'one' };
  const { metadata } = await cluster.client.create(configMaps, named('one'));
  // The address of the API server's own Service is the last thing that a new cluster writes of itself.
  const addresses = { group: 'networking.k8s.io', version: 'v1', resource: 'ipaddresses' } as const;
  while ((await cluster.client.list(addresses)).items.length === 0) await new Promise(setImmediate);
  leader = 'second';
  const before = store.revision();
  const refused = /does not lead/;
  await assert.rejects(cluster.client.create(configMaps, named('two')), refused);
  await assert.rejects(cluster.client.update(configMaps, { ...named('one'), data: { a: '2' } }), refused);
  await assert.rejects(
    cluster.client.patch(configMaps, target, { type: 'merge', body: { data: { a: '2' } } }),
    refused,
  );
  await assert.rejects(cluster.client.delete(configMaps, target), refused);
  await assert.rejects(cluster.client.deleteCollection(configMaps, { namespace: 'default' }), refused);
  await assert.rejects(host.ensure({ ...spec, name: 'renamed' }), refused);
  assert.equal(store.revision(), before);
  assert.equal(
    (await cluster.client.get(configMaps, target)).metadata.resourceVersion,
    metadata.resourceVersion,
  );
  const person = cluster.clientAs({ name: 'jane', groups: ['system:masters'] });
  await person.create(configMaps, named('hers'));
  const kept = (await store.range({ prefix: '/' })).entries.length;
  await assert.rejects(host.remove(spec.clusterId), refused);
  assert.equal((await store.range({ prefix: '/' })).entries.length, kept);
  await close();
});

test('a leader that is replaced while it makes a cluster keeps no keys of it, and the next one makes them', async () => {
  const key = '/leadership/test';
  const elect = (store: Store) => store.commit({ writes: [{ put: key, value: new Uint8Array() }] });
  let term = 1;
  const fence = () => ({ key, revision: term });
  const { host, store, close } = await openHost(counted().controllers, fence, (kept) =>
    beforeCommit(kept, writesTo(/^\/cluster-keys\//), () => elect(kept)),
  );
  await elect(store);
  await assert.rejects(host.ensure(spec), /does not lead/);
  assert.deepEqual((await store.range({ prefix: '/cluster-keys/' })).entries, []);
  assert.equal(host.get(spec.clusterId), undefined);
  term = (await store.get(key))?.revision ?? 0;
  await host.ensure(spec);
  assert.ok(await store.get(`/cluster-keys/${spec.clusterId}`));
  await close();
});

test('what a crash left of a cluster that was being made is completed by a start that does not lead yet', async () => {
  const first = await openHost(counted().controllers);
  await first.host.ensure(spec);
  const { store } = first;
  await first.host.close();
  await store.commit({ writes: [{ delete: `/cluster-keys/${spec.clusterId}` }] });
  const refuse = () => {
    throw new Error('nobody leads');
  };
  const next = await openHost(counted().controllers, refuse, () => store);
  assert.equal(next.host.get(spec.clusterId)?.state, 'running');
  assert.ok(await store.get(`/cluster-keys/${spec.clusterId}`));
  await next.close();
  await store.close();
});

test('extension servers of a cluster are told of one front proxy over restarts, and of its client certificates while it takes them', async () => {
  const first = await openHost(counted().controllers);
  const { store } = first;
  const told = async (host: typeof first.host) => {
    const configMaps = { group: '', version: 'v1', resource: 'configmaps' };
    const trust = { namespace: 'kube-system', name: 'extension-apiserver-authentication' };
    const found = await host.get(spec.clusterId)?.client.get(configMaps, trust);
    return objectAt(found, 'data');
  };
  await first.host.ensure(spec);
  const before = await told(first.host);
  assert.match(textAt(before, 'client-ca-file'), /BEGIN CERTIFICATE/);
  await first.host.close();
  const next = await openHost(counted().controllers, undefined, () => store);
  assert.deepEqual(await told(next.host), before);
  await next.host.ensure({ ...spec, access: { ...spec.access, localAccounts: false } });
  const { 'client-ca-file': _, ...rest } = before;
  for (;;) {
    const now = await told(next.host);
    if ('client-ca-file' in now) await new Promise((resolve) => setImmediate(resolve));
    else {
      assert.deepEqual(now, rest);
      break;
    }
  }
  await next.host.remove(spec.clusterId);
  assert.deepEqual((await store.range({ prefix: '/cluster-keys/' })).entries, []);
  await next.close();
  await store.close();
});

test('every cluster of a host has the features that the host is told to have', async () => {
  const { host, close } = await openClusterHost({
    controllers: counted().controllers,
    features: { runtimeConfig: ['admissionregistration.k8s.io/v1beta1=true,batch/v1=false'] },
  });
  const { client } = await host.ensure(spec);
  const bindings = { group: 'admissionregistration.k8s.io', version: 'v1beta1' };
  const served = await client.list({ ...bindings, resource: 'mutatingadmissionpolicybindings' }, {});
  assert.deepEqual(served.items, []);
  await assert.rejects(
    client.list({ group: 'batch', version: 'v1', resource: 'jobs' }, {}),
    /could not find the requested resource/,
  );
  await close();
});
