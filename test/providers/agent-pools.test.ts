import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RecordStore, ResourceRecord } from '../../src/arm/index.ts';
import { isObject, type JsonObject, silentLogger, systemClock, systemRandom } from '../../src/base/index.ts';
import type { ClusterSupply } from '../../src/providers/cluster-supply.ts';
import { runAgentPools } from '../../src/providers/container-service/agent-pools/loop.ts';
import { containerServiceLoops } from '../../src/providers/container-service/index.ts';
import { RetryLater } from '../../src/providers/loop.ts';
import { createMemoryStore, type Store } from '../../src/store/index.ts';
import { openEstate } from '../arm/estate.ts';
import { things } from '../arm/things.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { suppliedCluster } from '../support/supplied-cluster.ts';
import { everyType } from './every-type.ts';

test('a pool whose deletion begins while its creation is being ended goes, and is not said to be made', async () => {
  const estate = await openEstate({ types: things });
  const { records } = estate.manager;
  const clusterId = `${await estate.group('Pools')}/providers/Microsoft.ContainerService/managedClusters/c`;
  const poolId = `${clusterId}/agentPools/extra`;
  const common = { systemData: {}, etag: '"1"' };
  await records.put({
    ...common,
    id: clusterId,
    name: 'c',
    type: 'Microsoft.ContainerService/managedClusters',
    properties: {
      agentPoolProfiles: [
        { name: 'system', mode: 'System', count: 1 },
        { name: 'extra', mode: 'User', count: 1 },
      ],
    },
    provisioningState: 'Succeeded',
  } as unknown as ResourceRecord); // the loop reads no more of it
  await records.put({
    ...common,
    id: poolId,
    name: 'extra',
    type: 'Microsoft.ContainerService/managedClusters/agentPools',
    properties: {},
    provisioningState: 'Creating',
    operation: 'creation',
  } as unknown as ResourceRecord); // likewise

  let isDeleted = false;
  const meanwhile: Pick<RecordStore, 'get'> = {
    async get(id) {
      if (id.toLowerCase() === clusterId.toLowerCase() && !isDeleted) {
        isDeleted = true;
        await records.update(poolId, (pool) => ({
          ...pool,
          provisioningState: 'Deleting',
          operation: 'deletion',
        }));
      }
      return records.get(id);
    },
  };
  const shrunk = Promise.withResolvers<void>();
  const watch = await records.watch('Microsoft.ContainerService/managedClusters', async () => {
    const profiles = (await records.get(clusterId))?.properties['agentPoolProfiles'];
    if (Array.isArray(profiles) && profiles.length === 1) shrunk.resolve();
  });
  const ended = Promise.withResolvers<string>();
  const pools = await records.watch('Microsoft.ContainerService/managedClusters/agentPools', async () => {
    const state = (await records.get(poolId))?.provisioningState;
    if (state === 'Succeeded') ended.resolve(state);
  });
  const loop = runAgentPools({
    records: { ...bound(records), ...meanwhile },
    clock: systemClock,
    random: systemRandom,
    log: silentLogger,
  });
  assert.equal(await Promise.race([shrunk.promise, ended.promise]), undefined);
  assert.equal((await records.get(poolId))?.operation, 'deletion');
  await loop.stop();
  watch.close();
  pools.close();
  await estate.close();
});

test('a cluster that cannot get its new pool fails with the reason, and so does the pool, also over a restart', async () => {
  const clock = new ManualClock();
  const store = createMemoryStore({ clock, random: systemRandom });
  // As a process that is killed leaves it: the store goes on.
  const lasting = kept(store);
  let supply: 'given' | 'withheld' = 'given';
  const clusters: ClusterSupply = {
    ensure: async ({ clusterId }) => {
      if (supply === 'withheld') throw new RetryLater('there is no machine for its nodes');
      return suppliedCluster(clusterId);
    },
    get: () => undefined,
    renew: () => Promise.reject(new Error('nothing is renewed here')),
    stop: async () => undefined,
    remove: async () => undefined,
  };
  const start = async () => {
    const { estate, settings } = await everyType({ store: lasting, clock, clusters });
    const parts = { records: estate.manager.records, clock, random: systemRandom, log: silentLogger };
    const loops = containerServiceLoops(parts, settings);
    const kill = async () => {
      await Promise.all(loops.map((loop) => loop.stop()));
      await estate.close();
    };
    return { estate, kill };
  };

  let running = await start();
  const group = await running.estate.group('Pools');
  const cluster = `${group}/providers/Microsoft.ContainerService/managedClusters/c?api-version=2025-05-01`;
  const pool = cluster.replace('?', '/agentPools/extra?');
  const call = (method: string, target: string, body?: JsonObject) =>
    running.estate.call(method, target, body && { body });
  /** Lets time pass until the state is reached, and tells how many minutes passed. */
  const minutesUntil = async (target: string, state: string) => {
    for (let minutes = 0; ; minutes++) {
      for (let turns = 0; turns < 50; turns++) await new Promise((next) => setImmediate(next));
      const { properties } = (await call('GET', target)).body;
      if (isObject(properties) && properties['provisioningState'] === state) return minutes;
      assert.ok(minutes < 40, `${target} is never ${state}`);
      clock.advance(60_000);
    }
  };
  const system = { name: 'system', mode: 'System', count: 1 };
  await call('PUT', cluster, { location: 'eastus', properties: { agentPoolProfiles: [system] } });
  await minutesUntil(cluster, 'Succeeded');

  supply = 'withheld';
  const asked = await call('PUT', pool, { properties: { count: 1 } });
  assert.equal(asked.status, 201, asked.message);
  await minutesUntil(cluster, 'Updating');
  await running.kill();
  running = await start();
  assert.ok((await minutesUntil(cluster, 'Failed')) >= 9, 'it is worked on for its time');
  await minutesUntil(pool, 'Failed');
  const error = {
    code: 'OperationTimedOut',
    message: 'The operation did not end within 10 minutes: there is no machine for its nodes.',
  };
  const operation = (await call('GET', asked.headers['azure-asyncoperation'] ?? '')).body;
  assert.deepEqual([operation['status'], operation['error']], ['Failed', error]);
  const failed = (await call('GET', cluster)).body['properties'];
  assert.deepEqual(isObject(failed) && failed['status'], { provisioningError: error });

  supply = 'given';
  const again = await call('PUT', pool, { properties: { count: 2 } });
  assert.equal(again.status, 200, again.message);
  await minutesUntil(pool, 'Succeeded');
  await minutesUntil(cluster, 'Succeeded');
  const mended = (await call('GET', cluster)).body['properties'];
  assert.equal(isObject(mended) && mended['status'], undefined);
  supply = 'withheld';
  assert.equal((await call('DELETE', pool)).status, 202);
  await minutesUntil(cluster, 'Failed');
  await minutesUntil(pool, 'Failed');
  await running.kill();
  await store.close();
});

/** The store, which does not close with those who use it. */
function kept(store: Store): Store {
  return new Proxy(store, {
    get(target, name) {
      if (name === 'close') return async () => undefined;
      const member: unknown = Reflect.get(target, name);
      return typeof member === 'function' ? member.bind(target) : member;
    },
  });
}

function bound(records: RecordStore): RecordStore {
  return {
    get: (id) => records.get(id),
    list: (scope, type) => records.list(scope, type),
    watch: (type, onChange) => records.watch(type, onChange),
    update: (id, change, outcome) => records.update(id, change, outcome),
    put: (record) => records.put(record),
    create: (record) => records.create(record),
    remove: (id) => records.remove(id),
  };
}
