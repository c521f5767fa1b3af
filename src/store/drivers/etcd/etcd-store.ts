import { type Clock, CodedError, errorMessage, type Logger, silentLogger } from '../../../base/index.ts';
import {
  type ChangeBatch,
  type CommitResult,
  type Entry,
  type HistoryQuery,
  maximumTransaction,
  type RangeQuery,
  type RangeResult,
  type Store,
  type Transaction,
  type TransactionLimits,
  type Watch,
} from '../../contract.ts';
import { checkLeaseTtl, checkRange, checkTransaction, compactedError } from '../../engine/checks.ts';
import { type HistoryLimits, HistoryPolicy, historyLimits } from '../../engine/history-policy.ts';
import { WatchHub } from '../../engine/watch-hub.ts';
import { WriteHealth } from '../../engine/write-health.ts';
import { EtcdClient, type EtcdConnection } from './client.ts';
import { Feed, readBatches } from './feed.ts';
import { Keyspace } from './keyspace.ts';
import { EtcdLeases } from './leases.ts';
import { OwnValues } from './own-values.ts';
import { Recent } from './recent.ts';
import { transactionRequest } from './transaction.ts';

export interface EtcdStoreOptions extends EtcdConnection {
  /** All keys lie below it; 1 to 200 printable characters. */
  readonly prefix: string;
  readonly clock: Clock;
  readonly log?: Logger;
  readonly history?: HistoryLimits;
  /** Instead of one that is made from the connection. */
  readonly client?: EtcdClient;
}

const entriesPerAnswer = 2_000;

/** Connects to an etcd (3.4 or later) and finds the store there, or makes it. Throws `unavailable` with the reason. */
export async function openEtcdStore(options: EtcdStoreOptions): Promise<Store> {
  const client = options.client ?? new EtcdClient(options);
  try {
    const keyspace = await Keyspace.open(client, options.prefix);
    const { header } = await client.call('range', { key: keyspace.key('/'), count_only: true });
    const compacted = await compactedRevision(client, keyspace);
    return new EtcdStore(options, {
      client,
      keyspace,
      revision: keyspace.madeAt ?? keyspace.ours(header.revision),
      compacted,
    });
  } catch (thrown) {
    client.close();
    throw thrown;
  }
}

/** The oldest revision that etcd still has, as it says to who asks for more. */
function compactedRevision(client: EtcdClient, keyspace: Keyspace): Promise<number> {
  const { promise, resolve, reject } = Promise.withResolvers<number>();
  const stop = client.watch(1, {
    next(response) {
      if (response.created && !response.canceled) return;
      stop();
      resolve(Math.max(0, keyspace.ours(response.compact_revision)));
    },
    end: reject,
  });
  return promise;
}

interface Start {
  readonly client: EtcdClient;
  readonly keyspace: Keyspace;
  readonly revision: number;
  readonly compacted: number;
}

/** A store in etcd: reads ask it, writes are its transactions, and one watch feeds all watchers of this process. */
class EtcdStore implements Store {
  readonly limits: TransactionLimits;
  readonly #client: EtcdClient;
  readonly #keyspace: Keyspace;
  readonly #hub: WatchHub;
  readonly #recent: Recent;
  readonly #own = new OwnValues();
  readonly #feed: Feed;
  readonly #leases: EtcdLeases;
  readonly #policy: HistoryPolicy;
  readonly #writes: WriteHealth;
  readonly #running = new Set<Promise<unknown>>();
  #compacted: number;
  #lost: string | undefined;
  #closed = false;

