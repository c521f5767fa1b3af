import { type Clock, CodedError, errorMessage, type Logger, type Random } from '../../base/index.ts';
import {
  type Change,
  type ChangeBatch,
  type CommitResult,
  type Entry,
  type ForkableStore,
  type HistoryQuery,
  type RangeQuery,
  type RangeResult,
  storeLimits,
  type Transaction,
  type TransactionLimits,
  type Watch,
} from '../contract.ts';
import { checkLeaseTtl, checkRange, checkTransaction, compactedError } from './checks.ts';
import { type HistoryLimits, HistoryPolicy } from './history-policy.ts';
import { LeaseTimers } from './leases.ts';
import type { Ledger } from './ledger.ts';
import { WatchHub } from './watch-hub.ts';
import { WriteHealth } from './write-health.ts';

/** What a store is opened with. */
export interface StoreOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly history: HistoryLimits;
}

const entriesPerRevocation = 512;

/** A step of a group: it runs inside the group's commit and learns its end after it. */
interface Operation {
  /** Runs inside the open group; returns what to do once the group is durable. */
  apply(changed: ChangeBatch[]): () => void;
  reject(error: Error): void;
}

/**
 * A store over a ledger: queues what arrives in one turn of the event loop, makes it durable as one group, then tells
 * watchers and then callers.
 */
export class LedgerStore implements ForkableStore {
  readonly limits: TransactionLimits;
  readonly #ledger: Ledger;
  readonly #options: StoreOptions;
  readonly #hub: WatchHub;
  readonly #leases: LeaseTimers;
  readonly #policy: HistoryPolicy;
  readonly #writes: WriteHealth;
  #queue: Operation[] = [];
  #flushing = false;
  #closed = false;
  #sweeping: Promise<void> | undefined;

