import type { Clock, CodedError, Logger } from '../../../base/index.ts';
import type { Change, ChangeBatch } from '../../contract.ts';
import type { EtcdClient } from './client.ts';
import type { Keyspace } from './keyspace.ts';
import type { WatchResponse } from './messages.ts';

const retryMs = 200;

export interface FeedOptions {
  readonly client: EtcdClient;
  readonly keyspace: Keyspace;
  readonly clock: Clock;
  readonly log: Logger;
  /** Called with each revision's changes in order, once each, then `onRevision`. */
  onBatch(batch: ChangeBatch): void;
  onRevision(revision: number): void;
  /** The value that this process itself put there, when these bytes are it. */
  ownValue(key: string, value: Uint8Array): Uint8Array;
  /** What changed between two looks is compacted: nobody can be told of it any more. */
  onLost(reason: string): void;
}

/** The one watch of a process: every change of etcd once and in order, over whatever connections. */
export class Feed {
  readonly #options: FeedOptions;
  #seen: number;
  #stop: (() => void) | undefined;
  #closed = false;

  /** Begins after a revision. */
  constructor(options: FeedOptions, afterRevision: number) {
    this.#options = options;
    this.#seen = afterRevision;
    this.#connect();
  }

  close(): void {
    this.#closed = true;
    this.#stop?.();
  }

  #connect(): void {
    if (this.#closed) return;
    const { client, keyspace, clock, log } = this.#options;
    this.#stop = client.watch(keyspace.theirs(this.#seen) + 1, {
      next: (response) => this.#take(response),
      end: (reason: CodedError) => {
        if (this.#closed) return;
        log.warn('the watch of etcd ended and is begun again', { error: reason.message });
        clock.after(retryMs, () => this.#connect());
      },
    });
  }

  #take(response: WatchResponse): void {
    const { keyspace, onLost, log, clock } = this.#options;
    if (response.canceled) {
      this.#stop?.();
      if (Number(response.compact_revision) > 0) {
        onLost(`etcd was compacted to ${response.compact_revision} before its changes were seen here`);
        return;
      }
      log.warn('etcd ended the watch', { reason: response.cancel_reason });
      clock.after(retryMs, () => this.#connect());
      return;
    }
    for (const batch of batchesOf(response, keyspace, this.#options.ownValue)) {
      // A connection that is begun again tells nothing twice.
      if (batch.revision <= this.#seen) continue;
      this.#seen = batch.revision;
      if (batch.changes.length > 0) this.#options.onBatch(batch);
      this.#options.onRevision(batch.revision);
    }
  }
}

/** The changes of an answer by revision; a revision of other keys only has none. */
function batchesOf(
  { events }: WatchResponse,
  keyspace: Keyspace,
  ownValue: (key: string, value: Uint8Array) => Uint8Array = (_, value) => value,
): ChangeBatch[] {
  const batches: { revision: number; changes: Change[] }[] = [];
  for (const { type, kv } of events) {
    const revision = keyspace.ours(kv.mod_revision);
    let batch = batches.at(-1);
    if (batch?.revision !== revision) batches.push((batch = { revision, changes: [] }));
    const key = keyspace.keyOf(kv.key);
    if (key === undefined) continue;
    if (type === 1) {
      batch.changes.push({ type: 'delete', key, revision });
      continue;
    }
    const entry = keyspace.entryOf(kv);
    const value = ownValue(key, entry.value);
    batch.changes.push({
      type: 'put',
      entry: { ...entry, value },
      created: entry.createRevision === revision,
    });
  }
  return batches;
}

/** Every batch after a revision up to another one that etcd has reached; throws `gone` when it is compacted. */
export function readBatches(
  { client, keyspace }: Pick<FeedOptions, 'client' | 'keyspace'>,
  afterRevision: number,
  upTo: number,
): Promise<ChangeBatch[]> {
  const { promise, resolve, reject } = Promise.withResolvers<ChangeBatch[]>();
  const all: ChangeBatch[] = [];
  const stop = client.watch(keyspace.theirs(afterRevision) + 1, {
    next(response) {
      if (response.canceled) {
        stop();
        reject(keyspace.compacted(afterRevision, keyspace.ours(response.compact_revision)));
        return;
      }
      for (const batch of batchesOf(response, keyspace)) {
        if (batch.revision <= upTo && batch.changes.length > 0) all.push(batch);
        if (batch.revision < upTo) continue;
        stop();
        resolve(all);
        return;
      }
    },
    end: reject,
  });
  return promise;
}
