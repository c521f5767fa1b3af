import { rmSync } from 'node:fs';
import { systemClock } from '../../src/base/index.ts';
import { openSqliteStore } from '../../src/store/index.ts';
import { seededRandom } from '../support/seeded-random.ts';

/**
 * A process to be killed while its database shrinks and is copied: overwrites a few large values, drops what was before
 * them, and prints each write once it is acknowledged and each copy once it is made. Arguments: the database, a name
 * for the round.
 */
const [file = '', round = ''] = process.argv.slice(2);
const store = openSqliteStore({ file, clock: systemClock, random: seededRandom(round) });
const largeBytes = 512 * 1024;
const large = new Uint8Array(largeBytes).fill(7);

async function write(writer: number): Promise<void> {
  for (let i = 0; ; i++) {
    const { ok, revision } = await written(`/${writer}/${i % 8}`, i % 8 === 7 ? new Uint8Array(1) : large);
    if (ok) process.stdout.write(`wrote /${writer}/${i % 8} ${revision}\n`);
    if (i % 16 === 15) await store.compact(store.revision());
  }
}

async function written(key: string, value: Uint8Array): Promise<{ ok: boolean; revision: number }> {
  const result = await store.commit({ writes: [{ put: key, value }] });
  return result.ok ? result : { ok: false, revision: 0 };
}

async function copy(): Promise<void> {
  for (let i = 0; ; i++) {
    const target = `${file}.copy-${round}-${i}`;
    const seen = store.revision();
    await store.copyTo(target);
    process.stdout.write(`copied ${target} ${seen}\n`);
    if (i > 0) for (const part of ['', '-witness']) rmSync(`${file}.copy-${round}-${i - 1}${part}`);
  }
}

for (let writer = 0; writer < 4; writer++) void write(writer);
void copy();
