import type { Clock, Timer } from '../../base/index.ts';

/**
 * One span of time for many things at once: whoever is not done with it is told. They end in the order in which they
 * began, so that one timer does for all of them, and what ends in time sets none.
 */
export class Deadlines {
  readonly #clock: Clock;
  readonly #spanMs: number;
  readonly #running = new Set<Deadline>();
  #timer: Timer | undefined;

  constructor(clock: Clock, spanMs: number) {
    this.#clock = clock;
    this.#spanMs = spanMs;
  }

  /** `miss` is called once when the span is over, unless `end` was before. */
  begin(miss: () => void): Deadline {
    const deadline = { atMs: this.#clock.monotonic() + this.#spanMs, miss };
    this.#running.add(deadline);
    this.#timer ??= this.#look(this.#spanMs);
    return deadline;
  }

  end(deadline: Deadline): void {
    this.#running.delete(deadline);
  }

  #look(afterMs: number): Timer {
    return this.#clock.after(afterMs, () => {
      const due: Deadline[] = [];
      this.#timer = undefined;
      for (const deadline of this.#running) {
        const leftMs = deadline.atMs - this.#clock.monotonic();
        if (leftMs > 0) {
          this.#timer = this.#look(leftMs);
          break;
        }
        due.push(deadline);
      }
      for (const deadline of due) {
        // Whoever misses may end others.
        if (this.#running.delete(deadline)) deadline.miss();
      }
    });
  }
}

/** One thing that has to end in time. */
export interface Deadline {
  readonly atMs: number;
  readonly miss: () => void;
}
