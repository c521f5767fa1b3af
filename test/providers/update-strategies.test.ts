import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { isObject, type Json, type JsonObject } from '../../src/base/index.ts';
import { people } from '../arm/estate.ts';
import { at, full, memberStates, newest, stages, UpdateEstate } from './update-estate.ts';

describe('what update strategies and runs are asked for', () => {
  let estate: UpdateEstate;
  before(async () => {
    estate = await UpdateEstate.open();
    for (const [name, group, env] of [
      ['a', 'one', 'prod'],
      ['b', 'one', 'prod'],
      ['c', 'one', 'test'],
      ['d', 'two', 'prod'],
      ['e', 'two', 'test'],
    ] as const) {
      await estate.member(name, group, { labels: { env } });
    }
  });
  after(() => estate.close());

  const strategyId = (name: string) => `${estate.fleet}/updateStrategies/${name}`;
  const putStrategy = (name: string, strategy: Json, apiVersion = newest) =>
    estate.call('PUT', strategyId(name), { body: { properties: { strategy } }, apiVersion });
  const putRun = (name: string, properties: JsonObject) =>
    estate.call('PUT', estate.run(name), { body: { properties } });
  const gate = { type: 'Approval' };
  const start = { startDay: 'Monday', startTime: '02:00', utcOffset: '+00:00' };

  test('a strategy comes back as it was sent, and can be sent again', async () => {
    const strategy = {
      stages: [
        {
          name: 'first',
          maxConcurrency: '25%',
          maxAllowedFailures: '0',
          memberSelector: { byLabel: 'env=prod,tier!=web' },
          beforeGates: [{ type: 'ScheduledStart', scheduledStartConfiguration: start }],
          afterGates: [{ displayName: 'sure?', type: 'Approval' }],
          groups: [{ name: 'one', maxConcurrency: '3', maxAllowedFailures: '50%' }],
          afterStageWaitInSeconds: 3600,
        },
        { name: 'second', memberSelector: { byLabel: 'env=test' } },
      ],
    };
    const made = await putStrategy('whole', strategy);
    assert.equal(made.status, 201, made.message);
    assert.equal(made.headers['azure-asyncoperation'], undefined);
    assert.deepEqual(at(made.body, 'properties'), { strategy, provisioningState: 'Succeeded' });
    const again = await estate.call('PUT', strategyId('whole'), { body: made.body });
    assert.deepEqual([again.status, at(again.body, 'properties.strategy')], [200, strategy]);
    const loud = await estate.call('PUT', strategyId('loud'), {
      body: {
        PROPERTIES: { Strategy: { STAGES: [{ NAME: 's', Groups: [{ Name: 'one', maxconcurrency: '1' }] }] } },
      },
    });
    assert.deepEqual(at(loud.body, 'properties.strategy'), {
      stages: [{ name: 's', groups: [{ name: 'one', maxConcurrency: '1' }] }],
    });
    const older = await estate.call('GET', strategyId('whole'), { apiVersion: '2024-04-01' });
    assert.deepEqual(at(older.body, 'properties.strategy.stages.0'), {
      name: 'first',
      groups: [{ name: 'one' }],
      afterStageWaitInSeconds: 3600,
    });
    const released = await estate.call('GET', strategyId('whole'), { apiVersion: '2026-06-01' });
    const shown = at(released.body, 'properties.strategy.stages.0');
    assert.deepEqual(Object.keys(isObject(shown) ? shown : {}).sort(), [
      'afterGates',
      'afterStageWaitInSeconds',
      'beforeGates',
      'groups',
      'maxConcurrency',
      'name',
    ]);
    const unknown = await estate.call('GET', strategyId('whole'), { apiVersion: '2023-06-15-preview' });
    assert.equal(unknown.code, 'NoRegisteredProviderFound');
  });

  test('each thing that is wrong in a strategy is refused where it stands', async () => {
    const group = { name: 'one' };
    const inStage = (stage: JsonObject) => ({ stages: [{ name: 's', groups: [group], ...stage }] });
    const refused: readonly (readonly [Json, string, RegExp])[] = [
      [null, 'RequiredPropertyMissing', /UpdateStrategyProperties\.Strategy/],
      [{}, 'RequiredPropertyMissing', /UpdateRunStrategy\.Stages/],
      [{ stages: [] }, 'RequiredPropertyMissing', /UpdateRunStrategy\.Stages/],
      [{ stages: {} }, 'InvalidRequestFormat', /properties\.strategy\.stages/],
      [
        { stages: [{ name: 's' }] },
        'RequiredPropertyMissing',
        /^A required property UpdateStage\.Groups is missing\. Please specify a value for this property and retry this operation\. Resource ID: "/,
      ],
      [{ stages: [{ groups: [group] }] }, 'RequiredPropertyMissing', /UpdateStage\.Name/],
      [inStage({ groups: [{}] }), 'RequiredPropertyMissing', /UpdateGroup\.Name/],
      [inStage({ name: 'Not Good' }), 'InvalidParameter', /stages\[0\]\.name/],
      [inStage({ name: 'a'.repeat(51) }), 'InvalidParameter', /1 to 50/],
      [
        {
          stages: [
            { name: 's', groups: [group] },
            { name: 's', groups: [{ name: 'two' }] },
          ],
        },
        'InvalidParameter',
        /the stage name 's' is used twice/,
      ],
      [
        {
          stages: [
            { name: 's', groups: [group] },
            { name: 't', groups: [group] },
          ],
        },
        'InvalidParameter',
        /the group name 'one' is used twice/,
      ],
      [inStage({ afterStageWaitInSeconds: -1 }), 'InvalidParameter', /afterStageWaitInSeconds/],
      [inStage({ afterStageWaitInSeconds: '60' }), 'InvalidRequestFormat', /afterStageWaitInSeconds/],
      [inStage({ maxConcurrency: '0' }), 'InvalidParameter', /maxConcurrency/],
      [inStage({ maxConcurrency: '101%' }), 'InvalidParameter', /maxConcurrency/],
      [inStage({ maxConcurrency: 3 }), 'InvalidRequestFormat', /maxConcurrency/],
      [inStage({ maxAllowedFailures: '-1' }), 'InvalidParameter', /maxAllowedFailures/],
      [inStage({ memberSelector: {} }), 'InvalidParameter', /byLabel/],
      [
        inStage({ memberSelector: { byLabel: 'env in (a,b)' } }),
        'InvalidParameter',
        /no condition on a label/,
      ],
      [inStage({ memberSelector: { byLabel: `a=${'b'.repeat(511)}` } }), 'InvalidParameter', /at most 512/],
      [
        inStage({ memberSelector: { byLabel: Array(33).fill('a=b').join() } }),
        'InvalidParameter',
        /at most 32 conditions/,
      ],
      [inStage({ beforeGates: [{}] }), 'InvalidParameter', /beforeGates\[0\]\.type/],
      [inStage({ beforeGates: [{ type: 'Wish' }] }), 'InvalidParameter', /Approval, ScheduledStart/],
      [inStage({ beforeGates: [{ ...gate, displayName: '' }] }), 'InvalidParameter', /1 to 100/],
      [inStage({ beforeGates: Array(11).fill(gate) }), 'InvalidParameter', /at most 10/],
      [inStage({ beforeGates: [{ type: 'ScheduledStart' }] }), 'InvalidParameter', /startDay/],
      [
        inStage({ afterGates: [{ type: 'ScheduledStart', scheduledStartConfiguration: start }] }),
        'InvalidParameter',
        /before a stage or a group/,
      ],
      [
        inStage({
          beforeGates: [
            { type: 'ScheduledStart', scheduledStartConfiguration: { ...start, utcOffset: '+14:30' } },
          ],
        }),
        'InvalidParameter',
        /utcOffset/,
      ],
      [
        inStage({ groups: Array.from({ length: 51 }, (_, n) => ({ name: `g${n}` })) }),
        'InvalidParameter',
        /at most 50 groups/,
      ],
      [
        { stages: Array.from({ length: 101 }, (_, n) => ({ name: `s${n}`, groups: [{ name: `g${n}` }] })) },
        'InvalidParameter',
        /at most 100 stages/,
      ],
    ];
    for (const [strategy, code, message] of refused) {
      const reply = await putStrategy('wrong', strategy);
      const what = JSON.stringify(strategy)?.slice(0, 200);
      assert.deepEqual([reply.status, reply.code], [400, code], `${what}: ${reply.message}`);
      assert.match(reply.message, message);
    }
    assert.equal((await estate.call('GET', strategyId('wrong'))).code, 'ResourceNotFound');
    assert.equal((await putStrategy('Wrong_Name', stages(['one']))).code, 'InvalidResourceName');
  });

  test('each thing that is wrong in a run is refused', async () => {
    const strategy = stages(['one']);
    const upgrade = (type: Json, kubernetesVersion?: Json) => ({
      managedClusterUpdate: {
        upgrade: { type, ...(kubernetesVersion !== undefined && { kubernetesVersion }) },
      },
    });
    const images = (nodeImageSelection: JsonObject) => ({
      managedClusterUpdate: { upgrade: { type: 'NodeImageOnly' }, nodeImageSelection },
    });
    await putStrategy('there', strategy);
    const refused: readonly (readonly [JsonObject, string])[] = [
      [{}, 'RequiredPropertyMissing'],
      [{ managedClusterUpdate: {} }, 'RequiredPropertyMissing'],
      [upgrade('Half', '1.34.0'), 'InvalidParameter'],
      [upgrade('Full'), 'RequiredPropertyMissing'],
      [upgrade('ControlPlaneOnly', ''), 'RequiredPropertyMissing'],
      [upgrade('NodeImageOnly', '1.34.0'), 'InvalidParameter'],
      [upgrade('Full', 'newest'), 'InvalidParameter'],
      [upgrade('Full', 1.34), 'InvalidRequestFormat'],
      [images({}), 'RequiredPropertyMissing'],
      [images({ type: 'Custom' }), 'RequiredPropertyMissing'],
      [images({ type: 'Custom', customNodeImageVersions: [{ version: 'none' }] }), 'InvalidParameter'],
      [
        images({ type: 'Latest', customNodeImageVersions: [{ version: 'AKSUbuntu-2204-1.0' }] }),
        'InvalidParameter',
      ],
      [{ ...upgrade('Full', '1.34.0'), strategy, updateStrategyId: strategyId('there') }, 'InvalidParameter'],
      [{ ...upgrade('Full', '1.34.0'), updateStrategyId: strategyId('nowhere') }, 'BadRequest'],
      [{ ...upgrade('Full', '1.34.0'), updateStrategyId: estate.fleet }, 'LinkedInvalidPropertyId'],
      [
        {
          ...upgrade('Full', '1.34.0'),
          updateStrategyId: strategyId('there').replace('/fleets/f/', '/fleets/other/'),
        },
        'InvalidParameter',
      ],
      [{ ...upgrade('Full', '1.34.0'), strategy: stages(['nobody']) }, 'BadRequest'],
    ];
    for (const [properties, code] of refused) {
      const reply = await putRun('wrong', properties);
      assert.deepEqual(
        [reply.status, reply.code],
        [400, code],
        `${JSON.stringify(properties)}: ${reply.message}`,
      );
    }
    const empty = `${estate.group}/providers/Microsoft.ContainerService/fleets/empty`;
    await estate.succeed('PUT', empty, { location: 'eastus' });
    const none = await estate.call('PUT', `${empty}/updateRuns/r`, {
      body: { properties: upgrade('Full', '1.34.0') },
    });
    assert.deepEqual([none.status, none.code], [400, 'BadRequest']);
    assert.match(none.message, /the fleet has no members/);
    assert.equal((await estate.call('PATCH', estate.run('wrong'), { body: {} })).status, 405);
  });

  test('a run copies its strategy, keeps it when that changes or goes, and takes back what it answered', async () => {
    await putStrategy('copied', stages(['one'], ['two']));
    const body = { managedClusterUpdate: full('1.34.0'), updateStrategyId: strategyId('copied') };
    const made = await putRun('copy', body);
    assert.equal(made.status, 201, made.message);
    assert.deepEqual(at(made.body, 'properties.strategy'), stages(['one'], ['two']));
    await putStrategy('copied', stages(['two']));
    const again = await estate.call('PUT', estate.run('copy'), { body: made.body });
    assert.deepEqual(
      [again.status, at(again.body, 'properties.strategy')],
      [200, stages(['one'], ['two'])],
      again.message,
    );
    // Until it is started, its own copy can be changed.
    const changed = await putRun('copy', { ...body, strategy: stages(['one']) });
    assert.deepEqual(memberStates(properties(changed.body)), {
      a: 'NotStarted',
      b: 'NotStarted',
      c: 'NotStarted',
    });
    assert.equal((await estate.call('DELETE', strategyId('copied'))).status, 200);
    const kept = await putRun('copy', { ...body, strategy: stages(['one']) });
    assert.equal(kept.status, 200, kept.message);
    const alone = await putRun('copy', { managedClusterUpdate: full('1.34.1'), strategy: stages(['two']) });
    assert.equal(at(alone.body, 'properties.updateStrategyId'), undefined);
    await estate.succeed('DELETE', estate.run('copy'));
  });

  test('a strategy stays while a run made of it is under way, and a started run cannot be changed', async () => {
    await putStrategy('used', stages(['one']));
    estate.hold('a');
    const body = { managedClusterUpdate: full('1.34.0'), updateStrategyId: strategyId('used') };
    await estate.begin('user', body);
    await estate.untilState('user', 'Running');
    const used = await estate.call('DELETE', strategyId('used'));
    assert.deepEqual([used.status, used.code], [409, 'OperationNotAllowed']);
    assert.match(used.message, /is used by '.*\/updateRuns\/user'/);
    assert.equal((await putRun('user', body)).status, 200);
    const changed = await putRun('user', { ...body, managedClusterUpdate: full('1.34.1') });
    assert.deepEqual([changed.status, changed.code], [409, 'OperationNotAllowed']);
    estate.release('a');
    await estate.untilState('user', 'Completed');
    assert.equal((await estate.call('DELETE', strategyId('used'))).status, 200);
    assert.equal((await estate.call('DELETE', strategyId('used'))).status, 204);
  });

  test('start, stop and skip ask for a right each, and hold to the etag', async () => {
    const made = await putRun('guarded', { managedClusterUpdate: full('1.34.0'), strategy: stages(['one']) });
    for (const action of ['start', 'stop', 'skip']) {
      const refused = await estate.call('POST', `${estate.run('guarded')}/${action}`, { as: people.nobody });
      assert.equal(refused.code, 'AuthorizationFailed');
      assert.match(
        refused.message,
        new RegExp(`Microsoft\\.ContainerService/fleets/updateRuns/${action}/action`),
      );
      const stale = await estate.call('POST', `${estate.run('guarded')}/${action}`, {
        headers: { 'if-match': '"older"' },
        body: { targets: [{ type: 'Group', name: 'one' }] },
      });
      assert.deepEqual([stale.status, stale.code], [412, 'PreconditionFailed']);
    }
    const exists = await estate.call('PUT', estate.run('guarded'), {
      headers: { 'if-none-match': '*' },
      body: made.body,
    });
    assert.equal(exists.status, 412);
    const idle = await estate.call('POST', `${estate.run('guarded')}/stop`);
    assert.deepEqual([idle.status, idle.code], [409, 'OperationNotAllowed']);
    const skip = (targets: Json) =>
      estate.call('POST', `${estate.run('guarded')}/skip`, { body: { targets } });
    for (const [targets, code] of [
      [[], 'RequiredPropertyMissing'],
      [[{ type: 'Group' }], 'RequiredPropertyMissing'],
      [[{ name: 'one' }], 'RequiredPropertyMissing'],
      [[{ type: 'Hub', name: 'one' }], 'InvalidParameter'],
      [[{ type: 'Group', name: 'two' }], 'InvalidParameter'],
      [[{ type: 'AfterStageWait', name: 'stage1' }], 'InvalidParameter'],
      [
        [
          { type: 'Member', name: 'a' },
          { type: 'Member', name: 'nobody' },
        ],
        'InvalidParameter',
      ],
    ] as const) {
      assert.equal((await skip([...targets])).code, code, JSON.stringify(targets));
    }
    // All or none of what a request names is skipped.
    assert.equal(memberStates(await estate.properties(estate.run('guarded')))['a'], 'NotStarted');
    const etag = String(made.body['eTag']);
    const right = await estate.call('POST', `${estate.run('guarded')}/skip`, {
      headers: { 'if-match': etag },
      body: { targets: [{ type: 'Stage', name: 'stage1' }] },
    });
    assert.equal(right.status, 200, right.message);
    assert.notEqual(right.body['eTag'], etag);
    assert.equal(right.headers['etag'], right.body['eTag']);
    await estate.succeed('DELETE', estate.run('guarded'));
  });

  test('members are chosen by group and by label, each once, and counts and shares are worked out', async () => {
    const made = await putRun('chosen', {
      managedClusterUpdate: full('1.34.1'),
      strategy: {
        stages: [
          {
            name: 'prod',
            memberSelector: { byLabel: 'env=prod' },
            maxConcurrency: '70%',
            groups: [
              { name: 'two', maxConcurrency: '100%' },
              { name: 'rest', memberSelector: { byLabel: 'env!=nothing' }, maxConcurrency: '50%' },
            ],
          },
          {
            name: 'all',
            memberSelector: { byLabel: 'fleet.azure.com/location=eastus' },
            maxConcurrency: '9',
          },
        ],
      },
    });
    assert.equal(made.status, 201, made.message);
    const found = (stage: number, group: number) => {
      const path = `properties.status.stages.${stage}.groups.${group}`;
      const members = at(made.body, `${path}.members`);
      return [
        at(made.body, `${path}.name`),
        (Array.isArray(members) ? members : []).map((member) => at(member, 'name')).join(),
        at(made.body, `${path}.maxConcurrency`),
      ];
    };
    assert.deepEqual(
      [found(0, 0), found(0, 1), found(1, 0)],
      [
        ['two', 'd', 1],
        ['rest', 'a,b', 1],
        ['all', 'c,e', 2],
      ],
    );
    assert.equal(at(made.body, 'properties.status.stages.0.maxConcurrency'), 2);
    assert.equal(at(made.body, 'properties.status.stages.1.maxConcurrency'), 9);
  });

  test('as many updates run at a time as the group and its stage allow', async () => {
    for (const name of ['a', 'b', 'c', 'd', 'e']) estate.hold(name);
    await estate.begin('wide', {
      managedClusterUpdate: full('1.34.1'),
      strategy: {
        stages: [
          {
            name: 's',
            maxConcurrency: '3',
            groups: [
              { name: 'one', maxConcurrency: '2' },
              { name: 'two', maxConcurrency: '100%' },
            ],
          },
        ],
      },
    });
    const running = async (names: string) => {
      await estate.settle();
      const states = memberStates(await estate.properties(estate.run('wide')));
      const now = Object.keys(states).filter((name) => states[name] === 'Running');
      assert.equal(now.join(), names);
    };
    await running('a,b,d');
    estate.release('a');
    await running('b,c,d');
    estate.release('d');
    await running('b,c,e');
    for (const name of ['b', 'c', 'e']) estate.release(name);
    await estate.untilState('wide', 'Completed');
  });

  test('as many failures as a stage and its groups allow do not fail the run, and are told', async () => {
    estate.breaks('a');
    estate.breaks('b');
    const tolerant = (maxAllowedFailures: string, more: JsonObject = {}) => ({
      managedClusterUpdate: full('1.34.2'),
      strategy: { stages: [{ name: 's', groups: [{ name: 'one', maxAllowedFailures, ...more }] }] },
    });
    await estate.begin('one-too-many', tolerant('34%'));
    const failed = await estate.untilState('one-too-many', 'Failed');
    assert.deepEqual(
      [at(failed, 'status.stages.0.maxAllowedFailures'), at(failed, 'status.stages.0.groups.0.failureCount')],
      [1, 2],
    );
    assert.deepEqual(memberStates(failed), { a: 'Failed', b: 'Failed', c: 'NotStarted' });
    await estate.begin('enough', {
      ...tolerant('0'),
      strategy: { stages: [{ name: 's', maxAllowedFailures: '2', groups: [{ name: 'one' }] }] },
    });
    const done = await estate.untilState('enough', 'Completed');
    assert.deepEqual(memberStates(done), { a: 'Failed', b: 'Failed', c: 'Completed' });
    assert.equal(at(done, 'status.failureCount'), 2);
    assert.equal(at(done, 'status.stages.0.status.state'), 'Completed');
    estate.mended('a');
    estate.mended('b');
    // What failed on the way is tried again by the next start.
    await estate.succeed('POST', `${estate.run('enough')}/start`);
    const mended = await estate.until(
      estate.run('enough'),
      (now) => at(now, 'status.status.state') === 'Completed' && at(now, 'status.failureCount') === 0,
    );
    assert.deepEqual(memberStates(mended), { a: 'Completed', b: 'Completed', c: 'Completed' });
  });

  test('a failure that was allowed is left alone when a run goes on after a stop', async () => {
    estate.breaks('a');
    const beforeGates = [gate];
    await estate.begin('goes-on', {
      managedClusterUpdate: full('1.35.0'),
      strategy: {
        stages: [
          { name: 's', groups: [{ name: 'one', maxAllowedFailures: '1' }] },
          { name: 't', beforeGates, groups: [{ name: 'two' }] },
        ],
      },
    });
    await estate.untilState('goes-on', 'Pending');
    estate.mended('a');
    await estate.succeed('POST', `${estate.run('goes-on')}/stop`);
    await estate.untilState('goes-on', 'Stopped');
    await estate.succeed('POST', `${estate.run('goes-on')}/start`);
    const on = await estate.untilState('goes-on', 'Pending');
    assert.equal(memberStates(on)['a'], 'Failed');
    await estate.succeed('DELETE', estate.run('goes-on'));
  });

  test('runs are filtered by their state and listed page by page', async () => {
    const names = async (query: string) => {
      const { value } = (await estate.call('GET', `${estate.fleet}/updateRuns?${query}`)).body;
      return (Array.isArray(value) ? value : []).map((run) => at(run, 'name'));
    };
    assert.deepEqual(await names('$filter=properties/status/status/state eq Failed'), ['one-too-many']);
    assert.deepEqual(await names('$top=1'), ['chosen']);
    assert.deepEqual(await names("$filter=name eq 'WIDE'"), ['wide']);
  });
});

function properties(body: JsonObject): JsonObject {
  const { properties: found } = body;
  return isObject(found) ? found : {};
}