  constructor(ledger: Ledger, options: StoreOptions) {
    this.limits = ledger.limits;
    this.#ledger = ledger;
    this.#options = options;
    this.#hub = new WatchHub(ledger, options.log);
    this.#leases = new LeaseTimers(options.clock, (id) => this.#expireLease(id));
    for (const lease of ledger.leases()) this.#leases.start(lease);
    this.#writes = new WriteHealth(options.clock, () => this.#tryToWrite());
    this.#writeLeaseEnds();
    this.#policy = new HistoryPolicy(options.clock, options.history, {
      revision: ledger.revision(),
      sizes: ledger.historySizes(),
      compact: (revision) => this.#compactByItself(revision),
    });
    // What a process that ended had not dropped or given back yet: nothing else may come to do it for a long time.
    setImmediate(() => this.#compactByItself(ledger.compactedRevision()));
  }

  async get(key: string): Promise<Entry | undefined> {
    this.#checkOpen();
    return this.#ledger.get(key);
  }

  async range(query: RangeQuery): Promise<RangeResult> {
    this.#checkOpen();
    const revision = this.#ledger.revision();
    const checked = checkRange(query, revision, this.#ledger.compactedRevision());
    const { entries, more } = this.#ledger.range(checked);
    return { entries, more, revision: query.atRevision ?? revision };
  }

  async commit(transaction: Transaction): Promise<CommitResult> {
    checkTransaction(transaction, this.limits);
    return this.#enqueue((changed) => this.#applyTransaction(transaction, changed));
  }

  async watch(
    prefix: string,
    sink: (batch: ChangeBatch) => void,
    afterRevision = this.#ledger.revision(),
  ): Promise<Watch> {
    this.#checkOpen();
    const compacted = this.#ledger.compactedRevision();
    if (afterRevision < compacted) throw compactedError(afterRevision, compacted);
    return this.#hub.add(prefix, sink, afterRevision);
  }

  async history(query: HistoryQuery): Promise<readonly ChangeBatch[] | undefined> {
    this.#checkOpen();
    const { prefix, afterRevision, maximumChanges } = query;
    const compacted = this.#ledger.compactedRevision();
    if (afterRevision < compacted) throw compactedError(afterRevision, compacted);
    const batches: ChangeBatch[] = [];
    let changes = 0;
    for (const batch of this.#ledger.history(prefix, afterRevision, maximumChanges + 1)) {
      changes += batch.changes.length;
      if (changes > maximumChanges) return undefined;
      batches.push(batch);
    }
    return batches;
  }

  revision(): number {
    return this.#ledger.revision();
  }

  async latest(): Promise<number> {
    this.#checkOpen();
    return this.#ledger.revision();
  }

  compactedRevision(): number {
    return this.#ledger.compactedRevision();
  }

  whyWritesFail(): string | undefined {
    return this.#closed ? 'the store is closed' : this.#writes.reason();
  }

  async compact(revision: number): Promise<void> {
    this.#checkOpen();
    const latest = this.#ledger.revision();
    if (revision > latest) {
      throw new CodedError('invalid', `Revision ${revision} has not happened yet; the latest is ${latest}.`);
    }
    if (revision > this.#ledger.compactedRevision()) {
      this.#hub.catchUpAll();
      this.#ledger.markCompacted(revision);
    }
    this.#sweeping ??= this.#sweep().finally(() => {
      this.#sweeping = undefined;
    });
    await this.#sweeping;
  }

  async grantLease(ttlMs: number): Promise<string> {
    checkLeaseTtl(ttlMs);
    const endsMs = Math.ceil(this.#options.clock.now() + ttlMs);
    const lease = { id: this.#options.random.uuid(), ttlMs, endsMs };
    await this.#enqueue(() => this.#ledger.addLease(lease));
    this.#leases.start(lease);
    return lease.id;
  }

  async keepLeaseAlive(lease: string): Promise<void> {
    this.#checkOpen();
    if (this.#leases.isAlive(lease) && this.#leases.isEndKnown(lease)) {
      await this.#enqueue(() => this.#ledger.setLeaseEnd(lease, undefined));
      this.#leases.setEndKnown(lease, false);
    }
    if (!this.#leases.renew(lease)) throw leaseEnded(lease);
  }

  async revokeLease(lease: string): Promise<void> {
    // In steps, so that other writes and reads go on in between, however much hangs on it.
    for (let isOver = false; !isOver; ) {
      isOver = await this.#enqueue((changed) => this.#applyRevocation(lease, changed));
    }
    this.#leases.stop(lease);
  }

  /** Between two groups, as everything that is not a group is: what waits is not in the fork. */
  fork(): ForkableStore {
    this.#checkOpen();
    return new LedgerStore(this.#ledger.fork(), this.#options);
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#writeLeaseEnds();
    this.#closed = true;
    while (this.#queue.length > 0) await new Promise((next) => setImmediate(next));
    this.#hub.close();
    this.#leases.close();
    this.#policy.close();
    await this.#sweeping;
    this.#ledger.close();
  }

  #enqueue<T>(run: (changed: ChangeBatch[]) => T): Promise<T> {
    this.#checkOpen();
    if (this.#queue.length >= storeLimits.queuedTransactions) {
      throw new CodedError('too-many', 'Too many writes are waiting; try again shortly.');
    }
    return new Promise((resolve, reject) => {
      this.#queue.push({
        apply: (changed) => {
          const result = run(changed);
          return () => resolve(result);
        },
        reject,
      });
      this.#scheduleFlush();
    });
  }

  #scheduleFlush(): void {
    if (this.#flushing) return;
    this.#flushing = true;
    // After the poll phase: everything that this turn's sockets brought is in the group.
    setImmediate(() => {
      this.#flushing = false;
      this.#flush();
      if (this.#queue.length > 0) this.#scheduleFlush();
    });
  }

  #flush(): void {
    if (this.#queue.length === 0) return;
    const group = this.#queue.splice(0, storeLimits.transactionsPerGroup);
    const changed: ChangeBatch[] = [];
    const settle: (() => void)[] = [];
    try {
      this.#ledger.begin();
      for (const operation of group) settle.push(this.#applyOne(operation, changed));
      this.#ledger.commit();
    } catch (thrown) {
      this.#abandon(group, thrown);
      return;
    }
    this.#writes.succeeded();
    for (const batch of changed) {
      this.#policy.observe(batch);
      this.#hub.dispatch(batch);
    }
    for (const run of settle) run();
  }

  /**
   * A coded error is the operation's own: the rest of the group goes on. Anything else ends the group, and so does what
   * comes after the first write, of which nothing may be kept.
   */
  #applyOne(operation: Operation, changed: ChangeBatch[]): () => void {
    const before = this.#ledger.revision();
    try {
      return operation.apply(changed);
    } catch (thrown) {
      if (!(thrown instanceof CodedError) || this.#ledger.revision() !== before) throw thrown;
      return () => operation.reject(thrown);
    }
  }

  #abandon(group: readonly Operation[], thrown: unknown): void {
    const reason = this.#ledger.reasonOf(thrown instanceof CodedError ? (thrown.detail ?? thrown) : thrown);
    this.#options.log.error('a group of writes was not committed', { error: errorMessage(thrown) });
    this.#writes.failed(reason);
    try {
      this.#ledger.rollback();
    } catch (second) {
      this.#options.log.error('a group of writes was not rolled back', { error: errorMessage(second) });
    }
    for (const operation of group) {
      operation.reject(
        new CodedError('unavailable', `The store could not write to its disk: ${reason}.`, thrown),
      );
    }
  }

  #applyTransaction({ guards, writes }: Transaction, changed: ChangeBatch[]): CommitResult {
    const ledger = this.#ledger;
    for (const guard of guards ?? []) {
      if (ledger.revisionOf(guard.key) !== guard.revision) {
        return { ok: false, failed: guard, current: ledger.get(guard.key) };
      }
    }
    for (const write of writes) {
      if (!('put' in write) || write.lease === undefined) continue;
      if (!ledger.hasLease(write.lease) || !this.#leases.isAlive(write.lease)) throw leaseEnded(write.lease);
    }
    const revision = ledger.revision() + 1;
    const changes: Change[] = [];
    for (const write of writes) {
      const position = { revision, ordinal: changes.length };
      const change =
        'put' in write
          ? ledger.put({ key: write.put, value: write.value, lease: write.lease, position })
          : ledger.delete(write.delete, position);
      if (change) changes.push(change);
    }
    if (changes.length > 0) changed.push({ revision, changes });
    return { ok: true, revision: ledger.revision() };
  }

  /** False when entries are left. */
  #applyRevocation(lease: string, changed: ChangeBatch[]): boolean {
    const ledger = this.#ledger;
    const keys = ledger.leasedKeys(lease, entriesPerRevocation);
    for (let at = 0; at < keys.length; at += this.limits.writes) {
      const writes = keys.slice(at, at + this.limits.writes).map((key) => ({ delete: key }));
      this.#applyTransaction({ writes }, changed);
    }
    if (keys.length === entriesPerRevocation) return false;
    ledger.removeLease(lease);
    return true;
  }

  async #expireLease(id: string): Promise<void> {
    try {
      await this.revokeLease(id);
    } catch (thrown) {
      if (!this.#closed) this.#options.log.error('a lease is not ended yet', { error: errorMessage(thrown) });
      throw thrown;
    }
  }

  /**
   * At a start and before an end: a lease that was kept alive gets its full time once, whoever keeps it. When this
   * fails, it gets it once more.
   */
  #writeLeaseEnds(): void {
    if (this.#leases.unknownEnds().length === 0) return;
    const written: string[] = [];
    const writing = this.#enqueue(() => {
      // A renewal that comes before this moment counts, a later one takes the end back in a group after this one.
      for (const { id, endsMs } of this.#leases.unknownEnds()) {
        this.#ledger.setLeaseEnd(id, endsMs);
        this.#leases.setEndKnown(id, true);
        written.push(id);
      }
    });
    writing.catch((thrown) => {
      for (const id of written) this.#leases.setEndKnown(id, false);
      this.#options.log.error('the ends of leases were not written', { error: errorMessage(thrown) });
    });
  }

  #compactByItself(revision: number): void {
    this.compact(revision).catch((thrown) => {
      if (!this.#closed) this.#options.log.error('compaction failed', { error: errorMessage(thrown) });
    });
  }

  /** An empty group: it succeeds when there is room again. */
  #tryToWrite(): void {
    this.#enqueue(() => undefined).catch(() => {});
  }

  /** In steps, so that writes and reads go on in between. */
  async #sweep(): Promise<void> {
    const pause = () => new Promise((next) => setImmediate(next));
    for (let goOn = false; !this.#closed; await pause()) {
      // First what was compacted meanwhile: while writes go on, giving back may take long.
      if (!this.#ledger.sweep()) continue;
      if (this.#ledger.giveBack(goOn)) return;
      goOn = true;
    }
  }

  #checkOpen(): void {
    if (this.#closed) throw new CodedError('unavailable', 'The store is closed.');
  }
}

function leaseEnded(lease: string): CodedError {
  return new CodedError('not-found', `Lease ${lease} has ended or never was.`);
}
