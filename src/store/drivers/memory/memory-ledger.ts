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

/** At a fork, what came since the last one becomes part of the share when it is more than this part of it. */
const ownPart = 1 / 4;

interface HeldLease {
  readonly lease: Lease;
  readonly keys: Set<string>;
}

/** A ledger in the memory of this process; a commit cannot fail, so there is nothing to roll back. */
export class MemoryLedger implements Ledger {
  readonly limits = maximumTransaction;
  #keys = new SortedList<string>((key) => key);
  /** Versions of each key, oldest first: what the compaction point shows, and all later ones. Where there is a share, what differs from it. */
  #versions = new Map<string, Change[]>();
  /** What this ledger and its forks had in common when they parted: nobody changes it any more. */
  #shared: ReadonlyMap<string, readonly Change[]> | undefined;
  #leases = new Map<string, HeldLease>();
  /** Every revision above `#sweptRevision`, in order and without holes. */
  #log: { revision: number; changes: Change[] }[] = [];
  #revision = 0;
  #compactedRevision = 0;
  #sweptRevision = 0;

  /** A ledger that begins with what another one shows now: its entries in the order of their keys, its leases. */
  static beginningWith(start: {
    readonly revision: number;
    readonly entries: readonly Entry[];
    readonly leases: readonly Lease[];
  }): MemoryLedger {
    const ledger = new MemoryLedger();
    ledger.#revision = start.revision;
    ledger.#compactedRevision = start.revision;
    ledger.#sweptRevision = start.revision;
    for (const lease of start.leases) ledger.addLease(lease);
    for (const entry of start.entries) {
      const created = entry.createRevision === entry.revision;
      ledger.#versions.set(entry.key, [{ type: 'put', entry, created }]);
      if (entry.lease !== undefined) ledger.#leases.get(entry.lease)?.keys.add(entry.key);
    }
    ledger.#keys = new SortedList((key) => key, [...ledger.#versions.keys()]);
    return ledger;
  }

  /** Costs what was written since the last fork, whatever there is; the history is the fork's, too. */
  fork(): MemoryLedger {
    this.#share();
    const fork = new MemoryLedger();
    fork.#keys = this.#keys.copy();
    fork.#shared = this.#shared;
    fork.#versions = new Map(Array.from(this.#versions, ([key, versions]) => [key, versions.slice()]));
    for (const [id, { lease, keys }] of this.#leases) fork.#leases.set(id, { lease, keys: new Set(keys) });
    // The last batch may still grow within its transaction, but none is open between two turns.
    fork.#log = this.#log.slice();
    fork.#revision = this.#revision;
    fork.#compactedRevision = this.#compactedRevision;
    fork.#sweptRevision = this.#sweptRevision;
    return fork;
  }

  revision(): number {
    return this.#revision;
  }

  compactedRevision(): number {
    return this.#compactedRevision;
  }

  get(key: string): Entry | undefined {
    const last = this.#versionsOf(key)?.at(-1);
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
    this.#shared = undefined;
    this.#log = [];
  }

  #at(key: string, revision: number): Entry | undefined {
    const version = this.#versionsOf(key)?.findLast((change) => revisionOf(change) <= revision);
    return version?.type === 'put' ? version.entry : undefined;
  }

  #record(change: Change): Change {
    const key = keyOf(change);
    const versions = this.#ownVersionsOf(key);
    if (versions) {
      if (versions.push(change) === 1) this.#keys.add(key);
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
    const versions = this.#ownVersionsOf(key);
    if (!versions) return;
    const shown = versions.findLastIndex((change) => revisionOf(change) <= this.#sweptRevision);
    const first = versions[shown];
    versions.splice(0, first?.type === 'delete' ? shown + 1 : shown);
    if (versions.length > 0) return;
    // Without versions of its own the key would show those of the share.
    if (!this.#shared?.has(key)) this.#versions.delete(key);
    this.#keys.delete(key);
  }

  #versionsOf(key: string): readonly Change[] | undefined {
    return this.#versions.get(key) ?? this.#shared?.get(key);
  }

  /** The same to be changed: those of the share are copied first. */
  #ownVersionsOf(key: string): Change[] | undefined {
    const own = this.#versions.get(key);
    if (own || !this.#shared) return own;
    const versions = this.#shared.get(key)?.slice();
    if (versions) this.#versions.set(key, versions);
    return versions;
  }

  /** Sees to it that most versions are in the share. */
  #share(): void {
    if (this.#shared && this.#versions.size <= this.#shared.size * ownPart) return;
    if (this.#shared) {
      const all = new Map(this.#shared);
      for (const [key, versions] of this.#versions) {
        if (versions.length > 0) all.set(key, versions);
        else all.delete(key);
      }
      this.#shared = all;
    } else {
      this.#shared = this.#versions;
    }
    this.#versions = new Map();
  }
}

function keyOf(change: Change): string {
  return change.type === 'put' ? change.entry.key : change.key;
}

function revisionOf(change: Change): number {
  return change.type === 'put' ? change.entry.revision : change.revision;
}
