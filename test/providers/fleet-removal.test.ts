import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemRandom } from '../../src/base/index.ts';
import { release } from '../../src/providers/container-service/releases/release.ts';
import { full, stages, UpdateEstate } from './update-estate.ts';

const waitsForApproval = {
  stages: [{ name: 'only', beforeGates: [{ type: 'Approval' }], groups: [{ name: 'one' }] }],
};

/** A fleet with one of everything that stands below one, with work under way in each. */
async function busyFleet(): Promise<UpdateEstate> {
  const estate = await UpdateEstate.open();
  await estate.member('a', 'one');
  await estate.member('b', 'two');
  await estate.succeed('PUT', `${estate.fleet}/updateStrategies/s`, {
    properties: { strategy: stages(['two']) },
  });
  await estate.succeed('PUT', `${estate.fleet}/autoUpgradeProfiles/p`, {
    properties: { channel: 'Rapid', updateStrategyId: `${estate.fleet}/updateStrategies/s` },
  });
  await estate.succeed('PUT', `${estate.fleet}/clusterMeshProfiles/m`, {
    properties: { memberSelector: { byLabel: 'a=b' } },
  });
  await estate.begin('gated', { managedClusterUpdate: full('1.34.0'), strategy: waitsForApproval });
  await estate.untilState('gated', 'Pending');
  estate.hold('b');
  await estate.begin('held', {
    managedClusterUpdate: full('1.34.0'),
    updateStrategyId: `${estate.fleet}/updateStrategies/s`,
  });
  await estate.untilState('held', 'Running');
  return estate;
}

async function untilGone(estate: UpdateEstate): Promise<void> {
  for (let turns = 0; (await estate.call('GET', estate.fleet)).status !== 404; turns++) {
    assert.ok(turns < 500, `the fleet never went: ${(await belongings(estate)).join(' ')}`);
    await new Promise((next) => setImmediate(next));
    estate.clock.advance(100);
  }
}

/** Ids of everything at and below the fleet that there is. */
async function belongings(estate: UpdateEstate): Promise<string[]> {
  return (await estate.estate.manager.records.list(estate.fleet)).map(({ id }) => id);
}

test('a fleet takes along all that stands below it, between whichever two commits the process was killed', async () => {
  let cuts = 0;
  for (let commits = 1; ; commits++) {
    const estate = await busyFleet();
    estate.cutAfter(commits);
    await estate.call('DELETE', estate.fleet);
    await estate.settle();
    const wasCut = estate.isCut;
    estate.cutAfter(Number.POSITIVE_INFINITY);
    if (wasCut) {
      await estate.restart();
      await estate.call('DELETE', estate.fleet);
    }
    await untilGone(estate);
    await estate.settle();
    assert.deepEqual(await belongings(estate), [], `after ${commits} commits`);
    estate.release('b');
    // What was begun in a cluster goes on to its end.
    await estate.until(estate.cluster('b'), (cluster) => {
      estate.clock.advance(1_000);
      return cluster['provisioningState'] === 'Succeeded';
    });
    await estate.close();
    if (!wasCut) break;
    cuts++;
  }
  assert.ok(cuts >= 2, `${cuts} cuts`);
});

test('a fleet that goes while a version comes out and its runs go on leaves no run and no gate behind', async () => {
  for (let turns = 0; turns < 24; turns++) {
    const estate = await busyFleet();
    const { records } = estate.estate.manager;
    const out = release('1.34.9', { records, clock: estate.clock, random: systemRandom });
    const approval = `${estate.fleet}/gates`;
    const { value } = (await estate.call('GET', approval)).body;
    await estate.turns(turns);
    const [, deletion] = await Promise.all([
      out,
      estate.call('DELETE', estate.fleet),
      ...(Array.isArray(value) ? value : []).map((gate) =>
        estate.call('PATCH', String(new Map(Object.entries(gate ?? {})).get('id')), {
          body: { properties: { state: 'Completed' } },
        }),
      ),
    ]);
    assert.equal(deletion.status, 202);
    await untilGone(estate);
    await estate.settle();
    assert.deepEqual(await belongings(estate), [], `after ${turns} turns`);
    await estate.close();
  }
});
