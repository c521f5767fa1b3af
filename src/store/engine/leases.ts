import type { Clock, Timer } from '../../base/index.ts';
import type { Lease } from './ledger.ts';

interface Running {
  readonly ttlMs: number;
  deadlineMs: number;
  timer: Timer;
}

/** Counts leases down. After a restart each lease starts with its full time: nobody could keep it alive meanwhile. */
export class LeaseTimers {
  readonly #clock: Clock;
  readonly #expire: (id: string) => void;
  readonly #running = new Map<string, Running>();

  constructor(clock: Clock, expire: (id: string) => void) {
    this.#clock = clock;
    this.#expire = expire;
  }

  start({ id, ttlMs }: Lease): void {
    const timer = this.#clock.after(ttlMs, () => this.#check(id));
    this.#running.set(id, { ttlMs, deadlineMs: this.#clock.monotonic() + ttlMs, timer });
  }

  /** False when the lease has ended. */
  renew(id: string): boolean {
    const lease = this.#running.get(id);
    const nowMs = this.#clock.monotonic();
    if (!lease || lease.deadlineMs <= nowMs) return false;
    lease.deadlineMs = nowMs + lease.ttlMs;
    return true;
  }

  stop(id: string): void {
    this.#running.get(id)?.timer.cancel();
    this.#running.delete(id);
  }

  close(): void {
    for (const { timer } of this.#running.values()) timer.cancel();
    this.#running.clear();
  }

  /** A renewal only moves the deadline, so that it costs no timer: the timer that fires early is set again. */
  #check(id: string): void {
    const lease = this.#running.get(id);
    if (!lease) return;
    const leftMs = lease.deadlineMs - this.#clock.monotonic();
    if (leftMs > 0) {
      lease.timer = this.#clock.after(leftMs, () => this.#check(id));
      return;
    }
    this.#running.delete(id);
    this.#expire(id);
  }
}
