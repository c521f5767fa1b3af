import { CodedError, type Random } from '../../base/index.ts';
import {
  type Claimed,
  Claims,
  fencedCommits,
  type Guard,
  type Store,
  type TransactionLimits,
} from '../../store/index.ts';
import type { OperationOutcome, RecordStore, RelatedWrite, ResourceRecord } from '../contract.ts';
import { newEtag } from '../values.ts';
import { RecordCache } from './cache.ts';
import { claimPrefix, recordKey } from './keys.ts';
import { type Operation, preempted } from './operation.ts';
import type { Operations } from './operations.ts';

/** One atomic change of records and operations. */
export interface RecordCommit {
  readonly writes: readonly RelatedWrite[];
  readonly operations?: readonly Operation[];
  /** Ids that must not have changed, been made or gone since `since`. Written ids always count. */
  readonly unchanged?: readonly string[];
  /** Facts that no other record may come to state since `since`; upper and lower case are the same. */
  readonly claims?: readonly string[];
  /** `cache.seen` when the caller began to read. */
  readonly since: number;
}

interface RecordParts {
  readonly cache: RecordCache;
  readonly claims: Claims;
  readonly leaving: Map<string, Promise<void>>;
  readonly store: Pick<Store, 'commit' | 'limits'>;
  readonly operations: Operations;
  readonly random: Random;
}

const commitAttempts = 50;
/** What a removal may write beside its records and their operations: claims, and a leader's guard. */
const writesBesideRemovals = 16;

/** Records over the store: reads from the cache, commits with guards. */
export class StoredRecords implements RecordStore {
  readonly #parts: RecordParts;
  readonly cache: RecordCache;
  readonly #claims: Claims;
  /** Records whose removal is being decided, by key. */
  readonly #leaving: Map<string, Promise<void>>;
  readonly #store: Pick<Store, 'commit' | 'limits'>;
  readonly #operations: Operations;
  readonly #random: Random;

  private constructor(parts: RecordParts) {
    this.#parts = parts;
    this.cache = parts.cache;
    this.#claims = parts.claims;
    this.#leaving = parts.leaving;
    this.#store = parts.store;
    this.#operations = parts.operations;
    this.#random = parts.random;
  }

  static over(options: { store: Store; operations: Operations; random: Random }): StoredRecords {
    return new StoredRecords({
      ...options,
      cache: new RecordCache(options.store),
      claims: new Claims(options.store, claimPrefix),
      leaving: new Map(),
    });
  }

