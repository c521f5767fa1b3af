import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemRandom } from '../../src/base/index.ts';
import { memberFact } from '../../src/providers/container-service/update-runs/member-facts.ts';
import { at, memberStates, UpdateEstate } from './update-estate.ts';

const names = (count: number) => Array.from({ length: count }, (_, member) => `m${member + 100}`);

async function largeRun(count: number): Promise<UpdateEstate> {
  const estate = await UpdateEstate.open();
  for (const name of names(count)) await estate.member(name, 'all');
  await estate.succeed('PUT', estate.run('large'), {
    properties: {
      managedClusterUpdate: { upgrade: { type: 'ControlPlaneOnly', kubernetesVersion: '1.34.0' } },
      strategy: { stages: [{ name: 'only', groups: [{ name: 'all', maxConcurrency: '3' }] }] },
    },
  });
  return estate;
}

test('a step of a large run writes what has changed, not the whole run each time', async () => {
  const count = 120;
  const estate = await largeRun(count);
  const whole = JSON.stringify(await estate.properties(estate.run('large'))).length;
  const before = estate.bytesWritten('/updateruns/');
  await estate.succeed('POST', `${estate.run('large')}/start`);
  const done = await ended(estate);
  assert.deepEqual(memberStates(done), Object.fromEntries(names(count).map((name) => [name, 'Completed'])));
  const times = (estate.bytesWritten('/updateruns/') - before) / whole;
  // Each member begins and ends.
  assert.ok(times < count / 3, `as much as the run itself ${times} times`);
  await estate.close();
});

test('a large run goes on where it was, whenever the process was killed and whatever is asked of it then', async () => {
  for (const commits of [5, 60, 110]) {
    const estate = await largeRun(40);
    estate.cutAfter(commits);
    await estate.call('POST', `${estate.run('large')}/start`);
    for (let turns = 0; turns < 300 && !estate.isCut; turns++) {
      await estate.turns(5);
      estate.clock.advance(1_000);
    }
    assert.ok(estate.isCut, `${commits}`);
    await estate.restart();
    const body = { properties: await orderOf(estate) };
    await Promise.all([
      estate.call('POST', `${estate.run('large')}/start`),
      estate.call('PUT', estate.run('large'), { body }),
      estate.call('POST', `${estate.run('large')}/skip`, {
        body: { targets: [{ type: 'Member', name: 'm139' }] },
      }),
      estate.call('POST', `${estate.run('large')}/stop`),
    ]);
    await estate.until(estate.run('large'), (run) => {
      estate.clock.advance(1_000);
      return ['Stopped', 'Completed'].includes(String(at(run, 'status.status.state')));
    });
    await estate.call('POST', `${estate.run('large')}/start`);
    const states = memberStates(await ended(estate));
    const { m139, ...others } = states;
    assert.ok(m139 === 'Skipped' || m139 === 'Completed');
    assert.deepEqual([...new Set(Object.values(others))], ['Completed'], `after ${commits} commits`);
    await estate.close();
  }
});

async function orderOf(estate: UpdateEstate) {
  const { managedClusterUpdate = null, strategy = null } = await estate.properties(estate.run('large'));
  return { managedClusterUpdate, strategy };
}

async function ended(estate: UpdateEstate) {
  for (let turns = 0; ; turns++) {
    const run = await estate.properties(estate.run('large'));
    if (at(run, 'status.status.state') === 'Completed') return run;
    assert.ok(
      turns < 2_000 && at(run, 'status.status.state') !== 'Failed',
      JSON.stringify(at(run, 'status')),
    );
    await estate.turns(5);
    estate.clock.advance(1_000);
  }
}

test('a cluster that has left the fleet before it was ordered an update is not updated', async () => {
  const estate = await UpdateEstate.open();
  await estate.member('gone', 'one');
  const { records } = estate.estate.manager;
  await estate.succeed('DELETE', `${estate.fleet}/members/gone`);
  for (let turns = 0; await records.get(`${estate.fleet}/members/gone`); turns++) {
    assert.ok(turns < 500);
    await estate.turns(1);
  }
  const operationId = systemRandom.uuid();
  const fact = await memberFact(
    { name: 'gone', clusterResourceId: estate.cluster('gone'), operationId, status: { state: 'Running' } },
    {
      fleetId: estate.fleet,
      update: { kind: 'Full', kubernetesVersion: '1.34.0', imageSelection: 'Latest', imageVersions: [] },
      imageVersions: undefined,
      wantsToStop: false,
    },
    records,
  );
  assert.deepEqual(fact, { kind: 'not ordered' });
  await estate.settle();
  assert.equal(await estate.version('gone'), '1.33.4');
  await estate.close();
});
