import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { JsonObject } from '../../src/base/index.ts';
import { at, full, memberStates, stages, stateAt, UpdateEstate } from './update-estate.ts';

describe('update runs', () => {
  let estate: UpdateEstate;
  before(async () => {
    estate = await UpdateEstate.open();
    await estate.member('a', 'one');
    await estate.member('b', 'one');
    await estate.member('c', 'two');
    await estate.member('d', 'three');
  });
  after(() => estate.close());

  test('a run stands with its steps before it is started, and does nothing', async () => {
    const body = {
      managedClusterUpdate: { ...full('1.33.4'), nodeImageSelection: { type: 'Latest' } },
      strategy: {
        stages: [
          { name: 'stage1', groups: [{ name: 'empty' }, { name: 'two' }], afterStageWaitInSeconds: 3600 },
        ],
      },
    };
    const made = await estate.call('PUT', estate.run('still'), {
      body: { properties: body },
      apiVersion: '2025-03-01',
    });
    assert.equal(made.status, 201, made.message);
    assert.equal(made.headers['azure-asyncoperation'], undefined);
    assert.deepEqual(made.body['properties'], {
      ...body,
      provisioningState: 'Succeeded',
      status: {
        status: { state: 'NotStarted' },
        nodeImageSelection: {},
        stages: [
          {
            name: 'stage1',
            status: { state: 'NotStarted' },
            groups: [
              { name: 'empty', status: { state: 'NotStarted' } },
              {
                name: 'two',
                status: { state: 'NotStarted' },
                members: [
                  { name: 'c', clusterResourceId: estate.cluster('c'), status: { state: 'NotStarted' } },
                ],
              },
            ],
            afterStageWaitStatus: { waitDurationInSeconds: 3600, status: { state: 'NotStarted' } },
          },
        ],
      },
    });
    const skipped = await estate.call('POST', `${estate.run('still')}/skip`, {
      body: { targets: [{ type: 'Group', name: 'two' }] },
      apiVersion: '2025-03-01',
    });
    assert.equal(skipped.status, 200, skipped.message);
    const completedTime = new Date(estate.clock.now()).toISOString();
    assert.deepEqual(at(skipped.body, 'properties.status.stages.0.groups.1'), {
      name: 'two',
      status: { state: 'Skipped', completedTime },
      members: [
        {
          name: 'c',
          clusterResourceId: estate.cluster('c'),
          message: 'skipped by request.',
          status: { state: 'Skipped', completedTime },
        },
      ],
    });
    const gone = await estate.call('DELETE', estate.run('still'));
    assert.deepEqual([gone.status, Object.keys(gone.body)], [200, []]);
    assert.equal((await estate.call('DELETE', estate.run('still'))).status, 204);
  });

  test('stages follow each other, groups of a stage run side by side, and their members one by one', async () => {
    for (const name of ['a', 'b', 'c', 'd']) estate.hold(name);
    await estate.begin('order', {
      managedClusterUpdate: full('1.34.0'),
      strategy: stages(['one', 'two'], ['three']),
    });
    const reached = async (wanted: JsonObject) =>
      estate.until(estate.run('order'), (properties) => {
        const states = memberStates(properties);
        return Object.entries(wanted).every(([name, state]) => states[name] === state);
      });
    await reached({ a: 'Running', b: 'NotStarted', c: 'Running', d: 'NotStarted' });
    await estate.settle();
    await reached({ a: 'Running', b: 'NotStarted', c: 'Running', d: 'NotStarted' });
    estate.release('a');
    await reached({ a: 'Completed', b: 'Running', c: 'Running', d: 'NotStarted' });
    estate.release('c');
    const half = await reached({ b: 'Running', c: 'Completed', d: 'NotStarted' });
    assert.deepEqual(
      [stateAt(half, 'status.stages.0.groups.0'), stateAt(half, 'status.stages.0.groups.1')],
      ['Running', 'Completed'],
    );
    estate.release('b');
    await reached({ b: 'Completed', d: 'Running' });
    estate.release('d');
    const done = await estate.untilState('order', 'Completed');
    assert.deepEqual(
      [stateAt(done, 'status.stages.0'), stateAt(done, 'status.stages.1')],
      ['Completed', 'Completed'],
    );
    assert.deepEqual(
      await Promise.all(['a', 'b', 'c', 'd'].map((name) => estate.version(name))),
      Array(4).fill('1.34.0'),
    );
  });
});
