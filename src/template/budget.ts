import { TemplateError } from './errors.ts';
import { templateLimits } from './limits.ts';

/** What is left of the work that a template may cause: everything that is evaluated is paid for before it is made. */
export class Budget {
  #left: number;

  constructor(steps: number = templateLimits.steps) {
    this.#left = steps;
  }

  /** Pays for calls, or for items of a list. */
  spend(steps: number): void {
    this.#left -= steps;
    if (this.#left < 0) {
      throw new TemplateError(
        'Deployment template validation failed: the template takes more than its share of work to evaluate. Use fewer or smaller loops.',
        'TemplateEvaluationLimitExceeded',
      );
    }
  }

  /** Pays for a text of this length. */
  spendCharacters(characters: number): void {
    this.spend(1 + characters / 16);
  }
}
