import type { Clock, Timer } from './clock.ts';

/** How failed work is tried again. */
export const recurringLimits = {
  /** How soon work that failed is tried again; twice as long after each further failure, at most its own pause. */
  firstRetryMs: 1_000,
} as const;

/** Work, and when it is done. */
export interface RecurringWork {
  readonly clock: Clock;
  /** Before the first time. */
  readonly firstMs: number;
  /** From the end of one time to the next. */
  readonly everyMs: number;
  run(): Promise<unknown>;
  /** Told of each failure, with how soon it is tried again. */
  onFailure(thrown: unknown, retryInMs: number): void;
}

/** What has to be done from time to time, never twice at once. `stop` resolves when it does not run any more, nor will. */
export function recurring(work: RecurringWork): { stop(): Promise<void> } {
  const { clock, everyMs } = work;
  let timer: Timer | undefined;
  let running: Promise<void> = Promise.resolve();
  let failures = 0;
  let isOver = false;
  const onceMore = async () => {
    let nextMs = everyMs;
    try {
      await work.run();
      failures = 0;
    } catch (thrown) {
      if (isOver) return;
      nextMs = Math.min(recurringLimits.firstRetryMs * 2 ** failures++, everyMs);
      work.onFailure(thrown, nextMs);
    }
    wait(nextMs);
  };
  const wait = (delayMs: number) => {
    if (isOver) return;
    timer = clock.after(delayMs, () => {
      running = onceMore();
    });
  };
  wait(work.firstMs);
  return {
    async stop() {
      isOver = true;
      timer?.cancel();
      await running;
    },
  };
}
