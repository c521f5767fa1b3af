import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { isObject, type Json, type JsonObject } from '../../src/base/index.ts';
import { people } from '../arm/estate.ts';
import { at, full, memberStates, stages, stateAt, UpdateEstate } from './update-estate.ts';

const approval = (displayName: string) => ({ displayName, type: 'Approval' });

describe('gates of update runs', () => {
  let estate: UpdateEstate;
  before(async () => {
    estate = await UpdateEstate.open();
    await estate.member('a', 'one');
    await estate.member('b', 'two');
  });
  after(() => estate.close());

  const list = async (filter?: string): Promise<JsonObject[]> => {
    const query = filter === undefined ? '' : `?$filter=${encodeURIComponent(filter)}`;
    const reply = await estate.call('GET', `${estate.fleet}/gates${query}`);
    assert.equal(reply.status, 200, reply.message);
    const { value } = reply.body;
    return Array.isArray(value) ? value.filter(isObject) : [];
  };
  const patch = (gate: Json | undefined, properties: JsonObject, headers: Record<string, string> = {}) =>
    estate.call('PATCH', String(at(gate, 'id')), { body: { properties }, headers });
  const pendingGate = async (displayName: string) => {
    for (let turns = 0; turns < 50; turns++) {
      const found = (await list('state eq Pending')).find(
        (gate) => at(gate, 'properties.displayName') === displayName,
      );
      if (found) return found;
      await estate.turns(5);
    }
    return assert.fail(`the gate '${displayName}' never came`);
  };
  const gatesAt = async (run: string, path: string) => {
    const gate = at(await estate.properties(estate.run(run)), path);
    return [at(gate, 'status.state'), at(gate, 'gateId')];
  };

  test('a gate appears when its run has come to it, holds what stands behind it, and opens once', async () => {
    await estate.begin('gated', {
      managedClusterUpdate: full('1.34.0'),
      strategy: {
        stages: [
          {
            name: 'stage-1',
            beforeGates: [approval('before stage')],
            afterGates: [approval('after stage')],
            afterStageWaitInSeconds: 60,
            groups: [
              { name: 'one', beforeGates: [approval('before one')], afterGates: [approval('after one')] },
              { name: 'two' },
            ],
          },
        ],
      },
    });
    const first = await pendingGate('before stage');
    const run = estate.run('gated');
    assert.deepEqual(at(first, 'properties'), {
      displayName: 'before stage',
      gateType: 'Approval',
      provisioningState: 'Succeeded',
      state: 'Pending',
      target: { id: run, updateRunProperties: { name: 'gated', stage: 'stage-1', timing: 'Before' } },
    });
    assert.match(String(first['name']), /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/);
    const waiting = await estate.untilState('gated', 'Pending');
    assert.deepEqual(
      [stateAt(waiting, 'status.stages.0'), stateAt(waiting, 'status.stages.0.groups.0')],
      ['Pending', 'NotStarted'],
    );
    assert.deepEqual(await gatesAt('gated', 'status.stages.0.beforeGates.0'), ['Pending', first['id']]);
    assert.deepEqual(await gatesAt('gated', 'status.stages.0.afterGates.0'), ['NotStarted', undefined]);
    assert.equal((await list()).length, 1);

    const approved = await patch(first, { state: 'Completed' });
    assert.deepEqual([approved.status, at(approved.body, 'properties.state')], [200, 'Completed']);
    const twice = await patch(first, { state: 'Completed' });
    assert.deepEqual([twice.status, twice.code], [409, 'OperationNotAllowed']);

    // A group's gate holds that group alone.
    const inGroup = await pendingGate('before one');
    assert.deepEqual(at(inGroup, 'properties.target.updateRunProperties'), {
      name: 'gated',
      stage: 'stage-1',
      group: 'one',
      timing: 'Before',
    });
    await estate.until(run, (properties) => memberStates(properties)['b'] === 'Completed');
    assert.equal(memberStates(await estate.properties(run))['a'], 'NotStarted');
    assert.equal((await patch(inGroup, { state: 'Completed' })).status, 200);
    await estate.until(run, (properties) => memberStates(properties)['a'] === 'Completed');
    assert.equal((await patch(await pendingGate('after one'), { state: 'Completed' })).status, 200);

    // The gates after a stage and its wait begin together, and both must be over.
    const last = await pendingGate('after stage');
    await estate.until(
      run,
      (properties) => at(properties, 'status.stages.0.afterStageWaitStatus.status.state') === 'Running',
    );
    assert.equal((await patch(last, { state: 'Completed' })).status, 200);
    await estate.settle();
    assert.equal(stateAt(await estate.properties(run), 'status'), 'Running');
    estate.clock.advance(60_000);
    await estate.untilState('gated', 'Completed');
    assert.equal((await list("state eq 'Completed' and gateType eq Approval")).length, 4);
    assert.deepEqual(await list('gateType eq ScheduledStart'), []);
    await estate.succeed('DELETE', run);
    assert.deepEqual(await list(), []);
  });

  test('a scheduled start opens at its time, or when somebody opens it before', async () => {
    // The clock stands at Thursday, the 1st of January 2026.
    const scheduledStartConfiguration = { startDay: 'Friday', startTime: '10:00', utcOffset: '-08:00' };
    const beforeGates = [{ displayName: 'friday', type: 'ScheduledStart', scheduledStartConfiguration }];
    const strategy = { stages: [{ name: 's', beforeGates, groups: [{ name: 'one' }] }] };
    await estate.begin('timed', { managedClusterUpdate: full('1.34.1'), strategy });
    const gate = await pendingGate('friday');
    assert.deepEqual(at(gate, 'properties.scheduledStartProperties'), {
      ...scheduledStartConfiguration,
      absoluteStartTime: '2026-01-02T18:00:00.000Z',
    });
    assert.equal((await list('gateType eq ScheduledStart and state eq Pending')).length, 1);
    await estate.untilState('timed', 'Pending');
    estate.clock.advance(Date.UTC(2026, 0, 2, 17, 59, 59) - estate.clock.now());
    await estate.settle();
    assert.equal(stateAt(await estate.properties(estate.run('timed')), 'status'), 'Pending');
    estate.clock.advance(1_000);
    await estate.untilState('timed', 'Completed');
    assert.equal(at((await estate.call('GET', String(gate['id']))).body, 'properties.state'), 'Completed');

    // Just past it: the next one is a week away.
    estate.clock.advance(1);
    await estate.begin('late', { managedClusterUpdate: full('1.34.1'), strategy });
    const later = await pendingGate('friday');
    assert.equal(at(later, 'properties.target.updateRunProperties.name'), 'late');
    assert.equal(
      at(later, 'properties.scheduledStartProperties.absoluteStartTime'),
      '2026-01-09T18:00:00.000Z',
    );
    assert.equal((await patch(later, { state: 'Completed' })).status, 200);
    await estate.untilState('late', 'Skipped');
  });

  test('a skipped stage skips its gates, and a stopped run keeps them where they are', async () => {
    await estate.begin('cut', {
      managedClusterUpdate: full('1.34.1'),
      strategy: {
        stages: [
          {
            name: 's',
            beforeGates: [approval('cut')],
            afterGates: [approval('never')],
            groups: [{ name: 'two' }],
          },
        ],
      },
    });
    const gate = await pendingGate('cut');
    await estate.succeed('POST', `${estate.run('cut')}/stop`);
    const stopped = await estate.untilState('cut', 'Stopped');
    assert.deepEqual(
      [stateAt(stopped, 'status.stages.0'), at(stopped, 'status.stages.0.beforeGates.0.status.state')],
      ['Stopped', 'Pending'],
    );
    await estate.succeed('POST', `${estate.run('cut')}/skip`, { targets: [{ type: 'Stage', name: 's' }] });
    await estate.until(String(gate['id']), ({ state }) => state === 'Skipped');
    const skipped = await estate.properties(estate.run('cut'));
    for (const path of ['beforeGates.0', 'afterGates.0', 'groups.0', 'groups.0.members.0']) {
      assert.equal(stateAt(skipped, `status.stages.0.${path}`), 'Skipped', path);
    }
    const late = await patch(gate, { state: 'Completed' });
    assert.equal(late.code, 'OperationNotAllowed');
    await estate.succeed('POST', `${estate.run('cut')}/start`);
    await estate.untilState('cut', 'Skipped');
    assert.equal(await estate.version('b'), '1.34.0');
  });

  test('nothing of a gate can be set but its state, nobody makes or deletes one, and conditions and rights hold', async () => {
    await estate.begin('guarded', {
      managedClusterUpdate: full('1.34.1'),
      strategy: { stages: [{ name: 's', beforeGates: [approval('guarded')], groups: [{ name: 'two' }] }] },
    });
    const gate = await pendingGate('guarded');
    const refused: readonly (readonly [JsonObject, string])[] = [
      [{}, 'RequiredPropertyMissing'],
      [{ state: null }, 'RequiredPropertyMissing'],
      [{ state: 'Skipped' }, 'InvalidParameter'],
      [{ state: 'Pending' }, 'InvalidParameter'],
      [{ state: 'Open' }, 'InvalidParameter'],
      [{ state: 1 }, 'InvalidRequestFormat'],
      [{ state: 'Completed', displayName: 'mine' }, 'PropertyChangeNotAllowed'],
      [{ state: 'Completed', target: { id: '/x' } }, 'PropertyChangeNotAllowed'],
    ];
    for (const [properties, code] of refused) {
      assert.equal((await patch(gate, properties)).code, code, JSON.stringify(properties));
    }
    const id = String(gate['id']);
    assert.equal((await estate.call('PUT', id, { body: { properties: {} } })).status, 405);
    assert.equal((await estate.call('DELETE', id)).status, 405);
    assert.equal(
      (await estate.call('GET', id, { apiVersion: '2025-03-01' })).code,
      'NoRegisteredProviderFound',
    );
    assert.equal(
      (await estate.call('PATCH', id, { as: people.nobody, body: {} })).code,
      'AuthorizationFailed',
    );
    const wrong = await patch(gate, { state: 'Completed' }, { 'if-match': '"other"' });
    assert.deepEqual([wrong.status, wrong.code], [412, 'PreconditionFailed']);
    assert.equal(
      (await estate.call('GET', `${estate.fleet}/gates?$filter=color eq red`)).code,
      'InvalidFilterInQueryString',
    );
    assert.equal(at((await estate.call('GET', id)).body, 'properties.state'), 'Pending');
    const right = await patch(gate, { State: 'completed' }, { 'if-match': String(gate['eTag']) });
    assert.deepEqual([right.status, at(right.body, 'properties.state')], [200, 'Completed'], right.message);
    await estate.untilState('guarded', 'Completed');
  });

  test('a run that is made again under the name of another has gates of its own', async () => {
    const properties = {
      managedClusterUpdate: full('1.34.1'),
      strategy: { stages: [{ name: 's', beforeGates: [approval('mine')], groups: [{ name: 'two' }] }] },
    };
    await estate.begin('twin', properties);
    const old = await pendingGate('mine');
    await estate.succeed('DELETE', estate.run('twin'));
    assert.equal((await estate.call('GET', String(old['id']))).status, 404);
    await estate.begin('twin', properties);
    assert.notEqual((await pendingGate('mine'))['id'], old['id']);
    const mine = await list("target/updateRunProperties/name eq 'twin'");
    assert.equal(mine.length, 1);
    await estate.succeed('DELETE', estate.run('twin'));
  });

  test('gates are listed page by page', async () => {
    const beforeGates = Array.from({ length: 5 }, (_, n) => approval(`page ${n}`));
    await estate.begin('paged', {
      managedClusterUpdate: full('1.34.1'),
      strategy: { stages: [{ ...stageOf(stages(['two'])), beforeGates }] },
    });
    await pendingGate('page 4');
    const names: unknown[] = [];
    let next: string | undefined =
      `${estate.fleet}/gates?$top=2&$filter=state eq Pending and target/updateRunProperties/name eq paged`;
    for (let pages = 0; next !== undefined; pages++) {
      assert.ok(pages < 5);
      const { body } = await estate.call('GET', next);
      const { value, nextLink } = body;
      names.push(...(Array.isArray(value) ? value : []).map((gate) => at(gate, 'properties.displayName')));
      const link: URL | undefined = typeof nextLink === 'string' ? new URL(nextLink) : undefined;
      link?.searchParams.delete('api-version');
      next = link && `${link.pathname}${link.search}`;
    }
    assert.deepEqual(names.sort(), ['page 0', 'page 1', 'page 2', 'page 3', 'page 4']);
  });
});

function stageOf(strategy: JsonObject): JsonObject {
  const stage = at(strategy, 'stages.0');
  return isObject(stage) ? stage : {};
}
