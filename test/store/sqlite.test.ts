import assert from 'node:assert/strict';
import { mkdirSync, rmSync, statSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { CodedError, silentLogger, utf8 } from '../../src/base/index.ts';
import { openDatabase } from '../../src/store/drivers/sqlite/database.ts';
import { SqliteLedger } from '../../src/store/drivers/sqlite/sqlite-ledger.ts';
import { LedgerStore } from '../../src/store/engine/ledger-store.ts';
import { historyLimits, openSqliteStore, type Store } from '../../src/store/index.ts';
import { temporaryFolder } from '../support/belongings.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { checkStoreLaws } from './law.ts';

const folder = temporaryFolder('store');
const random = seededRandom('sqlite');
const files = new WeakMap<Store, string>();
let count = 0;

function openFile(
  file: string,
  options: Omit<Parameters<typeof openSqliteStore>[0], 'file' | 'random'>,
): Store {
  const store = openSqliteStore({ file, random, ...options });
  files.set(store, file);
  return store;
}

const newFile = () => join(folder, `store-${++count}`, 'drydock.db');

checkStoreLaws({
  name: 'sqlite',
  open: async (options) => openFile(newFile(), options),
  async openCuttable({ clock }) {
    const file = newFile();
    mkdirSync(dirname(file), { mode: 0o700 });
    const database = openDatabase(file);
    const ledger = new SqliteLedger(database, `${file}-witness`);
    const commit = ledger.commit.bind(ledger);
    return {
      store: new LedgerStore(ledger, { clock, random, log: silentLogger, history: historyLimits }),
      cut: () => {
        ledger.commit = () => {
          throw new Error('the cable is out');
        };
      },
      mend: () => {
        ledger.commit = commit;
      },
    };
  },
  async reopen(store, { whileClosed, ...options }) {
    const file = files.get(store) ?? '';
    await store.close();
    whileClosed?.();
    return openFile(file, options);
  },
});

test('a transaction that cannot be read on in its middle is not kept by half, and its revision is not given out', async () => {
  const file = newFile();
  mkdirSync(dirname(file), { mode: 0o700 });
  const ledger = new SqliteLedger(openDatabase(file), `${file}-witness`);
  const put = ledger.put.bind(ledger);
  ledger.put = (write) => {
    if (write.key === '/unreadable') throw new CodedError('unavailable', 'The database could not be read.');
    return put(write);
  };
  const clock = new ManualClock();
  const store = new LedgerStore(ledger, { clock, random, log: silentLogger, history: historyLimits });
  const seen: number[] = [];
  await store.watch('/', ({ revision }) => seen.push(revision));
  const value = utf8('1');
  const [half, other] = await Promise.allSettled([
    store.commit({
      writes: [
        { put: '/a', value },
        { put: '/unreadable', value },
      ],
    }),
    store.commit({ writes: [{ put: '/b', value }] }),
  ]);
  assert.deepEqual([half.status, other.status], ['rejected', 'rejected'], 'they share one fate');
  assert.deepEqual((await store.range({ prefix: '/' })).entries, []);
  assert.equal(store.revision(), 0);
  // The first step of a transaction concerns nobody else.
  const [alone, beside] = await Promise.allSettled([
    store.commit({ writes: [{ put: '/unreadable', value }] }),
    store.commit({ writes: [{ put: '/b', value }] }),
  ]);
  assert.deepEqual([alone.status, beside.status], ['rejected', 'fulfilled']);
  assert.deepEqual(seen, [1]);
  await store.close();
});

test('what a process that ended had not given back to the disk yet is given back by the next one', async () => {
  const file = newFile();
  const options = { file, clock: new ManualClock(), random };
  const store = openSqliteStore(options);
  const value = new Uint8Array(1024 * 1024).fill(7);
  for (let i = 0; i < 48; i++) await store.commit({ writes: [{ put: '/a', value }] });
  const compacting = store.compact(store.revision());
  await store.close();
  await compacting;
  const left = statSync(file).size;
  assert.ok(left > 40 * value.length);
  const next = openSqliteStore(options);
  while (statSync(file).size > left / 4) await new Promise((turn) => setImmediate(turn));
  assert.equal((await next.get('/a'))?.revision, 48);
  await next.close();
});

after(() => rmSync(folder, { recursive: true, force: true }));

test('a database that is open cannot be opened a second time', async () => {
  const file = newFile();
  const clock = new ManualClock();
  const store = openFile(file, { clock });
  await store.commit({ writes: [{ put: '/a', value: utf8('1') }] });
  assert.throws(
    () => openFile(file, { clock }),
    (thrown) =>
      thrown instanceof CodedError && thrown.code === 'unavailable' && /in use/.test(thrown.message),
  );
  assert.equal(statSync(file).mode & 0o777, 0o600);
  await store.close();
  const again = openFile(file, { clock });
  assert.equal((await again.get('/a'))?.revision, 1);
  await again.close();
});

test('a file that is no database is refused with its name', () => {
  assert.throws(() => openFile('/proc/version', { clock: new ManualClock() }));
});
