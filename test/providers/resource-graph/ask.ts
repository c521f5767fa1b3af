import type { Json } from '../../../src/base/index.ts';
import { Budget } from '../../../src/providers/resource-graph/query/budget.ts';
import type { Column, Row } from '../../../src/providers/resource-graph/query/columns.ts';
import { planQuery } from '../../../src/providers/resource-graph/query/plan.ts';
import { QueryRefusal } from '../../../src/providers/resource-graph/query/refusal.ts';
import { jsonOf } from '../../../src/providers/resource-graph/query/values.ts';

/** Columns and rows of tables that tests ask. */
export type Tables = Readonly<
  Record<string, { readonly columns: readonly Column[]; readonly rows: readonly Row[] }>
>;

/** 2026-01-15 12:00 UTC. */
export const nowMs = Date.UTC(2026, 0, 15, 12);

export interface Asked {
  readonly names: readonly string[];
  readonly rows: readonly (readonly Json[])[];
  readonly steps: number;
}

/** Runs a query over tables. */
export async function ask(query: string, tables: Tables): Promise<Asked> {
  const plan = planQuery(query, (name) => tables[name]?.columns, nowMs);
  const budget = new Budget(nowMs);
  const rows = await plan.run({ budget, rows: async (name) => tables[name]?.rows ?? [] });
  return {
    names: plan.columns.map(({ name }) => name),
    rows: rows.map((row) => plan.columns.map((_, at) => jsonOf(row[at] ?? null))),
    steps: budget.steps,
  };
}

/** What refuses a query: its code, and where it says that something is wrong. */
export async function refusalOf(query: string, tables: Tables): Promise<QueryRefusal['problem']> {
  try {
    await ask(query, tables);
  } catch (thrown) {
    if (thrown instanceof QueryRefusal) return thrown.problem;
    throw thrown;
  }
  throw new Error(`not refused: ${query.slice(0, 200)}`);
}
