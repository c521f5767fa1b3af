import { type Clock, errorMessage, type Logger } from '../../base/index.ts';
import type { OwnWork, Term } from './own-work.ts';

const usualAgainMs = 1_000;

interface Kept {
  /** In the log, when a pass fails. */
  readonly what: string;
  readonly clock: Clock;
  readonly log: Logger;
  /** How long after a pass that failed the next one is begun. */
  readonly againMs?: number;
  /** Looks at what is there and puts it right. */
  pass(term: Term): Promise<void>;
  /** A pass failed. False: that happens, and is not told in the log. */
  failed?(thrown: unknown): boolean;
}

/**
 * Keeps something right in passes, one at a time, within the terms of this process: what happens meanwhile is looked at together in the
 * next one. One that failed is tried again after a moment, and each term begins with one.
 */
export class Passes {
  readonly #own: OwnWork;
  readonly #kept: Kept;
  #isAsked = false;
  #isRunning = false;

  constructor(own: OwnWork, kept: Kept) {
    this.#own = own;
    this.#kept = kept;
    own.onStart(() => this.ask());
  }

  /** Something may not be right any more. */
  ask(): void {
    this.#isAsked = true;
    if (this.#isRunning) return;
    this.#isRunning = this.#own.run((term) => this.#run(term));
  }

  async #run(term: Term): Promise<void> {
    // What happened is told within the turn of the store.
    await undefined;
    const { what, clock, log, againMs = usualAgainMs, failed } = this.#kept;
    try {
      while (this.#isAsked && !term.ending.aborted) {
        this.#isAsked = false;
        await this.#kept.pass(term);
      }
    } catch (thrown) {
      if (term.ending.aborted) return;
      if (failed?.(thrown) ?? true) log.error(`${what} could not be kept`, { error: errorMessage(thrown) });
      clock.after(againMs, () => this.ask());
    } finally {
      this.#isRunning = false;
    }
  }
}
