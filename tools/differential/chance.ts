import { seededRandom } from '../../test/support/seeded-random.ts';

/** What is drawn, always the same for the same seed and subject. */
export interface Chance {
  /** One of them; throws when there is none. */
  pick<T>(choices: readonly T[]): T;
  /** True this often, from 0 to 1. */
  often(share: number): boolean;
  /** A whole number in [0, count). */
  below(count: number): number;
}

export function chanceOf(...words: readonly (string | number)[]): Chance {
  const random = seededRandom(words.join(' '));
  return {
    below: (count) => random.integer(Math.max(1, count)),
    often: (share) => random.integer(1_000_000) < share * 1_000_000,
    pick<T>(choices: readonly T[]): T {
      if (choices.length === 0) throw new RangeError('there is nothing to pick from');
      // The index lies within the list: what is undefined there is a T.
      return choices[random.integer(choices.length)] as T;
    },
  };
}
