import type { KindRules } from '../strategy.ts';

const noRules: KindRules = {};

/** Rules by `group/Kind`. */
const rulesOf: Readonly<Record<string, KindRules>> = {};

/** What a kind adds to the common course of a write. */
export function rulesFor(group: string, kind: string): KindRules {
  return rulesOf[`${group}/${kind}`] ?? noRules;
}