  constructor({ clock, log = silentLogger, history = historyLimits }: EtcdStoreOptions, start: Start) {
    const { client, keyspace, revision, compacted } = start;
    this.#client = client;
    this.#keyspace = keyspace;
    this.#compacted = compacted;
    const perKey = keyspace.bytesPerKey * (2 * maximumTransaction.guards + maximumTransaction.writes);
    this.limits = {
      ...maximumTransaction,
      bytes: Math.floor((maximumTransaction.bytes - perKey) / 4096) * 4096,
    };
    this.#recent = new Recent(revision);
    this.#hub = new WatchHub(this.#recent, log);
    this.#leases = new EtcdLeases(client, clock);
    this.#writes = new WriteHealth(clock, () => this.#tryToWrite());
    this.#policy = new HistoryPolicy(clock, history, {
      revision,
      sizes: [],
      compact: (to) => {
        this.compact(to).catch((thrown) => log.warn('not compacted', { error: errorMessage(thrown) }));
      },
    });
    this.#feed = new Feed(
      {
        ...{ client, keyspace, clock, log },
        onBatch: (batch) => this.#take(batch),
        onRevision: (seen) => this.#recent.reach(seen),
        ownValue: (key, value) => this.#own.of(key, value),
        onLost: (reason) => {
          this.#lost = reason;
          log.error('the store has to be opened again', { reason });
        },
      },
      revision,
    );
  }

  async get(key: string): Promise<Entry | undefined> {
    this.#checkOpen();
    await this.#leases.settled();
    const { kvs } = await this.#client.call('range', { key: this.#keyspace.key(key) });
    return kvs[0] && this.#keyspace.entryOf(kvs[0]);
  }

  async range(query: RangeQuery): Promise<RangeResult> {
    this.#checkOpen();
    await this.#leases.settled();
    const asked = query.atRevision;
    if (asked !== undefined && asked > this.revision()) await this.latest();
    const { prefix, afterKey, limit } = checkRange(query, this.revision(), this.#compacted);
    let from = afterKey !== undefined && afterKey >= prefix ? `${afterKey}\x00` : prefix;
    let revision = asked;
    const entries: Entry[] = [];
    for (;;) {
      const page = await this.#client.call('range', {
        key: this.#keyspace.key(from),
        range_end: this.#keyspace.end(prefix),
        limit: Math.min(entriesPerAnswer, limit - entries.length),
        revision: revision === undefined ? 0 : this.#keyspace.theirs(revision),
      });
      revision ??= this.#keyspace.ours(page.header.revision);
      for (const kv of page.kvs) entries.push(this.#keyspace.entryOf(kv));
      if (!page.more || entries.length >= limit) return { entries, more: page.more, revision };
      from = `${entries.at(-1)?.key}\x00`;
    }
  }

  commit(transaction: Transaction): Promise<CommitResult> {
    return this.#run(async () => {
      checkTransaction(transaction, this.limits);
      await this.#leases.settled();
      for (const write of transaction.writes) {
        if ('put' in write && write.lease !== undefined) this.#leases.checkAlive(write.lease);
      }
      const forget = this.#own.expect(transaction.writes);
      try {
        return await this.#commit(transaction);
      } finally {
        forget();
      }
    });
  }

  async watch(
    prefix: string,
    sink: (batch: ChangeBatch) => void,
    afterRevision = this.revision(),
  ): Promise<Watch> {
    this.#checkOpen();
    await this.#recall(afterRevision);
    return this.#hub.add(prefix, sink, afterRevision);
  }

  async history({
    prefix,
    afterRevision,
    maximumChanges,
  }: HistoryQuery): Promise<readonly ChangeBatch[] | undefined> {
    this.#checkOpen();
    await this.#recall(afterRevision);
    const batches: ChangeBatch[] = [];
    let changes = 0;
    for (const batch of this.#recent.history(prefix, afterRevision)) {
      changes += batch.changes.length;
      if (changes > maximumChanges) return undefined;
      batches.push(batch);
    }
    return batches;
  }

  revision(): number {
    return this.#recent.revision();
  }

  async latest(): Promise<number> {
    this.#checkOpen();
    const { header } = await this.#client.call('range', { key: this.#keyspace.key('/'), count_only: true });
    const latest = this.#keyspace.ours(header.revision);
    await this.#recent.reached(latest);
    return latest;
  }

  compactedRevision(): number {
    return this.#compacted;
  }

  whyWritesFail(): string | undefined {
    return this.#closed ? 'the store is closed' : (this.#lost ?? this.#writes.reason());
  }

  async compact(revision: number): Promise<void> {
    this.#checkOpen();
    const latest = revision > this.revision() ? await this.latest() : this.revision();
    if (revision > latest) {
      throw new CodedError('invalid', `Revision ${revision} has not happened yet; the latest is ${latest}.`);
    }
    if (revision <= this.#compacted) return;
    this.#hub.catchUpAll();
    // From now on nobody here asks for less, whenever etcd drops it.
    this.#compacted = revision;
    this.#recent.drop(revision);
    try {
      await this.#client.call('compact', { revision: this.#keyspace.theirs(revision) });
    } catch (thrown) {
      // Another process was faster and went further.
      if (!(thrown instanceof CodedError) || thrown.code !== 'gone') throw thrown;
    }
  }

  grantLease(ttlMs: number): Promise<string> {
    return this.#run(() => {
      checkLeaseTtl(ttlMs);
      return this.#leases.grant(ttlMs);
    });
  }

  keepLeaseAlive(lease: string): Promise<void> {
    return this.#run(() => this.#leases.keepAlive(lease));
  }

  revokeLease(lease: string): Promise<void> {
    return this.#run(async () => {
      const revision = await this.#leases.revoke(lease);
      if (revision > 0) await this.#recent.reached(this.#keyspace.ours(revision));
    });
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#policy.close();
    await Promise.allSettled(this.#running);
    this.#leases.close();
    this.#feed.close();
    this.#hub.close();
    this.#recent.close();
    this.#client.close();
  }

  async #commit(transaction: Transaction): Promise<CommitResult> {
    const { guards = [], writes } = transaction;
    try {
      const answer = await this.#client.call('txn', transactionRequest(transaction, this.#keyspace));
      const revision = this.#keyspace.ours(answer.header.revision);
      await this.#recent.reached(revision);
      if (writes.length > 0) this.#writes.succeeded();
      if (answer.succeeded) return { ok: true, revision };
      for (const [at, failed] of guards.entries()) {
        const kv = answer.responses[at]?.response_range?.kvs[0];
        const current = kv && this.#keyspace.entryOf(kv);
        if ((current?.revision ?? 0) !== failed.revision) return { ok: false, failed, current };
      }
      throw new CodedError('internal', 'etcd refused a transaction whose guards hold.');
    } catch (thrown) {
      if (thrown instanceof CodedError && thrown.code === 'unavailable') this.#writes.failed(thrown.message);
      throw thrown;
    }
  }

  #take(batch: ChangeBatch): void {
    this.#recent.add(batch);
    this.#hub.dispatch(batch);
    this.#policy.observe(batch);
  }

  /** Reads what lies further back than what this process has seen itself. */
  async #recall(afterRevision: number): Promise<void> {
    if (afterRevision < this.#compacted) throw compactedError(afterRevision, this.#compacted);
    const { first } = this.#recent;
    if (afterRevision >= first) return;
    this.#recent.prepend(afterRevision, await readBatches(this.#parts(), afterRevision, first));
    if (afterRevision < this.#compacted) throw compactedError(afterRevision, this.#compacted);
  }

  #parts() {
    return { client: this.#client, keyspace: this.#keyspace };
  }

  /** A lease is refused where a write is, and takes no revision. */
  #tryToWrite(): void {
    this.#run(async () => {
      const { ID } = await this.#client.call('leaseGrant', { TTL: 1, ID: '0' });
      this.#writes.succeeded();
      await this.#client.call('leaseRevoke', { ID });
    }).catch((thrown) => this.#writes.failed(errorMessage(thrown)));
  }

  async #run<T>(work: () => Promise<T>): Promise<T> {
    this.#checkOpen();
    const running = work();
    this.#running.add(running);
    try {
      return await running;
    } finally {
      this.#running.delete(running);
    }
  }

  #checkOpen(): void {
    if (this.#closed) throw new CodedError('unavailable', 'The store is closed.');
    if (this.#lost !== undefined)
      throw new CodedError('unavailable', `The store cannot go on: ${this.#lost}.`);
  }
}
