import type { Clock, Random, Timer } from '../base/index.ts';

/** Delays and rates of a work queue; the defaults are those of client-go's default controller rate limiter. */
export interface WorkQueueLimits {
  /** Delay of a key's first retry; it doubles with every further one. */
  readonly firstRetryMs: number;
  readonly longestRetryMs: number;
  /** Retries that the whole queue hands out per second once `retryBurst` is used up. */
  readonly retriesPerSecond: number;
  readonly retryBurst: number;
}

export const defaultWorkQueueLimits: WorkQueueLimits = {
  firstRetryMs: 5,
  longestRetryMs: 60_000,
  retriesPerSecond: 100,
  retryBurst: 500,
};

/** Share of a retry's delay that is drawn at random, so that keys that failed together do not return together. */
const retryJitter = 0.1;

/**
 * Keys waiting to be worked on. A key stands in the queue at most once, however often it is added, and is never
 * handed to two workers at a time: when it is added while it is worked on, it comes back after `done`.
 */
export class WorkQueue {
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #limits: WorkQueueLimits;
  /** In order of arrival. */
  readonly #ready = new Set<string>();
  readonly #working = new Set<string>();
  readonly #again = new Set<string>();
  readonly #delayed = new Map<string, { dueMs: number; timer: Timer }>();
  readonly #failures = new Map<string, number>();
  #onReady: () => void = () => {};
  #closed = false;
  #tokens: number;
  #tokensAtMs: number;

  constructor(options: {
    readonly clock: Clock;
    readonly random: Random;
    readonly limits?: Partial<WorkQueueLimits>;
  }) {
    this.#clock = options.clock;
    this.#random = options.random;
    this.#limits = { ...defaultWorkQueueLimits, ...options.limits };
    this.#tokens = this.#limits.retryBurst;
    this.#tokensAtMs = this.#clock.monotonic();
  }

  /** Keys that a worker could take now. */
  get length(): number {
    return this.#ready.size;
  }

  /** True when nothing waits and nothing is worked on; delayed keys do not count. */
  get idle(): boolean {
    return this.#ready.size === 0 && this.#working.size === 0;
  }

  /** Calls `run` whenever a key becomes ready: the time to `take`. */
  onReady(run: () => void): void {
    this.#onReady = run;
  }

  add(key: string): void {
    if (this.#closed) return;
    this.#cancelDelay(key);
    if (this.#working.has(key)) {
      this.#again.add(key);
      return;
    }
    if (this.#ready.has(key)) return;
    this.#ready.add(key);
    this.#onReady();
  }

  /** Adds the key after a delay. Of several delays of one key the earliest counts. */
  addAfter(key: string, delayMs: number): void {
    if (this.#closed) return;
    if (delayMs <= 0) {
      this.add(key);
      return;
    }
    const dueMs = this.#clock.monotonic() + delayMs;
    const earlier = this.#delayed.get(key);
    if (earlier && earlier.dueMs <= dueMs) return;
    earlier?.timer.cancel();
    const timer = this.#clock.after(delayMs, () => {
      this.#delayed.delete(key);
      this.add(key);
    });
    this.#delayed.set(key, { dueMs, timer });
  }

  /** Adds the key after its own back-off: longer with each call until `forget`. Returns the delay. */
  addBackedOff(key: string): number {
    const failures = this.#failures.get(key) ?? 0;
    this.#failures.set(key, failures + 1);
    const backoffMs = Math.min(this.#limits.longestRetryMs, this.#limits.firstRetryMs * 2 ** failures);
    const jitterMs = (backoffMs * retryJitter * this.#random.integer(1000)) / 1000;
    const delayMs = Math.max(backoffMs + jitterMs, this.#takeToken());
    this.addAfter(key, delayMs);
    return delayMs;
  }

  /** The key succeeded: its next failure starts from the first delay again. */
  forget(key: string): void {
    this.#failures.delete(key);
  }

  /** How often the key failed since it last succeeded. */
  failures(key: string): number {
    return this.#failures.get(key) ?? 0;
  }

  /** The next key, or undefined when none is ready. Each key taken must be given to `done`. */
  take(): string | undefined {
    for (const key of this.#ready) {
      this.#ready.delete(key);
      this.#working.add(key);
      return key;
    }
    return undefined;
  }

  done(key: string): void {
    this.#working.delete(key);
    if (this.#again.delete(key)) this.add(key);
  }

  /** Drops what waits; nothing can be added from now on. */
  close(): void {
    this.#closed = true;
    for (const { timer } of this.#delayed.values()) timer.cancel();
    this.#delayed.clear();
    this.#ready.clear();
    this.#again.clear();
  }

  #cancelDelay(key: string): void {
    const delayed = this.#delayed.get(key);
    if (!delayed) return;
    delayed.timer.cancel();
    this.#delayed.delete(key);
  }

  /** Takes one token of the whole queue's bucket; returns how long to wait for it. */
  #takeToken(): number {
    const nowMs = this.#clock.monotonic();
    const refill = ((nowMs - this.#tokensAtMs) / 1000) * this.#limits.retriesPerSecond;
    this.#tokens = Math.min(this.#limits.retryBurst, this.#tokens + refill) - 1;
    this.#tokensAtMs = nowMs;
    return this.#tokens >= 0 ? 0 : (-this.#tokens / this.#limits.retriesPerSecond) * 1000;
  }
}
