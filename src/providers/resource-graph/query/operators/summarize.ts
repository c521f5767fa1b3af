import { aggregate, type BoundAggregate, isAggregate, type Tally } from '../aggregates.ts';
import { type Bound, type Column, derivedName, freeName, type Row, type Scope } from '../columns.ts';
import { compile } from '../compile.ts';
import type { Expression, NamedExpression } from '../expression.ts';
import { queryLimits } from '../limits.ts';
import { readNamed } from '../parser.ts';
import { type Reader, separatedColumns } from '../reader.ts';
import { meaningless, tooMuch } from '../refusal.ts';
import { keyOf, type Value } from '../values.ts';
import { eachRow, type Operator, refuseMany, refuseWide } from './operator.ts';

interface Group {
  readonly name: string;
  readonly bound: Bound;
}

/** `summarize aggregates by groups`. */
export const summarize: Operator = {
  words: ['summarize'],
  read(reader, { scope }) {
    const named = reader.is('by') ? [] : separatedColumns(reader, () => readNamed(reader));
    const taken = new Set<string>();
    const groups = reader.accept('by') ? separatedColumns(reader, () => readGroup(reader, scope, taken)) : [];
    const results = new Results(groups, scope, taken);
    for (const one of named) results.add(one);
    const columns = refuseWide([...groups.map(columnOf), ...results.columns]);
    const width = groups.length + results.width;
    return {
      columns,
      async run(rows, { budget }) {
        const found = new Map<string, { readonly values: readonly Value[]; readonly tallies: Tally[] }>();
        const begin = (values: readonly Value[]) => {
          refuseMany(found.size + 1, width);
          return { values, tallies: results.begin(found.size + 1) };
        };
        await eachRow(rows, budget, (row) => {
          const values = groups.map(({ bound }) => bound.run(row, budget));
          const key = keyOf(values, budget);
          const known = found.get(key) ?? begin(values);
          found.set(key, known);
          budget.spend(width);
          for (const tally of known.tallies) tally.add(row, budget);
        });
        // Without groups there is one, also of nothing.
        if (groups.length === 0 && found.size === 0) found.set('', begin([]));
        const made: Row[] = [];
        for (const { values, tallies } of found.values()) {
          budget.spend(width);
          const summed = tallies.flatMap((tally) => tally.result(budget));
          made.push([...values, ...results.shown([...values, ...summed], budget)]);
          if (budget.isWinded) await budget.breathe();
        }
        return made;
      },
    };
  },
};

function columnOf({ name, bound }: Group): Column {
  return { name, type: bound.type };
}

function readGroup(reader: Reader, scope: Scope, taken: Set<string>): Group {
  const { name, expression } = readNamed(reader);
  const bound = compile(expression, scope);
  const free = name ?? freeName(derivedName(expression) ?? 'Column1', taken);
  if (bound.type === 'dynamic') {
    throw meaningless(
      `Summarize group key '${free}' is of a 'dynamic' type. Please use an explicit cast (for example, 'by tostring(${free})') as grouping by a 'dynamic' type is not supported.`,
      expression.at,
    );
  }
  taken.add(free);
  return { name: free, bound };
}

/** What comes out beside the groups: aggregates, and scalars made of them (`round(avg(x), 2)`). */
class Results {
  readonly columns: Column[] = [];
  readonly #groups: readonly Group[];
  readonly #scope: Scope;
  readonly #taken: Set<string>;
  readonly #aggregates: BoundAggregate[] = [];
  /** What each group has and each aggregate makes, under names that no query can say. */
  readonly #made: Column[] = [];
  readonly #shown: Bound[] = [];

  constructor(groups: readonly Group[], scope: Scope, taken: Set<string>) {
    this.#groups = groups;
    this.#scope = scope;
    this.#taken = taken;
  }

  /** How many values each group takes while it is summed up. */
  get width(): number {
    return this.#made.length + this.columns.length;
  }

  /** For one more group, the how manieth it is. */
  begin(groups: number): Tally[] {
    if (groups * this.#aggregates.length > queryLimits.tallies)
      throw tooMuch(`more than ${queryLimits.tallies} aggregates are under way at once`);
    return this.#aggregates.map((one) => one.begin());
  }

  /** The values that are shown of those of the groups and aggregates. */
  shown(values: Row, budget: Parameters<Bound['run']>[1]): Value[] {
    return this.#shown.map((one) => one.run(values, budget));
  }

  add({ name, expression }: NamedExpression): void {
    if (expression.kind === 'call' && isAggregate(expression.name)) {
      const names = this.#bind(expression);
      for (const [at, made] of names.entries()) {
        this.#show(
          names.length === 1 && name !== undefined ? name : made.shown,
          made.column,
          at === 0 ? name : undefined,
        );
      }
      return;
    }
    let count = 0;
    const replaced = this.#replace(expression, () => count++);
    if (count === 0) throw meaningless('summarize operator: an aggregate is needed here', expression.at);
    const bound = compile(replaced, { ...this.#scope, columns: this.#within() });
    this.#name(name ?? 'Column1', bound);
  }

  #bind(call: Extract<Expression, { kind: 'call' }>): { readonly shown: string; readonly column: string }[] {
    const bound = aggregate(call, this.#scope);
    if (!bound) throw meaningless(`'${call.name}' is no aggregate`, call.at);
    this.#aggregates.push(bound);
    return bound.columns.map(({ name, type }) => {
      const column = `\0${this.#made.length}`;
      this.#made.push({ name: column, type });
      refuseWide(this.#made);
      return { shown: name, column };
    });
  }

  #within(): Column[] {
    return [...this.#groups.map(columnOf), ...this.#made];
  }

  #show(shown: string, column: string, named: string | undefined): void {
    const place = this.#groups.length + this.#made.findIndex(({ name }) => name === column);
    const type = this.#made[place - this.#groups.length]?.type ?? 'dynamic';
    this.#name(named ?? shown, { type, run: (row) => row[place] ?? null });
  }

  #name(wanted: string, bound: Bound): void {
    const name = freeName(wanted, this.#taken);
    this.#taken.add(name);
    this.columns.push({ name, type: bound.type });
    refuseWide([...this.#groups, ...this.columns]);
    this.#shown.push(bound);
  }

  /** The expression with a column in place of each aggregate. */
  #replace(expression: Expression, found: () => void): Expression {
    const within = (one: Expression) => this.#replace(one, found);
    switch (expression.kind) {
      case 'call': {
        if (!isAggregate(expression.name)) return { ...expression, given: expression.given.map(within) };
        found();
        const [made] = this.#bind(expression);
        const { at, level } = expression;
        return { kind: 'name', name: made?.column ?? '', at, level };
      }
      case 'binary':
        return { ...expression, left: within(expression.left), right: within(expression.right) };
      case 'all':
      case 'any':
        return { ...expression, items: expression.items.map(within) };
      case 'list':
        return { ...expression, value: within(expression.value), items: expression.items.map(within) };
      case 'member':
      case 'negative':
        return { ...expression, of: within(expression.of) };
      case 'index':
        return { ...expression, of: within(expression.of), index: within(expression.index) };
      default:
        return expression;
    }
  }
}
