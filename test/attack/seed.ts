import type { Random } from '../../src/base/index.ts';
import { seededRandom } from '../support/seeded-random.ts';

/** What a run of attacks was started with; the same seed makes the same attacks. */
const seed = process.env['DRYDOCK_ATTACK_SEED'] ?? '';

/** How much more than in the short form of `npm test` each attack tries. */
const factor = Number(process.env['DRYDOCK_ATTACK_FACTOR'] ?? 1);

/** Chance for one attack: fixed in `npm test`, of the run's seed under `npm run attack`. */
export function attackRandom(name: string): Random {
  return seededRandom(seed === '' ? name : `${name} ${seed}`);
}

/** Tries of one attack, of which the short form makes `short`. */
export function attackTries(short: number): number {
  return Math.max(1, Math.round(short * factor));
}