  /** The same records for one who leads: what it writes fails with `unavailable` once `fence` does not hold. */
  fencedBy(fence: () => Guard): StoredRecords {
    const { store } = this.#parts;
    const fenced = { commit: fencedCommits(store, fence), limits: store.limits };
    return new StoredRecords({ ...this.#parts, store: fenced });
  }

  start(): Promise<void> {
    return this.cache.start();
  }

  close(): void {
    this.cache.close();
  }

  async get(id: string): Promise<ResourceRecord | undefined> {
    return this.cache.get(id)?.record;
  }

  async list(scope: string, type?: string): Promise<readonly ResourceRecord[]> {
    return this.cache.list(scope, type);
  }

  /** True when it was written; false when something moved since `since`, so that the caller decides again. */
  async commit(change: RecordCommit): Promise<boolean> {
    const claimed = await this.#claim(change);
    if ('statedAt' in claimed) {
      await this.cache.reached(claimed.statedAt);
      return false;
    }
    const leaving = this.#leavingAbove(change.unchanged ?? []);
    if (leaving) {
      await leaving;
      return false;
    }
    const { guards, writes } = claimed;
    const guarded = new Set<string>();
    // What is written is asked for last: the store goes on from there.
    for (const id of [...(change.unchanged ?? []), ...change.writes.map(writtenId)]) {
      const key = recordKey(id);
      if (guarded.has(key)) continue;
      guarded.add(key);
      const cached = this.cache.get(id);
      if (cached && cached.revision > change.since) return false;
      guards.push({ key, revision: cached?.revision ?? 0 });
    }
    for (const write of change.writes) {
      const key = recordKey(writtenId(write));
      writes.push('put' in write ? { put: key, value: this.cache.encode(write.put) } : { delete: key });
    }
    for (const operation of change.operations ?? []) writes.push(this.#operations.write(operation));
    refuseTooMany(Math.max(guards.length, writes.length), this.#store.limits);
    const result = await this.#store.commit({ guards, writes });
    // Decided again on what is there now, not on what is still under way to here.
    if (!result.ok && !this.#claims.owns(result.failed))
      await this.cache.moved(result.failed, result.current);
    return result.ok;
  }

  #claim({ claims = [], since }: RecordCommit): Claimed | ReturnType<Claims['take']> {
    if (claims.length === 0) return { guards: [], writes: [] };
    return this.#claims.take(
      claims.map((fact) => fact.toLowerCase()),
      since,
    );
  }

  /**
   * Runs `work`, which decides about a record's removal and removes it. What else was being written has arrived before it
   * begins; a commit that counts on the record waits until it has ended, and is then decided again.
   */
  async whileLeaving<T>(id: string, work: () => Promise<T>): Promise<T> {
    const key = recordKey(id);
    for (;;) {
      const other = this.#leaving.get(key);
      if (!other) break;
      await other;
    }
    const ended = Promise.withResolvers<void>();
    this.#leaving.set(key, ended.promise);
    try {
      // Commits are applied in order, and readers have seen them when they resolve.
      await this.#store.commit({ writes: [] });
      return await work();
    } finally {
      this.#leaving.delete(key);
      ended.resolve();
    }
  }

  /** The removal under way of one of the ids, or of what holds it. */
  #leavingAbove(ids: readonly string[]): Promise<void> | undefined {
    for (const [key, ended] of this.#leaving) {
      const goes = ids.some((id) => {
        const own = recordKey(id);
        return own === key || own.startsWith(`${key}/`);
      });
      if (goes) return ended;
    }
    return undefined;
  }

  async watch(type: string, onChange: (id: string) => void): Promise<{ close(): void }> {
    const wanted = type.toLowerCase();
    const subscription = this.cache.onChange((record) => {
      if (record.type.toLowerCase() === wanted) onChange(record.id);
    });
    for (const record of this.cache.list('', type)) onChange(record.id);
    return subscription;
  }

  async update(
    id: string,
    change: (record: ResourceRecord) => ResourceRecord | undefined,
    outcome?: OperationOutcome,
  ): Promise<ResourceRecord | undefined> {
    for (let attempt = 0; attempt < commitAttempts; attempt++) {
      const since = this.cache.seen;
      const current = this.cache.get(id)?.record;
      if (!current) return undefined;
      const changed = change(current);
      if (!changed) return current;
      const next: ResourceRecord = { ...changed, etag: newEtag(this.#random, current.etag) };
      const ended = outcome && (await this.#ended(current, outcome));
      const written = outcome ? withoutOperation(next, outcome) : next;
      const operations = ended ? [ended] : [];
      if (await this.commit({ writes: [{ put: written }], operations, since })) return written;
    }
    throw contended(id);
  }

  async put(record: ResourceRecord): Promise<void> {
    for (let attempt = 0; attempt < commitAttempts; attempt++) {
      if (await this.commit({ writes: [{ put: record }], since: this.cache.seen })) return;
    }
    throw contended(record.id);
  }

  async create(record: ResourceRecord, { under }: { readonly under?: string } = {}): Promise<boolean> {
    for (let attempt = 0; attempt < commitAttempts; attempt++) {
      const since = this.cache.seen;
      if (this.cache.get(record.id)) return false;
      const above = under === undefined ? undefined : this.cache.get(under)?.record;
      if (under !== undefined && (!above || isLeaving(above))) return false;
      const unchanged = under === undefined ? [] : [under];
      if (await this.commit({ writes: [{ put: record }], unchanged, since })) return true;
    }
    throw contended(record.id);
  }

  /** Children and extension records below go too, before the record itself when they do not fit one commit. */
  async remove(id: string): Promise<void> {
    for (let attempt = 0; attempt < commitAttempts; attempt++) {
      if (await this.tryRemove(id, this.cache.seen)) return;
    }
    throw contended(id);
  }

  /**
   * Like `remove`, but gives up (false) when anything at or below `id` changed since `since`, or `claims` were taken. `also` are
   * ids of other records that go before it.
   */
  async tryRemove(
    id: string,
    since: number,
    {
      claims = [],
      also = [],
    }: { readonly claims?: readonly string[]; readonly also?: readonly string[] } = {},
  ): Promise<boolean> {
    const own = this.cache.list(id).sort((a, b) => b.id.length - a.id.length);
    const doomed = [...also.flatMap((other) => this.cache.get(other)?.record ?? []), ...own];
    // Each removal may also end an operation.
    const perCommit = Math.floor((this.#store.limits.writes - writesBesideRemovals) / 2);
    for (let at = 0; at < doomed.length; at += perCommit) {
      const part = doomed.slice(at, at + perCommit);
      const operations: Operation[] = [];
      for (const record of part) {
        const ended = await this.#endedByRemoval(record);
        if (ended) operations.push(ended);
      }
      const writes = part.map((record) => ({ delete: record.id }));
      if (!(await this.commit({ writes, operations, since, claims: at === 0 ? claims : [] }))) return false;
    }
    return true;
  }

  /** A removal is what a deletion was for; what was being made or changed is not there. */
  async #endedByRemoval({ operation: id }: ResourceRecord): Promise<Operation | undefined> {
    const operation = id === undefined ? undefined : await this.#operations.get(id);
    const isWrite = operation?.verb === 'put' || operation?.verb === 'patch';
    return operation && this.#operations.end(operation, isWrite ? preempted : { status: 'Succeeded' });
  }

  async #ended(record: ResourceRecord, outcome: OperationOutcome): Promise<Operation | undefined> {
    if (record.operation === undefined) return undefined;
    const operation = await this.#operations.get(record.operation);
    return operation && this.#operations.end(operation, outcome);
  }
}

/** The record as it stands when its running operation has this outcome. */
function withoutOperation(record: ResourceRecord, outcome: OperationOutcome): ResourceRecord {
  const { operation, lastOperation: before, ...idle } = record;
  const id = operation ?? before?.id;
  const lastOperation = {
    ...(id !== undefined && { id }),
    ...(outcome.status !== 'Succeeded' && { error: outcome.error }),
  };
  return { ...idle, lastOperation };
}

/** Types have names of their own for it. */
function isLeaving({ provisioningState }: ResourceRecord): boolean {
  return provisioningState === 'Deleting' || provisioningState === 'Leaving';
}

function writtenId(write: RelatedWrite): string {
  return 'put' in write ? write.put.id : write.delete;
}

function refuseTooMany(resources: number, { writes }: TransactionLimits): void {
  if (resources <= writes) return;
  throw new CodedError(
    'too-large',
    `The request is about ${resources} resources at once; ${writes} is the most. Send what belongs to a resource one by one.`,
  );
}

function contended(id: string): CodedError {
  return new CodedError('conflict', `${id} changed ${commitAttempts} times while it was written; try again.`);
}
