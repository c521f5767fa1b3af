import { hasTerm } from './binary.ts';
import type { Budget } from './budget.ts';
import type { Bound, Row } from './columns.ts';
import { cellOf, compare, isList, textOf, type Value } from './values.ts';

/** Binds `in`, `in~`, `has_any`, `has_all` and `between`. A list of JSON among the items stands for its own items. */
export function listOperator(operator: string, value: Bound, items: readonly Bound[]): Bound {
  const negated = operator.startsWith('!');
  const test = tests[negated ? operator.slice(1) : operator] ?? (() => false);
  return {
    type: 'bool',
    run(row, budget) {
      const one = value.run(row, budget);
      return test(one, said(items, row, budget), budget) !== negated;
    },
  };
}

function said(items: readonly Bound[], row: Row, budget: Budget): Value[] {
  const values = items.flatMap((item) => {
    const value = item.run(row, budget);
    return isList(value) ? value.map(cellOf) : [value];
  });
  budget.spend(values.length);
  return values;
}

type ListTest = (value: Value, items: readonly Value[], budget: Budget) => boolean;

const tests: Readonly<Record<string, ListTest>> = {
  in: (value, items, budget) => items.some((item) => isSame(value, item, budget)),
  'in~': (value, items, budget) => {
    const wanted = folded(value, budget);
    return items.some((item) => folded(item, budget) === wanted);
  },
  has_any: (value, items, budget) => {
    const whole = folded(value, budget);
    return items.some((item) => hasWord(whole, folded(item, budget), budget));
  },
  has_all: (value, items, budget) => {
    const whole = folded(value, budget);
    return items.every((item) => hasWord(whole, folded(item, budget), budget));
  },
  between: (value, [low = null, high = null], budget) =>
    value !== null &&
    low !== null &&
    high !== null &&
    (compare(value, low, budget) ?? -1) >= 0 &&
    (compare(value, high, budget) ?? 1) <= 0,
};

function hasWord(whole: string, word: string, budget: Budget): boolean {
  budget.willSearch(whole, word);
  return hasTerm(whole, word, { budget });
}

function isSame(a: Value, b: Value, budget: Budget): boolean {
  return a !== null && b !== null && compare(a, b, budget) === 0;
}

function folded(value: Value, budget: Budget): string {
  const text = textOf(value, budget);
  budget.spend(1 + (text.length >> 4));
  return text.toLowerCase();
}
