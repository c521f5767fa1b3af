import assert from 'node:assert/strict';
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, test } from 'node:test';
import { crc32 } from 'node:zlib';
import { CodedError, silentLogger, systemClock, utf8 } from '../../src/base/index.ts';
import { copyOpenDatabase } from '../../src/store/drivers/sqlite/copy.ts';
import { openDatabase } from '../../src/store/drivers/sqlite/database.ts';
import { SqliteLedger } from '../../src/store/drivers/sqlite/sqlite-ledger.ts';
import { LedgerStore } from '../../src/store/engine/ledger-store.ts';
import { historyLimits, openSqliteStore, StoreDamaged } from '../../src/store/index.ts';
import { attackRandom } from '../attack/seed.ts';
import { temporaryFolder } from '../support/belongings.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { seededRandom } from '../support/seeded-random.ts';

const folder = temporaryFolder('disk');
after(() => rmSync(folder, { recursive: true, force: true }));
let count = 0;
const newFile = () => {
  const made = join(folder, String(++count));
  mkdirSync(made, { mode: 0o700 });
  return join(made, 'drydock.db');
};
const random = seededRandom('disk');
const open = (file: string, clock = new ManualClock()) => openSqliteStore({ file, clock, random });
const modeOf = (file: string) => statSync(file).mode & 0o777;

/** A store whose database can be asked and limited from outside. */
function openWithDatabase(clock = new ManualClock()) {
  const file = newFile();
  const database = openDatabase(file);
  const ledger = new SqliteLedger(database, `${file}-witness`);
  return {
    database,
    store: new LedgerStore(ledger, { clock, random, log: silentLogger, history: historyLimits }),
  };
}

test('every file of a store is its owner’s alone from the first byte on, whatever the umask', async () => {
  const file = newFile();
  const before = process.umask(0);
  try {
    const store = open(file);
    await store.commit({ writes: [{ put: '/a', value: utf8('secret') }] });
    for (const part of ['', '-wal', '-witness']) assert.equal(modeOf(file + part), 0o600, part);
    await store.copyTo(`${file}.copy`);
    assert.equal(modeOf(`${file}.copy`), 0o600);
    assert.equal(process.umask(), 0, 'the process keeps its own');
    await store.close();
  } finally {
    process.umask(before);
  }
});

test('a copy that begins while something is being written waits for it instead of failing', async () => {
  const file = newFile();
  const database = openDatabase(file);
  database.exec("BEGIN IMMEDIATE; INSERT INTO leases VALUES ('l', 1, 1)");
  const copying = copyOpenDatabase(database, `${file}.copy`);
  await systemClock.sleep(60);
  database.exec('COMMIT');
  await copying;
  const copy = new DatabaseSync(`${file}.copy`);
  assert.equal(copy.prepare('SELECT count(*) AS n FROM leases').get()?.['n'], 1);
  copy.close();
  database.close();
});

test('files of a store that others could read are closed to them', async () => {
  const file = newFile();
  const store = open(file);
  await store.commit({ writes: [{ put: '/a', value: utf8('secret') }] });
  await store.close();
  chmodSync(file, 0o644);
  chmodSync(`${file}-witness`, 0o666);
  await open(file).close();
  assert.deepEqual([modeOf(file), modeOf(`${file}-witness`)], [0o600, 0o600]);
});

test('a link in place of a file of the store is refused, and so is a file of somebody else', () => {
  for (const part of ['', '-wal', '-witness']) {
    const file = newFile();
    writeFileSync(`${file}.elsewhere`, '');
    symlinkSync(`${file}.elsewhere`, file + part);
    assert.throws(() => open(file), /is a link/);
  }
  if (process.geteuid?.() !== 0) return;
  const file = newFile();
  writeFileSync(file, '');
  chownSync(file, 12_345, 12_345);
  assert.throws(() => open(file), /belongs to user 12345/);
});

test('a commit waits for the disk: the database is open with full synchronisation', async () => {
  const { database, store } = openWithDatabase();
  assert.deepEqual({ ...database.prepare('PRAGMA synchronous').get() }, { synchronous: 2 });
  assert.deepEqual({ ...database.prepare('PRAGMA journal_mode').get() }, { journal_mode: 'wal' });
  await store.close();
});

