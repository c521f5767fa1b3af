import { errorMessage, SortedList } from '../../../base/index.ts';
import { type Change, type ChangeBatch, type Entry, maximumTransaction } from '../../contract.ts';
import {
  endOfPrefix,
  type Lease,
  type Ledger,
  type LedgerPut,
  type LedgerRange,
  type Position,
} from '../../engine/ledger.ts';

const batchesPerSweep = 5_000;

/** A ledger in the memory of this process; a commit cannot fail, so there is nothing to roll back. */
export class MemoryLedger implements Ledger {
  readonly limits = maximumTransaction;
  readonly #keys = new SortedList<string>((key) => key);
  /** Versions of each key, oldest first: what the compaction point shows, and all later ones. */
  readonly #versions = new Map<string, Change[]>();
  readonly #leases = new Map<string, { readonly lease: Lease; readonly keys: Set<string> }>();
  /** Every revision above `#sweptRevision`, in order and without holes. */
  #log: { revision: number; changes: Change[] }[] = [];
  #revision = 0;
  #compactedRevision = 0;
  #sweptRevision = 0;

  revision(): number {
    return this.#revision;
  }

  compactedRevision(): number {
    return this.#compactedRevision;
  }

  get(key: string): Entry | undefined {
    const last = this.#versions.get(key)?.at(-1);
    return last?.type === 'put' ? last.entry : undefined;
  }

  revisionOf(key: string): number {
    return this.get(key)?.revision ?? 0;
  }

  range({ prefix, afterKey, limit, atRevision }: LedgerRange): { entries: Entry[]; more: boolean } {
    const end = endOfPrefix(prefix);
    const entries: Entry[] = [];
    const start = afterKey !== undefined && afterKey >= prefix ? `${afterKey}\x00` : prefix;
    for (const key of this.#keys.from(start)) {
      if (key >= end) break;
      const entry = atRevision === undefined ? this.get(key) : this.#at(key, atRevision);
      if (!entry) continue;
      if (entries.length === limit) return { entries, more: true };
      entries.push(entry);
    }
    return { entries, more: false };
  }

  *history(prefix: string, afterRevision: number): Iterable<ChangeBatch> {
    for (const batch of this.#log.slice(Math.max(0, afterRevision - this.#sweptRevision))) {
      const changes = batch.changes.filter((change) => keyOf(change).startsWith(prefix));
      if (changes.length > 0) yield { revision: batch.revision, changes };
    }
  }

  begin(): void {}

  put({ key, value, lease, position }: LedgerPut): Change {
    const before = this.get(key);
    const { revision } = position;
    const createRevision = before?.createRevision ?? revision;
    const entry: Entry = { key, value, createRevision, revision, ...(lease === undefined ? {} : { lease }) };
    if (before?.lease !== undefined) this.#leases.get(before.lease)?.keys.delete(key);
    if (lease !== undefined) this.#leases.get(lease)?.keys.add(key);
    return this.#record({ type: 'put', entry, created: before === undefined });
  }

  delete(key: string, { revision }: Position): Change | undefined {
    const before = this.get(key);
    if (!before) return undefined;
    if (before.lease !== undefined) this.#leases.get(before.lease)?.keys.delete(key);
    return this.#record({ type: 'delete', key, revision });
  }

  commit(): void {}

  rollback(): void {}

  reasonOf(thrown: unknown): string {
    return errorMessage(thrown);
  }

  leases(): readonly Lease[] {
    return [...this.#leases.values()].map(({ lease }) => lease);
  }

  hasLease(id: string): boolean {
    return this.#leases.has(id);
  }

  addLease(lease: Lease): void {
    this.#leases.set(lease.id, { lease, keys: new Set() });
  }

  setLeaseEnd(id: string, endsMs: number | undefined): void {
    const held = this.#leases.get(id);
    if (held) this.#leases.set(id, { ...held, lease: { ...held.lease, endsMs } });
  }

  removeLease(id: string): void {
    this.#leases.delete(id);
  }

  leasedKeys(id: string, limit: number): readonly string[] {
    return [...(this.#leases.get(id)?.keys ?? [])].slice(0, limit);
  }

  markCompacted(revision: number): void {
    this.#compactedRevision = revision;
  }

  sweep(): boolean {
    const count = Math.min(this.#compactedRevision - this.#sweptRevision, batchesPerSweep);
    const dropped = this.#log.slice(0, count);
    this.#log = this.#log.slice(count);
    this.#sweptRevision += count;
    for (const { changes } of dropped) for (const change of changes) this.#prune(keyOf(change));
    return this.#sweptRevision >= this.#compactedRevision;
  }

  giveBack(): boolean {
    return true;
  }

  *historySizes(): Iterable<{ revision: number; bytes: number }> {}

  close(): void {
    this.#versions.clear();
    this.#log = [];
  }

  #at(key: string, revision: number): Entry | undefined {
    const version = this.#versions.get(key)?.findLast((change) => revisionOf(change) <= revision);
    return version?.type === 'put' ? version.entry : undefined;
  }

  #record(change: Change): Change {
    const key = keyOf(change);
    const versions = this.#versions.get(key);
    if (versions) {
      versions.push(change);
    } else {
      this.#versions.set(key, [change]);
      this.#keys.add(key);
    }
    const revision = revisionOf(change);
    if (revision === this.#revision) {
      this.#log.at(-1)?.changes.push(change);
    } else {
      this.#log.push({ revision, changes: [change] });
      this.#revision = revision;
    }
    return change;
  }

  /** Drops the versions of a key that the swept revision no longer shows. */
  #prune(key: string): void {
    const versions = this.#versions.get(key);
    if (!versions) return;
    const shown = versions.findLastIndex((change) => revisionOf(change) <= this.#sweptRevision);
    const first = versions[shown];
    versions.splice(0, first?.type === 'delete' ? shown + 1 : shown);
    if (versions.length > 0) return;
    this.#versions.delete(key);
    this.#keys.delete(key);
  }
}

function keyOf(change: Change): string {
  return change.type === 'put' ? change.entry.key : change.key;
}

function revisionOf(change: Change): number {
  return change.type === 'put' ? change.entry.revision : change.revision;
}
