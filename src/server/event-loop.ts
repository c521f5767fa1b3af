import { monitorEventLoopDelay } from 'node:perf_hooks';
import type { Clock, Timer } from '../base/index.ts';
import type { HealthCheck } from '../http/index.ts';

const eventLoopLimits = {
  /** How often the delay is sampled. */
  resolutionMs: 20,
  /** Figures are of the last one to two windows. */
  windowMs: 10_000,
  /** With half of all turns of a window later than this, the server says that it is not ready. */
  medianDelayMs: 2_000,
} as const;

/** How late timers run, in milliseconds: what every caller waits on top of his own request. */
export interface EventLoopDelay {
  readonly p50: number;
  readonly p90: number;
  readonly p99: number;
  readonly max: number;
}

/** Measures the delay of the event loop of this process. */
export class EventLoop {
  readonly #histogram = monitorEventLoopDelay({ resolution: eventLoopLimits.resolutionMs });
  readonly #clock: Clock;
  #last: EventLoopDelay = { p50: 0, p90: 0, p99: 0, max: 0 };
  #timer: Timer;

  constructor(clock: Clock) {
    this.#clock = clock;
    this.#histogram.enable();
    this.#timer = this.#turn();
  }

  /** Of the window before this one, or of this one where it is worse already. */
  delay(): EventLoopDelay {
    const now = this.#read();
    return now.p50 > this.#last.p50 || now.max > this.#last.max ? now : this.#last;
  }

  /** Informs in `/readyz?verbose`; fails only when the loop as a whole is late, not for one long turn. */
  readonly check: HealthCheck = {
    name: 'event-loop',
    check: () => lateness(this.delay()),
  };

  close(): void {
    this.#timer.cancel();
    this.#histogram.disable();
  }

  #turn(): Timer {
    return this.#clock.after(eventLoopLimits.windowMs, () => {
      this.#last = this.#read();
      this.#histogram.reset();
      this.#timer = this.#turn();
    });
  }

  #read(): EventLoopDelay {
    const ms = (nanoseconds: number) =>
      Number.isFinite(nanoseconds) ? Math.max(0, nanoseconds / 1e6 - eventLoopLimits.resolutionMs) : 0;
    const of = this.#histogram;
    if (of.count === 0) return { p50: 0, p90: 0, p99: 0, max: 0 };
    return {
      p50: ms(of.percentile(50)),
      p90: ms(of.percentile(90)),
      p99: ms(of.percentile(99)),
      max: ms(of.max),
    };
  }
}

/** Why a delay is too much; undefined when it is not. */
function lateness({ p50 }: EventLoopDelay): string | undefined {
  if (p50 <= eventLoopLimits.medianDelayMs) return undefined;
  const [late, limit] = [Math.round(p50), eventLoopLimits.medianDelayMs];
  return `half of all turns of the event loop are more than ${late} ms late; the limit is ${limit} ms`;
}
