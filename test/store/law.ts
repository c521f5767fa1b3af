import assert from 'node:assert/strict';
import { after, describe, test } from 'node:test';
import { CodedError, silentLogger, utf8 } from '../../src/base/index.ts';
import {
  type ChangeBatch,
  Claims,
  fencedCommits,
  type HistoryLimits,
  inTransactions,
  Leadership,
  Mirror,
  type RangeResult,
  type Store,
  storeLimits,
  transactionBytes,
  type Write,
} from '../../src/store/index.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { seededRandom } from '../support/seeded-random.ts';

/** How the law suite makes stores of one driver. */
export interface DriverUnderTest {
  readonly name: string;
  /** An empty store of its own. */
  open(options: { clock: ManualClock; history?: HistoryLimits }): Promise<Store>;
  /** An empty store whose groups fail between `cut` and `mend`, as when the disk is gone. */
  openCuttable(options: { clock: ManualClock }): Promise<{ store: Store; cut(): void; mend(): void }>;
  /** Closes the store and opens its data again; absent when the driver keeps nothing. */
  reopen?(
    store: Store,
    options: { clock: ManualClock; history?: HistoryLimits; whileClosed?: () => void },
  ): Promise<Store>;
  /** False: a lease runs on by the time of another process, so that no clock of a test says when it ends over a restart. */
  readonly countsLeasesWhileClosed?: boolean;
  /** Resolves when everything has been answered that was asked of another process; absent when there is none. */
  settle?(): Promise<void>;
  /** Removes what the stores left behind. */
  cleanUp?(): Promise<void>;
}

const clock = new ManualClock();

/** Checks each law of the store's contract against one driver. */
export function checkStoreLaws(driver: DriverUnderTest): void {
  const opened: Store[] = [];
  const open = async (): Promise<Store> => {
    const store = await driver.open({ clock });
    opened.push(store);
    return store;
  };
  describe(`the ${driver.name} store`, () => {
    if (driver.settle) settleOthers = () => driver.settle?.() ?? Promise.resolve();
    after(async () => {
      for (const store of opened) await store.close();
      await driver.cleanUp?.();
    });
    commitLaws(open);
    failureLaws(driver);
    rangeLaws(open);
    watchLaws(open);
    compactionLaws(open, driver);
    leaseLaws(open);
    longLeaseLaws(open);
    leaseEndLaws(driver);
    claimLaws(open);
    leadershipLaws(driver);
    mirrorLaws(open);
    limitLaws(open);
    closeLaws(open);
    if (!driver.reopen) return;
    restartLaws(driver, driver.reopen);
    if (driver.countsLeasesWhileClosed !== false) leaseRestartLaws(driver, driver.reopen);
  });
}

function commitLaws(open: () => Promise<Store>): void {
  test('gives back what was put, with its revisions', async () => {
    const store = await open();
    assert.equal(store.revision(), 0);
    assert.equal(await store.get('/a'), undefined);
    assert.deepEqual(await put(store, '/a', 'one'), { ok: true, revision: 1 });
    await put(store, '/a', 'two');
    const entry = await store.get('/a');
    assert.equal(entry && text(entry.value), 'two');
    assert.deepEqual([entry?.key, entry?.createRevision, entry?.revision], ['/a', 1, 2]);
    await put(store, '/empty', '');
    assert.equal((await store.get('/empty'))?.value.length, 0);
  });

  test('gives all writes of a transaction one revision and applies none when a guard fails', async () => {
    const store = await open();
    const both = await store.commit({ writes: [write('/a', '1'), write('/b', '1')] });
    assert.deepEqual(both, { ok: true, revision: 1 });
    const failed = await store.commit({
      guards: [
        { key: '/a', revision: 1 },
        { key: '/b', revision: 7 },
        { key: '/c', revision: 9 },
      ],
      writes: [write('/a', '2'), { delete: '/b' }],
    });
    assert.ok(!failed.ok);
    assert.deepEqual(failed.failed, { key: '/b', revision: 7 });
    assert.equal(failed.current?.revision, 1);
    assert.equal(text((await store.get('/a'))?.value), '1');
    assert.equal(store.revision(), 1);
  });

  test('takes guard revision 0 as "does not exist", also after a delete', async () => {
    const store = await open();
    const create = { guards: [{ key: '/a', revision: 0 }], writes: [write('/a', '1')] };
    assert.ok((await store.commit(create)).ok);
    assert.ok(!(await store.commit(create)).ok);
    await store.commit({ writes: [{ delete: '/a' }] });
    assert.deepEqual(await store.commit(create), { ok: true, revision: 3 });
    assert.equal((await store.get('/a'))?.createRevision, 3);
    const missing = await store.commit({ guards: [{ key: '/x', revision: 4 }], writes: [] });
    assert.deepEqual(missing, { ok: false, failed: { key: '/x', revision: 4 }, current: undefined });
  });

  test('takes no revision for a transaction that changes nothing', async () => {
    const store = await open();
    await put(store, '/a', '1');
    assert.deepEqual(await store.commit({ writes: [{ delete: '/gone' }] }), { ok: true, revision: 1 });
    assert.deepEqual(await store.commit({ writes: [] }), { ok: true, revision: 1 });
    assert.deepEqual(await store.commit({ writes: [{ delete: '/a' }, { delete: '/gone' }] }), {
      ok: true,
      revision: 2,
    });
  });

  test('evaluates concurrent commits in order: one of many compare-and-swaps wins', async () => {
    const store = await open();
    await put(store, '/n', '0');
    for (let round = 0; round < 20; round++) {
      const current = await store.get('/n');
      const attempts = Array.from({ length: 25 }, (_, i) =>
        store.commit({
          guards: [{ key: '/n', revision: current?.revision ?? 0 }],
          writes: [write('/n', `${round}/${i}`), write(`/by/${round}`, `${i}`)],
        }),
      );
      const results = await Promise.all(attempts);
      const winners = results.flatMap((result, i) => (result.ok ? [i] : []));
      assert.equal(winners.length, 1);
      assert.equal(text((await store.get('/n'))?.value), `${round}/${winners[0]}`);
      const loser = results.find((result) => !result.ok);
      assert.equal(loser && !loser.ok && loser.current?.revision, store.revision());
    }
  });

  test('names the latest revision: never below what somebody was answered, never one that is not there', async () => {
    const store = await open();
    assert.equal(await store.latest(), 0);
    const asked = Array.from({ length: 20 }, async (_, i) => {
      const before = await store.latest();
      const done = await put(store, `/${i % 3}`, '');
      const after = await store.latest();
      assert.ok(done.ok && before < done.revision && after >= done.revision);
      const page = await store.range({ prefix: '/', atRevision: after });
      assert.equal(page.revision, after);
    });
    await Promise.all(asked);
    assert.equal(await store.latest(), 20);
  });

  test('counts every increment of concurrent retry loops', async () => {
    const store = await open();
    const increment = async () => {
      for (;;) {
        const current = await store.get('/count');
        const result = await store.commit({
          guards: [{ key: '/count', revision: current?.revision ?? 0 }],
          writes: [write('/count', String(Number(text(current?.value) || '0') + 1))],
        });
        if (result.ok) return;
      }
    };
    await Promise.all(Array.from({ length: 40 }, increment));
    assert.equal(text((await store.get('/count'))?.value), '40');
    assert.equal(store.revision(), 40);
  });
}

