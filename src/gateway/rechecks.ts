import type { Clock, Timer } from '../base/index.ts';
import { gatewayLimits } from './limits.ts';

/** Tells when something that an admission rests on may have changed: a role, an account, a network, a host. */
export type WatchAdmissions = (onChange: () => void) => { close(): void };

/**
 * Looks again at what is open after changes: once for all that come within `recheckDelayMs`, and once more for what
 * changed while it looked. Without a change nothing runs.
 */
export class Rechecks {
  readonly #clock: Clock;
  readonly #look: () => Promise<void>;
  readonly #watch: { close(): void };
  #timer: Timer | undefined;
  #looking = false;
  #again = false;
  #closed = false;

  constructor(options: { clock: Clock; watch: WatchAdmissions; look: () => Promise<void> }) {
    this.#clock = options.clock;
    this.#look = options.look;
    this.#watch = options.watch(() => this.#changed());
  }

  close(): void {
    this.#closed = true;
    this.#timer?.cancel();
    this.#watch.close();
  }

  #changed(): void {
    if (this.#closed || this.#timer) return;
    if (this.#looking) {
      this.#again = true;
      return;
    }
    this.#timer = this.#clock.after(gatewayLimits.recheckDelayMs, () => void this.#run());
  }

  async #run(): Promise<void> {
    this.#timer = undefined;
    this.#looking = true;
    try {
      await this.#look();
    } finally {
      this.#looking = false;
      if (this.#again) {
        this.#again = false;
        this.#changed();
      }
    }
  }
}
