import type { Variable } from './checker.ts';
import { fitsType } from './fits-type.ts';
import { type Steps, stepsOfCall, stepsOfEquality, stepsOfKey } from './steps.ts';
import type {
  BindExpr,
  CallExpr,
  Expr,
  IndexExpr,
  ListExpr,
  LoopExpr,
  MapExpr,
  SelectExpr,
  StructExpr,
} from './syntax.ts';
import { type CelType, type Overload, typeName } from './types.ts';
import {
  CelError,
  CelUint,
  equals,
  ListValue,
  MapValue,
  none,
  noSuchOverload,
  OptionalValue,
  StructValue,
  TypeValue,
  type Value,
} from './values.ts';

/** One evaluation: the values of its variables and the steps it may still take. */
export interface Run {
  readonly slots: Value[];
  readonly budget: Budget;
}

/** Shared by all rules of one write, so that no object keeps the server busy. */
export interface Budget {
  steps: number;
}

/** Thrown when a budget is used up. */
export class BudgetExceeded extends Error {}

export type Program = (run: Run) => Value;

export type { Variable };

/** Turns a checked expression into a function. */
export function compile(expr: Expr): Program {
  switch (expr.kind) {
    case 'literal': {
      const value: Value =
        expr.literal === 'uint' && typeof expr.value === 'bigint' ? new CelUint(expr.value) : expr.value;
      return () => value;
    }
    case 'ident':
      return expr.typeValue ? typeProgram(expr.typeValue) : slotProgram(expr.slot ?? 0);
    case 'select':
      return expr.typeValue ? typeProgram(expr.typeValue) : selectProgram(expr);
    case 'index':
      return indexProgram(expr);
    case 'call':
      return callProgram(expr);
    case 'list':
      return listProgram(expr);
    case 'map':
      return mapProgram(expr);
    case 'struct':
      return structProgram(expr);
    case 'loop':
      return loopProgram(expr);
    default:
      return bindProgram(expr);
  }
}

function spend(run: Run, steps = 1): void {
  run.budget.steps -= steps;
  if (run.budget.steps < 0) throw new BudgetExceeded();
}

function typeProgram(type: CelType): Program {
  const value = new TypeValue(typeName(type));
  return () => value;
}

function slotProgram(slot: number): Program {
  return (run) => {
    spend(run);
    const value = run.slots[slot];
    return value === undefined ? null : value;
  };
}

function selectProgram({ operand, field, test, optional }: SelectExpr): Program {
  const of = compile(operand);
  const read = (target: Value): Value | undefined => {
    if (target instanceof StructValue) return target.fields.get(field);
    return target instanceof MapValue ? target.get(field) : undefined;
  };
  if (test) {
    return (run) => {
      const target = of(run);
      spend(run);
      if (target instanceof OptionalValue)
        return target.value !== undefined && read(target.value) !== undefined;
      if (target instanceof MapValue) return target.has(field);
      if (target instanceof StructValue) return target.fields.has(field);
      throw noSuchOverload();
    };
  }
  return (run) => {
    const target = of(run);
    spend(run);
    if (target instanceof OptionalValue)
      return target.value === undefined ? none : wrapped(read(target.value));
    const value = read(target);
    if (optional) return wrapped(value);
    if (value !== undefined) return value;
    // Of what an expression made itself, a field that it did not set is null.
    if (target instanceof StructValue) return null;
    throw new CelError(`no such key: ${field}`);
  };
}

function wrapped(value: Value | undefined): OptionalValue {
  return value === undefined ? none : new OptionalValue(value);
}

function indexProgram({ operand, index, optional }: IndexExpr): Program {
  const of = compile(operand);
  const at = compile(index);
  return (run) => {
    const target = of(run);
    const key = at(run);
    spend(run, stepsOfKey(key));
    if (target instanceof OptionalValue)
      return target.value === undefined ? none : wrapped(elementAt(target.value, key));
    if (optional) return wrapped(elementAt(target, key));
    const value = elementAt(target, key);
    if (value !== undefined) return value;
    throw new CelError(
      target instanceof ListValue
        ? `index out of bounds: ${keyTextOf(key)}`
        : `no such key: ${keyTextOf(key)}`,
    );
  };
}

function keyTextOf(key: Value): string {
  return key instanceof CelUint ? String(key.value) : String(key);
}

function elementAt(target: Value, key: Value): Value | undefined {
  if (target instanceof MapValue) return target.get(key);
  if (!(target instanceof ListValue)) throw noSuchOverload();
  const index =
    key instanceof CelUint
      ? Number(key.value)
      : typeof key === 'bigint' || typeof key === 'number'
        ? Number(key)
        : undefined;
  if (index === undefined || !Number.isInteger(index))
    throw new CelError(`unsupported index type '${typeof key}' in list`);
  return index >= 0 && index < target.size ? target.at(index) : undefined;
}

