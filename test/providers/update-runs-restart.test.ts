import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isObject } from '../../src/base/index.ts';
import { at, full, memberStates, UpdateEstate } from './update-estate.ts';

const approval = [{ displayName: 'sure?', type: 'Approval' }];

/** One of everything that a run can come to. */
const strategy = {
  stages: [
    {
      name: 'first',
      beforeGates: approval,
      groups: [{ name: 'one', maxConcurrency: '2', afterGates: approval }],
      afterStageWaitInSeconds: 5,
    },
    { name: 'second', groups: [{ name: 'two' }], afterGates: approval },
  ],
};

test('a run goes on where it was, between whichever two commits the process was killed', async () => {
  let cuts = 0;
  for (let commits = 1; ; commits++) {
    const estate = await UpdateEstate.open();
    for (const [name, group] of [
      ['a', 'one'],
      ['b', 'one'],
      ['c', 'two'],
    ] as const) {
      await estate.member(name, group);
    }
    await estate.succeed('PUT', estate.run('r'), {
      properties: { managedClusterUpdate: full('1.34.0'), strategy },
    });
    estate.cutAfter(commits);
    const wasCut = await carryOut(estate);
    const done = await estate.properties(estate.run('r'));
    assert.deepEqual(memberStates(done), { a: 'Completed', b: 'Completed', c: 'Completed' }, `${commits}`);
    for (const name of ['a', 'b', 'c']) assert.equal(await estate.version(name), '1.34.0');
    const gates = await gatesOf(estate);
    assert.deepEqual(
      gates.map((gate) => at(gate, 'properties.state')),
      ['Completed', 'Completed', 'Completed'],
      `after ${commits} commits`,
    );
    await estate.close();
    if (!wasCut) break;
    cuts++;
  }
  assert.ok(cuts > 15, `${cuts} cuts`);
});

/** Does what people do, to the end of the run, over one end of the process; tells whether that came. */
async function carryOut(estate: UpdateEstate): Promise<boolean> {
  let wasCut = false;
  const operations = new Map<string, unknown>();
  for (let turns = 0; ; turns++) {
    assert.ok(turns < 200, JSON.stringify(await estate.properties(estate.run('r'))));
    if (estate.isCut) {
      wasCut = true;
      await estate.restart();
    }
    const run = await estate.properties(estate.run('r'));
    // What has begun is not begun a second time.
    for (const [name, operation] of operationsOf(run)) {
      assert.equal(operations.get(name) ?? operation, operation);
      operations.set(name, operation);
    }
    const state = at(run, 'status.status.state');
    if (state === 'Completed') return wasCut;
    // A request that the end of the process took away is sent again.
    if (state === 'NotStarted') await estate.call('POST', `${estate.run('r')}/start`);
    for (const gate of await gatesOf(estate)) {
      if (at(gate, 'properties.state') !== 'Pending') continue;
      await estate.call('PATCH', String(at(gate, 'id')), { body: { properties: { state: 'Completed' } } });
    }
    await estate.turns(20);
    estate.clock.advance(5_000);
  }
}

function operationsOf(run: Parameters<typeof at>[0]): [string, unknown][] {
  const found: [string, unknown][] = [];
  for (const [stage, members] of [
    [0, 2],
    [1, 1],
  ] as const) {
    for (let member = 0; member < members; member++) {
      const path = `status.stages.${stage}.groups.0.members.${member}`;
      const operation = at(run, `${path}.operationId`);
      if (operation !== undefined) found.push([String(at(run, `${path}.name`)), operation]);
    }
  }
  return found;
}

async function gatesOf(estate: UpdateEstate) {
  const { value } = (await estate.call('GET', `${estate.fleet}/gates`)).body;
  return (Array.isArray(value) ? value : []).filter(isObject);
}
