import { parseJson } from '../../../../base/index.ts';
import type { Budget } from '../budget.ts';
import {
  cellOf,
  Instant,
  isBag,
  isDeep,
  isList,
  readInstant,
  readNumber,
  Span,
  type Type,
  textOf,
  type Value,
} from '../values.ts';
import { commonType, manyArguments, type ScalarFunction } from './function.ts';

function one(type: Type, run: (value: Value, budget: Budget) => Value): ScalarFunction {
  return { least: 1, most: 1, type, run: ([value = null], budget) => run(value, budget) };
}

const toWhole = one('long', (value) => {
  const said = readNumber(value);
  return said === null ? null : Math.trunc(said);
});
const toReal = one('real', readNumber);
const toBool = one('bool', (value, budget) => {
  if (typeof value === 'boolean') return value;
  if (typeof value === 'number') return value !== 0;
  const word = textOf(value, budget).toLowerCase();
  return word === 'true' ? true : word === 'false' ? false : null;
});

/** Texts that are no JSON stay what they are. */
const toDynamic = one('dynamic', (value, budget) => {
  if (typeof value !== 'string') return value;
  budget.willMake(value.length);
  try {
    const said = parseJson(value);
    return isDeep(said) ? value : cellOf(said);
  } catch {
    return value;
  }
});

function toSpan(value: Value): Span | null {
  if (value instanceof Span) return value;
  if (typeof value !== 'string' || value.length > 64) return null;
  const found = /^(-)?(?:(\d+)\.)?(\d{1,2}):(\d{2})(?::(\d{2})(?:\.(\d{1,7}))?)?$/.exec(value.trim());
  if (!found) return null;
  const [, sign, days = '0', hours = '0', minutes = '0', seconds = '0', parts = ''] = found;
  const ms = ((Number(days) * 24 + Number(hours)) * 60 + Number(minutes)) * 60_000 + Number(seconds) * 1_000;
  return new Span((sign ? -1 : 1) * (ms + Number(parts.padEnd(7, '0')) / 10_000));
}

function typeName(value: Value): string {
  if (value === null) return 'null';
  if (isList(value)) return 'array';
  if (isBag(value)) return 'dictionary';
  if (value instanceof Instant) return 'datetime';
  if (value instanceof Span) return 'timespan';
  if (typeof value === 'number') return Number.isInteger(value) ? 'long' : 'double';
  return typeof value === 'boolean' ? 'bool' : 'string';
}

const choice: ScalarFunction = {
  least: 3,
  most: 3,
  type: ([, yes = 'string', no = 'string']) => commonType([yes, no]),
  run: ([condition, yes = null, no = null]) => (condition === true ? yes : no),
};

const notNull = one('bool', (value) => value !== null);

/** Functions between types and of conditions, by name. */
export const conversionFunctions: Readonly<Record<string, ScalarFunction>> = {
  tostring: one('string', (value, budget) => textOf(value, budget)),
  toint: toWhole,
  tolong: toWhole,
  todouble: toReal,
  toreal: toReal,
  tobool: toBool,
  toboolean: toBool,
  todatetime: one('datetime', readInstant),
  totimespan: one('timespan', toSpan),
  parse_json: toDynamic,
  todynamic: toDynamic,
  gettype: one('string', typeName),
  isnull: one('bool', (value) => value === null),
  isnotnull: notNull,
  notnull: notNull,
  not: one('bool', (value) => (value === null ? null : value !== true)),
  iff: choice,
  iif: choice,
  case: {
    least: 3,
    most: manyArguments + 1,
    type: (types) => commonType(types.filter((_, at) => at % 2 === 1 || at === types.length - 1)),
    run(given) {
      for (let at = 0; at + 1 < given.length; at += 2) if (given[at] === true) return given[at + 1] ?? null;
      return given.at(-1) ?? null;
    },
  },
  coalesce: {
    least: 2,
    most: manyArguments,
    type: commonType,
    run: (given) => given.find((value) => value !== null && value !== '') ?? given.at(-1) ?? null,
  },
};