function callProgram(expr: CallExpr): Program {
  const args = (expr.target && !expr.qualified ? [expr.target, ...expr.args] : expr.args).map(compile);
  const [first, second, third] = args;
  switch (expr.name) {
    case '_&&_':
      return first && second ? logical(first, second, false) : () => true;
    case '_||_':
      return first && second ? logical(first, second, true) : () => false;
    case '_?_:_':
      if (first && second && third) return conditional(first, second, third);
      break;
    case '_==_':
      if (first && second) return (run) => areEqual(run, first(run), second(run));
      break;
    case '_!=_':
      if (first && second) return (run) => !areEqual(run, first(run), second(run));
      break;
    case 'or':
    case 'orValue':
      // The second argument is evaluated only when it is needed.
      if (first && second && expr.target) return optionalOr(first, second, expr.name);
  }
  const pattern = expr.args.at(-1);
  const isPatternWritten = pattern?.kind === 'literal' && typeof pattern.value === 'string';
  return dispatch(expr.overloads ?? [], args, isPatternWritten);
}

function areEqual(run: Run, a: Value, b: Value): boolean {
  spend(run, stepsOfEquality(a, b));
  return equals(a, b);
}

/** Nothing beside what they connect, but not for nothing: many of them stand in one loop. */
const connectiveSteps = 0.1;

/** `&&` and `||` answer from either side; an error on one side matters only when the other does not decide. */
function logical(left: Program, right: Program, decisive: boolean): Program {
  return (run) => {
    spend(run, connectiveSteps);
    let failure: unknown;
    try {
      const value = left(run);
      if (value === decisive) return decisive;
      if (typeof value !== 'boolean') failure = noSuchOverload();
    } catch (error) {
      if (!(error instanceof CelError)) throw error;
      failure = error;
    }
    const value = right(run);
    if (value === decisive) return decisive;
    if (failure) throw failure;
    if (typeof value !== 'boolean') throw noSuchOverload();
    return value;
  };
}

function conditional(condition: Program, yes: Program, no: Program): Program {
  return (run) => {
    spend(run, connectiveSteps);
    const value = condition(run);
    if (typeof value !== 'boolean') throw noSuchOverload();
    return value ? yes(run) : no(run);
  };
}

function optionalOr(target: Program, other: Program, name: 'or' | 'orValue'): Program {
  return (run) => {
    const value = target(run);
    if (!(value instanceof OptionalValue)) throw noSuchOverload();
    if (value.value === undefined) return other(run);
    return name === 'or' ? value : value.value;
  };
}

function dispatch(
  overloads: readonly Overload[],
  args: readonly Program[],
  isPatternWritten: boolean,
): Program {
  const candidates = overloads.map((overload) => ({
    overload,
    stepsOf: stepsOfCall(overload, isPatternWritten),
  }));
  return (run) => {
    const values = args.map((arg) => arg(run));
    for (const { overload, stepsOf } of candidates) {
      if (fits(values, overload)) return call(run, overload, { values, stepsOf });
    }
    throw noSuchOverload();
  };
}

function fits(values: readonly Value[], { parameters }: Overload): boolean {
  for (let i = 0; i < parameters.length; i++) {
    const type = parameters[i];
    if (type && !fitsType(values[i] ?? null, type)) return false;
  }
  return true;
}

function call(
  run: Run,
  overload: Overload,
  { values, stepsOf }: { values: readonly Value[]; stepsOf: Steps },
): Value {
  spend(run, stepsOf(values));
  return overload.metered
    ? overload.metered((steps) => spend(run, steps), ...values)
    : overload.run(...values);
}

function listProgram({ items }: ListExpr): Program {
  const programs = items.map(({ value, optional }) => ({ value: compile(value), optional }));
  if (items.every(({ value, optional }) => !optional && isConstant(value))) {
    const list = new ListValue(programs.map(({ value }) => value(noRun())));
    return () => list;
  }
  return (run) => {
    spend(run, 1 + items.length / partsPerStep);
    const list: Value[] = [];
    for (const { value, optional } of programs) addElement(list, value(run), optional);
    return new ListValue(list);
  };
}

/** Parts of a list or map that are put in place in one step, beside what each of them costs. */
const partsPerStep = 10;

/** What is the same whenever it is evaluated, and made once. */
function isConstant(expr: Expr): boolean {
  if (expr.kind === 'literal') return true;
  return expr.kind === 'list' && expr.items.every(({ value, optional }) => !optional && isConstant(value));
}

/** Constants look at nothing. */
function noRun(): Run {
  return { slots: [], budget: { steps: 0 } };
}

function addElement(list: Value[], value: Value, optional: boolean): void {
  if (!optional) list.push(value);
  else if (!(value instanceof OptionalValue)) throw noSuchOverload();
  else if (value.value !== undefined) list.push(value.value);
}

