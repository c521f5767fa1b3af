import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { CodedError, utf8 } from '../../src/base/index.ts';
import { type ChangeBatch, Claims, type ForkableStore, type Store } from '../../src/store/index.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { seededRandom } from '../support/seeded-random.ts';

/** How the laws of forks get stores to fork. */
export interface ForkedDriver {
  readonly name: string;
  /** Forks of what is in memory have its history. */
  readonly keepsHistory: boolean;
  /** An empty store of its own. */
  open(options: { clock: ManualClock }): Promise<ForkableStore>;
}

const put = (store: Store, key: string, value: string) =>
  store.commit({ writes: [{ put: key, value: utf8(value) }] });

async function contents(store: Store, atRevision?: number): Promise<Record<string, string>> {
  const { entries } = await store.range({ prefix: '/', ...(atRevision === undefined ? {} : { atRevision }) });
  return Object.fromEntries(entries.map(({ key, value }) => [key, Buffer.from(value).toString()]));
}

/** Checks what `ForkableStore` promises of forks of one driver, and of forks of those. */
export function checkForkLaws(driver: ForkedDriver): void {
  const clock = new ManualClock();
  const opened: Store[] = [];
  const kept = <T extends Store>(store: T): T => {
    opened.push(store);
    return store;
  };
  const open = async () => kept(await driver.open({ clock }));
  describe(`forks of the ${driver.name} store`, () => {
    after(async () => {
      for (const store of opened) await store.close();
    });
    separationLaws(open, kept);
    timeLaws({ open, kept, clock });
    historyLaws(driver, open, kept);
    anyOrderLaw(open, kept);
  });
}

type Open = () => Promise<ForkableStore>;
type Keep = <T extends Store>(store: T) => T;

function separationLaws(open: Open, kept: Keep): void {
  test('a fork shows what the store shows and goes on from its revision; neither sees what the other writes', async () => {
    const store = await open();
    await put(store, '/a', '1');
    await put(store, '/b', '1');
    await put(store, '/b', '2');
    await put(store, '/gone', '');
    await store.commit({ writes: [{ delete: '/gone' }] });
    const fork = kept(store.fork());
    assert.deepEqual([fork.revision(), await contents(fork)], [5, { '/a': '1', '/b': '2' }]);
    const b = await fork.get('/b');
    assert.deepEqual([b?.createRevision, b?.revision], [2, 3]);
    const seen: string[] = [];
    const note = (name: string) => (batch: ChangeBatch) => seen.push(`${name} ${batch.revision}`);
    await store.watch('/', note('store'));
    await fork.watch('/', note('fork'));
    assert.deepEqual(await put(fork, '/b', 'fork'), { ok: true, revision: 6 });
    await fork.commit({ writes: [{ delete: '/a' }, { put: '/gone', value: utf8('back') }] });
    assert.deepEqual(await put(store, '/c', 'store'), { ok: true, revision: 6 });
    assert.deepEqual(seen, ['fork 6', 'fork 7', 'store 6']);
    assert.deepEqual(await contents(fork), { '/b': 'fork', '/gone': 'back' });
    assert.deepEqual(await contents(store), { '/a': '1', '/b': '2', '/c': 'store' });
    // A guard counts what stands in its own store.
    const guarded = { guards: [{ key: '/b', revision: 3 }], writes: [{ delete: '/b' }] };
    assert.equal((await fork.commit(guarded)).ok, false);
    assert.equal((await store.commit(guarded)).ok, true);
  });

  test('forks of a fork part in the same way, and outlive the store they came from', async () => {
    const store = await open();
    await put(store, '/a', '0');
    const first = store.fork();
    await put(first, '/a', '1');
    const second = kept(first.fork());
    const third = kept(first.fork());
    await put(second, '/b', '2');
    await store.close();
    await first.close();
    assert.deepEqual(await contents(second), { '/a': '1', '/b': '2' });
    assert.deepEqual(await contents(third), { '/a': '1' });
    await put(third, '/a', '3');
    assert.deepEqual(await contents(third), { '/a': '3' });
    assert.deepEqual(await contents(second), { '/a': '1', '/b': '2' });
    assert.throws(
      () => store.fork(),
      (thrown) => thrown instanceof CodedError && thrown.code === 'unavailable',
    );
  });

  test('writes that wait are not in a fork, and happen in the store', async () => {
    const store = await open();
    const waiting = put(store, '/a', '1');
    const fork = kept(store.fork());
    await waiting;
    assert.deepEqual([await contents(fork), await contents(store)], [{}, { '/a': '1' }]);
  });

  test('a fact that was claimed before is claimed in both, one that is claimed later only there', async () => {
    const store = await open();
    const claim = async (of: Store, seen: number) => {
      const claimed = await new Claims(of, '/claims/', 4).take(['fact'], seen);
      if ('statedAt' in claimed) return `stated at ${claimed.statedAt}`;
      return (await of.commit(claimed)).ok;
    };
    const seen = store.revision();
    assert.equal(await claim(store, seen), true);
    const fork = kept(store.fork());
    assert.equal(await claim(fork, seen), 'stated at 1');
    assert.equal(await claim(fork, fork.revision()), true);
    assert.equal(await claim(store, store.revision()), true);
  });
}

