import type { Budget } from './budget.ts';
import type { Expression } from './expression.ts';
import type { Type, Value } from './values.ts';

/** A column of a table; its values stand at the same place in each row. */
export interface Column {
  readonly name: string;
  readonly type: Type;
}

export type Row = readonly Value[];

/** An expression over the columns of a table. */
export interface Bound {
  readonly type: Type;
  run(row: Row, budget: Budget): Value;
}

/** What names mean at some place of a query. */
export interface Scope {
  readonly columns: readonly Column[];
  /** Of `let`. */
  readonly lets: ReadonlyMap<string, { readonly type: Type; readonly value: Value }>;
}

/** The name of a column that nobody has named; undefined when it is counted through (`Column1`). */
export function derivedName(expression: Expression): string | undefined {
  switch (expression.kind) {
    case 'name':
      return expression.name;
    case 'member': {
      const of = derivedName(expression.of);
      return of === undefined ? undefined : `${of}_${expression.name}`;
    }
    case 'index': {
      const of = derivedName(expression.of);
      const { index } = expression;
      const said = index.kind === 'literal' && typeof index.value === 'string' ? index.value : '';
      return of === undefined ? undefined : `${of}_${said.replaceAll(/[^A-Za-z0-9_]/g, '_')}`;
    }
    case 'call': {
      const [first] = expression.given;
      return first && passing.has(expression.name) ? derivedName(first) : undefined;
    }
    default:
      return undefined;
  }
}

/** Functions whose column keeps the name of what they are given. */
const passing: ReadonlySet<string> = new Set([
  ...['tostring', 'toint', 'tolong', 'todouble', 'toreal', 'tobool', 'toboolean', 'todatetime', 'totimespan'],
  ...['bin', 'floor', 'tolower', 'toupper', 'todynamic', 'parse_json'],
]);

/** Names that are taken already get a number, as Kusto gives them. */
export function freeName(wanted: string, taken: ReadonlySet<string>): string {
  if (!taken.has(wanted)) return wanted;
  for (let count = 1; ; count++) {
    if (!taken.has(`${wanted}${count}`)) return `${wanted}${count}`;
  }
}
