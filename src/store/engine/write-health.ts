import type { Clock } from '../../base/index.ts';

const retryEveryMs = 1_000;

/** Whether writes reach the disk. */
export class WriteHealth {
  readonly #clock: Clock;
  readonly #tryToWrite: () => void;
  #reason: string | undefined;
  #triedMs = 0;

  constructor(clock: Clock, tryToWrite: () => void) {
    this.#clock = clock;
    this.#tryToWrite = tryToWrite;
  }

  succeeded(): void {
    this.#reason = undefined;
  }

  failed(reason: string): void {
    this.#reason = reason;
  }

  /** Undefined: the last group was committed. */
  reason(): string | undefined {
    const nowMs = this.#clock.monotonic();
    if (this.#reason !== undefined && nowMs - this.#triedMs >= retryEveryMs) {
      this.#triedMs = nowMs;
      this.#tryToWrite();
    }
    return this.#reason;
  }
}