function timeLaws({ open, kept, clock }: { open: Open; kept: Keep; clock: ManualClock }): void {
  test('leases go on with the time they have left, and each store keeps its own alive', async () => {
    const store = await open();
    const lease = await store.grantLease(10_000);
    await store.commit({ writes: [{ put: '/leased', value: utf8(''), lease }] });
    clock.advance(6_000);
    const fork = kept(store.fork());
    const ended = kept(store.fork());
    await ended.revokeLease(lease);
    assert.equal((await fork.get('/leased'))?.lease, lease);
    assert.deepEqual(await contents(ended), {});
    await fork.commit({ writes: [{ put: '/more', value: utf8(''), lease }] });
    clock.advance(3_000);
    await fork.keepLeaseAlive(lease);
    clock.advance(1_000);
    await put(store, '/other', '');
    assert.deepEqual(await contents(store), { '/other': '' });
    assert.deepEqual(await contents(fork), { '/leased': '', '/more': '' });
    clock.advance(10_000);
    await put(fork, '/other', '');
    assert.deepEqual(await contents(fork), { '/other': '' });
  });
}

function historyLaws(driver: ForkedDriver, open: Open, kept: Keep): void {
  test('what went before a fork can be read and watched from there, or says that it is gone', async () => {
    const store = await open();
    await put(store, '/a', '1');
    await put(store, '/a', '2');
    const fork = kept(store.fork());
    await put(fork, '/a', '3');
    const past = () => contents(fork, 1);
    if (driver.keepsHistory) {
      assert.deepEqual(await past(), { '/a': '1' });
      const seen: number[] = [];
      await fork.watch('/', ({ revision }) => seen.push(revision), 1);
      while (seen.length < 2) await new Promise((next) => setImmediate(next));
      assert.deepEqual(seen, [2, 3]);
    } else {
      await assert.rejects(past, (thrown) => thrown instanceof CodedError && thrown.code === 'gone');
    }
    assert.deepEqual(await contents(fork, 2), { '/a': '2' });
    assert.deepEqual(await contents(fork, 3), { '/a': '3' });
  });
}

function anyOrderLaw(open: Open, kept: Keep): void {
  test('whatever is written, dropped and forked in whatever order, each store shows what was written to it', async () => {
    const random = seededRandom('forks');
    const stores = [{ store: await open(), model: new Map<string, string>() }];
    for (let step = 0; step < 1_500; step++) {
      const chosen = stores[random.integer(stores.length)];
      assert.ok(chosen);
      const { store, model } = chosen;
      const key = `/k${random.integer(60)}`;
      const what = random.integer(100);
      if (what < 60) {
        await put(store, key, `${step}`);
        model.set(key, `${step}`);
      } else if (what < 90) {
        await store.commit({ writes: [{ delete: key }] });
        model.delete(key);
      } else if (what < 96) {
        await store.compact(Math.max(store.compactedRevision(), store.revision() - random.integer(3)));
      } else if (stores.length < 12) {
        stores.push({ store: kept(store.fork()), model: new Map(model) });
      }
      if (step % 25 > 0) continue;
      for (const each of stores) {
        assert.deepEqual(
          await contents(each.store),
          Object.fromEntries([...each.model].sort(([a], [b]) => (a < b ? -1 : 1))),
        );
      }
    }
    assert.equal(stores.length, 12);
  });
}
