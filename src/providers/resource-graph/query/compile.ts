import { binary } from './binary.ts';
import type { Bound, Scope } from './columns.ts';
import type { Expression } from './expression.ts';
import { functions } from './functions/index.ts';
import { listOperator } from './lists.ts';
import { meaningless, notSpoken } from './refusal.ts';
import { cellOf, isBag, isList, type Value } from './values.ts';

/** Binds an expression to the columns of a table. Throws QueryRefusal for what means nothing there. */
export function compile(expression: Expression, scope: Scope): Bound {
  switch (expression.kind) {
    case 'literal': {
      const { value } = expression;
      return { type: expression.type, run: () => value };
    }
    case 'name':
      return bindName(expression, scope);
    case 'member': {
      const of = compile(expression.of, scope);
      const { name } = expression;
      if (of.type !== 'dynamic')
        throw meaningless(`Path expression source must be dynamic, not ${of.type}`, expression.at);
      return { type: 'dynamic', run: (row, budget) => memberNamed(of.run(row, budget), name) };
    }
    case 'index':
      return bindIndex(expression, scope);
    case 'call':
      return bindCall(expression, scope);
    case 'all':
    case 'any':
      return bindSeveral(expression, scope);
    case 'negative': {
      const of = compile(expression.of, scope);
      return binary('-', { type: of.type === 'real' ? 'real' : 'long', run: () => 0 }, of, expression.at);
    }
    case 'binary':
      return binary(
        expression.operator,
        compile(expression.left, scope),
        compile(expression.right, scope),
        expression.at,
      );
    case 'list':
      return listOperator(
        expression.operator,
        compile(expression.value, scope),
        expression.items.map((item) => compile(item, scope)),
      );
  }
}

/** As `compile`, for what must be true or false. */
export function compileCondition(expression: Expression, scope: Scope): Bound {
  const bound = compile(expression, scope);
  if (bound.type === 'bool') return bound;
  throw meaningless(`The expression must be bool, not ${bound.type}`, expression.at);
}

function bindName(expression: Extract<Expression, { kind: 'name' }>, { columns, lets }: Scope): Bound {
  const { name, at } = expression;
  const place = columns.findIndex((column) => column.name === name);
  const column = columns[place];
  if (column) {
    return { type: column.type, run: (row) => row[place] ?? (column.type === 'string' ? '' : null) };
  }
  const said = lets.get(name);
  if (said) return { type: said.type, run: () => said.value };
  throw meaningless(`Failed to resolve scalar expression named '${name}'`, at);
}

/** A member of a bag, in this very casing. */
function memberNamed(value: Value, name: string): Value {
  return isBag(value) && Object.hasOwn(value, name) ? cellOf(value[name]) : null;
}

function bindIndex(expression: Extract<Expression, { kind: 'index' }>, scope: Scope): Bound {
  const of = compile(expression.of, scope);
  const index = compile(expression.index, scope);
  if (of.type !== 'dynamic')
    throw meaningless(`Path expression source must be dynamic, not ${of.type}`, expression.at);
  return {
    type: 'dynamic',
    run(row, budget) {
      const [whole, at] = [of.run(row, budget), index.run(row, budget)];
      if (typeof at === 'string') return memberNamed(whole, at);
      if (typeof at !== 'number' || !isList(whole)) return null;
      return cellOf(whole.at(at));
    },
  };
}

function bindSeveral(expression: Extract<Expression, { kind: 'all' | 'any' }>, scope: Scope): Bound {
  const items = expression.items.map((item) => compileCondition(item, scope));
  const ends = expression.kind === 'any';
  return {
    type: 'bool',
    run(row, budget) {
      budget.spend(1);
      for (const item of items) if ((item.run(row, budget) === true) === ends) return ends;
      return !ends;
    },
  };
}

function bindCall(expression: Extract<Expression, { kind: 'call' }>, scope: Scope): Bound {
  const { name, given, at } = expression;
  const known = Object.hasOwn(functions, name) ? functions[name] : undefined;
  if (!known) throw notSpoken(name, at);
  if (given.length < known.least || given.length > known.most) {
    const expected =
      known.least === known.most ? `${known.least}` : `between ${known.least} and ${known.most}`;
    throw meaningless(`${name}(): function expects ${expected} argument(s).`, at);
  }
  const bound = given.map((one) => compile(one, scope));
  const type = typeof known.type === 'function' ? known.type(bound.map((one) => one.type)) : known.type;
  return {
    type,
    run(row, budget) {
      budget.spend(1);
      return known.run(
        bound.map((one) => one.run(row, budget)),
        budget,
      );
    },
  };
}
