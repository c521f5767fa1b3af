/** What a query may measure and cost. Resource Graph publishes those of joins, unions and expansions; the others are this estate's. */
export const queryLimits = {
  queryCharacters: 128 * 1024,
  tokens: 20_000,
  /** Levels of expressions and of tables in parentheses. */
  nestingLevels: 60,
  joins: 3,
  unions: 3,
  expansions: 3,
  operators: 200,
  columns: 500,
  /** Rows between two operators. */
  rows: 100_000,
  /** Values between two operators: rows times columns. */
  cells: 2_000_000,
  /** Aggregates that are under way at once: groups times what is summed up for each. */
  tallies: 250_000,
  /** Values that one row is expanded to, and what is kept without `limit`. */
  expandedRows: 2_000,
  expandedRowsByDefault: 128,
  /** Evaluations and characters that are looked at, all together. */
  steps: 20_000_000,
  /** Steps after which others get their turn. */
  stepsInOneGo: 500_000,
  /** Steps that one row may take, or whatever else gives nobody a turn. */
  stepsAtOnce: 2_000_000,
  /** Of one value. */
  valueCharacters: 1024 * 1024,
  /** Of all texts that one query makes. */
  madeCharacters: 64 * 1024 * 1024,
  /** Lists, bags and what is in them, counted wherever they stand. */
  valueParts: 500_000,
  /** Levels of values that a query puts together. */
  valueLevels: 64,
} as const;