test('every byte of a commit is on the disk when it is acknowledged', async (context) => {
  const control = newFile();
  writeFileSync(control, 'x'.repeat(100_000));
  if (unsyncedBytes(control) === 0) {
    context.skip('nothing here counts bytes that have not reached the disk');
    return;
  }
  for (let commits = 1; commits <= 5; commits++) {
    const file = newFile();
    const store = open(file);
    for (let i = 0; i < commits; i++) {
      await store.commit({ writes: [{ put: '/a', value: new Uint8Array(10_000).fill(i) }] });
    }
    assert.ok(statSync(`${file}-wal`).size > 10_000, 'the log holds the commits');
    assert.equal(unsyncedBytes(`${file}-wal`), 0, `after ${commits} commits`);
    assert.equal(unsyncedBytes(file), 0, `after ${commits} commits`);
    await store.close().catch(() => undefined);
  }
});

/** Cuts a file to nothing and says how much of it only the kernel's memory held: Linux counts writes that it can drop. */
function unsyncedBytes(file: string): number {
  const dropped = () => {
    try {
      return Number(/cancelled_write_bytes: (\d+)/.exec(readFileSync('/proc/self/io', 'utf8'))?.[1] ?? 0);
    } catch {
      return 0;
    }
  };
  const before = dropped();
  truncateSync(file);
  return dropped() - before;
}

test('a disk that is full fails every write of the group with the reason, loses nothing, and is noticed when there is room', async () => {
  const clock = new ManualClock();
  const { database, store } = openWithDatabase(clock);
  const big = new Uint8Array(100_000).fill(7);
  const put = (key: string, value = big) => store.commit({ writes: [{ put: key, value }] });
  await put('/a');
  assert.equal(store.whyWritesFail(), undefined);
  database.exec('PRAGMA max_page_count = 40');
  const results = await Promise.allSettled([put('/b'), store.grantLease(1_000), put('/c')]);
  for (const result of results) {
    assert.ok(result.status === 'rejected' && result.reason instanceof CodedError);
    assert.equal(result.reason.code, 'unavailable');
    assert.match(result.reason.message, /could not write to its disk: the disk is full: make room/);
  }
  assert.match(store.whyWritesFail() ?? '', /disk is full/);
  assert.equal(store.revision(), 1);
  assert.deepEqual(
    (await store.range({ prefix: '/' })).entries.map((entry) => entry.key),
    ['/a'],
  );
  database.exec('PRAGMA max_page_count = 100000');
  clock.advance(1_000);
  store.whyWritesFail();
  await new Promise((next) => setImmediate(() => setImmediate(next)));
  assert.equal(store.whyWritesFail(), undefined);
  assert.deepEqual(await put('/d'), { ok: true, revision: 2 });
  await store.close();
});

test('a ledger that fails to commit and to roll back still answers every caller', async () => {
  const { store } = openWithDatabase();
  const broken = openWithDatabase();
  const ledger = new SqliteLedger(broken.database, `${newFile()}-witness`);
  ledger.commit = () => {
    throw new Error('the cable is out');
  };
  ledger.rollback = () => {
    throw new Error('still out');
  };
  const options = { clock: new ManualClock(), random, log: silentLogger, history: historyLimits };
  const failing = new LedgerStore(ledger, options);
  const writes = [1, 2, 3].map((n) => failing.commit({ writes: [{ put: `/${n}`, value: utf8('') }] }));
  for (const result of await Promise.allSettled(writes)) assert.equal(result.status, 'rejected');
  await store.close();
});

test('history is limited in bytes, also below the revisions that are always kept, and its room goes back to the disk', async () => {
  const file = newFile();
  const history = { ...historyLimits, maximumBytes: 4 * 1024 * 1024 };
  const clock = new ManualClock();
  let store = openSqliteStore({ file, clock, random, history });
  const write = (value: number) =>
    store.commit({ writes: [{ put: '/a', value: new Uint8Array(1024 * 1024).fill(value) }] });
  for (let i = 0; i < 40; i++) await write(i);
  assert.ok(store.revision() - store.compactedRevision() <= 6, 'six megabytes of history at most');
  await store.close();
  const afterBurst = statSync(file).size;
  store = openSqliteStore({ file, clock, random, history: { ...history, maximumBytes: 1024 * 1024 } });
  await write(1);
  assert.ok(store.revision() - store.compactedRevision() <= 2, 'what an earlier process wrote counts too');
  await store.compact(store.revision());
  await store.close();
  assert.ok(afterBurst <= 30 * 1024 * 1024, `${afterBurst} bytes after 40 MiB of writes`);

  store = openSqliteStore({ file, clock, random });
  for (let i = 0; i < 40; i++) {
    await store.commit({ writes: [{ put: `/b/${i}`, value: new Uint8Array(1024 * 1024).fill(i) }] });
  }
  const full = statSync(file).size;
  for (let i = 0; i < 40; i++) await store.commit({ writes: [{ delete: `/b/${i}` }] });
  await store.compact(store.revision());
  await store.close();
  assert.ok(statSync(file).size < full / 4, `${statSync(file).size} of ${full} bytes stay`);
});

