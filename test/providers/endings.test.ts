import assert from 'node:assert/strict';
import { after, before, beforeEach, describe, test } from 'node:test';
import { type Clock, CodedError, silentLogger, systemRandom } from '../../src/base/index.ts';
import { endingLimits } from '../../src/providers/endings.ts';
import {
  CannotConverge,
  type RecordLoop,
  RetryLater,
  runRecordLoop,
  settle,
} from '../../src/providers/loop.ts';
import {
  groupDeletionLimits,
  runResourceGroups,
} from '../../src/providers/resources/resource-groups/loop.ts';
import { type Estate, openEstate } from '../arm/estate.ts';
import { thing, things } from '../arm/things.ts';
import { ManualClock } from '../support/manual-clock.ts';

const body = { location: 'eastus', properties: {} };
const stepMs = 60_000;

describe('the ends of operations', () => {
  let estate: Estate;
  let group: string;
  let clock: ManualClock;
  const loops: RecordLoop[] = [];
  /** One pass over an engine, as each test wants it. */
  let pass: (id: string, signal: AbortSignal) => Promise<void>;
  let passes = 0;

  before(async () => {
    clock = new ManualClock();
    estate = await openEstate({ types: things, clock });
    group = await estate.group('Ends');
    const parts = {
      records: estate.manager.records,
      clock: clock as Clock,
      random: systemRandom,
      log: silentLogger,
    };
    loops.push(runResourceGroups(parts, estate.manager.deletes));
    loops.push(
      runRecordLoop({
        ...parts,
        type: 'Contoso.Things/engines',
        reconcile: (id, signal) => {
          passes++;
          return pass(id, signal);
        },
      }),
    );
  });
  beforeEach(() => {
    passes = 0;
    pass = () => Promise.reject(new RetryLater('the fuel is not there yet'));
  });
  after(async () => {
    await Promise.all(loops.map((loop) => loop.stop()));
    await estate.close();
  });

  const turn = () => new Promise((next) => setImmediate(next));
  /** Lets time pass in steps until `reached`, and tells how much of it passed. */
  const pastMs = async (reached: () => Promise<boolean>): Promise<number> => {
    for (let steps = 0; ; steps++) {
      for (let turns = 0; turns < 20; turns++) await turn();
      if (await reached()) return steps * stepMs;
      assert.ok(steps < 200, 'it never ends');
      clock.advance(stepMs);
    }
  };
  const operation = async (url: string | undefined) => (await estate.call('GET', url ?? '')).body;
  const hasEnded = (url: string | undefined) => async () => (await operation(url)).status !== 'InProgress';
  const stateOf = async (name: string) => {
    const { body: read } = await estate.call('GET', thing(group, `engines/${name}`));
    return (read.properties as { provisioningState?: string } | undefined)?.provisioningState;
  };
  const url = (reply: { headers: Readonly<Record<string, string>> }) => reply.headers['azure-asyncoperation'];

  test('what never becomes ready fails after its time, with what it waited for', async () => {
    const made = await estate.call('PUT', thing(group, 'engines/never'), { body });
    const waitedMs = await pastMs(hasEnded(url(made)));
    assert.ok(
      waitedMs >= endingLimits.buildMs && waitedMs <= endingLimits.buildMs + 2 * stepMs,
      `${waitedMs}`,
    );
    assert.deepEqual((await operation(url(made))).error, {
      code: 'OperationTimedOut',
      message: 'The operation did not end within 10 minutes: the fuel is not there yet.',
    });
    assert.equal(await stateOf('never'), 'Failed');
    const before = passes;
    clock.advance(60 * stepMs);
    for (let turns = 0; turns < 20; turns++) await turn();
    assert.ok(passes <= before + 1, 'nobody works on what has failed');
  });

  test('a fault of ours fails too, and its words stay in the log', async () => {
    pass = () => Promise.reject(new Error('secret detail'));
    const made = await estate.call('PUT', thing(group, 'engines/fault'), { body });
    await pastMs(hasEnded(url(made)));
    const { message } = (await operation(url(made))).error as { message: string };
    assert.doesNotMatch(message, /secret/);
    pass = () => Promise.reject(new CodedError('unavailable', 'the cluster x is not running'));
    const again = await estate.call('PUT', thing(group, 'engines/fault'), { body });
    await pastMs(hasEnded(url(again)));
    assert.match(JSON.stringify((await operation(url(again))).error), /the cluster x is not running/);
  });

  test('what cannot be fails at once, and succeeds when it is asked for again', async () => {
    pass = () => Promise.reject(new CannotConverge('NoFuel', 'There is no fuel.'));
    const made = await estate.call('PUT', thing(group, 'engines/empty'), { body });
    assert.equal(await pastMs(hasEnded(url(made))), 0);
    assert.deepEqual((await operation(url(made))).error, { code: 'NoFuel', message: 'There is no fuel.' });
    pass = async (id) => {
      const record = await estate.manager.records.get(id);
      if (record?.provisioningState === 'Updating') await settle(estate.manager.records, record, 'Succeeded');
    };
    const again = await estate.call('PUT', thing(group, 'engines/empty'), { body });
    await pastMs(hasEnded(url(again)));
    assert.equal(await stateOf('empty'), 'Succeeded');
  });

  test('a deletion takes the place of a creation, which ends canceled and undoes nothing', async () => {
    let stopped = false;
    pass = async (id, signal) => {
      const record = await estate.manager.records.get(id);
      if (record?.provisioningState === 'Deleting') return estate.manager.records.remove(id);
      if (!record) return;
      await new Promise<void>((done) => signal.addEventListener('abort', () => done(), { once: true }));
      stopped = true;
      await settle(estate.manager.records, record, 'Succeeded');
    };
    const made = await estate.call('PUT', thing(group, 'engines/early'), { body });
    for (let turns = 0; turns < 20; turns++) await turn();
    const busy = await estate.call('PUT', thing(group, 'engines/early'), { body });
    assert.equal(busy.status, 409);
    const deleted = await estate.call('DELETE', thing(group, 'engines/early'));
    assert.equal(deleted.status, 202);
    const { status, error } = await operation(url(made));
    assert.equal(status, 'Canceled');
    assert.deepEqual(error, {
      code: 'OperationPreempted',
      message: 'Operation execution has been preempted by a more recent operation.',
    });
    assert.equal(await pastMs(hasEnded(url(deleted))), 0);
    assert.equal((await operation(url(deleted))).status, 'Succeeded');
    assert.ok(stopped);
    assert.equal((await estate.call('GET', thing(group, 'engines/early'))).status, 404);
  });

  test('a creation that fails while its resource is being deleted does not fail the deletion', async () => {
    const failing = Promise.withResolvers<void>();
    pass = async (id) => {
      const record = await estate.manager.records.get(id);
      if (record?.provisioningState === 'Deleting') return estate.manager.records.remove(id);
      await failing.promise;
      throw new CannotConverge('NoFuel', 'There is no fuel.');
    };
    await estate.call('PUT', thing(group, 'engines/both'), { body });
    for (let turns = 0; turns < 20; turns++) await turn();
    const asked = estate.call('DELETE', thing(group, 'engines/both'));
    failing.resolve();
    const deleted = await asked;
    assert.equal(deleted.status, 202);
    await pastMs(hasEnded(url(deleted)));
    assert.equal((await operation(url(deleted))).status, 'Succeeded');
  });

  test('a deletion that never ends fails, and can be asked for again', async () => {
    pass = async (id) => {
      const record = await estate.manager.records.get(id);
      if (record?.provisioningState === 'Creating') await settle(estate.manager.records, record, 'Succeeded');
      if (record?.provisioningState === 'Deleting') throw new RetryLater('somebody still sits in it');
    };
    const made = await estate.call('PUT', thing(group, 'engines/held'), { body });
    await pastMs(hasEnded(url(made)));
    const deleted = await estate.call('DELETE', thing(group, 'engines/held'));
    const waitedMs = await pastMs(hasEnded(url(deleted)));
    assert.ok(waitedMs >= endingLimits.deletionMs, `${waitedMs}`);
    assert.match(JSON.stringify((await operation(url(deleted))).error), /somebody still sits in it/);
    assert.equal(await stateOf('held'), 'Failed');
    pass = (id) => estate.manager.records.remove(id);
    const again = await estate.call('DELETE', thing(group, 'engines/held'));
    assert.equal(again.status, 202);
    await pastMs(hasEnded(url(again)));
    assert.equal(await stateOf('held'), undefined);
  });

  test('a group is given up with the reason of what does not go', async () => {
    const doomed = await estate.group('Doomed');
    await estate.call('PUT', thing(doomed, 'engines/stuck'), { body });
    const deleted = await estate.call('DELETE', doomed);
    const waitedMs = await pastMs(hasEnded(url(deleted)));
    assert.ok(waitedMs >= groupDeletionLimits.withoutProgressMs, `${waitedMs}`);
    const { status, error } = await operation(url(deleted));
    assert.equal(status, 'Failed');
    assert.match(
      JSON.stringify(error),
      /ResourceGroupDeletionBlocked.*engines\/stuck.*the fuel is not there yet/,
    );
    assert.equal((await estate.call('GET', doomed)).status, 200);
    pass = (id) => estate.manager.records.remove(id);
    const again = await estate.call('DELETE', doomed);
    await pastMs(hasEnded(url(again)));
    assert.equal((await estate.call('GET', doomed)).status, 404);
  });

  test('a loop ends when it is told to, whatever its passes wait for, without any time passing', async () => {
    const { records } = estate.manager;
    const waiting = Promise.withResolvers<void>();
    const loop = runRecordLoop({
      ...{ records, clock, random: systemRandom, log: silentLogger },
      type: 'Contoso.Things/widgets',
      async reconcile(id, signal) {
        if (id.endsWith('later')) throw new RetryLater('not yet');
        if (id.endsWith('fault')) throw new Error('again and again');
        waiting.resolve();
        await new Promise((_, failed) =>
          signal.addEventListener('abort', () => failed(signal.reason), { once: true }),
        );
      },
    });
    for (const name of ['waits', 'later', 'fault'])
      await estate.call('PUT', thing(group, `widgets/${name}`), { body });
    await waiting.promise;
    await loop.stop();
  });
});
