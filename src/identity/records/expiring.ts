import { createHash } from 'node:crypto';
import { type Clock, CodedError } from '../../base/index.ts';
import type { Guard } from '../../store/contract.ts';
import type { MirroredTables } from './mirror.ts';
import { Owned } from './owned.ts';
import type { Table } from './table.ts';

/** All within what a transaction takes (`maximumTransaction`), guards and writes alike. */
const sweptPerTransaction = 100;
const leavingPerTransaction = 50;

export interface ExpiringOptions<T> {
  readonly clock: Clock;
  /** Records of everybody. Above it whoever has the most loses his oldest: each has a fair share. */
  readonly limit: number;
  /** An account or a network. */
  readonly ownerOf: (record: T) => string;
  readonly limitOfOwner: number;
  /** What happens to an owner at his limit. */
  readonly full: 'refuse' | 'drop-oldest';
  /** Records that go before others, whatever their age. */
  readonly goesFirst?: (record: T) => boolean;
}

/**
 * Records behind a secret that its holder keeps, such as a code or a refresh token. The store knows only a hash of
 * the secret. A record is gone at its `expiresAtMs`; sweeping merely frees its place. (Leases of the store last a day at most
 * and cost a row each; refresh tokens live for months.)
 */
export class Expiring<T extends { readonly expiresAtMs: number }> {
  readonly #mirror: MirroredTables;
  readonly #table: Table<T>;
  readonly #options: ExpiringOptions<T>;
  readonly #owned: Owned<T>;

  constructor(mirror: MirroredTables, table: Table<T>, options: ExpiringOptions<T>) {
    this.#mirror = mirror;
    this.#table = table;
    this.#options = options;
    this.#owned = new Owned(table, options.ownerOf);
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

  find(matches: (record: T) => boolean): T | undefined {
    const now = this.#options.clock.now();
    for (const record of this.#table.values()) if (record.expiresAtMs > now && matches(record)) return record;
    return undefined;
  }

  /** Throws `too-many` for an owner at his limit, where that is refused. */
  async add(secret: string, record: T): Promise<void> {
    if (this.#table.size >= this.#options.limit) await this.sweep();
    const id = hashOf(secret);
    await this.#mirror.transact(() => {
      const leaving = this.#makeRoom(this.#options.ownerOf(record));
      return {
        guards: [id, ...leaving].map((one) => this.#table.guard(one)),
        writes: [this.#table.put(id, record), ...leaving.map((one) => this.#table.delete(one))],
        result: undefined,
      };
    });
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

  /** Removes what has expired, and what is dead for another reason; under a `fence`, as long as that holds. */
  sweep(isDead: (record: T) => boolean = () => false, fence?: () => Guard): Promise<void> {
    const now = this.#options.clock.now();
    return this.drop((record) => record.expiresAtMs <= now || isDead(record), fence);
  }

  /** Removes whatever matches. */
  async drop(matches: (record: T) => boolean, fence?: () => Guard): Promise<void> {
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
      }, fence);
      if (dropped < sweptPerTransaction) return;
    }
  }

  #change(id: string, change: (record: T) => T | undefined): Promise<T | undefined> {
    return this.#mirror.transact<T | undefined>(() => {
      const record = this.#table.get(id);
      const next = record && record.expiresAtMs > this.#options.clock.now() ? change(record) : undefined;
      if (!record || !next) return { writes: [], result: record };
      return { guards: [this.#table.guard(id)], writes: [this.#table.put(id, next)], result: record };
    });
  }

  /** What leaves so that one more of this owner has room. */
  #makeRoom(owner: string): string[] {
    const { clock, limit, limitOfOwner, full } = this.#options;
    const now = clock.now();
    const own = [...this.#owned.idsOf(owner)];
    const expired = own.filter((id) => (this.#table.get(id)?.expiresAtMs ?? 0) <= now);
    const leaving = expired.slice(0, leavingPerTransaction);
    const above = own.length - expired.length - limitOfOwner + 1;
    if (above > 0 && full === 'refuse') {
      throw new CodedError(
        'too-many',
        `Too many sign-ins of yours are under way (${limitOfOwner}). Try again in some minutes.`,
      );
    }
    if (above > 0) leaving.push(...this.#oldest(own, above, leaving));
    if (this.#table.size - leaving.length >= limit) {
      const others = [...this.#owned.idsOf(this.#owned.largest(owner))];
      leaving.push(...this.#oldest(others, 1, leaving));
    }
    return leaving;
  }

  #oldest(ids: readonly string[], count: number, except: readonly string[]): string[] {
    const { goesFirst = () => false } = this.#options;
    const rank = (id: string): number => {
      const record = this.#table.get(id);
      if (record === undefined) return 0;
      return goesFirst(record) ? record.expiresAtMs - Number.MAX_SAFE_INTEGER : record.expiresAtMs;
    };
    const left = ids.filter((id) => !except.includes(id));
    left.sort((a, b) => rank(a) - rank(b));
    return left.slice(0, Math.min(count, leavingPerTransaction));
  }
}

function hashOf(secret: string): string {
  return createHash('sha256').update(secret).digest('hex');
}
