import { Pattern } from '../../../apimachinery/pattern.ts';
import type { Budget } from './budget.ts';
import { meaningless } from './refusal.ts';

/** Steps of a matcher that count as one of a query. */
const matcherSteps = 4;

/** Pays for looking for a pattern in a text. */
export function payForMatch(pattern: Pattern, text: string, budget: Budget): void {
  budget.spend(1 + Math.floor(pattern.steps(text) / matcherSteps));
}

/** Pays for looking for the next match, which may go on to the end of the text whatever it finds. */
export function payForNext(pattern: Pattern, left: number, budget: Budget): void {
  budget.spend(1 + Math.floor(pattern.stepsFor(left) / (matcherSteps * 4)));
}

/** A regular expression in RE2's dialect, as Kusto has it: no pattern takes more than linear time. Throws QueryRefusal. */
export function patternOf(source: string): Pattern {
  const pattern = new Pattern(source);
  const problem = pattern.problem();
  if (problem !== undefined)
    throw meaningless(`The regular expression '${source.slice(0, 100)}' is invalid: ${problem}`);
  return pattern;
}
