import { systemClock, utf8 } from '../../src/base/index.ts';
import { openSqliteStore } from '../../src/store/index.ts';
import { seededRandom } from '../support/seeded-random.ts';

/**
 * A process to be killed: writes pairs of keys under load and prints each write once it is acknowledged. Arguments: the
 * database, a name for the round, how many write at once.
 */
const [file = '', round = '', writers = ''] = process.argv.slice(2);
const store = openSqliteStore({ file, clock: systemClock, random: seededRandom(round) });

async function writePairs(writer: number): Promise<void> {
  for (let i = 0; ; i++) {
    const value = utf8(`${round}/${writer}/${i}`.padEnd(200, '.'));
    const result = await store.commit({
      writes: [
        { put: `/left/${round}/${writer}/${i}`, value },
        { put: `/right/${round}/${writer}/${i}`, value },
        { put: `/last/${writer}`, value },
      ],
    });
    if (result.ok) process.stdout.write(`${writer}/${i} ${result.revision}\n`);
    if (i % 50 === 49) await store.compact(Math.max(0, store.revision() - 500));
  }
}

for (let writer = 0; writer < Number(writers); writer++) void writePairs(writer);