function failureLaws(driver: DriverUnderTest): void {
  test('answers every caller of a group that fails, keeps and shows nothing of it, and goes on after it', async () => {
    const { store, cut, mend } = await driver.openCuttable({ clock: new ManualClock() });
    await put(store, '/a', '1');
    const seen = collect();
    await store.watch('/', seen.sink);
    cut();
    const results = await Promise.allSettled([
      put(store, '/a', '2'),
      store.commit({ guards: [{ key: '/b', revision: 0 }], writes: [write('/b', '1')] }),
      store.commit({ guards: [{ key: '/b', revision: 7 }], writes: [write('/b', '1')] }),
      store.grantLease(1_000),
    ]);
    for (const result of results) {
      assert.ok(result.status === 'rejected' && result.reason instanceof CodedError);
      assert.equal(result.reason.code, 'unavailable');
    }
    assert.equal(await store.latest(), 1);
    assert.equal(text((await store.get('/a'))?.value), '1');
    mend();
    assert.deepEqual(await put(store, '/c', '1'), { ok: true, revision: 2 });
    assert.deepEqual(keys(await store.range({ prefix: '/' })), ['/a', '/c']);
    assert.deepEqual(seen.lines, ['2 +/c=1']);
    await store.close();
  });
}

function rangeLaws(open: () => Promise<Store>): void {
  test('lists by prefix in key order, page by page', async () => {
    const store = await open();
    const names = ['/p/b', '/p/a', '/p/a/x', '/p', '/q/a', '/p/~', '/p/!', '/p/B', '/p0'];
    for (const name of names) await put(store, name, name);
    const all = await store.range({ prefix: '/p/' });
    const expected = ['/p/!', '/p/B', '/p/a', '/p/a/x', '/p/b', '/p/~'];
    assert.deepEqual(keys(all), expected);
    assert.equal(all.more, false);
    assert.equal(all.revision, names.length);

    const pages: string[] = [];
    let afterKey: string | undefined;
    for (;;) {
      const page = await store.range({ prefix: '/p/', limit: 4, ...(afterKey ? { afterKey } : {}) });
      pages.push(...keys(page));
      afterKey = pages.at(-1);
      if (!page.more) break;
    }
    assert.deepEqual(pages, expected);
    assert.equal((await store.range({ prefix: '/p/', limit: 6 })).more, false);
    assert.deepEqual(keys(await store.range({ prefix: '' })).length, names.length);
    assert.deepEqual(keys(await store.range({ prefix: '/p/', afterKey: '/a' })), expected);
    assert.deepEqual(keys(await store.range({ prefix: '/p/', afterKey: '/q' })), []);
  });

  test('keeps many keys in order through inserts and deletes', async () => {
    const store = await open();
    const name = (i: number) => `/k/${String((i * 7919) % 3000).padStart(4, '0')}`;
    await Promise.all(Array.from({ length: 3000 }, (_, i) => put(store, name(i), '')));
    await Promise.all(
      Array.from({ length: 3000 }, (_, i) =>
        i % 3 === 0 ? store.commit({ writes: [{ delete: name(i) }] }) : undefined,
      ),
    );
    const expected = Array.from({ length: 3000 }, (_, i) => i)
      .filter((i) => i % 3 !== 0)
      .map(name)
      .sort();
    assert.deepEqual(keys(await store.range({ prefix: '/k/' })), expected);
  });

  test('reads the state of an earlier revision', async () => {
    const store = await open();
    await put(store, '/p/a', '1');
    await put(store, '/p/b', '1');
    await store.commit({ writes: [{ delete: '/p/a' }, write('/p/b', '2'), write('/p/c', '1')] });
    await put(store, '/p/a', '2');
    const at = async (atRevision: number) =>
      (await store.range({ prefix: '/p/', atRevision })).entries.map((e) => `${e.key}=${text(e.value)}`);
    assert.deepEqual(await at(1), ['/p/a=1']);
    assert.deepEqual(await at(2), ['/p/a=1', '/p/b=1']);
    assert.deepEqual(await at(3), ['/p/b=2', '/p/c=1']);
    assert.deepEqual(await at(4), ['/p/a=2', '/p/b=2', '/p/c=1']);
    const page = await store.range({ prefix: '/p/', atRevision: 2, limit: 1 });
    assert.deepEqual([keys(page), page.more, page.revision], [['/p/a'], true, 2]);
    const next = await store.range({ prefix: '/p/', atRevision: 2, limit: 1, afterKey: '/p/a' });
    assert.deepEqual([keys(next), next.more], [['/p/b'], false]);
    await rejectsWith('invalid', store.range({ prefix: '/p/', atRevision: 5 }));
  });

  test('reads every earlier state as it was, whatever was written, deleted and made again since', async () => {
    const store = await open();
    const random = seededRandom('earlier states');
    const states = new Map<number, string[]>();
    const lines = ({ entries }: RangeResult) =>
      entries.map((e) => `${e.key} ${e.createRevision} ${e.revision} ${text(e.value)}`);
    for (let i = 0; i < 120; i++) {
      const places = [...new Set([0, 0, 0].map(() => random.integer(9)))];
      const change = (at: number): Write =>
        random.integer(3) === 0 ? { delete: `/p/${at}` } : write(`/p/${at}`, `${i}`);
      await store.commit({ writes: places.map(change) });
      states.set(store.revision(), lines(await store.range({ prefix: '/p/' })));
      if (i === 60) await store.compact(store.revision() - 20);
    }
    for (const [revision, expected] of states) {
      if (revision < store.compactedRevision()) continue;
      assert.deepEqual(lines(await store.range({ prefix: '/p/', atRevision: revision })), expected);
      const paged: string[] = [];
      for (let afterKey = '/p/', more = true; more; ) {
        const page = await store.range({ prefix: '/p/', atRevision: revision, limit: 2, afterKey });
        paged.push(...lines(page));
        more = page.more;
        afterKey = page.entries.at(-1)?.key ?? '';
      }
      assert.deepEqual(paged, expected);
    }
  });
}

