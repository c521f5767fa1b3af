import { createHash } from 'node:crypto';
import type { Guard, Store, Write } from './contract.ts';

export const claimLimits = {
  keysPerPrefix: 1024,
  /** So few that any number of facts that one object states fits a transaction together with the object. */
  keysForManyFacts: 96,
} as const;

const empty = new Uint8Array();

/** What a commit adds to what it writes. */
export interface Claimed {
  readonly guards: Guard[];
  readonly writes: Write[];
}

/**
 * Facts that only one writer may state, such as who has an address: whoever decides that nobody states one writes a key
 * that stands for it in the same commit. Of two at the same moment, in this process or another, the second loses,
 * looks again and sees the first. Nothing has to be given back: what is stated is what stands in the objects
 * themselves, so a claim ends with its object and no crash leaves one behind. Facts share a bounded number of keys; two
 * that meet by chance cost one more look.
 */
export class Claims {
  readonly #store: Pick<Store, 'get'>;
  readonly #prefix: string;
  readonly #keys: number;

  /** `prefix` ends in a slash; nothing else is written below it, on `keys` keys at most. */
  constructor(store: Pick<Store, 'get'>, prefix: string, keys: number = claimLimits.keysPerPrefix) {
    this.#store = store;
    this.#prefix = prefix;
    this.#keys = keys;
  }

  /**
   * The guards and writes of `facts`, as decided on what stood at revision `seen`; `statedAt` a later revision when one
   * of them was stated after that: the caller waits until it sees that one, looks and decides again.
   */
  async take(facts: readonly string[], seen: number): Promise<Claimed | { readonly statedAt: number }> {
    const guards: Guard[] = [];
    const writes: Write[] = [];
    for (const key of new Set(facts.map((fact) => this.#keyOf(fact)))) {
      const last = await this.#store.get(key);
      if (last && last.revision > seen) return { statedAt: last.revision };
      guards.push({ key, revision: last?.revision ?? 0 });
      writes.push({ put: key, value: empty });
    }
    return { guards, writes };
  }

  /** Whether a guard that failed was one of these. */
  owns({ key }: Guard): boolean {
    return key.startsWith(this.#prefix);
  }

  #keyOf(fact: string): string {
    const number = createHash('sha256').update(fact).digest().readUInt32BE(0);
    return `${this.#prefix}${number % this.#keys}`;
  }
}
