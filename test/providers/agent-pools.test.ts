import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { RecordStore, ResourceRecord } from '../../src/arm/index.ts';
import { silentLogger, systemClock, systemRandom } from '../../src/base/index.ts';
import { runAgentPools } from '../../src/providers/container-service/agent-pools/loop.ts';
import { openEstate } from '../arm/estate.ts';
import { things } from '../arm/things.ts';

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
