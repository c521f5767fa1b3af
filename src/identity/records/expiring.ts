import { createHash } from 'node:crypto';
import { type Clock, CodedError } from '../../base/index.ts';
import type { Mirror } from './mirror.ts';
import type { Table } from './table.ts';

const sweptPerTransaction = 200;

export interface ExpiringOptions {
  readonly clock: Clock;
  readonly limit: number;
  /** What happens when the limit is reached; default `refuse`. */
  readonly full?: 'refuse' | 'drop-oldest';
}

/**
 * Records behind a secret that its holder keeps, such as a code or a refresh token. The store knows only a hash of
 * the secret. A record is gone at its `expiresAtMs`; sweeping merely frees its place. (Leases of the store last a day at most
 * and cost a row each; refresh tokens live for months.)
 */
export class Expiring<T extends { readonly expiresAtMs: number }> {
  readonly #mirror: Mirror;
  readonly #table: Table<T>;
  readonly #options: ExpiringOptions;

  constructor(mirror: Mirror, table: Table<T>, options: ExpiringOptions) {
    this.#mirror = mirror;
    this.#table = table;
    this.#options = options;
  }

  get size(): number {
    return this.#table.size;
  }

  get(secret: string): T | undefined {
    const record = this.#table.get(hashOf(secret));
    return record && record.expiresAtMs > this.#options.clock.now() ? record : undefined;
  }

  /** Also records that have expired but were not swept yet, to tell `expired` from `unknown`. */
  peek(secret: string): T | undefined {
    return this.#table.get(hashOf(secret));
  }

  /** How many that have not expired match. */
  count(matches: (record: T) => boolean): number {
    const now = this.#options.clock.now();
    let count = 0;
    for (const record of this.#table.values()) if (record.expiresAtMs > now && matches(record)) count++;
    return count;
  }

  find(matches: (record: T) => boolean): T | undefined {
    const now = this.#options.clock.now();
    for (const record of this.#table.values()) if (record.expiresAtMs > now && matches(record)) return record;
    return undefined;
  }

  async add(secret: string, record: T): Promise<void> {
    if (this.#table.size >= this.#options.limit) await this.#makeRoom();
    const id = hashOf(secret);
    await this.#mirror.transact(() => ({
      guards: [this.#table.guard(id)],
      writes: [this.#table.put(id, record)],
      result: undefined,
    }));
  }

  /** Replaces the record if it is still there and `change` answers one; tells what was there before. */
  update(secret: string, change: (record: T) => T | undefined): Promise<T | undefined> {
    return this.#change(hashOf(secret), change);
  }

  /** The same for a record known by its contents. */
  async updateWhere(
    matches: (record: T) => boolean,
    change: (record: T) => T | undefined,
  ): Promise<T | undefined> {
    for (const [id, record] of this.#table.entries()) {
      if (record.expiresAtMs > this.#options.clock.now() && matches(record)) return this.#change(id, change);
    }
    return undefined;
  }

  /** The record, which nobody else gets any more; undefined when another caller was faster. */
  take(secret: string): Promise<T | undefined> {
    const id = hashOf(secret);
    return this.#mirror.transact<T | undefined>(() => {
      const record = this.#table.get(id);
      if (!record) return { writes: [], result: undefined };
      return { guards: [this.#table.guard(id)], writes: [this.#table.delete(id)], result: record };
    });
  }

  /** Removes what has expired. */
  sweep(): Promise<void> {
    const now = this.#options.clock.now();
    return this.#drop((record) => record.expiresAtMs <= now);
  }

  #change(id: string, change: (record: T) => T | undefined): Promise<T | undefined> {
    return this.#mirror.transact<T | undefined>(() => {
      const record = this.#table.get(id);
      const next = record && record.expiresAtMs > this.#options.clock.now() ? change(record) : undefined;
      if (!record || !next) return { writes: [], result: record };
      return { guards: [this.#table.guard(id)], writes: [this.#table.put(id, next)], result: record };
    });
  }

  async #makeRoom(): Promise<void> {
    await this.sweep();
    if (this.#table.size < this.#options.limit) return;
    if (this.#options.full !== 'drop-oldest') {
      throw new CodedError(
        'too-many',
        `Too many sign-ins are under way (${this.#options.limit}). Try again in some minutes.`,
      );
    }
    const oldest = [...this.#table.values()].map((record) => record.expiresAtMs).sort((a, b) => a - b);
    // A hundredth at a time, so that a full table is not sorted for every new record.
    const bound = oldest[Math.floor(oldest.length / 100)] ?? 0;
    await this.#drop((record) => record.expiresAtMs <= bound);
  }

  async #drop(matches: (record: T) => boolean): Promise<void> {
    for (;;) {
      const dropped = await this.#mirror.transact(() => {
        const ids: string[] = [];
        for (const [id, record] of this.#table.entries()) {
          if (ids.length < sweptPerTransaction && matches(record)) ids.push(id);
        }
        return {
          guards: ids.map((id) => this.#table.guard(id)),
          writes: ids.map((id) => this.#table.delete(id)),
          result: ids.length,
        };
      });
      if (dropped < sweptPerTransaction) return;
    }
  }
}

function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
