/** Time as a value that is handed in: nothing outside this folder asks the machine for the time or sets a timer. */
export interface Clock {
  /** Milliseconds since the Unix epoch. */
  now(): number;
  /** Milliseconds that only grow; for measuring durations. */
  monotonic(): number;
  /** Runs `run` once after `delayMs`. The timer does not keep the process alive. */
  after(delayMs: number, run: () => void): Timer;
  /** Resolves after `delayMs`, or at once (without error) when `signal` aborts. */
  sleep(delayMs: number, signal?: AbortSignal): Promise<void>;
}

export interface Timer {
  cancel(): void;
}

/** The longest delay that the machine's timers know; a longer one would run out at once. */
const longestTimerMs = 2 ** 31 - 1;

function after(delayMs: number, run: () => void, { keepsAlive }: { keepsAlive: boolean }): Timer {
  let handle: NodeJS.Timeout;
  const wait = (leftMs: number) => {
    const isLast = leftMs <= longestTimerMs;
    handle = setTimeout(isLast ? run : () => wait(leftMs - longestTimerMs), isLast ? leftMs : longestTimerMs);
    if (!keepsAlive) handle.unref();
  };
  wait(delayMs);
  return { cancel: () => clearTimeout(handle) };
}

/** The machine's own clock. */
export const systemClock: Clock = {
  now: () => Date.now(),
  monotonic: () => performance.now(),
  after: (delayMs, run) => after(delayMs, run, { keepsAlive: false }),
  sleep(delayMs, signal) {
    if (signal?.aborted) return Promise.resolve();
    return new Promise((resolve) => {
      const finish = () => {
        timer.cancel();
        signal?.removeEventListener('abort', finish);
        resolve();
      };
      const timer = after(delayMs, finish, { keepsAlive: true });
      signal?.addEventListener('abort', finish, { once: true });
    });
  },
};

/** RFC 3339 in UTC with whole seconds, the form of Kubernetes `metav1.Time`. */
export function rfc3339Seconds(epochMs: number): string {
  const second = Math.floor(epochMs / 1000);
  if (second !== latest.second) latest = { second, text: `${new Date(epochMs).toISOString().slice(0, 19)}Z` };
  return latest.text;
}

/** Every write of an object asks for the second that it happens in, often twice. */
let latest = { second: Number.NaN, text: '' };

/** RFC 3339 in UTC with microseconds, the form of Kubernetes `metav1.MicroTime`. */
export function rfc3339Micros(epochMs: number): string {
  return `${new Date(epochMs).toISOString().slice(0, 23)}000Z`;
}
