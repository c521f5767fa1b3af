import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { CodedError, utf8 } from '../../src/base/index.ts';
import { openSqliteStore, type Store } from '../../src/store/index.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { checkStoreLaws } from './law.ts';

const folder = mkdtempSync(join(tmpdir(), 'drydock-store-'));
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
  async reopen(store, options) {
    const file = files.get(store) ?? '';
    await store.close();
    return openFile(file, options);
  },
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
