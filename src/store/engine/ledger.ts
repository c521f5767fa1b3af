import type { Change, ChangeBatch, Entry, TransactionLimits } from '../contract.ts';

/**
 * The synchronous half of a store, which a driver supplies. The engine calls writes only between `begin` and `commit`
 * or `rollback`, and gives out nothing of a group before `commit` has returned.
 */
export interface Ledger {
  readonly limits: TransactionLimits;
  /** Revision of the latest commit. Inside a group it includes what the group has written so far. */
  revision(): number;
  compactedRevision(): number;
  get(key: string): Entry | undefined;
  /** Last revision of the key, 0 when it does not exist. */
  revisionOf(key: string): number;
  range(query: LedgerRange): { readonly entries: Entry[]; readonly more: boolean };
  /**
   * Changes under `prefix` above `afterRevision`, one batch a revision, ascending; about the first `limitChanges` of
   * them, if given.
   */
  history(prefix: string, afterRevision: number, limitChanges?: number): Iterable<ChangeBatch>;

  begin(): void;
  put(write: LedgerPut): Change;
  /** Undefined when there was nothing to delete. */
  delete(key: string, position: Position): Change | undefined;
  /** Makes the group durable. When it throws, nothing of the group was kept after `rollback`. */
  commit(): void;
  rollback(): void;
  /** Why a group could not be committed, for people; without a full stop. */
  reasonOf(thrown: unknown): string;

  leases(): readonly Lease[];
  hasLease(id: string): boolean;
  addLease(lease: Lease): void;
  removeLease(id: string): void;
  setLeaseEnd(id: string, endsMs: number | undefined): void;
  /** At most `limit` of the keys that are attached to a lease. */
  leasedKeys(id: string, limit: number): readonly string[];

  /** Moves the compaction point, durably. */
  markCompacted(revision: number): void;
  /** Drops some of what lies behind the compaction point; true when nothing is left to drop. */
  sweep(): boolean;
  /**
   * Gives some of the room that nothing uses any more back to the disk; true when that is done or not worth it.
   * `goOn`: the call before this one was not done.
   */
  giveBack(goOn: boolean): boolean;
  /** What the history above the compaction point takes, ascending. */
  historySizes(): Iterable<{ readonly revision: number; readonly bytes: number }>;
  /** A ledger of its own in memory that begins with what this one shows and goes on from its revision. */
  fork(): Ledger;
  close(): void;
}

/** Where a change stands: its revision and its place within the transaction. */
export interface Position {
  readonly revision: number;
  readonly ordinal: number;
}

export interface LedgerPut {
  readonly key: string;
  readonly value: Uint8Array;
  readonly lease: string | undefined;
  readonly position: Position;
}

export interface LedgerRange {
  readonly prefix: string;
  readonly afterKey: string | undefined;
  readonly limit: number;
  /** Undefined for the current state. */
  readonly atRevision: number | undefined;
}

export interface Lease {
  readonly id: string;
  readonly ttlMs: number;
  /** Unix milliseconds; undefined while somebody keeps it alive, which is nothing to write down each time. */
  readonly endsMs: number | undefined;
}

/** Sorts after every key under `prefix`: keys are printable ASCII, so below U+007F. */
export function endOfPrefix(prefix: string): string {
  return `${prefix}\x7f`;
}
