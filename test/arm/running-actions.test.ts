import assert from 'node:assert/strict';
import { test } from 'node:test';
import { operationLimits } from '../../src/arm/records/operations.ts';
import { runningActionLimits } from '../../src/arm/records/running-actions.ts';
import { createMemoryStore } from '../../src/store/index.ts';
import { failingStore } from '../support/failing-store.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { type Estate, openEstate } from './estate.ts';
import { thing, things } from './things.ts';

const turns = 50;

/** Lets everything run that waits for nothing but its turn. */
async function settle(): Promise<void> {
  for (let turn = 0; turn < turns; turn++) await new Promise((next) => setImmediate(next));
}

/** Lets the time pass in steps that renewals keep up with. */
async function pass(clock: ManualClock, ms: number): Promise<void> {
  for (let passed = 0; passed < ms; passed += runningActionLimits.renewEveryMs) {
    clock.advance(runningActionLimits.renewEveryMs);
    await settle();
  }
}

/** A widget whose action runs until it is released. */
function held() {
  const { promise, resolve } = Promise.withResolvers<void>();
  const widget = things[0] ?? assert.fail();
  const hang = {
    mode: 'later' as const,
    run: async () => {
      await promise;
      return { done: true };
    },
  };
  return { types: [{ ...widget, actions: { hang } }, ...things.slice(1)], release: resolve };
}

async function startAction(estate: Estate): Promise<string> {
  const group = await estate.group('Dock');
  await estate.call('PUT', thing(group, 'widgets/w'), { body: { location: 'eastus' } });
  const { status, headers } = await estate.call('POST', thing(group, 'widgets/w/hang'));
  assert.equal(status, 202);
  return headers['azure-asyncoperation'] ?? '';
}

test('an action that another server works on is left to it, when one starts and however long it takes', async () => {
  const clock = new ManualClock();
  const random = seededRandom('two servers');
  const store = createMemoryStore({ clock, random });
  const { types, release } = held();
  const options = { types, store, clock, random, othersRun: true };
  const first = await openEstate(options);
  const url = await startAction(first);
  const second = await openEstate(options);
  assert.equal((await second.call('GET', url)).body.status, 'InProgress');
  await pass(clock, 3 * operationLimits.checkIntervalMs);
  assert.equal((await second.call('GET', url)).body.status, 'InProgress');
  release();
  await settle();
  const ended = await second.call('GET', url);
  assert.deepEqual([ended.body.status, ended.body.properties], ['Succeeded', { done: true }]);
  const { entries } = await store.range({ prefix: '/arm/running/' });
  assert.deepEqual(entries, []);
  await first.close();
  await second.manager.close();
});

test('an action whose server has gone is failed by another once nobody can be working on it any more', async () => {
  const clock = new ManualClock();
  const random = seededRandom('gone');
  const store = createMemoryStore({ clock, random });
  const { types } = held();
  const options = { types, store, clock, random, othersRun: true };
  const first = await openEstate(options);
  const url = await startAction(first);
  const second = await openEstate(options);
  await first.manager.close();
  assert.equal((await second.call('GET', url)).body.status, 'InProgress');
  await pass(clock, runningActionLimits.leaseMs + operationLimits.checkIntervalMs);
  assert.equal((await second.call('GET', url)).code, 'OperationInterrupted');
  await second.close();
});

test('an action whose outcome could not be written ends with that outcome once it can', async () => {
  const clock = new ManualClock();
  const random = seededRandom('full');
  const { store, failOnce, failed } = failingStore(createMemoryStore({ clock, random }));
  const { types, release } = held();
  const estate = await openEstate({ types, store, clock, random });
  const url = await startAction(estate);
  failOnce(() => true);
  release();
  await settle();
  assert.ok(failed());
  assert.equal((await estate.call('GET', url)).body.status, 'InProgress');
  await pass(clock, runningActionLimits.retryMs);
  const ended = await estate.call('GET', url);
  assert.deepEqual([ended.body.status, ended.body.properties], ['Succeeded', { done: true }]);
  await estate.close();
});