test('a write waits for a small part of dropping history, not for much of it', async () => {
  const { database, store } = openWithDatabase();
  const revisions = 5_000;
  for (let at = 0; at < revisions; at += 50)
    await Promise.all(
      Array.from({ length: 50 }, () => store.commit({ writes: [{ put: '/a', value: utf8('x') }] })),
    );
  const dropped = () => {
    const left = database.prepare('SELECT count(*) AS n FROM versions').get()?.['n'];
    return revisions - Number(left);
  };
  const compaction = store.compact(store.revision());
  let most = 0;
  for (let at = 0; at < 10; at++) {
    const before = dropped();
    await store.commit({ writes: [{ put: `/b${at}`, value: utf8('y') }] });
    most = Math.max(most, dropped() - before);
  }
  assert.ok(most > 0 && most <= 300, `${most} were dropped before a write was acknowledged`);
  await compaction;
  assert.ok(dropped() >= revisions - 20);
  await store.close();
});

test('when history is dropped what is there stays, each entry once, whichever of a transaction it was', async () => {
  const { database, store } = openWithDatabase();
  const keys = Array.from({ length: 5 }, (_, at) => `/k${at}`);
  const put = (value: string) =>
    store.commit({ writes: keys.map((key) => ({ put: key, value: utf8(value) })) });
  for (const value of ['a', 'b', 'c']) await put(value);
  await store.commit({ writes: [{ delete: '/k0' }, { delete: '/k4' }, { put: '/k2', value: utf8('d') }] });
  const rows = () =>
    database
      .prepare('SELECT key FROM versions ORDER BY key')
      .all()
      .map((row) => String(row['key']));
  await store.compact(2);
  assert.equal(rows().length, 5 + 5 + 3, 'of what is above the point all is kept');
  await store.compact(store.revision());
  assert.deepEqual(rows(), ['/k1', '/k2', '/k3']);
  await put('e');
  await store.compact(store.revision() - 1);
  assert.deepEqual(rows(), ['/k0', '/k1', '/k1', '/k2', '/k2', '/k3', '/k3', '/k4']);
  await store.compact(store.revision());
  assert.deepEqual(rows(), keys);
  const { entries } = await store.range({ prefix: '' });
  assert.deepEqual(
    entries.map(({ value }) => Buffer.from(value).toString()),
    ['e', 'e', 'e', 'e', 'e'],
  );
  await store.close();
});

test('a database of the first layout is brought to the present one with all that it holds', async () => {
  const file = newFile();
  const old = new DatabaseSync(file);
  old.exec(`
    PRAGMA journal_mode = WAL;
    CREATE TABLE versions (id INTEGER PRIMARY KEY, key TEXT NOT NULL, created INTEGER NOT NULL, lease TEXT, value BLOB);
    CREATE INDEX versions_by_key ON versions (key, id);
    CREATE TABLE current (key TEXT PRIMARY KEY, version INTEGER NOT NULL, created INTEGER NOT NULL, lease TEXT) WITHOUT ROWID;
    CREATE INDEX current_by_lease ON current (lease) WHERE lease IS NOT NULL;
    CREATE TABLE leases (id TEXT PRIMARY KEY, ttl_ms INTEGER NOT NULL) WITHOUT ROWID;
    CREATE TABLE marks (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
    INSERT INTO marks VALUES ('revision', 3), ('compacted', 1), ('swept', 1);
    INSERT INTO leases VALUES ('l', 5000);
    INSERT INTO versions VALUES (2048, '/a', 2, NULL, x'31'), (3072, '/b', 3, 'l', NULL);
    INSERT INTO current VALUES ('/a', 2048, 2, NULL), ('/b', 3072, 3, 'l');
    PRAGMA user_version = 1;
  `);
  old.close();
  for (let round = 0; round < 2; round++) {
    const store = open(file);
    assert.equal(store.revision(), 3);
    const { entries } = await store.range({ prefix: '/' });
    assert.deepEqual(
      entries.map((e) => [e.key, e.revision, Buffer.from(e.value).toString(), e.lease]),
      [
        ['/a', 2, '1', undefined],
        ['/b', 3, '', 'l'],
      ],
    );
    await store.close();
  }
});

