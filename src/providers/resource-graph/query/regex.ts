import { Pattern } from '../../../apimachinery/pattern.ts';
import { meaningless } from './refusal.ts';

/** A regular expression in RE2's dialect, as Kusto has it: no pattern takes more than linear time. Throws QueryRefusal. */
export function patternOf(source: string): Pattern {
  const pattern = new Pattern(source);
  const problem = pattern.problem();
  if (problem !== undefined)
    throw meaningless(`The regular expression '${source.slice(0, 100)}' is invalid: ${problem}`);
  return pattern;
}