function watchLaws(open: () => Promise<Store>): void {
  test('shows commits under the prefix in order, once, and not those before', async () => {
    const store = await open();
    await put(store, '/p/before', '');
    const seen = collect();
    const watch = await store.watch('/p/', seen.sink);
    await put(store, '/p/a', '1');
    await put(store, '/other', '1');
    await put(store, '/p/a', '2');
    await store.commit({ writes: [{ delete: '/p/a' }, write('/other', '2'), write('/p/b', '1')] });
    assert.deepEqual(
      seen.lines,
      ['2 +/p/a=1', '4 ~/p/a=2', '5 -/p/a, +/p/b=1'],
      'seen when the commit resolves',
    );
    watch.close();
    await put(store, '/p/c', '1');
    assert.equal(seen.lines.length, 3);
  });

  test('resumes after a revision without a gap or a repeat while commits go on', async () => {
    const store = await open();
    for (let i = 1; i <= 50; i++) await put(store, `/p/${i % 5}`, String(i));
    const running = Array.from({ length: 50 }, (_, i) => put(store, `/p/${i % 5}`, String(i + 51)));
    const seen = collect();
    await store.watch('/p/', seen.sink, 20);
    await Promise.all(running);
    await put(store, '/p/end', '');
    assert.deepEqual(
      seen.revisions,
      Array.from({ length: 81 }, (_, i) => i + 21),
    );
  });

  test('gives the history under a prefix, whole or not at all', async () => {
    const store = await open();
    for (let i = 1; i <= 6; i++) await put(store, i % 2 === 0 ? '/p/a' : '/q/a', String(i));
    await store.commit({ writes: [{ delete: '/p/a' }, write('/p/b', '7')] });
    const revisions = async (afterRevision: number, maximumChanges: number) =>
      (await store.history({ prefix: '/p/', afterRevision, maximumChanges }))?.map(
        ({ revision, changes }) => `${revision}:${changes.length}`,
      );
    assert.deepEqual(await revisions(2, 4), ['4:1', '6:1', '7:2']);
    assert.equal(await revisions(2, 3), undefined);
    assert.deepEqual(await revisions(7, 0), []);
    await store.compact(4);
    await rejectsWith('gone', store.history({ prefix: '/p/', afterRevision: 3, maximumChanges: 9 }));
  });

  test('delivers nothing before the caller holds its watch', async () => {
    const store = await open();
    await put(store, '/p/a', '1');
    let held = false;
    const early: boolean[] = [];
    const watch = await store.watch('/p/', () => early.push(!held), 0);
    held = true;
    await put(store, '/p/b', '1');
    assert.deepEqual(early, [false, false]);
    watch.close();
    watch.close();
  });

  test('waits for a revision that lies ahead', async () => {
    const store = await open();
    const seen = collect();
    await store.watch('/p/', seen.sink, 2);
    for (let i = 1; i <= 4; i++) await put(store, '/p/a', String(i));
    assert.deepEqual(seen.revisions, [3, 4]);
  });

  test('tells apart nested, equal and slash-less prefixes', async () => {
    const store = await open();
    const prefixes = ['', '/', '/p', '/p/', '/p/a', '/p/a/', '/p/ab', '/q/', '/p/a/b/c', 'a', 'ab/'];
    const all = await Promise.all(
      prefixes.map(async (prefix) => {
        const seen = collect();
        await store.watch(prefix, seen.sink);
        return { prefix, seen };
      }),
    );
    const names = ['/p', '/p/a', '/p/a/b', '/p/ab', '/q', '/q/a', 'x', '/p/a/b/c', 'ab/c', 'a'];
    for (const name of names) await put(store, name, '');
    for (const { prefix, seen } of all) {
      const expected = names.flatMap((name, i) => (name.startsWith(prefix) ? [i + 1] : []));
      assert.deepEqual(seen.revisions, expected, `prefix ${prefix}`);
    }
  });

  test('goes on when a sink closes watches, opens watches, writes or throws', async () => {
    const store = await open();
    const last = collect();
    const inner = collect();
    const writes: Promise<unknown>[] = [];
    await store.watch('/p/', () => {
      throw new Error('a broken sink');
    });
    const closing = await store.watch('/p/', ({ revision }) => {
      closing.close();
      writes.push(put(store, '/q/from-sink', String(revision)), store.watch('/', inner.sink, 0));
    });
    await store.watch('/p/', last.sink);
    await Promise.all([put(store, '/p/a', '1'), put(store, '/p/a', '2')]);
    await Promise.all(writes);
    await put(store, '/p/a', '3');
    assert.deepEqual(last.revisions, [1, 2, 4]);
    assert.deepEqual(inner.revisions, [1, 2, 3, 4]);
  });

  test('hands one shared batch and value to all watchers', async () => {
    const store = await open();
    const batches: ChangeBatch[] = [];
    await store.watch('/p/', (batch) => batches.push(batch));
    await store.watch('/p/', (batch) => batches.push(batch));
    const value = utf8('shared');
    await store.commit({ writes: [{ put: '/p/a', value }] });
    const change = batches[0]?.changes[0];
    assert.equal(batches[0], batches[1]);
    assert.equal(change?.type === 'put' && change.entry.value, value);
  });
}

