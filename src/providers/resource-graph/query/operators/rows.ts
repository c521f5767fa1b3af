import type { Budget } from '../budget.ts';
import type { Bound, Row, Scope } from '../columns.ts';
import { compile } from '../compile.ts';
import { readExpression } from '../parser.ts';
import { type Reader, separated } from '../reader.ts';
import { meaningless } from '../refusal.ts';
import { compare, type Value } from '../values.ts';
import { eachRow, type Operator } from './operator.ts';

interface SortKey {
  readonly bound: Bound;
  readonly descends: boolean;
  readonly nullsFirst: boolean;
}

interface Keyed {
  readonly row: Row;
  readonly values: readonly Value[];
}

/** Rows. */
const sortedInOneGo = 1_000;

function readKey(reader: Reader, scope: Scope): SortKey {
  const at = reader.next;
  const bound = compile(readExpression(reader), scope);
  if (bound.type === 'dynamic') {
    throw meaningless(
      "order operator: key can't be of dynamic type. Use an explicit cast, for example tostring()",
      at,
    );
  }
  const descends = !reader.accept('asc');
  if (descends) reader.accept('desc');
  let nullsFirst = !descends;
  if (reader.accept('nulls')) {
    nullsFirst = reader.accept('first');
    if (!nullsFirst) reader.expect('last');
  }
  return { bound, descends, nullsFirst };
}

function comparing(a: Value, b: Value, key: SortKey, budget: Budget): number {
  if (a === null || b === null) {
    if (a === b) return 0;
    return (a === null) === key.nullsFirst ? -1 : 1;
  }
  const order = compare(a, b, budget) ?? 0;
  return key.descends ? -order : order;
}

/** Equal rows stay in the order they had. */
async function sorted(rows: readonly Row[], keys: readonly SortKey[], budget: Budget): Promise<Row[]> {
  const keyed: Keyed[] = [];
  await eachRow(rows, budget, (row) => {
    keyed.push({ row, values: keys.map(({ bound }) => bound.run(row, budget)) });
  });
  const byKeys = (left: Keyed, right: Keyed): number => {
    budget.spend(1 + keys.length);
    for (const [at, key] of keys.entries()) {
      const order = comparing(left.values[at] ?? null, right.values[at] ?? null, key, budget);
      if (order !== 0) return order;
    }
    return 0;
  };
  return (await merged(keyed, byKeys, budget)).map(({ row }) => row);
}

/** Sorts by merging what is sorted in one go, so that others get their turn between. */
async function merged(
  items: readonly Keyed[],
  order: (left: Keyed, right: Keyed) => number,
  budget: Budget,
): Promise<readonly Keyed[]> {
  if (items.length <= sortedInOneGo) return items.toSorted(order);
  const middle = items.length >> 1;
  const left = await merged(items.slice(0, middle), order, budget);
  const right = await merged(items.slice(middle), order, budget);
  const all: Keyed[] = [];
  let [l, r] = [0, 0];
  for (let a = left[l], b = right[r]; a && b; a = left[l], b = right[r]) {
    const takesLeft = order(a, b) <= 0;
    all.push(takesLeft ? a : b);
    if (takesLeft) l++;
    else r++;
    if (budget.isWinded) await budget.breathe();
  }
  // One of them has come to its end.
  for (const rest of [left.slice(l), right.slice(r)]) for (const item of rest) all.push(item);
  return all;
}

/** `order by` (`sort by`): descending where nothing is said. */
export const order: Operator = {
  words: ['order', 'sort'],
  read(reader, { scope }) {
    reader.expect('by');
    const keys = separated(reader, () => readKey(reader, scope));
    return { columns: scope.columns, run: (rows, { budget }) => sorted(rows, keys, budget) };
  },
};

/** `top N by`: the first rows of that order. */
export const top: Operator = {
  words: ['top'],
  read(reader, { scope }) {
    const count = reader.count();
    reader.expect('by');
    const keys = separated(reader, () => readKey(reader, scope));
    return {
      columns: scope.columns,
      run: async (rows, { budget }) => (await sorted(rows, keys, budget)).slice(0, count),
    };
  },
};

/** `take` (`limit`). */
export const take: Operator = {
  words: ['take', 'limit'],
  read(reader, { scope }) {
    const count = reader.count();
    return { columns: scope.columns, run: (rows) => rows.slice(0, count) };
  },
};

/** `count`: how many rows there are. */
export const count: Operator = {
  words: ['count'],
  read: () => ({ columns: [{ name: 'Count', type: 'long' }], run: (rows) => [[rows.length]] }),
};
