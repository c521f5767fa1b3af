import type { Budget } from '../budget.ts';
import type { Column, Row, Scope } from '../columns.ts';
import { queryLimits } from '../limits.ts';
import type { Reader } from '../reader.ts';
import { type Place, tooMuch } from '../refusal.ts';

/** What a plan runs on: the rows of a table that the caller may see. */
export interface Work {
  readonly budget: Budget;
  rows(table: string): Promise<readonly Row[]>;
}

/** One operator as it was read, for the columns it got. */
export interface Stage {
  readonly columns: readonly Column[];
  run(rows: readonly Row[], work: Work): readonly Row[] | Promise<readonly Row[]>;
}

/** A table with its operators. */
export interface Plan {
  readonly columns: readonly Column[];
  run(work: Work): Promise<readonly Row[]>;
}

/** What an operator may ask for while it is read. */
export interface Planner {
  /** Reads a table in parentheses, or its name. */
  table(reader: Reader): Plan;
  /** Counts operators that are dear. Throws QueryRefusal when there are too many. */
  count(kind: 'joins' | 'unions' | 'expansions'): void;
}

/** Reads what follows its word, and says what it does. */
export interface Operator {
  readonly words: readonly string[];
  read(reader: Reader, from: { readonly scope: Scope; readonly planner: Planner; readonly at: Place }): Stage;
}

/** Looks at each row, paying for it, and lets others have their turn between them. */
export async function eachRow(
  rows: readonly Row[],
  budget: Budget,
  visit: (row: Row) => void,
): Promise<void> {
  for (const row of rows) {
    budget.spend(1);
    visit(row);
    if (budget.isWinded) await budget.breathe();
  }
}

/** Throws when there is more between two operators than there may be. */
export function refuseMany(rows: number, columns: number): void {
  if (rows > queryLimits.rows)
    throw tooMuch(`there are more than ${queryLimits.rows} rows between two operators`);
  if (rows * columns > queryLimits.cells)
    throw tooMuch(`there are more than ${queryLimits.cells} values between two operators`);
}

/** Throws when a table gets too wide. */
export function refuseWide<T extends readonly unknown[]>(columns: T): T {
  if (columns.length > queryLimits.columns)
    throw tooMuch(`a table has at most ${queryLimits.columns} columns`);
  return columns;
}
