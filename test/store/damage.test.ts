import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, test } from 'node:test';
import { CodedError, utf8 } from '../../src/base/index.ts';
import { openSqliteStore, type Store, StoreDamaged } from '../../src/store/index.ts';
import { attackRandom } from '../attack/seed.ts';
import { temporaryFolder } from '../support/belongings.ts';
import { ManualClock } from '../support/manual-clock.ts';

const folder = temporaryFolder('damage');
after(() => rmSync(folder, { recursive: true, force: true }));
let count = 0;
const newFolder = () => {
  const made = join(folder, String(++count));
  mkdirSync(made);
  return made;
};

const clock = new ManualClock();
const random = attackRandom('damage');
const parts = ['', '-wal', '-witness'];

function open(file: string) {
  return openSqliteStore({ file, clock, random });
}

/** All that can be asked of a store, as text. */
async function contentsOf(store: Store): Promise<string> {
  const { entries } = await store.range({ prefix: '' });
  const lines = entries.map((e) => `${e.key} ${e.createRevision} ${e.revision} ${hash(e.value)}`);
  const past = await store.range({ prefix: '', atRevision: store.compactedRevision() + 3 });
  lines.push(...past.entries.map((e) => `past ${e.key} ${e.revision} ${hash(e.value)}`));
  return [`${store.revision()} ${store.compactedRevision()}`, ...lines].join('\n');
}

const hash = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

/** The files as `kill -9` leaves them at this moment. */
function image(file: string, to = join(newFolder(), 'kube.db')): string {
  for (const part of parts) if (existsSync(file + part)) copyFileSync(file + part, to + part);
  return to;
}

interface Image {
  readonly file: string;
  readonly contents: string;
}

/** A store written to in many ways; `valueBytes` decides whether the log was written back meanwhile. */
async function writtenStore(options: {
  writes: number;
  valueBytes: number;
  close?: boolean;
}): Promise<Image> {
  const file = join(newFolder(), 'kube.db');
  const store = open(file);
  const lease = await store.grantLease(60_000);
  for (let i = 0; i < options.writes; i++) {
    const value = utf8(`${i}`.padEnd(random.integer(options.valueBytes) + 1, 'v'));
    const key = `/kube/a/configmaps/default/n${random.integer(options.writes)}`;
    const writes = i % 7 === 6 ? [{ delete: key }] : [{ put: key, value, ...(i % 5 === 4 ? { lease } : {}) }];
    await store.commit({ writes });
    if (i === Math.floor(options.writes / 2)) await store.compact(store.revision() - 10);
  }
  const contents = await contentsOf(store);
  const killed = image(file);
  await store.close();
  return { file: options.close ? file : killed, contents };
}

/** Opens a damaged copy: refused with everything left as it was, or nothing is missing. Tells which. */
async function judge(damaged: string, { contents }: Image): Promise<'refused' | 'whole'> {
  const sums = () =>
    parts.map((part) => hash(existsSync(damaged + part) ? readFileSync(damaged + part) : utf8('')));
  const before = sums();
  let store: Store;
  try {
    store = open(damaged);
  } catch (thrown) {
    assert.ok(thrown instanceof CodedError, `a refusal, not ${thrown}`);
    assert.deepEqual(sums(), before, 'a refusal changes nothing');
    return 'refused';
  }
  assert.equal(await contentsOf(store), contents);
  const revision = store.revision();
  const next = await store.commit({ writes: [{ put: '/next', value: utf8('1') }] });
  assert.deepEqual(next, { ok: true, revision: revision + 1 });
  await store.close();
  return 'whole';
}

const images: readonly [string, Parameters<typeof writtenStore>[0]][] = [
  ['killed with all in its log', { writes: 120, valueBytes: 900 }],
  ['killed after its log was written back', { writes: 40, valueBytes: 900_000 }],
  ['closed', { writes: 120, valueBytes: 900, close: true }],
];

