import { createHash } from 'node:crypto';
import { type Random, randomFromBytes } from '../../src/base/index.ts';

/** A repeatable sequence for tests and replays; never for secrets. */
export function seededRandom(seed: string): Random {
  let counter = 0;
  let pool = Buffer.alloc(0);
  return randomFromBytes((count) => {
    while (pool.length < count) {
      const block = createHash('sha256').update(`${seed}/${counter++}`).digest();
      pool = Buffer.concat([pool, block]);
    }
    const taken = pool.subarray(0, count);
    pool = pool.subarray(count);
    return taken;
  });
}
