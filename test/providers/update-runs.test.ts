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

  test('a member that fails fails its group, its stage and its run with the reason; it is tried again by a start', async () => {
    estate.breaks('a');
    estate.hold('c');
    await estate.begin('fails', {
      managedClusterUpdate: full('1.34.1'),
      strategy: stages(['one', 'two'], ['three']),
    });
    const stopping = await estate.untilState('fails', 'Stopping');
    assert.deepEqual(memberStates(stopping), {
      a: 'Failed',
      b: 'NotStarted',
      c: 'Running',
      d: 'NotStarted',
    });
    const early = await estate.call('POST', `${estate.run('fails')}/start`);
    assert.deepEqual([early.status, early.code], [409, 'OperationNotAllowed'], early.message);
    estate.release('c');
    const failed = await estate.untilState('fails', 'Failed');
    assert.deepEqual(memberStates(failed), { a: 'Failed', b: 'NotStarted', c: 'Completed', d: 'NotStarted' });
    const reason = { code: 'NodesNotReady', message: 'The nodes of a are ill.' };
    const summary = { ...reason, message: "The update of the member 'a' failed: The nodes of a are ill." };
    const errorAt = (path: string) => at(failed, `${path}.status.error`);
    assert.deepEqual(errorAt('status.stages.0.groups.0.members.0'), reason);
    assert.equal(at(failed, 'status.stages.0.groups.0.members.0.message'), reason.message);
    for (const path of ['status.stages.0.groups.0', 'status.stages.0', 'status']) {
      assert.deepEqual([stateAt(failed, path), errorAt(path)], ['Failed', summary], path);
    }
    assert.deepEqual(
      [stateAt(failed, 'status.stages.0.groups.1'), stateAt(failed, 'status.stages.1')],
      ['Completed', 'NotStarted'],
    );
    assert.equal(at(failed, 'status.failureCount'), 1);

    estate.mended('a');
    // What is wrong with the cluster is mended first, as on AKS.
    await estate.succeed('POST', `${estate.run('fails')}/start`);
    const done = await estate.untilState('fails', 'Completed');
    assert.equal(at(done, 'status.failureCount'), 0);
    assert.deepEqual(errorAt('nowhere'), undefined);
    assert.equal(at(done, 'status.status.error'), undefined);
    assert.deepEqual(
      await Promise.all(['a', 'b', 'c', 'd'].map((name) => estate.version(name))),
      Array(4).fill('1.34.1'),
    );
  });

  test('a stop lets what runs end and begins nothing; a start goes on from there', async () => {
    estate.hold('a');
    await estate.begin('stops', { managedClusterUpdate: full('1.34.2') });
    await estate.until(estate.run('stops'), (properties) => memberStates(properties)['a'] === 'Running');
    const stop = () => estate.call('POST', `${estate.run('stops')}/stop`);
    const stopped = await stop();
    assert.equal(stopped.status, 200, stopped.message);
    assert.equal(at(stopped.body, 'properties.status.status.state'), 'Stopping');
    await estate.settle();
    assert.equal(stateAt(await estate.properties(estate.run('stops')), 'status'), 'Stopping');
    estate.release('a');
    const rests = await estate.untilState('stops', 'Stopped');
    assert.deepEqual(memberStates(rests), {
      a: 'Completed',
      b: 'NotStarted',
      c: 'NotStarted',
      d: 'NotStarted',
    });
    assert.equal((await stop()).status, 200);
    assert.equal(await estate.version('b'), '1.34.1');
    await estate.succeed('POST', `${estate.run('stops')}/start`);
    const done = await estate.untilState('stops', 'Completed');
    assert.deepEqual(new Set(Object.values(memberStates(done))), new Set(['Completed']));
    const late = await stop();
    assert.deepEqual([late.status, late.code], [409, 'OperationNotAllowed']);
  });

  test('a member that is at the version already is skipped, and a run in which all are is too; it can be run again', async () => {
    await estate.begin('again', { managedClusterUpdate: full('1.34.2'), strategy: stages(['one']) });
    const skipped = await estate.untilState('again', 'Skipped');
    assert.equal(
      at(skipped, 'status.stages.0.groups.0.members.0.message'),
      'skipped: the cluster is already at the target Kubernetes version 1.34.2.',
    );
    await estate.succeed('POST', `${estate.run('again')}/start`);
    await estate.untilState('again', 'Skipped');
  });

  test('versions that lie behind or skip a minor one fail their member in the words of AKS', async () => {
    for (const [version, message] of [
      ['1.33.4', /^Downgrading Kubernetes version 1\.34\.2 to 1\.33\.4 is not allowed/],
      ['1.36.0', /^Upgrading Kubernetes version 1\.34\.2 to 1\.36\.0 is not allowed/],
    ] as const) {
      const name = `to-${version.replaceAll('.', '-')}`;
      await estate.begin(name, { managedClusterUpdate: full(version), strategy: stages(['one']) });
      const failed = await estate.untilState(name, 'Failed');
      assert.deepEqual(memberStates(failed), { a: 'Failed', b: 'NotStarted' });
      assert.equal(at(failed, 'status.stages.0.groups.0.members.0.status.error.code'), 'OperationNotAllowed');
      assert.match(String(at(failed, 'status.stages.0.groups.0.members.0.message')), message);
    }
  });

  test('a member waits for a version that has not come out yet, and can be left out', async () => {
    await estate.begin('early', { managedClusterUpdate: full('1.99.0'), strategy: stages(['one']) });
    const pending = await estate.untilState('early', 'Pending');
    assert.deepEqual(memberStates(pending), { a: 'Pending', b: 'Pending' });
    assert.match(
      String(at(pending, 'status.stages.0.groups.0.members.0.message')),
      /^Kubernetes version 1\.99\.0 is not available in the region 'eastus' yet\./,
    );
    for (const path of ['status.stages.0', 'status.stages.0.groups.0']) {
      assert.equal(stateAt(pending, path), 'Pending', path);
    }
    await estate.succeed('POST', `${estate.run('early')}/skip`, {
      targets: [
        { type: 'Member', name: 'a' },
        { type: 'member', name: 'b' },
      ],
    });
    await estate.untilState('early', 'Skipped');
  });

  test('of two runs at once on one cluster the second fails with what AKS says of a cluster that is being changed', async () => {
    estate.hold('d');
    await estate.begin('first', { managedClusterUpdate: full('1.35.0'), strategy: stages(['three']) });
    await estate.until(estate.cluster('d'), ({ provisioningState }) => provisioningState !== 'Succeeded');
    await estate.begin('second', { managedClusterUpdate: full('1.35.0'), strategy: stages(['three']) });
    const failed = await estate.untilState('second', 'Failed');
    assert.equal(at(failed, 'status.stages.0.groups.0.members.0.status.error.code'), 'OperationNotAllowed');
    estate.release('d');
    await estate.untilState('first', 'Completed');
    await estate.succeed('POST', `${estate.run('second')}/start`);
    await estate.untilState('second', 'Skipped');
  });

  test('a cluster that is stopped fails its run, and a member that has left is skipped', async () => {
    await estate.member('e', 'five');
    await estate.member('f', 'five');
    const target = `${estate.cluster('f')}/stop`;
    const asked = await estate.call('POST', target, { apiVersion: '2025-03-01' });
    assert.equal(asked.status, 202, asked.message);
    await estate.until(estate.cluster('f'), ({ powerState }) => at(powerState, 'code') === 'Stopped');
    await estate.until(estate.cluster('f'), ({ provisioningState }) => provisioningState === 'Succeeded');
    await estate.succeed('PUT', estate.run('left'), {
      properties: { managedClusterUpdate: full('1.34.0'), strategy: stages(['five']) },
    });
    const leaving = await estate.call('DELETE', `${estate.fleet}/members/e`);
    assert.equal(leaving.status, 202);
    for (let gone = 0; gone !== 404; ) {
      await estate.settle();
      gone = (await estate.call('GET', `${estate.fleet}/members/e`)).status;
    }
    await estate.succeed('POST', `${estate.run('left')}/start`);
    const failed = await estate.untilState('left', 'Failed');
    assert.deepEqual(memberStates(failed), { e: 'Skipped', f: 'Failed' });
    assert.match(
      String(at(failed, 'status.stages.0.groups.0.members.1.message')),
      /Power State\(Stopped\), updating cannot be performed/,
    );
    await estate.succeed('POST', `${estate.run('left')}/skip`, { targets: [{ type: 'Member', name: 'f' }] });
    await estate.succeed('POST', `${estate.run('left')}/start`);
    await estate.untilState('left', 'Skipped');
  });
});