for (const [name, options] of images) {
  const rounds = options.valueBytes > 10_000 ? 8 : 40;
  test(`a byte flipped in a store that was ${name} is refused or harms nothing`, async () => {
    const original = await writtenStore(options);
    assert.equal(await judge(image(original.file), original), 'whole');
    let refused = 0;
    for (const part of parts) {
      if (!existsSync(original.file + part)) continue;
      const bytes = readFileSync(original.file + part);
      for (let round = 0; round < rounds; round++) {
        const damaged = image(original.file);
        const changed = Buffer.from(bytes);
        // Every fourth one in a header, where little is spare.
        const at = random.integer(round % 4 === 0 ? Math.min(200, bytes.length) : bytes.length);
        changed[at] = (changed[at] ?? 0) ^ (1 << random.integer(8));
        writeFileSync(damaged + part, changed);
        if ((await judge(damaged, original)) === 'refused') refused++;
        rmSync(join(damaged, '..'), { recursive: true });
      }
    }
    // How many bytes are spare differs with the seed; that damage is noticed at all does not.
    assert.ok(refused > rounds / 8, `${refused} refused`);
  });

  test(`files of a store that was ${name} that are cut, emptied, zeroed or gone are refused or not missed`, async () => {
    const original = await writtenStore(options);
    for (const part of parts) {
      if (!existsSync(original.file + part)) continue;
      const size = readFileSync(original.file + part).length;
      const damages: readonly ((file: string) => void)[] = [
        (file) => rmSync(file),
        (file) => truncateSync(file, 0),
        (file) => truncateSync(file, random.integer(size)),
        (file) => truncateSync(file, size - 1),
        (file) => writeFileSync(file, Buffer.alloc(size)),
        (file) => writeFileSync(file, readFileSync(file).fill(0, Math.floor(size / 2))),
      ];
      for (const damage of damages) {
        const damaged = image(original.file);
        damage(damaged + part);
        await judge(damaged, original);
      }
    }
  });
}

test('a database put back from an older copy without its witness is refused', async () => {
  const file = join(newFolder(), 'kube.db');
  let store = open(file);
  await store.commit({ writes: [{ put: '/a', value: utf8('1') }] });
  await store.close();
  const old = image(file);
  store = open(file);
  await store.commit({ writes: [{ put: '/a', value: utf8('2') }] });
  await store.close();
  copyFileSync(old, file);
  assert.throws(() => open(file), StoreDamaged);
});

test('records that do not say which ones they took the place of are refused', async () => {
  const file = join(newFolder(), 'kube.db');
  const store = open(file);
  for (const text of ['1', '2', '3']) await store.commit({ writes: [{ put: '/a', value: utf8(text) }] });
  await store.commit({ writes: [{ put: '/b', value: utf8('1') }] });
  await store.close();
  const changes = [
    "UPDATE versions SET prior = NULL WHERE key = '/a'",
    "UPDATE versions SET prior = id - 1024 WHERE key = '/b'",
    "UPDATE versions SET prior = (SELECT min(id) FROM versions) WHERE key = '/a' AND prior IS NOT NULL",
    "UPDATE versions SET prior = id WHERE key = '/b'",
  ];
  for (const change of changes) {
    const changed = image(file);
    const database = new DatabaseSync(changed);
    database.exec(change);
    database.close();
    assert.throws(() => open(changed), /do not say which ones/, change);
  }
});

test('the last records of a killed store that are taken out of its log are missed', async () => {
  const file = join(newFolder(), 'kube.db');
  const store = open(file);
  for (const key of ['/a', '/b']) await store.commit({ writes: [{ put: key, value: utf8('1') }] });
  const killed = image(file);
  await store.close();
  const changed = new DatabaseSync(killed);
  changed.exec("DELETE FROM current WHERE key = '/b'; DELETE FROM versions WHERE key = '/b'");
  changed.close();
  assert.throws(() => open(killed), /Revision 2 was acknowledged; what can be read ends at revision 1/);
});
