import type { Budget } from '../budget.ts';
import { type Bound, type Column, freeName, type Row, type Scope } from '../columns.ts';
import { compile } from '../compile.ts';
import { readExpression } from '../parser.ts';
import { type Reader, separatedColumns } from '../reader.ts';
import { meaningless, notSpoken, unreadable } from '../refusal.ts';
import { keyOf, type Value } from '../values.ts';
import { eachRow, type Operator, refuseMany, refuseWide } from './operator.ts';

const kinds = ['innerunique', 'inner', 'leftouter'] as const;
type Kind = (typeof kinds)[number];

/** `join kind=… (table) on keys`. */
export const join: Operator = {
  words: ['join'],
  read(reader, { scope, planner }) {
    planner.count('joins');
    const kind = readKind(reader);
    const other = planner.table(reader);
    reader.expect('on');
    const right: Scope = { ...scope, columns: other.columns };
    const keys = separatedColumns(reader, () => readKey(reader, scope, right));
    const taken = new Set(scope.columns.map(({ name }) => name));
    const added = other.columns.map((column): Column => {
      const name = freeName(column.name, taken);
      taken.add(name);
      return { ...column, name };
    });
    return {
      columns: refuseWide([...scope.columns, ...added]),
      async run(rows, work) {
        const { budget } = work;
        const byKey = await rowsByKey(await other.run(work), { keys, budget });
        return joined(rows, { kind, keys, byKey, width: added.length, budget });
      },
    };
  },
};

function readKind(reader: Reader): Kind {
  if (!reader.accept('kind')) return 'innerunique';
  reader.expect('=');
  const at = reader.next;
  const said = reader.name();
  const known = kinds.find((kind) => kind === said);
  if (!known) throw notSpoken(said, at);
  return known;
}

interface Key {
  readonly left: Bound;
  readonly right: Bound;
}

/** A name that both sides have, or `$left.a == $right.b`. */
function readKey(reader: Reader, left: Scope, right: Scope): Key {
  const at = reader.next;
  if (!at.text.startsWith('$')) {
    const expression = readExpression(reader);
    if (expression.kind !== 'name') throw unreadable(at);
    return fitting({ left: compile(expression, left), right: compile(expression, right) }, at);
  }
  const first = readSide(reader);
  reader.expect('==');
  const second = readSide(reader);
  const [mine, others] = first.side === '$left' ? [first, second] : [second, first];
  if (mine.side !== '$left' || others.side !== '$right') throw unreadable(at);
  const bind = (name: string, scope: Scope) =>
    compile({ kind: 'name', name, at, level: 1 }, { ...scope, lets: new Map() });
  return fitting({ left: bind(mine.name, left), right: bind(others.name, right) }, at);
}

function fitting(key: Key, at: Reader['next']): Key {
  const [left, right] = [key.left.type, key.right.type];
  if (left === 'dynamic' || right === 'dynamic') {
    throw meaningless(
      "join: keys can't be of dynamic type. Use an explicit cast, for example tostring()",
      at,
    );
  }
  if (left !== right) throw meaningless(`join: cannot compare keys of types ${left} and ${right}`, at);
  return key;
}

function readSide(reader: Reader): { readonly side: string; readonly name: string } {
  const side = reader.take().text;
  reader.expect('.');
  return { side, name: reader.name() };
}

async function rowsByKey(
  rows: readonly Row[],
  { keys, budget }: { readonly keys: readonly Key[]; readonly budget: Budget },
): Promise<Map<string, Row[]>> {
  const found = new Map<string, Row[]>();
  await eachRow(rows, budget, (row) => {
    const key = joinKey(
      keys.map(({ right }) => right.run(row, budget)),
      budget,
    );
    if (key === undefined) return;
    const same = found.get(key);
    if (same) same.push(row);
    else found.set(key, [row]);
  });
  return found;
}

/** Nulls are equal to nothing. */
function joinKey(values: readonly Value[], budget: Budget): string | undefined {
  return values.includes(null) ? undefined : keyOf(values, budget);
}

async function joined(
  rows: readonly Row[],
  how: {
    readonly kind: Kind;
    readonly keys: readonly Key[];
    readonly byKey: ReadonlyMap<string, readonly Row[]>;
    readonly width: number;
    readonly budget: Budget;
  },
): Promise<Row[]> {
  const { kind, keys, byKey, width, budget } = how;
  const made: Row[] = [];
  const seen = new Set<string>();
  const nothing: Value[] = new Array<Value>(width).fill(null);
  const add = (row: Row, others: readonly Row[]) => {
    refuseMany(made.length + others.length, row.length + width);
    budget.spend(others.length * (1 + ((row.length + width) >> 2)));
    for (const other of others) made.push([...row, ...other]);
  };
  await eachRow(rows, budget, (row) => {
    const key = joinKey(
      keys.map(({ left }) => left.run(row, budget)),
      budget,
    );
    if (kind === 'innerunique' && key !== undefined) {
      if (seen.has(key)) return;
      seen.add(key);
    }
    const others = key === undefined ? undefined : byKey.get(key);
    if (!others) {
      if (kind === 'leftouter') add(row, [nothing]);
      return;
    }
    add(row, others);
  });
  return made;
}
