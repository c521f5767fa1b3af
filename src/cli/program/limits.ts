import { isObject, type Json } from '../../base/index.ts';
import {
  type ChosenLimits,
  isLimitName,
  type LimitName,
  limitNames,
  limitProblem,
  limitSettings,
} from '../../server/limit-settings.ts';
import { UsageError, type VerbCall, type VerbOption } from './declaration.ts';

/** An option for each limit. */
export const limitOptions: Readonly<Record<string, VerbOption>> = Object.fromEntries(
  limitNames.map((name) => {
    const { summary, usual } = limitSettings[name];
    return [name, { type: 'string', value: 'N', summary: `${summary} (default: ${usual})` }];
  }),
);

/** The limits that options set. Throws UsageError for values that cannot be. */
export function chosenLimits(options: VerbCall['options']): ChosenLimits {
  const chosen: Partial<Record<LimitName, number>> = {};
  for (const name of limitNames) {
    const text = options[name];
    if (text === undefined) continue;
    const value = /^[0-9]{1,12}$/.test(String(text)) ? Number(text) : Number.NaN;
    const problem = limitProblem(name, value);
    if (problem !== undefined) throw new UsageError(`--${name} ${problem}, not '${text}'.`);
    chosen[name] = value;
  }
  return chosen;
}

/** What is wrong with the limits that a home keeps; undefined when nothing is. */
export function savedLimitsProblem(saved: Json | undefined): string | undefined {
  if (saved === undefined) return undefined;
  if (!isObject(saved)) return 'has limits that are no object';
  for (const [name, value] of Object.entries(saved)) {
    if (!isLimitName(name)) return `has a limit '${name}'; there are ${limitNames.join(', ')}`;
    const problem = limitProblem(name, value);
    if (problem !== undefined) return `has ${JSON.stringify(value)} for the limit ${name}, which ${problem}`;
  }
  return undefined;
}

/** The limits that a home keeps, in which nothing is wrong. */
export function savedLimits(saved: Json | undefined): ChosenLimits {
  const chosen: Partial<Record<LimitName, number>> = {};
  for (const [name, value] of Object.entries(isObject(saved) ? saved : {}))
    if (isLimitName(name) && typeof value === 'number') chosen[name] = value;
  return chosen;
}
