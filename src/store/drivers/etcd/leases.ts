import type { Clock, Timer } from '../../../base/index.ts';
import { CodedError } from '../../../base/index.ts';
import type { EtcdClient } from './client.ts';

const deletionsAtOnce = 128;
const retryMs = 1_000;

interface Running {
  readonly ttlMs: number;
  deadlineMs: number;
  timer: Timer;
}

/**
 * Leases of etcd. It counts in whole seconds from two on and ends what a process leaves behind that is gone; the process that granted a
 * lease, or kept it alive, ends it to the millisecond.
 */
export class EtcdLeases {
  readonly #client: EtcdClient;
  readonly #clock: Clock;
  readonly #running = new Map<string, Running>();
  readonly #ended = new Set<string>();
  readonly #ending = new Map<string, Promise<unknown>>();
  #closed = false;

  constructor(client: EtcdClient, clock: Clock) {
    this.#client = client;
    this.#clock = clock;
  }

  async grant(ttlMs: number): Promise<string> {
    const askedMs = this.#clock.monotonic();
    const { ID } = await this.#client.call('leaseGrant', { TTL: Math.ceil(ttlMs / 1000), ID: '0' });
    this.#start(ID, ttlMs, askedMs);
    return ID;
  }

  async keepAlive(id: string): Promise<void> {
    this.checkAlive(id);
    const askedMs = this.#clock.monotonic();
    const seconds = await this.#client.keepAlive(id);
    if (seconds === 0) {
      this.#forget(id);
      throw leaseEnded(id);
    }
    this.checkAlive(id);
    const running = this.#running.get(id);
    if (running) running.deadlineMs = askedMs + running.ttlMs;
    else this.#start(id, seconds * 1000, askedMs);
  }

  /** Throws `not-found` for one that has ended here or is none at all. */
  checkAlive(id: string): void {
    const running = this.#running.get(id);
    const isOver = this.#ended.has(id) || (running && running.deadlineMs <= this.#clock.monotonic());
    if (isOver || !/^[1-9][0-9]{0,18}$/.test(id)) throw leaseEnded(id);
  }

  /** Ends a lease and deletes what hangs on it; returns the revision (etcd's) of the last deletion or of the end. */
  async revoke(id: string): Promise<number> {
    if (!/^[1-9][0-9]{0,18}$/.test(id)) return 0;
    for (;;) {
      const { TTL, keys } = await this.#client.call('leaseTimeToLive', { ID: id, keys: true });
      if (Number(TTL) < 0) return 0;
      if (keys.length <= deletionsAtOnce) break;
      const part = keys.slice(0, deletionsAtOnce);
      // What was written again without the lease meanwhile stays.
      await this.#client.call('txn', {
        compare: part.map((key) => ({ result: 0, target: 4, key, lease: id })),
        success: part.map((key) => ({ request_delete_range: { key } })),
      });
    }
    try {
      const { header } = await this.#client.call('leaseRevoke', { ID: id });
      this.#forget(id);
      return Number(header.revision);
    } catch (thrown) {
      if (thrown instanceof CodedError && thrown.code === 'not-found') return 0;
      throw thrown;
    }
  }

  /** Resolves when the leases whose time is over have been ended, or could not be. */
  async settled(): Promise<void> {
    if (this.#ending.size > 0) await Promise.allSettled(this.#ending.values());
  }

  close(): void {
    this.#closed = true;
    for (const { timer } of this.#running.values()) timer.cancel();
    this.#running.clear();
  }

  #forget(id: string): void {
    this.#running.get(id)?.timer.cancel();
    this.#running.delete(id);
  }

  #start(id: string, ttlMs: number, sinceMs: number): void {
    const deadlineMs = sinceMs + ttlMs;
    const leftMs = Math.max(0, deadlineMs - this.#clock.monotonic());
    this.#running.set(id, { ttlMs, deadlineMs, timer: this.#clock.after(leftMs, () => this.#check(id)) });
  }

  /** A renewal only moves the deadline: the timer that fires early is set again. */
  #check(id: string): void {
    const lease = this.#running.get(id);
    if (!lease || this.#closed) return;
    const leftMs = lease.deadlineMs - this.#clock.monotonic();
    if (leftMs > 0) {
      lease.timer = this.#clock.after(leftMs, () => this.#check(id));
      return;
    }
    this.#ended.add(id);
    const ending = this.#end(id, lease).finally(() => this.#ending.delete(id));
    this.#ending.set(id, ending);
  }

  async #end(id: string, lease: Running): Promise<void> {
    try {
      await this.revoke(id);
      this.#forget(id);
      this.#ended.delete(id);
    } catch {
      if (!this.#closed) lease.timer = this.#clock.after(retryMs, () => this.#check(id));
    }
  }
}

function leaseEnded(id: string): CodedError {
  return new CodedError('not-found', `The lease ${id} has ended.`);
}
