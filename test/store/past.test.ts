import assert from 'node:assert/strict';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { utf8 } from '../../src/base/index.ts';
import { Priors } from '../../src/store/drivers/sqlite/priors.ts';
import { ordinals } from '../../src/store/drivers/sqlite/schema.ts';
import { prepareStatements } from '../../src/store/drivers/sqlite/statements.ts';
import { createMemoryStore, openSqliteStore, type Store, type Write } from '../../src/store/index.ts';
import { temporaryFolder } from '../support/belongings.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { seededRandom } from '../support/seeded-random.ts';

const folder = temporaryFolder('past');
const surroundings = () => ({
  clock: new ManualClock(),
  random: seededRandom('past'),
});

async function write(store: Store, writes: readonly Write[]): Promise<void> {
  assert.ok((await store.commit({ writes })).ok);
}

test('whatever was written meanwhile, and however often it is asked for, a page of the past is what stood then', async () => {
  const random = seededRandom('past-pages');
  const stores = [
    createMemoryStore(surroundings()),
    openSqliteStore({ file: join(folder, 'pages.db'), ...surroundings() }),
  ] as const;
  const revisions: number[] = [];
  const compare = async (atRevision: number, afterKey: string | undefined) => {
    const [expected, found] = await Promise.all(
      stores.map((store) =>
        store.range({
          prefix: '/k/',
          limit: 3,
          atRevision,
          ...(afterKey !== undefined && { afterKey }),
        }),
      ),
    );
    assert.deepEqual(found, expected);
    return expected?.entries.at(-1)?.key;
  };
  for (let round = 0; round < 12; round++) {
    // One key changes all the time, so that its way back goes through many stretches.
    const all: Write[] = Array.from({ length: 400 }, (_, n) => {
      const key = n % 4 === 0 ? `/k/${random.integer(8)}` : '/k/hot';
      if (random.integer(10) === 0) return { delete: key };
      return { put: key, value: utf8(`${round} ${n}`) };
    });
    for (const store of stores) await Promise.all(all.map((one) => write(store, [one])));
    revisions.push(stores[0].revision() - random.integer(300));
    for (const atRevision of revisions)
      for (let afterKey = await compare(atRevision, undefined); afterKey !== undefined; )
        afterKey = await compare(atRevision, afterKey);
  }
  for (const store of stores) await store.close();
});

test('the long way back of a key that changes all the time is gone once: after that it costs the same, however long', async () => {
  const file = join(folder, 'hot.db');
  const store = openSqliteStore({ file, ...surroundings() });
  const changes = 12_000;
  for (let n = 0; n < changes; n += 500) {
    await Promise.all(
      Array.from({ length: 500 }, (_, at) => write(store, [{ put: '/hot', value: utf8(String(n + at)) }])),
    );
  }
  await store.close();
  const database = new DatabaseSync(file, { readOnly: true });
  const priors = new Priors(prepareStatements(database));
  const newest = changes * ordinals;
  const lastId = 10 * ordinals + ordinals - 1;
  const stepsOf = (from: number) => {
    const before = priors.rowsRead;
    assert.equal(priors.at(from, lastId), 10 * ordinals);
    return priors.rowsRead - before;
  };
  assert.equal(stepsOf(newest), changes - 10);
  const again = stepsOf(newest);
  assert.ok(again <= 2 * 1_024, `${again} steps`);
  // Another change comes through the same stretches.
  assert.ok(stepsOf((changes - 1) * ordinals) <= 2 * 1_024);
  assert.equal(priors.at(newest, ordinals - 1), undefined, 'it did not stand before it was made');
  database.close();
});