function compactionLaws(open: () => Promise<Store>, driver: DriverUnderTest): void {
  test('answers gone below the compaction point and keeps what it shows', async () => {
    const store = await open();
    for (const value of ['1', '2', '3', '4']) await put(store, '/p/a', value);
    await store.commit({ writes: [{ delete: '/p/a' }, write('/p/b', '5')] });
    await put(store, '/p/b', '6');
    await store.compact(4);
    assert.equal(store.compactedRevision(), 4);
    await rejectsWith(
      'gone',
      store.watch('/p/', () => {}, 3),
    );
    await rejectsWith('gone', store.range({ prefix: '/p/', atRevision: 3 }));
    const shown = await store.range({ prefix: '/p/', atRevision: 4 });
    assert.deepEqual(
      shown.entries.map((e) => text(e.value)),
      ['4'],
    );
    const seen = collect();
    await store.watch('/p/', seen.sink, 4);
    await put(store, '/p/c', '7');
    assert.deepEqual(seen.lines, ['5 -/p/a, +/p/b=5', '6 ~/p/b=6', '7 +/p/c=7']);
    await store.compact(2);
    assert.equal(store.compactedRevision(), 4, 'never moves back');
    await rejectsWith('invalid', store.compact(99));
    await store.compact(store.revision());
    assert.deepEqual(keys(await store.range({ prefix: '/p/', atRevision: 7 })), ['/p/b', '/p/c']);
    assert.deepEqual(await put(store, '/p/a', 'again'), { ok: true, revision: 8 });
    assert.equal((await store.get('/p/a'))?.createRevision, 8);
  });

  test('brings a watch that is catching up past a compaction', async () => {
    const store = await open();
    for (let i = 0; i < 10; i++) await put(store, '/p/a', String(i));
    const seen = collect();
    await store.watch('/p/', seen.sink, 2);
    await store.compact(10);
    assert.deepEqual(seen.revisions, [3, 4, 5, 6, 7, 8, 9, 10]);
  });

  test('compacts by itself: by age, and earlier by count or bytes', async () => {
    const time = new ManualClock();
    const history = {
      minimumRevisions: 5,
      ageMs: 60_000,
      maximumRevisions: 100,
      maximumBytes: 20_000,
      checkEveryMs: 10_000,
    };
    const store = await driver.open({ clock: time, history });
    for (let i = 0; i < 20; i++) await put(store, '/a', '');
    time.advance(50_000);
    assert.equal(store.compactedRevision(), 0);
    time.advance(20_000);
    const byAge = store.compactedRevision();
    assert.ok(byAge > 0 && byAge <= 15, 'old revisions go, the minimum stays');
    await Promise.all(Array.from({ length: 150 }, () => put(store, '/a', '')));
    assert.ok(store.compactedRevision() > 30 && store.compactedRevision() <= 165, 'by count');
    const before = store.revision();
    for (let i = 0; i < 10; i++) await put(store, '/a', 'x'.repeat(5_000));
    assert.ok(store.compactedRevision() >= before, 'by bytes');
    await store.close();
  });
}

function leaseLaws(open: () => Promise<Store>): void {
  test('deletes the entries of a lease when it ends, in one visible change', async () => {
    const store = await open();
    const lease = await store.grantLease(10_000);
    await store.commit({ writes: [{ put: '/l/a', value: utf8('1'), lease }, write('/l/b', '1')] });
    assert.equal((await store.get('/l/a'))?.lease, lease);
    const seen = collect();
    await store.watch('/l/', seen.sink);
    clock.advance(9_000);
    await store.keepLeaseAlive(lease);
    clock.advance(9_000);
    assert.ok(await store.get('/l/a'));
    clock.advance(1_000);
    await rejectsWith('not-found', store.keepLeaseAlive(lease));
    await put(store, '/other', '');
    assert.deepEqual(seen.lines, ['2 -/l/a']);
    await rejectsWith('not-found', store.commit({ writes: [{ put: '/l/c', value: utf8(''), lease }] }));
  });

  test('revokes a lease at once, and frees entries that were written again without it', async () => {
    const store = await open();
    const lease = await store.grantLease(10_000);
    const other = await store.grantLease(10_000);
    const leased = (key: string, id: string) => ({ put: key, value: utf8(''), lease: id });
    await store.commit({ writes: [leased('/a', lease), leased('/b', lease), leased('/c', lease)] });
    await store.commit({ writes: [write('/b', 'free'), leased('/c', other)] });
    await store.revokeLease(lease);
    assert.deepEqual(keys(await store.range({ prefix: '/' })), ['/b', '/c']);
    assert.equal((await store.get('/b'))?.lease, undefined);
    await store.revokeLease(lease);
    await store.revokeLease(other);
    assert.deepEqual(keys(await store.range({ prefix: '/' })), ['/b']);
  });

  test('fails only the transaction whose lease has ended, not its neighbours', async () => {
    const store = await open();
    const results = await Promise.allSettled([
      put(store, '/a', '1'),
      store.commit({ writes: [write('/b', '1'), { put: '/c', value: utf8(''), lease: 'no-such' }] }),
      put(store, '/d', '1'),
    ]);
    assert.deepEqual(
      results.map((r) => r.status),
      ['fulfilled', 'rejected', 'fulfilled'],
    );
    assert.deepEqual(keys(await store.range({ prefix: '/' })), ['/a', '/d']);
    assert.equal(store.revision(), 2);
  });

  test('ends a lease with more entries than a transaction takes', async () => {
    const store = await open();
    const lease = await store.grantLease(10_000);
    const value = utf8('');
    const length = 2 * store.limits.writes + 1;
    const writes = Array.from({ length }, (_, i) => ({ put: `/l/${i}`, value, lease }));
    for (const part of inTransactions(writes, store.limits)) await store.commit({ writes: part });
    assert.equal((await store.range({ prefix: '/l/' })).entries.length, length);
    await store.revokeLease(lease);
    assert.deepEqual(keys(await store.range({ prefix: '/' })), []);
  });
}

function longLeaseLaws(open: () => Promise<Store>): void {
  test('a lease that very much hangs on lets others write while it ends', async () => {
    const store = await open();
    const lease = await store.grantLease(10_000);
    const value = utf8('1');
    const length = 128;
    for (let part = 0; part < 20; part++) {
      const writes = Array.from({ length }, (_, i) => ({ put: `/l/${part}/${i}`, value, lease }));
      await store.commit({ writes });
    }
    const revoked = store.revokeLease(lease);
    await put(store, '/other', '1');
    await put(store, '/other', '2');
    const left = (await store.range({ prefix: '/l/' })).entries.length;
    assert.ok(left > 0 && left < 20 * length, `${left} are left`);
    await revoked;
    assert.deepEqual(keys(await store.range({ prefix: '/' })), ['/other']);
    await rejectsWith('not-found', store.keepLeaseAlive(lease));
    await store.close();
  });
}

