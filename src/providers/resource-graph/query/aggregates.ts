import type { Json } from '../../../base/index.ts';
import type { Budget } from './budget.ts';
import { type Bound, derivedName, type Row, type Scope } from './columns.ts';
import { compile, compileCondition } from './compile.ts';
import type { Expression } from './expression.ts';
import { meaningless } from './refusal.ts';
import { compare, Instant, jsonOf, keyOf, readNumber, Span, type Type, type Value } from './values.ts';

/** Goes through the rows of one group. */
export interface Tally {
  add(row: Row, budget: Budget): void;
  /** One value for each column. */
  result(budget: Budget): readonly Value[];
}

/** An aggregate bound to the columns of a table. */
export interface BoundAggregate {
  readonly columns: readonly { readonly name: string; readonly type: Type }[];
  begin(): Tally;
}

type Call = Extract<Expression, { kind: 'call' }>;
type Aggregate = (call: Call, scope: Scope) => BoundAggregate;

/** Binds an aggregate; undefined when the function is none. */
export function aggregate(call: Call, scope: Scope): BoundAggregate | undefined {
  const known = Object.hasOwn(aggregates, call.name) ? aggregates[call.name] : undefined;
  return known?.(call, scope);
}

export function isAggregate(name: string): boolean {
  return Object.hasOwn(aggregates, name);
}

function argument(call: Call, at: number): Expression {
  const found = call.given[at];
  if (!found) throw meaningless(`${call.name}(): function expects more arguments.`, call.at);
  return found;
}

interface Fold {
  readonly prefix: string;
  readonly type: (given: Type) => Type;
  /** Whether the last argument is a condition. */
  readonly conditional?: boolean;
  begin(type: Type): { add(value: Value, budget: Budget): void; result(budget: Budget): Value };
}

/** An aggregate over the values of one expression. */
function over(fold: Fold): Aggregate {
  return (call, scope) => {
    const expression = argument(call, 0);
    const bound = compile(expression, scope);
    const condition = fold.conditional ? compileCondition(argument(call, 1), scope) : undefined;
    const limit = call.given[1];
    const most = !fold.conditional && limit ? readNumber(compile(limit, scope).run([], noBudget)) : null;
    const name = `${fold.prefix}_${derivedName(expression) ?? ''}`;
    return {
      columns: [{ name, type: fold.type(bound.type) }],
      begin() {
        const folded = fold.begin(bound.type);
        let left = most ?? Number.POSITIVE_INFINITY;
        return {
          add(row, budget) {
            if (condition && condition.run(row, budget) !== true) return;
            const value = bound.run(row, budget);
            if (value === null || left-- <= 0) return;
            folded.add(value, budget);
          },
          result: (budget) => [folded.result(budget)],
        };
      },
    };
  };
}

/** For limits, which are written as numbers. */
const noBudget = { spend: () => undefined } as unknown as Budget; // a literal asks nothing of it

function counting(call: Call, scope: Scope, name: string): BoundAggregate {
  const [expression] = call.given;
  const condition: Bound | undefined = expression && compileCondition(expression, scope);
  return {
    columns: [{ name, type: 'long' }],
    begin() {
      let count = 0;
      return {
        add(row, budget) {
          if (!condition || condition.run(row, budget) === true) count++;
        },
        result: () => [count],
      };
    },
  };
}

function distinctCount(conditional: boolean): Aggregate {
  return over({
    prefix: conditional ? 'dcountif' : 'dcount',
    type: () => 'long',
    conditional,
    begin() {
      const seen = new Set<string>();
      return { add: (value, budget) => seen.add(keyOf([value], budget)), result: () => seen.size };
    },
  });
}

function summing(average: boolean, conditional: boolean): Aggregate {
  return over({
    prefix: `${average ? 'avg' : 'sum'}${conditional ? 'if' : ''}`,
    type: (given) => (given === 'timespan' ? given : average || given !== 'long' ? 'real' : 'long'),
    conditional,
    begin(type) {
      let [sum, count] = [0, 0];
      return {
        add(value) {
          const number = value instanceof Span || value instanceof Instant ? value.ms : readNumber(value);
          if (number === null) return;
          sum += number;
          count++;
        },
        result() {
          if (average && count === 0) return null;
          const made = average ? sum / count : sum;
          return type === 'timespan' ? new Span(made) : made;
        },
      };
    },
  });
}

