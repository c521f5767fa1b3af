import { isNumber } from '../../base/index.ts';
import { Lambda, type Value } from '../frame.ts';
import { sameValue, sizeOf } from '../values.ts';
import { any, type CallSite, define, flag, json, refused } from './definition.ts';

/** Whether `a` comes before `b`: numbers by size, texts by their characters. */
function order(a: Value, b: Value, site: CallSite): number {
  if (isNumber(a) && isNumber(b)) return Number(a) - Number(b);
  if (typeof a === 'string' && typeof b === 'string') {
    site.frame.budget.spendCharacters(Math.min(a.length, b.length));
    return a < b ? -1 : a > b ? 1 : 0;
  }
  throw refused(site, 'the parameters must be two integers or two strings');
}

function compare(name: string, holds: (order: number) => boolean) {
  return define(name, [2, 2], ([a = null, b = null], site) => holds(order(a, b, site)));
}

/** Comparisons and logic. */
export const comparisonFunctions = [
  define('equals', [2, 2], ([a, b], site) => {
    site.frame.budget.spend(sizeOf(json(a, site)));
    return sameValue(json(a, site), json(b, site));
  }),
  compare('less', (order) => order < 0),
  compare('lessOrEquals', (order) => order <= 0),
  compare('greater', (order) => order > 0),
  compare('greaterOrEquals', (order) => order >= 0),
  define(
    'coalesce',
    [1, any],
    (args) => args.find((arg) => arg !== null && !(arg instanceof Lambda)) ?? null,
  ),
  define('not', [1, 1], ([value], site) => !flag(value, site)),
  define('true', [0, 0], () => true),
  define('false', [0, 0], () => false),
  define('null', [0, 0], () => null),
  define('bool', [1, 1], ([value], site) => {
    if (typeof value === 'boolean') return value;
    if (isNumber(value)) return Number(value) !== 0;
    const word = typeof value === 'string' ? value.trim().toLowerCase() : '';
    if (word === 'true' || word === '1') return true;
    if (word === 'false' || word === '0') return false;
    throw refused(site, 'the parameter cannot be converted to a boolean');
  }),
];
