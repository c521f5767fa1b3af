import assert from 'node:assert/strict';
import { test } from 'node:test';
import { systemRandom } from '../../src/base/index.ts';
import { createMemoryStore, type Guard, type Store, type Transaction } from '../../src/store/index.ts';
import { failingStore } from '../support/failing-store.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { beforeCommit } from '../support/store-views.ts';
import { openIdentity } from './support.ts';

const seat = '/leadership/loops';
const keysPrefix = '/identity/keys/';
const dayMs = 24 * 3_600_000;

interface StoredKey {
  readonly activeFromMs: number | null;
}

const turns = () => new Promise((next) => setTimeout(next, 20));

async function keysOf(store: Store): Promise<readonly StoredKey[]> {
  const { entries } = await store.range({ prefix: keysPrefix });
  return entries.map(({ value }) => JSON.parse(Buffer.from(value).toString('utf8')));
}

/** Making a key takes a thread of its own as long as it takes. */
async function until(holds: () => Promise<boolean>, step: () => void = () => {}): Promise<void> {
  for (let tried = 0; !(await holds()); tried++) {
    assert.ok(tried < 2_000, 'it does not come');
    step();
    await turns();
  }
}

async function takeSeat(store: Store): Promise<Guard> {
  const taken = await store.commit({ writes: [{ put: seat, value: new Uint8Array() }] });
  assert.ok(taken.ok);
  return { key: seat, revision: taken.revision };
}

test('a leader that is replaced between two writes of a rotation writes no further one, and its successor ends what it began, once', async () => {
  const clock = new ManualClock();
  const store = createMemoryStore({ clock: new ManualClock(), random: systemRandom });
  /** The writes of a rotation: the waiting key takes over, the next one is made, the old one goes. */
  for (let lostBefore = 0; lostBefore < 3; lostBefore++) {
    let guarded = 0;
    const isLead = ({ guards = [] }: Transaction) => guards.some(({ key }) => key === seat);
    let rotates = false;
    const view = beforeCommit(
      store,
      (transaction) => rotates && isLead(transaction) && guarded++ === lostBefore,
      () => takeSeat(store),
    );
    const first = openIdentity(view, clock);
    await first.initialize();
    const lead = await takeSeat(store);
    const led = first.startLoops(() => lead);
    clock.advance(5_000);
    await until(async () => (await keysOf(store)).filter((key) => key.activeFromMs === null).length === 1);
    rotates = true;
    const signingBefore = (await keysOf(store)).filter(({ activeFromMs }) => activeFromMs !== null).length;
    clock.advance(31 * dayMs);
    const isReplaced = async () => (await store.get(seat))?.revision !== lead.revision;
    await until(isReplaced, () => clock.advance(3_600_000));
    await turns();
    const left = store.revision();
    clock.advance(2 * 3_600_000);
    await turns();
    assert.equal(store.revision(), left, 'nothing is written by a leader that was replaced');
    await led.stop();

    const second = openIdentity(store, clock);
    await second.initialize();
    const leadOfSecond = await takeSeat(store);
    const successor = second.startLoops(() => leadOfSecond);
    clock.advance(5_000);
    await until(async () => {
      const keys = await keysOf(store);
      return keys.filter(({ activeFromMs }) => activeFromMs === null).length === 1 && keys.length >= 2;
    });
    await turns();
    const keys = await keysOf(store);
    const signing = keys.filter(({ activeFromMs }) => activeFromMs !== null);
    assert.ok(signing.length <= signingBefore + 1, 'one rotation, not two');
    assert.equal(new Set(signing.map(({ activeFromMs }) => activeFromMs)).size, signing.length);
    await successor.stop();
    await first.close();
    await second.close();
  }
  await store.close();
});

test('a sweep of expired sign-ins that loses its seat in the midst removes no further one', async () => {
  const clock = new ManualClock();
  const store = createMemoryStore({ clock: new ManualClock(), random: systemRandom });
  let swept = 0;
  const isSweep = ({ writes }: Transaction) =>
    writes.some((write) => 'delete' in write && write.delete.startsWith('/identity/device-codes/'));
  const view = beforeCommit(
    store,
    (transaction) => isSweep(transaction) && swept++ === 1,
    () => takeSeat(store),
  );
  const identity = openIdentity(view, clock);
  await identity.initialize();
  const value = Buffer.from(JSON.stringify({ expiresAtMs: clock.now() + 1 }));
  for (let n = 0; n < 250; n++)
    await store.commit({ writes: [{ put: `/identity/device-codes/${n}`, value }] });
  const left = async () => (await store.range({ prefix: '/identity/device-codes/' })).entries.length;
  assert.equal(await left(), 250);
  const lead = await takeSeat(store);
  const loops = identity.startLoops(() => lead);
  clock.advance(600_000);
  for (let turn = 0; turn < 500 && swept < 2; turn++) await new Promise((next) => setImmediate(next));
  await turns();
  assert.equal(await left(), 150, 'one hundred went before');
  await loops.stop();
  const successor = await takeSeat(store);
  const again = identity.startLoops(() => successor);
  clock.advance(600_000);
  await until(async () => (await left()) === 0);
  await again.stop();
  await identity.close();
  await store.close();
});

test('keys and sign-ins that could not be looked after while the disk was full are, soon after it is not', async () => {
  const clock = new ManualClock();
  const { store, failOnce, failed } = failingStore(
    createMemoryStore({ clock: new ManualClock(), random: systemRandom }),
  );
  const identity = openIdentity(store, clock);
  await identity.initialize();
  await identity.keys.jwks();
  const value = Buffer.from(JSON.stringify({ expiresAtMs: clock.now() + 1 }));
  await store.commit({ writes: [{ put: '/identity/device-codes/old', value }] });
  const loops = identity.startLoops();
  failOnce(({ writes }) => writes.some((write) => 'put' in write && write.put.startsWith(keysPrefix)));
  clock.advance(5_000);
  await until(async () => failed());
  await turns();
  assert.equal((await keysOf(store)).length, 1);
  clock.advance(1_000);
  await until(async () => (await keysOf(store)).length === 2);
  const isSweep = ({ writes }: Transaction) => writes.some((write) => 'delete' in write);
  failOnce(isSweep);
  clock.advance(600_000);
  await until(async () => failed());
  await turns();
  clock.advance(1_000);
  await until(async () => (await store.get('/identity/device-codes/old')) === undefined);
  await loops.stop();
  await identity.close();
  await store.close();
});