function extreme(sign: 1 | -1, conditional: boolean): Aggregate {
  return over({
    prefix: `${sign > 0 ? 'max' : 'min'}${conditional ? 'if' : ''}`,
    type: (given) => given,
    conditional,
    begin() {
      let best: Value = null;
      return {
        add(value, budget) {
          if (best === null || (compare(value, best, budget) ?? 0) * sign > 0) best = value;
        },
        result: () => best,
      };
    },
  });
}

function listing(once: boolean): Aggregate {
  return over({
    prefix: once ? 'set' : 'list',
    type: () => 'dynamic',
    begin() {
      const items: Json[] = [];
      const seen = new Set<string>();
      return {
        add(value, budget) {
          if (once) {
            const key = keyOf([value], budget);
            if (seen.has(key)) return;
            seen.add(key);
          }
          // What is kept costs more than what is looked at.
          budget.spend(4);
          items.push(jsonOf(value));
        },
        result: (budget) => budget.assembled(items),
      };
    },
  });
}

const anyOne: Aggregate = over({
  prefix: 'any',
  type: (given) => given,
  begin() {
    let first: Value = null;
    return {
      add(value) {
        first ??= value;
      },
      result: () => first,
    };
  },
});

/** `arg_max(by, *)`: the row in which something is greatest. */
function rowOfExtreme(sign: 1 | -1): Aggregate {
  return (call, scope) => {
    const by = argument(call, 0);
    const key = compile(by, scope);
    const shown = call.given.slice(1).flatMap((expression): { name: string; bound: Bound }[] => {
      if (expression.kind === 'name' && expression.name === '*') {
        const others = scope.columns.filter(({ name }) => name !== derivedName(by));
        return others.map(({ name }) => ({ name, bound: compile({ ...expression, name }, scope) }));
      }
      return [{ name: derivedName(expression) ?? 'Column1', bound: compile(expression, scope) }];
    });
    const keyName = derivedName(by) ?? `${sign > 0 ? 'max' : 'min'}_`;
    return {
      columns: [
        { name: keyName, type: key.type },
        ...shown.map(({ name, bound }) => ({ name, type: bound.type })),
      ],
      begin() {
        let best: { readonly value: Value; readonly row: Row } | undefined;
        return {
          add(row, budget) {
            const value = key.run(row, budget);
            const isBetter =
              !best ||
              (value !== null &&
                (best.value === null || (compare(value, best.value, budget) ?? 0) * sign > 0));
            if (isBetter) best = { value, row };
          },
          result(budget) {
            const row = best?.row ?? [];
            return [best?.value ?? null, ...shown.map(({ bound }) => bound.run(row, budget))];
          },
        };
      },
    };
  };
}

const list = listing(false);
const set = listing(true);

/** Every aggregate that is spoken here, by name. */
const aggregates: Readonly<Record<string, Aggregate>> = {
  count(call, scope) {
    if (call.given.length > 0) throw meaningless('count(): function expects 0 argument(s).', call.at);
    return counting(call, scope, 'count_');
  },
  countif(call, scope) {
    argument(call, 0);
    return counting(call, scope, 'countif_');
  },
  dcount: distinctCount(false),
  dcountif: distinctCount(true),
  sum: summing(false, false),
  sumif: summing(false, true),
  avg: summing(true, false),
  avgif: summing(true, true),
  min: extreme(-1, false),
  max: extreme(1, false),
  minif: extreme(-1, true),
  maxif: extreme(1, true),
  make_list: list,
  makelist: list,
  make_set: set,
  makeset: set,
  any: anyOne,
  take_any: anyOne,
  arg_max: rowOfExtreme(1),
  arg_min: rowOfExtreme(-1),
};