function leaseEndLaws(driver: DriverUnderTest): void {
  test('a lease whose end cannot be written takes nothing and is ended as soon as it can', async () => {
    const time = new ManualClock();
    const { store, cut, mend } = await driver.openCuttable({ clock: time });
    const lease = await store.grantLease(10_000);
    const leased = { put: '/l', value: utf8(''), lease };
    await store.commit({ writes: [leased] });
    cut();
    time.advance(10_000);
    for (let tries = 0; tries < 3; tries++) {
      await rejectsWith('unavailable', put(store, '/other', ''));
      time.advance(1_000);
    }
    await rejectsWith('not-found', store.keepLeaseAlive(lease));
    mend();
    await rejectsWith('not-found', store.commit({ writes: [leased] }));
    time.advance(1_000);
    await put(store, '/other', '');
    assert.deepEqual(keys(await store.range({ prefix: '/' })), ['/other']);
    await store.close();
  });

  test('a lease that could not be revoked or kept alive goes on, and ends at its time', async () => {
    const time = new ManualClock();
    const { store, cut, mend } = await driver.openCuttable({ clock: time });
    const lease = await store.grantLease(10_000);
    await store.commit({ writes: [{ put: '/l', value: utf8(''), lease }] });
    cut();
    await rejectsWith('unavailable', store.revokeLease(lease));
    await rejectsWith('unavailable', store.keepLeaseAlive(lease));
    mend();
    time.advance(9_000);
    assert.ok(await store.get('/l'));
    time.advance(1_000);
    await put(store, '/other', '');
    assert.deepEqual(keys(await store.range({ prefix: '/' })), ['/other']);
    await store.close();
  });
}

function claimLaws(open: () => Promise<Store>): void {
  /** States `fact` in an object of its own unless another object states it: true when it did. */
  const state = async (store: Store, claims: Claims, { fact, name }: { fact: string; name: string }) => {
    for (;;) {
      const { entries, revision } = await store.range({ prefix: '/things/' });
      await new Promise((next) => setImmediate(next));
      if (entries.some((entry) => text(entry.value) === fact)) return false;
      const claimed = await claims.take([fact, `name ${name}`], revision);
      if ('statedAt' in claimed) continue;
      const writes = [...claimed.writes, write(`/things/${name}`, fact)];
      const done = await store.commit({ guards: claimed.guards, writes });
      if (done.ok) return true;
      assert.ok(claims.owns(done.failed));
    }
  };

  test('lets one of many state a fact, whoever decides where, and the next one once its object is gone', async () => {
    const store = await open();
    // Each with its own, as processes would have.
    const claims = [new Claims(store, '/claims/', 8), new Claims(store, '/claims/', 8)] as const;
    for (let round = 0; round < 10; round++) {
      const stated = await Promise.all(
        Array.from({ length: 12 }, (_, i) =>
          state(store, claims[i % 2 === 0 ? 0 : 1], { fact: `fact ${i % 3}`, name: `${i}` }),
        ),
      );
      for (let fact = 0; fact < 3; fact++) {
        assert.equal(stated.filter((did, i) => did && i % 3 === fact).length, 1, `fact ${fact}`);
      }
      const { entries } = await store.range({ prefix: '/things/' });
      assert.equal(entries.length, 3);
      await store.commit({ writes: entries.map(({ key }) => ({ delete: key })) });
    }
  });
}

/** A candidate for one leadership, with clocks of its own and of the store. */
class Candidate {
  readonly leadership: Leadership;
  readonly clock = new ManualClock();
  /** What it lives through, in words. */
  readonly life: string[] = [];
  readonly #stopping = new AbortController();
  readonly #done: Promise<void>;
  #rest: (() => void) | undefined;

