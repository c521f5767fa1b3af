import assert from 'node:assert/strict';
import { copyFileSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { after, test } from 'node:test';
import { CodedError, utf8 } from '../../src/base/index.ts';
import {
  inspectDatabase,
  openSqliteStore,
  renumberDatabase,
  type Salvage,
  StoreDamaged,
  salvageDatabase,
} from '../../src/store/index.ts';
import { attackRandom, attackTries } from '../attack/seed.ts';
import { temporaryFolder } from '../support/belongings.ts';
import { ManualClock } from '../support/manual-clock.ts';

const folder = temporaryFolder('salvage');
after(() => rmSync(folder, { recursive: true, force: true }));
let count = 0;
const newFile = () => {
  const made = join(folder, String(++count));
  mkdirSync(made, { mode: 0o700 });
  return join(made, 'drydock.db');
};

const random = attackRandom('salvage');
const open = (file: string) => openSqliteStore({ file, clock: new ManualClock(), random });

const keys = 60;

/** A store with entries, deletions and a lease; left as a kill leaves it when `killed`. */
async function filled(killed: boolean): Promise<string> {
  const file = newFile();
  const store = open(file);
  const lease = await store.grantLease(60_000);
  for (let i = 0; i < keys; i++) {
    await store.commit({ writes: [{ put: `/k/${i}`, value: utf8(`old ${i} `.repeat(60)) }] });
    await store.commit({ writes: [{ put: `/k/${i}`, value: utf8(`new ${i} `.repeat(60)) }] });
  }
  for (let i = 0; i < keys; i += 5) await store.commit({ writes: [{ delete: `/k/${i}` }] });
  await store.commit({ writes: [{ put: '/leased', value: utf8('x'), lease }] });
  if (!killed) {
    await store.close();
    return file;
  }
  const image = newFile();
  for (const part of ['', '-wal', '-witness']) copyFileSync(file + part, image + part);
  await store.close();
  return image;
}

const stands = (i: number) => i % 5 !== 0;

function salvage(file: string): { salvage: Salvage; target: string } | undefined {
  const target = newFile();
  try {
    return { salvage: salvageDatabase(file, target, { found: inspectDatabase(file), nowMs: 5 }), target };
  } catch (thrown) {
    assert.ok(thrown instanceof CodedError, String(thrown));
    return undefined;
  }
}

for (const killed of [false, true]) {
  test(`of a store that was ${killed ? 'killed' : 'closed'} and damaged anywhere, only what was acknowledged is kept, and what is lost is told`, async () => {
    const image = await filled(killed);
    const part = killed ? '-wal' : '';
    const bytes = readFileSync(image + part);
    let kept = 0;
    for (let round = 0; round < attackTries(40); round++) {
      const file = newFile();
      for (const one of killed ? ['', '-wal', '-witness'] : ['', '-witness'])
        copyFileSync(image + one, file + one);
      const damaged = Buffer.from(bytes);
      const at = random.integer(damaged.length);
      const length = round % 2 === 0 ? 1 : 1 + random.integer(5_000);
      for (let i = at; i < Math.min(at + length, damaged.length); i++) damaged[i] = (damaged[i] ?? 0) ^ 0x5a;
      writeFileSync(file + part, damaged);
      const done = salvage(file);
      if (!done) continue;
      kept++;
      const { damage, loss } = inspectDatabase(done.target);
      assert.deepEqual([damage, loss], [[], []], 'what comes out is whole');
      const store = open(done.target);
      const { entries } = await store.range({ prefix: '/k/' });
      await store.close();
      const isPrefix = done.salvage.lost.some((text) => /All that was written in revisions/.test(text));
      const isNameless = done.salvage.lost.some((text) => /has no names|cannot be proven/.test(text));
      for (const { key, value } of entries) {
        const i = Number(key.slice(3));
        const text = Buffer.from(value).toString();
        const allowed = isPrefix || isNameless ? [`old ${i} `, `new ${i} `] : [`new ${i} `];
        assert.ok(
          allowed.some((one) => text === one.repeat(60)),
          `${key} at byte ${at}`,
        );
        if (!isPrefix && !isNameless) assert.ok(stands(i), `${key} was deleted`);
      }
      if (isPrefix || isNameless) continue;
      const there = new Set(entries.map(({ key }) => key));
      for (let i = 0; i < keys; i++) {
        if (!stands(i) || there.has(`/k/${i}`)) continue;
        assert.ok(done.salvage.lostKeys.includes(`/k/${i}`), `/k/${i} is gone without a word, byte ${at}`);
      }
    }
    assert.ok(kept > 0);
  });
}

test('a damaged record is lost, not replaced by what stood there before', async () => {
  const file = await filled(false);
  const bytes = readFileSync(file);
  for (let at = bytes.indexOf('new 7 new 7'); at >= 0; at = bytes.indexOf('new 7 new 7', at + 1)) {
    bytes[at + 2] = 0x21;
  }
  writeFileSync(file, bytes);
  const done = salvage(file);
  assert.ok(done);
  assert.deepEqual(done.salvage.lostKeys, ['/k/7']);
  assert.match(done.salvage.lost.join('\n'), /1 entries whose records are damaged\./);
  const store = open(done.target);
  assert.equal(await store.get('/k/7'), undefined);
  assert.equal((await store.range({ prefix: '/k/' })).entries.length, 47);
  await store.close();
});

for (const [name, id] of [
  ['high', '9007199254740000'],
  ['above all numbers that are written', '4611686018427387904'],
] as const) {
  test(`a record whose revision was damaged to one that is ${name} is lost, and says nothing of where the numbers go on`, async () => {
    const file = await filled(false);
    const database = new DatabaseSync(file);
    const last = "(SELECT version FROM current WHERE key = '/k/7')";
    database.exec(`UPDATE versions SET id = ${id} WHERE id = ${last}`);
    database.close();
    const found = inspectDatabase(file);
    assert.match(found.damage.join(' '), /do not match their checksums|contents are damaged/);
    const done = salvage(file);
    assert.ok(done);
    assert.deepEqual(done.salvage.lostKeys, ['/k/7']);
    assert.match(done.salvage.lost.join(' '), /Where its log ends cannot be proven/);
    const store = open(done.target);
    assert.equal((await store.range({ prefix: '/k/' })).entries.length, 47);
    await store.close();
  });
}

for (const [name, damage] of [
  ['a creation', "UPDATE versions SET created = 1 << 61 WHERE key = '/k/7'"],
  ['a checksum', "UPDATE versions SET sum = 1 << 61 WHERE key = '/k/7'"],
  ['the row of the state', 'UPDATE state SET revision = 1 << 61'],
] as const) {
  test(`${name} that is a number above all that are written is damage, and the rest is kept`, async () => {
    const file = await filled(false);
    const database = new DatabaseSync(file);
    database.exec(damage);
    database.close();
    assert.throws(() => open(file), StoreDamaged);
    const done = salvage(file);
    assert.ok(done);
    const store = open(done.target);
    const kept = (await store.range({ prefix: '/k/' })).entries.length;
    assert.equal(kept, damage.includes('/k/7') ? 47 : 48);
    await store.close();
  });
}

test('a database that is none, or whose file is gone, is not made an empty one', async () => {
  const text = newFile();
  writeFileSync(text, 'no database at all '.repeat(500));
  assert.equal(salvage(text), undefined);
  const gone = await filled(true);
  rmSync(gone);
  assert.equal(salvage(gone), undefined);
});

test('revisions after a renumbering lie above all that were given out, history is gone, and a second time goes further', async () => {
  const file = await filled(false);
  const at = inspectDatabase(file).state.revision;
  const clock = 1_800_000_000_000;
  assert.equal(renumberDatabase(file, { nowMs: clock }), clock);
  const store = open(file);
  assert.deepEqual([store.revision(), store.compactedRevision()], [clock, clock]);
  for (const seen of [1, at, at + 1, clock - 1]) {
    await assert.rejects(
      store.watch('/', () => {}, seen),
      (thrown) => thrown instanceof CodedError && thrown.code === 'gone',
    );
    await assert.rejects(store.range({ prefix: '/', atRevision: seen }), CodedError);
  }
  const { entries } = await store.range({ prefix: '/' });
  assert.equal(entries.length, 49);
  const written = await store.commit({ writes: [{ put: '/next', value: utf8('1') }] });
  assert.deepEqual(written, { ok: true, revision: clock + 1 });
  await store.compact(clock + 1);
  await store.close();
  assert.ok(renumberDatabase(file, { nowMs: 0 }) > clock + 1);
  assert.deepEqual(inspectDatabase(file).damage, []);
});

test('entries that only held for what is lost go with a renumbering and with a salvage, and nothing else does', async () => {
  const without = ['/k/7', '/leased', '/never-there'];
  const file = await filled(false);
  const target = newFile();
  salvageDatabase(file, target, { found: inspectDatabase(file), nowMs: 5, without });
  renumberDatabase(file, { nowMs: 5, without });
  for (const each of [file, target]) {
    assert.deepEqual(inspectDatabase(each).damage, []);
    const store = open(each);
    assert.equal((await store.range({ prefix: '/' })).entries.length, 47);
    assert.deepEqual([await store.get('/k/7'), await store.get('/leased')], [undefined, undefined]);
    await store.close();
  }
});
