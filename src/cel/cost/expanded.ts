import type { BindExpr, CallExpr, Expr, IndexExpr, LiteralExpr, LoopExpr } from '../syntax.ts';
import { boolType, type CelType, dynType, heldType, intType, listType, type Overload } from '../types.ts';
import { fixedSize, type Size } from './amounts.ts';

/** An expression with its macros written out, as costs are counted over it. Each node stands once. */
export type Expanded =
  | { readonly kind: 'literal'; readonly type: CelType; readonly size: Size; readonly whole?: number }
  | { readonly kind: 'ident'; readonly type: CelType; readonly name: string }
  | SelectNode
  | CallNode
  | { readonly kind: 'list'; readonly type: CelType; readonly elements: readonly Expanded[] }
  | { readonly kind: 'map'; readonly type: CelType; readonly entries: readonly MapEntry[] }
  | FoldNode
  | BindNode;

export interface SelectNode {
  readonly kind: 'select';
  readonly type: CelType;
  readonly operand: Expanded;
  readonly field: string;
  readonly test: boolean;
}

export interface CallNode {
  readonly kind: 'call';
  readonly type: CelType;
  readonly name: string;
  readonly target: Expanded | undefined;
  readonly args: readonly Expanded[];
  /** What may be meant; undefined for operators whose meaning is their name. */
  readonly overloads: readonly Overload[] | undefined;
}

export interface MapEntry {
  readonly key: Expanded;
  readonly value: Expanded;
}

/** A loop: what is accumulated, and what is done for each element. */
export interface FoldNode {
  readonly kind: 'fold';
  readonly type: CelType;
  readonly range: Expanded;
  readonly variables: readonly string[];
  readonly start: Expanded;
  readonly goesOn: Expanded;
  readonly step: Expanded;
  readonly result: Expanded;
}

/** A value with a name for the expression that follows. */
export interface BindNode {
  readonly kind: 'bind';
  readonly type: CelType;
  readonly variable: string;
  readonly value: Expanded;
  readonly body: Expanded;
}

/** The variable of loops; no identifier of a rule has such a name. */
export const accumulator = '@result';

export type TypeOf = (expr: Expr) => CelType;

/** Writes the macros of a checked expression out. */
export function expand(expr: Expr, typeOf: TypeOf): Expanded {
  const inner = (each: Expr): Expanded => expand(each, typeOf);
  const type = typeOf(expr);
  switch (expr.kind) {
    case 'literal':
      return literal(expr, type);
    case 'ident':
      return { kind: 'ident', type, name: expr.name };
    case 'select':
      if (expr.typeValue) return { kind: 'ident', type, name: expr.field };
      return expr.optional
        ? operator('_?._', type, [inner(expr.operand), number(0)])
        : { kind: 'select', type, operand: inner(expr.operand), field: expr.field, test: expr.test };
    case 'index':
      return indexCall(expr, type, typeOf);
    case 'call':
      return call(expr, type, typeOf);
    case 'list':
      return { kind: 'list', type, elements: expr.items.map(({ value }) => inner(value)) };
    case 'map':
      return {
        kind: 'map',
        type,
        entries: expr.entries.map(({ key, value }) => ({ key: inner(key), value: inner(value) })),
      };
    case 'struct':
      // No rule of a schema makes one: there are no types for it to name.
      return { kind: 'list', type, elements: expr.fields.map(({ value }) => inner(value)) };
    case 'loop':
      return fold(expr, type, typeOf);
    default:
      return bind(expr, type, typeOf);
  }
}

function literal({ value }: LiteralExpr, type: CelType): Expanded {
  const units =
    typeof value === 'string' ? [...value].length : value instanceof Uint8Array ? value.length : 1;
  const size = fixedSize(units);
  return typeof value === 'bigint'
    ? { kind: 'literal', type, size, whole: Number(value) }
    : { kind: 'literal', type, size };
}

function operator(name: string, type: CelType, args: readonly Expanded[]): CallNode {
  return { kind: 'call', type, name, target: undefined, args, overloads: undefined };
}

function number(whole: number): Expanded {
  return { kind: 'literal', type: intType, size: fixedSize(1), whole };
}

