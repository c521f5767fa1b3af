import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemRandom } from '../../src/base/index.ts';
import { release } from '../../src/providers/container-service/releases/release.ts';
import { at, full, memberStates, stages, UpdateEstate } from './update-estate.ts';

test('a cluster that goes in its update fails it with the reason; once its member is gone the run goes on without', async () => {
  const estate = await UpdateEstate.open();
  for (const name of ['a', 'b']) await estate.member(name, 'one');
  estate.hold('a');
  await estate.begin('r', { managedClusterUpdate: full('1.34.0'), strategy: stages(['one']) });
  await estate.untilState('r', 'Running');
  await estate.estate.manager.records.remove(estate.cluster('a'));
  estate.release('a');
  const failed = await estate.untilState('r', 'Failed');
  assert.equal(at(failed, 'status.stages.0.groups.0.members.0.status.error.code'), 'ResourceNotFound');
  await estate.succeed('DELETE', `${estate.fleet}/members/a`);
  await estate.settle();
  await estate.succeed('POST', `${estate.run('r')}/start`);
  const done = await estate.until(estate.run('r'), (run) => {
    estate.clock.advance(1_000);
    return at(run, 'status.status.state') === 'Completed';
  });
  assert.deepEqual(memberStates(done), { a: 'Skipped', b: 'Completed' });
  await estate.close();
});

test('a release makes one run of a profile, between whichever two commits the process was killed', async () => {
  let cuts = 0;
  for (let commits = 1; ; commits++) {
    const estate = await UpdateEstate.open();
    await estate.member('a', 'one');
    await estate.succeed('PUT', `${estate.fleet}/autoUpgradeProfiles/p`, {
      properties: { channel: 'TargetKubernetesVersion', targetKubernetesVersion: '1.34' },
    });
    await estate.settle();
    const { records } = estate.estate.manager;
    estate.cutAfter(commits);
    await release('1.34.77', { records, clock: estate.clock, random: systemRandom });
    for (let turns = 0; turns < 20 && !estate.isCut; turns++) {
      await estate.turns(20);
      estate.clock.advance(1_000);
    }
    const wasCut = estate.isCut;
    if (wasCut) await estate.restart();
    await estate.until(`${estate.fleet}/autoUpgradeProfiles/p`, (profile) => {
      estate.clock.advance(1_000);
      return at(profile, 'autoUpgradeProfileStatus.lastTriggerStatus') === 'Succeeded';
    });
    const { value } = (await estate.call('GET', `${estate.fleet}/updateRuns`)).body;
    const runs = Array.isArray(value) ? value : [];
    assert.equal(runs.length, 1, `after ${commits} commits`);
    await estate.until(String(at(runs[0], 'id')), (run) => {
      estate.clock.advance(1_000);
      return at(run, 'status.status.state') === 'Completed';
    });
    assert.equal(await estate.version('a'), '1.34.77');
    await estate.close();
    if (!wasCut) break;
    cuts++;
  }
  assert.ok(cuts > 5, `${cuts} cuts`);
});