test('a database of the second layout is brought to the present one with its history', async () => {
  const file = newFile();
  let store = open(file);
  const write = (put: string, text: string) => store.commit({ writes: [{ put, value: utf8(text) }] });
  for (const text of ['1', '2', '3']) await write('/a', text);
  await store.commit({ writes: [{ delete: '/a' }] });
  for (const text of ['5', '6']) await write('/a', text);
  // Everything is in the row of the state, as it was with every group then.
  await store.grantLease(1_000);
  await store.close();
  const earlier = new DatabaseSync(file);
  earlier.exec(`
    DROP INDEX versions_deleted;
    ALTER TABLE versions DROP COLUMN prior;
    CREATE INDEX versions_by_key ON versions (key, id);
    PRAGMA user_version = 2;
  `);
  const said = JSON.stringify({ ...earlier.prepare('SELECT revision, commits, chain FROM state').get() });
  earlier.close();
  const line = `${crc32(said).toString(16).padStart(8, '0')} ${said}`;
  writeFileSync(`${file}-witness`, `${line.padEnd(511)}\n`);
  for (let round = 0; round < 2; round++) {
    store = open(file);
    const texts: (string | undefined)[] = [];
    for (let atRevision = 1; atRevision <= 6; atRevision++) {
      const { entries } = await store.range({ prefix: '/', atRevision });
      texts.push(entries[0] && Buffer.from(entries[0].value).toString());
    }
    assert.deepEqual(texts, ['1', '2', '3', undefined, '5', '6']);
    if (round === 1) await store.compact(store.revision());
    await store.close();
  }
  const left = new DatabaseSync(file);
  assert.deepEqual({ ...left.prepare('SELECT count(*) AS n FROM versions').get() }, { n: 1 });
  left.close();
});

test('a database that was killed between its migration and its rewriting is rewritten at the next start', async () => {
  const file = newFile();
  const store = open(file);
  await store.commit({ writes: [{ put: '/a', value: utf8('1') }] });
  await store.close();
  const modeOfSpace = (database: DatabaseSync) =>
    database.prepare('PRAGMA auto_vacuum').get()?.['auto_vacuum'];
  const left = new DatabaseSync(file);
  left.exec('PRAGMA journal_mode = DELETE; PRAGMA auto_vacuum = NONE; VACUUM; PRAGMA journal_mode = WAL');
  assert.equal(modeOfSpace(left), 0);
  left.close();
  const database = openDatabase(file);
  assert.equal(modeOfSpace(database), 2, 'unused pages go back to the disk in steps');
  database.close();
  const next = open(file);
  assert.equal((await next.get('/a'))?.revision, 1);
  await next.close();
});

test('a page of an earlier state that ends before the last key leaves the log to be written back', async () => {
  const { database, store } = openWithDatabase();
  for (const key of ['/a', '/b', '/c']) await store.commit({ writes: [{ put: key, value: utf8('1') }] });
  const atRevision = store.revision();
  await store.commit({ writes: [{ delete: '/a' }] });
  await store.commit({ writes: [{ delete: '/c' }] });
  const { entries, more } = await store.range({ prefix: '/', limit: 1, atRevision });
  assert.deepEqual([entries.map(({ key }) => key), more], [['/a'], true]);
  // A statement in its midst would refuse this, and every checkpoint that SQLite makes by itself.
  database.exec('PRAGMA wal_checkpoint(TRUNCATE)');
  await store.compact(store.revision());
  assert.equal((await store.get('/b'))?.revision, 2);
  await store.close();
});

test('a database that does not know when its leases end is whole; their full time is given once', async () => {
  const file = newFile();
  const time = new ManualClock();
  let store = openSqliteStore({ file, clock: time, random });
  const lease = await store.grantLease(10_000);
  await store.commit({ writes: [{ put: '/leased', value: utf8('x'), lease }] });
  await store.close();
  const earlier = new DatabaseSync(file);
  earlier.exec('DROP TABLE lease_ends');
  earlier.close();
  time.advance(9_000);
  store = openSqliteStore({ file, clock: time, random });
  time.advance(9_000);
  assert.ok(await store.get('/leased'));
  await store.close();
  store = openSqliteStore({ file, clock: time, random });
  time.advance(1_000);
  await store.commit({ writes: [{ put: '/other', value: utf8('') }] });
  assert.equal(await store.get('/leased'), undefined);
  await store.close();

  store = openSqliteStore({ file, clock: time, random });
  await store.grantLease(10_000);
  await store.close();
  const changed = new DatabaseSync(file);
  changed.exec('UPDATE lease_ends SET ends_ms = ends_ms + 1');
  changed.close();
  assert.throws(() => openSqliteStore({ file, clock: time, random }), /The end of lease .* does not match/);
});