  constructor(store: Store, { identity, alone = false }: { identity: string; alone?: boolean }) {
    const parts = { store, clock: this.clock, log: silentLogger };
    this.leadership = new Leadership({ ...parts, name: 'loops', identity, alone });
    this.#done = this.leadership.run(async (term) => {
      this.life.push('leads');
      term.addEventListener('abort', () => this.life.push('is told to stop'));
      await new Promise<void>((rest) => (this.#rest = rest));
      this.life.push('rests');
    }, this.#stopping.signal);
  }

  /** What it had started has ended. */
  rest(): void {
    this.#rest?.();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.rest();
    await this.#done;
  }
}

let settleOthers = async (): Promise<void> => {};

/** Lets everything run that does not wait for a clock. */
async function settle(): Promise<void> {
  await settleOthers();
  for (let turn = 0; turn < 20; turn++) await new Promise((next) => setImmediate(next));
}

function leadershipLaws(driver: DriverUnderTest): void {
  test('a second candidate stays out while the lease of the first lives, and gets in after it', async () => {
    const time = new ManualClock();
    const store = await driver.open({ clock: time });
    const first = new Candidate(store, { identity: 'first' });
    await settle();
    const second = new Candidate(store, { identity: 'second' });
    for (let step = 0; step < 20; step++) {
      await settle();
      first.clock.advance(5_000);
      await settle();
      time.advance(5_000);
    }
    assert.deepEqual([first.life, second.life], [['leads'], []]);
    assert.throws(() => second.leadership.fence(), /does not lead/);
    // From here on the first stands still: nobody renews its lease.
    time.advance(9_000);
    await settle();
    assert.deepEqual(second.life, [], 'renewed 14 seconds ago');
    time.advance(1_000);
    await settle();
    assert.deepEqual([first.life, second.life], [['leads', 'is told to stop'], ['leads']]);
    await first.stop();
    await second.stop();
    await store.close();
  });

  test('a candidate waits without a word while the leader stays, also when its election has been compacted', async () => {
    const time = new ManualClock();
    const store = await driver.open({ clock: time });
    const first = new Candidate(store, { identity: 'first' });
    await settle();
    for (let n = 0; n < 3; n++) await store.commit({ writes: [{ put: '/a', value: utf8(`${n}`) }] });
    await store.compact(store.revision());
    let asked = 0;
    const get = store.get.bind(store);
    store.get = (key) => {
      asked++;
      return get(key);
    };
    const second = new Candidate(store, { identity: 'second' });
    await settle();
    second.clock.advance(60_000);
    await settle();
    assert.equal(asked, 1, 'it looks once and is told of changes');
    await first.stop();
    await settle();
    assert.deepEqual(second.life, ['leads']);
    await second.stop();
    await store.close();
  });

  test('a leader outlasts a renewal that fails when the one before it is young, and ends before its lease may have', async () => {
    const time = new ManualClock();
    const store = await driver.open({ clock: time });
    const renew = store.keepLeaseAlive.bind(store);
    let fails = false;
    store.keepLeaseAlive = async (lease) => {
      if (fails) throw new CodedError('unavailable', 'The store cannot be reached.');
      await renew(lease);
    };
    const leader = new Candidate(store, { identity: 'first' });
    await settle();
    const pass = async () => {
      time.advance(5_000);
      leader.clock.advance(5_000);
      await settle();
    };
    for (let step = 0; step < 6; step++) await pass();
    fails = true;
    await pass();
    assert.deepEqual(leader.life, ['leads'], 'renewed five seconds ago');
    fails = false;
    await pass();
    fails = true;
    await pass();
    assert.deepEqual(leader.life, ['leads'], 'renewed five seconds ago, again');
    await pass();
    assert.deepEqual(
      leader.life,
      ['leads', 'is told to stop'],
      'nobody answered for two thirds of the lease',
    );
    await leader.stop();
    await store.close();
  });

  test('a leader that was replaced without noticing writes nothing, and neither does one that never led', async () => {
    const time = new ManualClock();
    const store = await driver.open({ clock: time });
    const [first, second] = [
      new Candidate(store, { identity: '1' }),
      new Candidate(store, { identity: '2' }),
    ];
    await settle();
    const commits = [first, second].map(({ leadership }) => fencedCommits(store, () => leadership.fence()));
    const write1 = { writes: [write('/a', '1')] };
    assert.ok((await commits[0]?.(write1))?.ok);
    await rejectsWith('unavailable', Promise.resolve(commits[1]?.(write1)));
    time.advance(15_000);
    await settle();
    const revision = await store.latest();
    await rejectsWith(
      'unavailable',
      Promise.resolve(commits[0]?.({ writes: [write('/a', '2'), write('/b', '2')] })),
    );
    await rejectsWith('unavailable', Promise.resolve(commits[0]?.({ writes: [{ delete: '/a' }] })));
    assert.equal(await store.latest(), revision);
    assert.equal(text((await store.get('/a'))?.value), '1');
    // A guard of its own that fails is told as always.
    const lost = await commits[1]?.({ guards: [{ key: '/a', revision: 99 }], writes: [write('/a', '3')] });
    assert.ok(lost && !lost.ok && lost.failed.key === '/a');
    assert.ok((await commits[1]?.({ writes: [write('/a', '3')] }))?.ok);
    await first.stop();
    await second.stop();
    await store.close();
  });

  test('leadership is given back once what the leader started has ended, and then taken at once', async () => {
    const store = await driver.open({ clock: new ManualClock() });
    const [first, second] = [
      new Candidate(store, { identity: '1' }),
      new Candidate(store, { identity: '2' }),
    ];
    await settle();
    const commit = fencedCommits(store, () => first.leadership.fence());
    const stopping = first.leadership.fence();
    assert.equal((await store.get(stopping.key))?.revision, stopping.revision);
    const stopped = (async () => {
      first.life.push('stops');
      await first.stop();
    })();
    assert.ok((await commit({ writes: [write('/last', '1')] })).ok, 'what ends may still write');
    await stopped;
    await settle();
    assert.deepEqual([first.life.at(-1), second.life], ['rests', ['leads']]);
    assert.throws(() => first.leadership.fence(), /does not lead/);
    await second.stop();
    assert.equal(await store.get(stopping.key), undefined);
    await store.close();
  });

  test('one that knows that it is alone does not wait for a predecessor that was killed', async () => {
    const time = new ManualClock();
    const store = await driver.open({ clock: time });
    const killed = new Candidate(store, { identity: 'killed' });
    await settle();
    const next = new Candidate(store, { identity: 'next', alone: true });
    await settle();
    assert.deepEqual([killed.life, next.life], [['leads', 'is told to stop'], ['leads']]);
    await next.stop();
    await killed.stop();
    await store.close();
  });
}

function mirrorLaws(open: () => Promise<Store>): void {
  /** A mirror of `/m/` over `store`, with what it was told and how often it had to decode. */
  const mirrorOf = async (store: Store) => {
    const told: string[] = [];
    let decoded = 0;
    const mirror = new Mirror<string>({
      store,
      prefix: '/m/',
      decode(value) {
        decoded++;
        return text(value);
      },
      onChange: ({ key, before, after }) => told.push(`${key}: ${before ?? '-'} > ${after ?? '-'}`),
    });
    await mirror.start();
    return { mirror, told, decoded: () => decoded };
  };

  test('mirrors a prefix: what stands, then each commit by the time that it resolves', async () => {
    const store = await open();
    await put(store, '/m/a', '1');
    await put(store, '/n/a', '1');
    const { mirror, told } = await mirrorOf(store);
    assert.deepEqual([mirror.seen, mirror.size, mirror.get('/m/a')], [2, 1, { value: '1', revision: 1 }]);
    const done = await store.commit({ writes: [write('/m/a', '2'), write('/m/b', '1'), write('/n/a', '2')] });
    assert.deepEqual(done, { ok: true, revision: 3 });
    assert.deepEqual([mirror.seen, mirror.get('/m/a')], [3, { value: '2', revision: 3 }]);
    await mirror.reached(3);
    await store.commit({ writes: [{ delete: '/m/a' }] });
    assert.deepEqual([...mirror.keys()], ['/m/b']);
    assert.deepEqual(told, ['/m/a: - > 1', '/m/a: 1 > 2', '/m/b: - > 1', '/m/a: 2 > -']);
    mirror.close();
    await put(store, '/m/c', '1');
    assert.equal(mirror.get('/m/c'), undefined);
    await mirror.reached(99);
  });

  test('a mirror does not decode what its own process wrote', async () => {
    const store = await open();
    const { mirror, decoded } = await mirrorOf(store);
    await store.commit({ writes: [{ put: '/m/a', value: mirror.writing(utf8('1'), 'one') }] });
    assert.deepEqual([mirror.get('/m/a')?.value, decoded()], ['one', 0]);
    await put(store, '/m/a', '2');
    assert.deepEqual([mirror.get('/m/a')?.value, decoded()], ['2', 1]);
  });

  test('whoever loses a guard decides again on what made it fail, however late a mirror is told', async () => {
    const store = await open();
    await put(store, '/m/a', '1');
    const late: (() => void)[] = [];
    const behind: Store = Object.assign(Object.create(store), {
      range: store.range.bind(store),
      watch: (prefix: string, sink: (batch: ChangeBatch) => void, afterRevision?: number) =>
        store.watch(prefix, (batch) => late.push(() => sink(batch)), afterRevision),
    });
    const { mirror } = await mirrorOf(behind);
    const lived: string[] = [];
    const guard = { key: '/m/a', revision: 1 };
    const waitFor = async (name: string, waited: Promise<void>) => {
      await waited;
      lived.push(name);
    };
    await store.commit({ writes: [{ delete: '/m/a' }] });
    await put(store, '/m/b', '1');
    const waiting = [
      waitFor('made', mirror.moved({ key: '/m/b', revision: 0 })),
      waitFor('gone', mirror.moved(guard)),
      waitFor('shown', mirror.reached(3)),
    ];
    await settle();
    assert.deepEqual(lived, []);
    late.shift()?.();
    await settle();
    assert.deepEqual(lived, ['gone']);
    late.shift()?.();
    await Promise.all(waiting);
    assert.deepEqual(lived, ['gone', 'made', 'shown']);
    await mirror.moved(guard);
    // What was in the way came and went before anybody here could see that the guard had failed.
    await put(store, '/m/c', '1');
    const lost = await store.commit({
      guards: [{ key: '/m/c', revision: 0 }],
      writes: [{ put: '/m/c', value: utf8('2') }],
    });
    await store.commit({ writes: [{ delete: '/m/c' }] });
    for (const tell of late.splice(0)) tell();
    assert.ok(!lost.ok);
    await mirror.moved(lost.failed, lost.current);
    const never = mirror.moved({ key: '/m/b', revision: 3 });
    mirror.close();
    await never;
  });

  test('a mirror never goes back, also when it is told old news', async () => {
    const store = await open();
    const news: ChangeBatch[] = [];
    const sinks: ((batch: ChangeBatch) => void)[] = [];
    const forgetful: Store = Object.assign(Object.create(store), {
      range: store.range.bind(store),
      watch: (prefix: string, sink: (batch: ChangeBatch) => void, afterRevision?: number) => {
        sinks.push(sink);
        return store.watch(
          prefix,
          (batch) => {
            news.push(batch);
            sink(batch);
          },
          afterRevision,
        );
      },
    });
    const { mirror } = await mirrorOf(forgetful);
    let seen = 0;
    for (let i = 0; i < 30; i++) {
      if (i % 7 === 6) await store.commit({ writes: [{ delete: '/m/a' }] });
      else await put(store, '/m/a', String(i));
      const shown = mirror.get('/m/a');
      for (const batch of news) for (const sink of sinks) sink(batch);
      assert.equal(mirror.get('/m/a'), shown);
      assert.ok(mirror.seen > seen);
      seen = mirror.seen;
    }
  });
}

function limitLaws(open: () => Promise<Store>): void {
  test('refuses malformed keys and what is over a limit, and writes none of it', async () => {
    const store = await open();
    const value = utf8('');
    for (const key of ['', 'a b', 'ä', 'a\n', '\x7f']) {
      await rejectsWith('invalid', store.commit({ writes: [{ put: key, value }] }));
      await rejectsWith('invalid', store.commit({ guards: [{ key, revision: 0 }], writes: [] }));
    }
    await rejectsWith('too-large', put(store, 'k'.repeat(storeLimits.keyBytes + 1), ''));
    await rejectsWith('invalid', store.commit({ writes: [write('/a', ''), { delete: '/a' }] }));
    await rejectsWith('invalid', store.range({ prefix: '/', limit: 0 }));
    await rejectsWith('invalid', store.grantLease(0));
    assert.equal(store.revision(), 0);
    await put(store, 'k'.repeat(storeLimits.keyBytes), '');
  });

  test('states limits of a transaction that are within the defaults of etcd', async () => {
    const { guards, writes, bytes } = (await open()).limits;
    assert.ok(guards >= 1 && guards <= 128);
    assert.ok(writes >= 1 && writes <= 128);
    assert.ok(bytes >= 1 && bytes <= 1_572_864);
  });

  test('takes a transaction as large as its limits, and nothing of one that is above any of them', async () => {
    const store = await open();
    const { limits } = store;
    const many = (count: number) => Array.from({ length: count }, (_, i) => write(`/many/${i}`, ''));
    const absent = (count: number) =>
      Array.from({ length: count }, (_, i) => ({ key: `/no/${i}`, revision: 0 }));
    const ofBytes = (bytes: number) => {
      const guards = [{ key: '/no/large', revision: 0 }];
      const rest = transactionBytes({ guards, writes: [write('/large', ''), { delete: '/no/other' }] });
      const value = new Uint8Array(bytes - rest).fill(7);
      return { guards, writes: [{ put: '/large', value }, { delete: '/no/other' }] };
    };
    await rejectsWith('too-large', store.commit({ writes: many(limits.writes + 1) }));
    await rejectsWith('too-large', store.commit({ guards: absent(limits.guards + 1), writes: many(1) }));
    await rejectsWith('too-large', store.commit(ofBytes(limits.bytes + 1)));
    // Also where no single value is large.
    const parts = many(8).map(({ put: key }) => ({ put: key, value: new Uint8Array(limits.bytes / 8) }));
    await rejectsWith('too-large', store.commit({ writes: parts }));
    assert.deepEqual([store.revision(), keys(await store.range({ prefix: '' }))], [0, []]);
    await store.commit(ofBytes(limits.bytes));
    assert.equal((await store.get('/large'))?.value.at(-1), 7);
    const full = await store.commit({ guards: absent(limits.guards), writes: many(limits.writes) });
    assert.deepEqual(full, { ok: true, revision: 2 });
    assert.equal((await store.range({ prefix: '/many/' })).entries.length, limits.writes);
  });

  test('splits what need not happen at once into parts that each fit, a large write alone', async () => {
    const store = await open();
    const large = { put: '/large', value: new Uint8Array(store.limits.bytes - 1024) };
    const small = Array.from({ length: 3 * store.limits.writes }, (_, i) =>
      write(`/${i}`, 'x'.repeat(2_000)),
    );
    const writes = [...small.slice(0, 10), large, ...small.slice(10)];
    const parts = [...inTransactions(writes, store.limits)];
    assert.deepEqual(parts.flat(), writes);
    assert.ok(parts.length < 10);
    for (const part of parts) assert.ok((await store.commit({ writes: part })).ok);
    assert.deepEqual([...inTransactions([], store.limits)], []);
  });

  test('splits writes so that each may be guarded, and the leader with them', async () => {
    const store = await open();
    await put(store, '/leader', '1');
    const leads = { key: '/leader', revision: store.revision() };
    const writes = Array.from({ length: 3 * store.limits.writes }, (_, at) => write(`/many/${at}`, 'x'));
    for (const part of inTransactions(writes, store.limits)) {
      const guards = part.map((one) => ({ key: 'put' in one ? one.put : one.delete, revision: 0 }));
      assert.ok((await store.commit({ guards: [...guards, leads], writes: part })).ok);
    }
    assert.equal((await store.range({ prefix: '/many/' })).entries.length, writes.length);
  });
}

function closeLaws(open: () => Promise<Store>): void {
  test('finishes running commits on close and refuses later calls', async () => {
    const store = await open();
    const running = put(store, '/a', '1');
    const closing = store.close();
    assert.deepEqual(await running, { ok: true, revision: 1 });
    await closing;
    await store.close();
    await rejectsWith('unavailable', put(store, '/a', '1'));
    await rejectsWith('unavailable', store.get('/a'));
    await rejectsWith('unavailable', store.latest());
    await rejectsWith('unavailable', store.range({ prefix: '/' }));
    await rejectsWith(
      'unavailable',
      store.watch('/', () => {}),
    );
  });
}

function restartLaws(driver: DriverUnderTest, reopen: NonNullable<DriverUnderTest['reopen']>): void {
  test('keeps entries, revisions, history, the compaction point and leases over a restart', async () => {
    const time = new ManualClock();
    let store = await driver.open({ clock: time });
    const lease = await store.grantLease(10_000);
    for (let i = 1; i <= 10; i++) await put(store, '/a', String(i));
    await store.commit({ writes: [{ put: '/leased', value: utf8('x'), lease }] });
    await store.commit({ writes: [{ delete: '/a' }] });
    await store.compact(5);
    time.advance(8_000);
    store = await reopen(store, { clock: time });
    assert.deepEqual([store.revision(), store.compactedRevision()], [12, 5]);
    assert.deepEqual(keys(await store.range({ prefix: '/' })), ['/leased']);
    assert.equal(text((await store.range({ prefix: '/a', atRevision: 7 })).entries[0]?.value), '7');
    await rejectsWith(
      'gone',
      store.watch('/', () => {}, 4),
    );
    const seen = collect();
    await store.watch('/', seen.sink, 9);
    time.advance(1_999);
    await store.keepLeaseAlive(lease);
    time.advance(10_000);
    await put(store, '/b', '1');
    assert.deepEqual(seen.lines, ['10 ~/a=10', '11 +/leased=x', '12 -/a', '13 -/leased', '14 +/b=1']);
    await store.close();
  });

  test('never uses a revision again, also when the last one was a delete and is compacted', async () => {
    const time = new ManualClock();
    let store = await driver.open({ clock: time });
    await put(store, '/a', '1');
    await store.commit({ writes: [{ delete: '/a' }] });
    await store.compact(2);
    store = await reopen(store, { clock: time });
    assert.deepEqual(await put(store, '/a', '1'), { ok: true, revision: 3 });
    await store.close();
  });
}

function leaseRestartLaws(driver: DriverUnderTest, reopen: NonNullable<DriverUnderTest['reopen']>): void {
  test('a lease ends at its time however often the store is restarted meanwhile', async () => {
    const time = new ManualClock();
    let store = await driver.open({ clock: time });
    const lease = await store.grantLease(10_000);
    await store.commit({ writes: [{ put: '/leased', value: utf8('x'), lease }] });
    for (let restart = 0; restart < 3; restart++) {
      time.advance(3_000);
      store = await reopen(store, { clock: time });
      assert.ok(await store.get('/leased'));
    }
    time.advance(1_000);
    await put(store, '/other', '');
    assert.equal(await store.get('/leased'), undefined);
    await rejectsWith('not-found', store.keepLeaseAlive(lease));
    await store.close();
  });

  test('a lease that ended while nothing ran is ended at the start, and takes no entry before', async () => {
    const time = new ManualClock();
    let store = await driver.open({ clock: time });
    const lease = await store.grantLease(10_000);
    await store.commit({ writes: [{ put: '/leased', value: utf8('x'), lease }] });
    store = await reopen(store, { clock: time, whileClosed: () => time.advance(60_000) });
    await rejectsWith('not-found', store.commit({ writes: [{ put: '/late', value: utf8(''), lease }] }));
    time.advance(0);
    await put(store, '/other', '');
    assert.deepEqual(keys(await store.range({ prefix: '/' })), ['/other']);
    await store.close();
  });

  test('who keeps a lease alive keeps it over a restart; when nobody does, restarts do not prolong it', async () => {
    const time = new ManualClock();
    let store = await driver.open({ clock: time });
    const [kept, left] = [await store.grantLease(10_000), await store.grantLease(10_000)];
    const leased = (key: string, lease: string) => ({ put: key, value: utf8(''), lease });
    await store.commit({ writes: [leased('/kept', kept), leased('/left', left)] });
    for (let round = 0; round < 4; round++) {
      time.advance(6_000);
      await store.keepLeaseAlive(kept);
      if (round === 0) await store.keepLeaseAlive(left);
      store = await reopen(store, { clock: time });
    }
    await put(store, '/other', '');
    assert.deepEqual(keys(await store.range({ prefix: '/' })), ['/kept', '/other']);
    await store.close();
  });
}

function write(key: string, value: string) {
  return { put: key, value: utf8(value) };
}

function put(store: Store, key: string, value: string) {
  return store.commit({ writes: [write(key, value)] });
}

function text(value: Uint8Array | undefined): string {
  return value ? Buffer.from(value).toString() : '';
}

function keys(result: { readonly entries: readonly { readonly key: string }[] }): string[] {
  return result.entries.map((entry) => entry.key);
}

/** A sink that writes down what it sees: `+` created, `~` changed, `-` deleted. */
function collect() {
  const lines: string[] = [];
  const revisions: number[] = [];
  const sink = ({ revision, changes }: ChangeBatch) => {
    const parts = changes.map((change) => {
      if (change.type === 'delete') {
        assert.equal(change.revision, revision);
        return `-${change.key}`;
      }
      assert.equal(change.entry.revision, revision);
      return `${change.created ? '+' : '~'}${change.entry.key}=${text(change.entry.value)}`;
    });
    lines.push(`${revision} ${parts.join(', ')}`);
    revisions.push(revision);
  };
  return { sink, lines, revisions };
}

async function rejectsWith(code: string, promise: Promise<unknown>): Promise<void> {
  await assert.rejects(promise, (thrown) => thrown instanceof CodedError && thrown.code === code);
}
