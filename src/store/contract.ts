/**
 * The store: one ordered space of keys with one revision counter.
 *
 * Laws (every driver; the suite in `test/store/law.ts` checks them):
 * - A commit is atomic. It resolves only after it is durable; watchers see it only after that.
 * - Each successful commit that writes takes the next revision; all its writes share it. Revisions grow, are
 *   never reused, and survive a restart.
 * - A watch delivers every commit under its prefix exactly once, in revision order, from `fromRevision` on.
 * - Reading or watching below the compaction point fails with `gone`; above the current revision, reading fails
 *   with `invalid`.
 * - A delete of a key that does not exist changes nothing; a transaction without any change takes no revision.
 * - Watchers have seen a commit by the time that it resolves.
 * - When a group cannot be made durable, each of its callers is told so (`unavailable`) and nothing of it is kept.
 * - A transaction as large as `limits` say is taken; one above any of them is refused and nothing of it is kept.
 */
export interface Store {
  /** What one transaction takes. Stated by the driver, enforced by `commit`; never above `maximumTransaction`. */
  readonly limits: TransactionLimits;
  /** The entry, or undefined. */
  get(key: string): Promise<Entry | undefined>;
  /** Entries whose key starts with `prefix`, in key order. */
  range(query: RangeQuery): Promise<RangeResult>;
  /**
   * Applies all writes if every guard holds, else none. Fails with `too-large` over `limits`, `invalid` for a malformed
   * key or two writes of one key, `not-found` for a lease that has ended.
   */
  commit(transaction: Transaction): Promise<CommitResult>;
  /**
   * Calls `sink` with each batch of changes under `prefix` whose revision is above `afterRevision` (default: the
   * current one). `sink` is called in order and never re-entered; it must not throw and should be quick: queues
   * belong to the caller.
   * Throws `gone` when `afterRevision` is below the compaction point.
   */
  watch(prefix: string, sink: (batch: ChangeBatch) => void, afterRevision?: number): Promise<Watch>;
  /**
   * Every commit under `prefix` above `afterRevision` up to the current one, in order; undefined when they make more
   * than `maximumChanges`. Throws `gone` when `afterRevision` is below the compaction point.
   */
  history(query: HistoryQuery): Promise<readonly ChangeBatch[] | undefined>;
  /** The revision of the latest durable commit that this process has seen; another process may be ahead. */
  revision(): number;
  /**
   * The revision of the latest durable commit of any process, at a moment between question and answer: never below one
   * that somebody was answered before. A reader that has seen it has seen what everybody was told.
   */
  latest(): Promise<number>;
  /** The compaction point: revisions below this one can no longer be read or watched from. */
  compactedRevision(): number;
  /**
   * Why the last group of writes was not committed; undefined when it was. While it failed, asking tries once a second
   * whether there is room again.
   */
  whyWritesFail(): string | undefined;
  /** Moves the compaction point to `revision` and drops what only older revisions show; current entries stay. */
  compact(revision: number): Promise<void>;
  /**
   * Creates a lease; entries written with its id are deleted when it is not kept alive for `ttlMs`, by the wall clock
   * also while nothing runs. A lease that was kept alive gets its full time once more at the first start after that.
   */
  grantLease(ttlMs: number): Promise<string>;
  /** Fails with `not-found` when the lease has expired. */
  keepLeaseAlive(lease: string): Promise<void>;
  /** Deletes the lease and every entry attached to it. When this fails the lease goes on. */
  revokeLease(lease: string): Promise<void>;
  /** Waits for running commits, then releases files and timers. Later calls fail with `unavailable`. */
  close(): Promise<void>;
}

/** A store that others can begin from. */
export interface ForkableStore extends Store {
  /**
   * A store of its own in memory that shows what this one shows at this moment and goes on from its revision: entries, claims and
   * leases with their time. Neither sees what is written to the other. From memory it costs what was written since the
   * last fork, and the history comes along; from a file everything is read, and the fork begins without history.
   * Throws `unavailable` when this one is closed.
   */
  fork(): ForkableStore;
}

/** Keys are printable ASCII without blanks (callers percent-encode the rest), so every driver sorts alike. */
export interface Entry {
  readonly key: string;
  /** Never modified after it was handed out. */
  readonly value: Uint8Array;
  readonly createRevision: number;
  /** The revision of the last write. */
  readonly revision: number;
  readonly lease?: string;
}

export interface RangeQuery {
  readonly prefix: string;
  /** Only keys strictly greater than this one: the place to go on after a page. */
  readonly afterKey?: string;
  readonly limit?: number;
  /** Reads the state as of this revision; default the current one. */
  readonly atRevision?: number;
}

export interface HistoryQuery {
  readonly prefix: string;
  readonly afterRevision: number;
  readonly maximumChanges: number;
}

export interface RangeResult {
  readonly entries: readonly Entry[];
  /** The revision that the answer shows. */
  readonly revision: number;
  readonly more: boolean;
}

export interface Transaction {
  readonly guards?: readonly Guard[];
  readonly writes: readonly Write[];
}

/** Holds when the key's last revision is `revision`; 0 means that the key does not exist. */
export interface Guard {
  readonly key: string;
  readonly revision: number;
}

export type Write =
  | { readonly put: string; readonly value: Uint8Array; readonly lease?: string }
  | { readonly delete: string };

export type CommitResult =
  | { readonly ok: true; readonly revision: number }
  /** `current` is what stands at the key of the first guard that failed. */
  | { readonly ok: false; readonly failed: Guard; readonly current: Entry | undefined };

export interface ChangeBatch {
  readonly revision: number;
  readonly changes: readonly Change[];
}

export type Change =
  | { readonly type: 'put'; readonly entry: Entry; readonly created: boolean }
  | { readonly type: 'delete'; readonly key: string; readonly revision: number };

export interface Watch {
  close(): void;
}

export interface TransactionLimits {
  readonly guards: number;
  readonly writes: number;
  /** As `transactionBytes` counts them. */
  readonly bytes: number;
}

/**
 * What callers may count on nowhere to be more, whatever the driver: etcd's defaults.
 * Source: `--max-txn-ops` and `--max-request-bytes` in https://etcd.io/docs/v3.5/op-guide/configuration/
 */
export const maximumTransaction: TransactionLimits = { guards: 128, writes: 128, bytes: 1.5 * 1024 * 1024 };

/** What a remote store sends beside key and value: revisions, a lease, lengths. */
const bytesPerOperation = 48;

/** What a transaction takes of `limits.bytes`. The key of a guard counts twice: it is asked for when it fails. */
export function transactionBytes({ guards = [], writes }: Transaction): number {
  let bytes = 0;
  for (const { key } of guards) bytes += 2 * key.length + bytesPerOperation;
  for (const write of writes) bytes += writeBytes(write);
  return bytes;
}

/** What one write takes of a transaction. */
export function writeBytes(write: Write): number {
  const bytes = 'put' in write ? write.put.length + write.value.length : write.delete.length;
  return bytes + bytesPerOperation;
}

export const storeLimits = {
  keyBytes: 1024,
  /** Also the page size when a range names no limit. */
  rangeEntries: 100_000,
  queuedTransactions: 100_000,
  transactionsPerGroup: 4096,
  leaseTtlMs: 24 * 60 * 60 * 1000,
} as const;