test('what cannot be opened is refused with the reason and the way out', () => {
  const refusal = (file: string): string => {
    try {
      open(file);
    } catch (thrown) {
      assert.ok(thrown instanceof CodedError);
      return thrown.message;
    }
    return 'opened';
  };
  const later = newFile();
  const database = new DatabaseSync(later);
  database.exec('PRAGMA user_version = 99');
  database.close();
  assert.match(refusal(later), /written by a later release \(layout 99/);

  const text = newFile();
  writeFileSync(text, 'no database, but long enough to be taken for one by its size alone'.repeat(20));
  assert.match(refusal(text), /is damaged: The file is no database/);

  const taken = newFile();
  mkdirSync(taken);
  assert.match(refusal(taken), /is not a file/);

  const other = newFile();
  const foreign = new DatabaseSync(other);
  foreign.exec('CREATE TABLE notes (text)');
  foreign.close();
  assert.match(refusal(other), /tables of another program/);
});

test('a copy that is made while writes go on shows one moment', async () => {
  const file = newFile();
  const store = open(file);
  for (let i = 0; i < 300; i++) {
    await store.commit({ writes: [{ put: `/a/${i}`, value: new Uint8Array(20_000).fill(i) }] });
  }
  const copying = store.copyTo(`${file}.copy`);
  const pair = async (i: number) =>
    store.commit({
      writes: [
        { put: '/left', value: utf8(String(i)) },
        { put: '/right', value: utf8(String(i)) },
      ],
    });
  for (let i = 0; i < 50; i++) await pair(i);
  await copying;
  await assert.rejects(store.copyTo(`${file}.copy`), /EEXIST/);
  await store.close();
  const folderOfCopy = newFile();
  renameSync(`${file}.copy`, folderOfCopy);
  assert.ok(!existsSync(`${folderOfCopy}-wal`));
  assert.throws(() => open(folderOfCopy), StoreDamaged, 'a bare copy has no witness');
});

test('what stands at a key is known right among more keys than are remembered, also after groups that failed', async () => {
  const { database, store } = openWithDatabase();
  const model = new Map<string, number>();
  const chance = attackRandom('standing keys');
  const keyOf = () => {
    const number = chance.integer(12_000);
    return number % 100 === 0 ? `/long/${'x'.repeat(600)}${number}` : `/k/${number}`;
  };
  for (let round = 0; round < 300; round++) {
    const fails = round % 10 === 9;
    if (fails) database.exec('PRAGMA max_page_count = 1');
    const asked = Array.from({ length: 100 }, () => {
      const key = keyOf();
      const known = model.get(key) ?? 0;
      const isRight = chance.integer(4) > 0;
      const guards = [{ key, revision: isRight ? known : known + 1 }];
      const write = chance.integer(3) === 0 ? { delete: key } : { put: key, value: utf8(String(round)) };
      return { key, isRight, guards, writes: [write] };
    });
    const seen = new Set<string>();
    const once = asked.filter(({ key }) => !seen.has(key) && seen.add(key));
    const big = { writes: [{ put: '/big', value: new Uint8Array(fails ? 200_000 : 1) }] };
    const answers = await Promise.allSettled([...once, big].map((each) => store.commit(each)));
    if (fails) database.exec('PRAGMA max_page_count = 1000000');
    for (const [at, { key, isRight, writes }] of once.entries()) {
      const answer = answers[at];
      if (fails) assert.equal(answer?.status, 'rejected');
      else {
        assert.ok(answer?.status === 'fulfilled');
        assert.equal(answer.value.ok, isRight, key);
        if (answer.value.ok && 'put' in (writes[0] ?? {})) model.set(key, answer.value.revision);
        else if (answer.value.ok) model.delete(key);
      }
    }
  }
  for (const [key, revision] of model) assert.equal((await store.get(key))?.revision, revision);
  await store.close();
});