function mapProgram({ entries }: MapExpr): Program {
  const programs = entries.map(({ key, value, optional }) => ({
    key: compile(key),
    value: compile(value),
    optional,
  }));
  return (run) => {
    spend(run, 1 + entries.length / partsPerStep);
    const pairs: [Value, Value][] = [];
    for (const { key, value, optional } of programs) {
      const name = key(run);
      spend(run, stepsOfKey(name));
      const found: Value[] = [];
      addElement(found, value(run), optional);
      const [only] = found;
      if (only !== undefined) pairs.push([name, only]);
    }
    return new MapValue(pairs);
  };
}

/** What it takes to put an object together, beside what its fields cost: as in the real server. */
const structSteps = 40;

function structProgram({ name, fields }: StructExpr): Program {
  const programs = fields.map(({ value, ...field }) => ({ ...field, value: compile(value) }));
  return (run) => {
    spend(run, structSteps);
    const made = new Map<string, Value>();
    for (const { name: field, value, optional } of programs) {
      const found: Value[] = [];
      addElement(found, value(run), optional);
      const [only] = found;
      // What is set twice is as it was set last: to nothing too.
      if (only === undefined) made.delete(field);
      else made.set(field, only);
    }
    return new StructValue(name, made);
  };
}

function bindProgram({ name, target, body, slot = 0 }: BindExpr): Program {
  const of = compile(target);
  const then = compile(body);
  return (run) => {
    const value = of(run);
    if (!(value instanceof OptionalValue)) throw noSuchOverload();
    if (value.value === undefined) return none;
    run.slots[slot] = value.value;
    const result = then(run);
    return name === 'optMap' ? new OptionalValue(result) : result;
  };
}

/** Calls `visit` for each element with the loop's variables set; it answers true to stop. */
type Walk = (run: Run, visit: (first: Value) => boolean) => void;

function walkOver({ target, variables, slot = 0 }: LoopExpr): Walk {
  const of = compile(target);
  const two = variables.length === 2;
  return (run, visit) => {
    const range = of(run);
    if (range instanceof ListValue) {
      const { size } = range;
      for (let i = 0; i < size; i++) {
        spend(run);
        const item = range.at(i);
        const first = two ? BigInt(i) : item;
        run.slots[slot] = first;
        if (two) run.slots[slot + 1] = item;
        if (visit(first)) return;
      }
    } else if (range instanceof MapValue) {
      for (const key of range.keys()) {
        spend(run);
        run.slots[slot] = key;
        if (two) run.slots[slot + 1] = range.get(key) ?? null;
        if (visit(key)) return;
      }
    } else throw noSuchOverload();
  };
}

function loopProgram(expr: LoopExpr): Program {
  const walk = walkOver(expr);
  const body = compile(expr.body);
  const filter = expr.filter && compile(expr.filter);
  const accepts = (run: Run): boolean => !filter || truth(filter(run));
  switch (expr.name) {
    case 'all':
      return quantifier(walk, body, false);
    case 'exists':
      return quantifier(walk, body, true);
    case 'existsOne':
      return (run) => {
        let count = 0;
        walk(run, () => {
          if (truth(body(run))) count++;
          return false;
        });
        return count === 1;
      };
    case 'filter':
      return collected(walk, (run, item, list) => {
        if (truth(body(run))) list.push(item);
      });
    case 'map':
    case 'transformList':
      return collected(walk, (run, _item, list) => {
        if (accepts(run)) list.push(body(run));
      });
    default:
      return transformedMap(walk, expr, { body, accepts });
  }
}

function truth(value: Value): boolean {
  if (typeof value !== 'boolean') throw noSuchOverload();
  return value;
}

/** `all` stops at the first false, `exists` at the first true; errors count only when nothing decides. */
function quantifier(walk: Walk, body: Program, decisive: boolean): Program {
  return (run) => {
    let failure: unknown;
    let decided = false;
    walk(run, () => {
      try {
        decided = truth(body(run)) === decisive;
      } catch (error) {
        if (!(error instanceof CelError)) throw error;
        failure ??= error;
      }
      return decided;
    });
    if (decided) return decisive;
    if (failure) throw failure;
    return !decisive;
  };
}

function collected(walk: Walk, visit: (run: Run, item: Value, list: Value[]) => void): Program {
  return (run) => {
    const list: Value[] = [];
    walk(run, (item) => {
      visit(run, item, list);
      return false;
    });
    return new ListValue(list);
  };
}

function transformedMap(
  walk: Walk,
  expr: LoopExpr,
  { body, accepts }: { body: Program; accepts: (run: Run) => boolean },
): Program {
  return (run) => {
    const pairs: [Value, Value][] = [];
    walk(run, (key) => {
      if (!accepts(run)) return false;
      const value = body(run);
      if (expr.name === 'transformMap') {
        spend(run, stepsOfKey(key));
        pairs.push([key, value]);
      } else if (value instanceof MapValue) {
        for (const own of value.keys()) {
          spend(run, stepsOfKey(own));
          pairs.push([own, value.get(own) ?? null]);
        }
      }
      return false;
    });
    const map = new MapValue(pairs);
    if (map.size < pairs.length) throw new CelError('insert failed: key already exists');
    return map;
  };
}
