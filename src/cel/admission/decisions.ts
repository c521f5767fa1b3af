import type { AccessDecision, AccessReview } from '../../apimachinery/contract.ts';
import { type Decider, Undecided } from '../library/authorization.ts';

/** Questions about rights that were answered for one write. */
export class Decisions {
  readonly #known = new Map<string, AccessDecision>();
  readonly #ask: (review: AccessReview) => Promise<AccessDecision> | AccessDecision;

  constructor(ask: (review: AccessReview) => Promise<AccessDecision> | AccessDecision) {
    this.#ask = ask;
  }

  /** Evaluates from the beginning until all that it asks is known. No promise when everything is known at once. */
  within<T>(evaluate: (decide: Decider) => T): Promise<T> | T {
    try {
      return evaluate((review) => this.#decide(review));
    } catch (thrown) {
      if (!(thrown instanceof Undecided)) throw thrown;
      return this.#wait(thrown.review).then(() => this.within(evaluate));
    }
  }

  #decide(review: AccessReview): AccessDecision {
    const key = JSON.stringify(review);
    const known = this.#known.get(key);
    if (known) return known;
    const answer = this.#ask(review);
    if (!(answer instanceof Promise)) {
      this.#known.set(key, answer);
      return answer;
    }
    this.#pending.set(key, answer);
    throw new Undecided(review);
  }

  readonly #pending = new Map<string, Promise<AccessDecision>>();

  async #wait(review: AccessReview): Promise<void> {
    const key = JSON.stringify(review);
    const answer = await this.#pending.get(key);
    this.#pending.delete(key);
    if (answer) this.#known.set(key, answer);
  }
}