function indexCall(expr: IndexExpr, type: CelType, typeOf: TypeOf): CallNode {
  const args = [expand(expr.operand, typeOf), expand(expr.index, typeOf)];
  const name = expr.optional ? '_[?_]' : '_[_]';
  return { kind: 'call', type, name, target: undefined, args, overloads: expr.overloads };
}

function call(expr: CallExpr, type: CelType, typeOf: TypeOf): CallNode {
  return {
    kind: 'call',
    type,
    name: expr.overloads?.[0]?.name ?? expr.name,
    target: expr.target && !expr.qualified ? expand(expr.target, typeOf) : undefined,
    args: expr.args.map((each) => expand(each, typeOf)),
    overloads: expr.overloads,
  };
}

function fold(expr: LoopExpr, type: CelType, typeOf: TypeOf): FoldNode {
  const range = expand(expr.target, typeOf);
  return { kind: 'fold', type, range, variables: expr.variables, ...parts(expr, typeOf) };
}

type Parts = Pick<FoldNode, 'start' | 'goesOn' | 'step' | 'result'>;

const truth: Expanded = { kind: 'literal', type: boolType, size: fixedSize(1) };

function parts(expr: LoopExpr, typeOf: TypeOf): Parts {
  const body = expand(expr.body, typeOf);
  const so = (type: CelType): Expanded => ({ kind: 'ident', type, name: accumulator });
  switch (expr.name) {
    case 'all':
      return {
        start: { ...truth },
        goesOn: operator('@not_strictly_false', boolType, [so(boolType)]),
        step: operator('_&&_', boolType, [so(boolType), body]),
        result: so(boolType),
      };
    case 'exists':
      return {
        start: { ...truth },
        goesOn: operator('@not_strictly_false', boolType, [operator('!_', boolType, [so(boolType)])]),
        step: operator('_||_', boolType, [so(boolType), body]),
        result: so(boolType),
      };
    case 'existsOne':
      return {
        start: number(0),
        goesOn: { ...truth },
        step: conditional(body, operator('_+_', intType, [so(intType), number(1)]), so(intType)),
        result: operator('_==_', boolType, [so(intType), number(1)]),
      };
    default:
      return collectingParts(expr, body, typeOf);
  }
}

function collectingParts(expr: LoopExpr, body: Expanded, typeOf: TypeOf): Parts {
  const type = typeOf(expr);
  const so: Expanded = { kind: 'ident', type, name: accumulator };
  const firstType = type.kind === 'list' ? type.element : type.kind === 'map' ? type.key : dynType;
  const first: Expanded = { kind: 'ident', type: firstType, name: expr.variables[0] ?? '' };
  const isMap = expr.name === 'transformMap' || expr.name === 'transformMapEntry';
  const grown = (): Expanded => {
    if (expr.name === 'transformMap') return operator('cel.@mapInsert', type, [so, first, body]);
    if (expr.name === 'transformMapEntry') return operator('cel.@mapInsert', type, [so, body]);
    const item = expr.name === 'filter' ? first : body;
    return operator('_+_', type, [so, { kind: 'list', type: listType(item.type), elements: [item] }]);
  };
  const filter = expr.name === 'filter' ? body : expr.filter && expand(expr.filter, typeOf);
  return {
    start: isMap ? { kind: 'map', type, entries: [] } : { kind: 'list', type, elements: [] },
    goesOn: { ...truth },
    step: filter ? conditional(filter, grown(), { ...so }) : grown(),
    result: { ...so },
  };
}

function conditional(condition: Expanded, yes: Expanded, no: Expanded): CallNode {
  return operator('_?_:_', yes.type, [condition, yes, no]);
}

/** `a.optMap(x, e)` asks whether `a` has a value, and takes it. The one target is counted both times. */
function bind(expr: BindExpr, type: CelType, typeOf: TypeOf): CallNode {
  const target = expand(expr.target, typeOf);
  const ask = (name: string, of: CelType): CallNode => ({ ...operator(name, of, []), target });
  const body = expand(expr.body, typeOf);
  const named: BindNode = {
    kind: 'bind',
    type: body.type,
    variable: expr.variable,
    value: ask('value', heldType(typeOf(expr.target)) ?? dynType),
    body,
  };
  const some = expr.name === 'optMap' ? operator('optional.of', type, [named]) : named;
  return operator('_?_:_', type, [ask('hasValue', boolType), some, operator('optional.none', type, [])]);
}
