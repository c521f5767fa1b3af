import { createHash } from 'node:crypto';
import type { Entry, Guard, Store, Watch, Write } from '../../store/index.ts';
import type { RecordCache } from './cache.ts';

export const turnPrefix = '/arm/turns/';
export const turnLimits = { keys: 1024 } as const;

const empty = new Uint8Array();

/**
 * Facts that only one record may state, such as who a role is given to: whoever states one takes its turn, by writing a
 * key that stands for it in the same commit. Of two at the same moment the second loses, looks again and sees the
 * first. Facts share a bounded number of keys; two that meet by chance cost one more look.
 */
export class Turns {
  readonly #store: Store;
  readonly #cache: RecordCache;
  readonly #known = new Map<string, { readonly revision: number; readonly sequence: number }>();
  #watch: Watch | undefined;

  constructor(store: Store, cache: RecordCache) {
    this.#store = store;
    this.#cache = cache;
  }

  async start(): Promise<void> {
    const { entries, revision } = await this.#store.range({ prefix: turnPrefix });
    for (const entry of entries) this.#learn(entry);
    this.#watch = await this.#store.watch(
      turnPrefix,
      ({ changes }) => {
        for (const change of changes) if (change.type === 'put') this.#learn(change.entry);
      },
      revision,
    );
  }

  close(): void {
    this.#watch?.close();
  }

  /**
   * What a commit adds to take its turns; undefined when another took one of them after `since` (a sequence of the
   * cache), so that the caller decides again.
   */
  take(
    facts: readonly string[],
    since: number,
  ): { readonly guards: Guard[]; readonly writes: Write[] } | undefined {
    const keys = new Set(facts.map(turnKey));
    const guards: Guard[] = [];
    const writes: Write[] = [];
    for (const key of keys) {
      const known = this.#known.get(key);
      if (known && known.sequence > since) return undefined;
      guards.push({ key, revision: known?.revision ?? 0 });
      writes.push({ put: key, value: empty });
    }
    return { guards, writes };
  }

  #learn({ key, revision }: Entry): void {
    this.#known.set(key, { revision, sequence: this.#cache.advance() });
  }
}

function turnKey(fact: string): string {
  const number = createHash('sha256').update(fact.toLowerCase()).digest().readUInt32BE(0);
  return `${turnPrefix}${number % turnLimits.keys}`;
}
