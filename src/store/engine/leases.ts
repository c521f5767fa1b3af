import type { Clock, Timer } from '../../base/index.ts';
import type { Lease } from './ledger.ts';

/** How long an end that could not be written waits for the next try. */
const retryMs = 1_000;

interface Running {
  readonly ttlMs: number;
  deadlineMs: number;
  timer: Timer;
  /** Whether its end is written down, so that a restart does not give it its full time again. */
  isEndKnown: boolean;
  hasEnded: boolean;
}

/**
 * Counts leases down. What ends is written down where nobody renews it; what somebody keeps alive starts with its full
 * time after a restart, once, because nobody could keep it alive meanwhile.
 */
export class LeaseTimers {
  readonly #clock: Clock;
  readonly #expire: (id: string) => Promise<void>;
  readonly #running = new Map<string, Running>();
  #closed = false;

  /** `expire` ends a lease for good; as long as it fails it is asked again. */
  constructor(clock: Clock, expire: (id: string) => Promise<void>) {
    this.#clock = clock;
    this.#expire = expire;
  }

  start({ id, ttlMs, endsMs }: Lease): void {
    const leftMs = Math.min(ttlMs, Math.max(0, (endsMs ?? Number.POSITIVE_INFINITY) - this.#clock.now()));
    const timer = this.#clock.after(leftMs, () => this.#check(id));
    const deadlineMs = this.#clock.monotonic() + leftMs;
    this.#running.set(id, { ttlMs, deadlineMs, timer, isEndKnown: endsMs !== undefined, hasEnded: false });
  }

  /** False when it has ended or never was. */
  isAlive(id: string): boolean {
    const lease = this.#running.get(id);
    return lease !== undefined && !lease.hasEnded && lease.deadlineMs > this.#clock.monotonic();
  }

  /** False when the lease has ended. */
  renew(id: string): boolean {
    const lease = this.#running.get(id);
    if (!lease || !this.isAlive(id)) return false;
    lease.deadlineMs = this.#clock.monotonic() + lease.ttlMs;
    return true;
  }

  /** True when the end of the lease is written down, which a renewal has to take back first. */
  isEndKnown(id: string): boolean {
    return this.#running.get(id)?.isEndKnown ?? false;
  }

  setEndKnown(id: string, isEndKnown: boolean): void {
    const lease = this.#running.get(id);
    if (lease) lease.isEndKnown = isEndKnown;
  }

  /** Leases whose end is not written down, and when it is: Unix milliseconds. */
  unknownEnds(): { id: string; endsMs: number }[] {
    const fromMonotonicMs = this.#clock.now() - this.#clock.monotonic();
    return [...this.#running]
      .filter(([, lease]) => !lease.isEndKnown)
      .map(([id, { deadlineMs }]) => ({ id, endsMs: Math.ceil(deadlineMs + fromMonotonicMs) }));
  }

  stop(id: string): void {
    this.#running.get(id)?.timer.cancel();
    this.#running.delete(id);
  }

  close(): void {
    this.#closed = true;
    for (const { timer } of this.#running.values()) timer.cancel();
    this.#running.clear();
  }

  /** A renewal only moves the deadline, so that it costs no timer: the timer that fires early is set again. */
  #check(id: string): void {
    const lease = this.#running.get(id);
    if (!lease) return;
    const leftMs = lease.hasEnded ? 0 : lease.deadlineMs - this.#clock.monotonic();
    if (leftMs > 0) {
      lease.timer = this.#clock.after(leftMs, () => this.#check(id));
      return;
    }
    lease.hasEnded = true;
    this.#expire(id).catch(() => {
      if (!this.#closed) lease.timer = this.#clock.after(retryMs, () => this.#check(id));
    });
  }
}
