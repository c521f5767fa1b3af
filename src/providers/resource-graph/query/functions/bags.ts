import type { Json } from '../../../../base/index.ts';
import type { Budget } from '../budget.ts';
import { cellOf, compare, isBag, isList, jsonOf, readNumber, textOf, type Value } from '../values.ts';
import { manyArguments, type ScalarFunction } from './function.ts';

function bagOf(given: readonly Value[], budget: Budget): Value {
  const entries: [string, Json][] = [];
  for (let at = 0; at + 1 < given.length; at += 2) {
    entries.push([textOf(given[at] ?? null, budget), jsonOf(given[at + 1] ?? null)]);
  }
  return budget.assembled(Object.fromEntries(entries));
}

function lists(given: readonly Value[], budget: Budget): readonly (readonly Json[])[] {
  const found = given.filter(isList);
  budget.spend(found.reduce((sum, list) => sum + list.length, 0));
  return found;
}

function placeOf(list: Value, wanted: Value, budget: Budget): number | null {
  if (!isList(list)) return null;
  budget.spend(list.length);
  return list.findIndex(
    (item) => item !== null && wanted !== null && compare(cellOf(item), wanted, budget) === 0,
  );
}

const pack: ScalarFunction = { least: 2, most: manyArguments, type: 'dynamic', run: bagOf };

/** Functions of lists and bags, by name. */
export const bagFunctions: Readonly<Record<string, ScalarFunction>> = {
  pack,
  bag_pack: pack,
  pack_dictionary: pack,
  pack_array: {
    least: 1,
    most: manyArguments,
    type: 'dynamic',
    run: (given, budget) => budget.assembled(given.map(jsonOf)),
  },
  array_length: {
    least: 1,
    most: 1,
    type: 'long',
    run: ([value]) => (isList(value) ? value.length : null),
  },
  array_concat: {
    least: 1,
    most: manyArguments,
    type: 'dynamic',
    run: (given, budget) => budget.assembled(lists(given, budget).flat(1)),
  },
  array_slice: {
    least: 3,
    most: 3,
    type: 'dynamic',
    run([list = null, from = 0, to = -1], budget) {
      if (!isList(list)) return null;
      budget.spend(list.length);
      const end = readNumber(to) ?? -1;
      return list.slice(readNumber(from) ?? 0, end === -1 ? undefined : end + 1);
    },
  },
  array_index_of: {
    least: 2,
    most: 2,
    type: 'long',
    run: ([list = null, wanted = null], budget) => placeOf(list, wanted, budget),
  },
  set_has_element: {
    least: 2,
    most: 2,
    type: 'bool',
    run: ([list = null, wanted = null], budget) => (placeOf(list, wanted, budget) ?? -1) >= 0,
  },
  bag_keys: {
    least: 1,
    most: 1,
    type: 'dynamic',
    run([bag = null], budget) {
      if (!isBag(bag)) return null;
      const keys = Object.keys(bag);
      budget.spend(keys.length);
      return keys;
    },
  },
  bag_has_key: {
    least: 2,
    most: 2,
    type: 'bool',
    run: ([bag = null, key = ''], budget) => isBag(bag) && Object.hasOwn(bag, textOf(key, budget)),
  },
  strcat_array: {
    least: 2,
    most: 2,
    type: 'string',
    run([list = null, between = ''], budget) {
      if (!isList(list)) return '';
      const texts = list.map((item) => textOf(cellOf(item), budget));
      return budget.joined(texts, textOf(between, budget));
    },
  },
};
