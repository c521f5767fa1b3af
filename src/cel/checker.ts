import type { Registry } from './registry.ts';
import type {
  BindExpr,
  CallExpr,
  Expr,
  IdentExpr,
  IndexExpr,
  Issue,
  ListExpr,
  LoopExpr,
  MapExpr,
  SelectExpr,
  StructExpr,
} from './syntax.ts';
import {
  Bindings,
  boolType,
  bytesType,
  type CelType,
  doubleType,
  durationType,
  dynType,
  errorType,
  formatType,
  heldType,
  intType,
  isLoose,
  listType,
  mapType,
  nullType,
  type Overload,
  opaqueType,
  optionalType,
  stringType,
  timestampType,
  uintType,
} from './types.ts';

export interface Variable {
  readonly name: string;
  readonly type: CelType;
}

const namedTypes: ReadonlyMap<string, CelType> = new Map(
  Object.entries({
    bool: boolType,
    int: intType,
    uint: uintType,
    double: doubleType,
    string: stringType,
    bytes: bytesType,
    list: listType(dynType),
    map: mapType(dynType, dynType),
    null_type: nullType,
    type: { kind: 'type', of: dynType },
    optional_type: optionalType(dynType),
    'google.protobuf.Timestamp': timestampType,
    'google.protobuf.Duration': durationType,
    'kubernetes.Quantity': opaqueType('kubernetes.Quantity'),
    'kubernetes.URL': opaqueType('kubernetes.URL'),
    'kubernetes.NamedFormat': opaqueType('kubernetes.NamedFormat'),
    'kubernetes.Semver': opaqueType('kubernetes.Semver'),
    'net.IP': opaqueType('net.IP'),
    'net.CIDR': opaqueType('net.CIDR'),
  }),
);
/** The parts of the longest name of a type or function. */
const longestNameParts = 3;

const literalTypes: Readonly<Record<string, CelType>> = {
  null: nullType,
  bool: boolType,
  int: intType,
  uint: uintType,
  double: doubleType,
  string: stringType,
  bytes: bytesType,
};

/** Types of objects that an expression may make, by name; undefined: there is none of that name. */
export type StructTypes = (name: string) => (CelType & { readonly kind: 'object' }) | undefined;

export interface Checked {
  readonly type: CelType;
  readonly issues: readonly Issue[];
  /** Names of the variables that the expression reads. */
  readonly used: ReadonlySet<string>;
  /** How many slots an evaluation needs: those of the variables first. */
  readonly slots: number;
  /** The type of a part of the expression. */
  readonly typeOf: (part: Expr) => CelType;
}

/** Works out the type of every part of an expression and what each call means. */
export function check(
  expr: Expr,
  variables: readonly Variable[],
  { registry, structs }: { readonly registry: Registry; readonly structs?: StructTypes | undefined },
): Checked {
  const checker = new Checker(variables, registry, structs ?? (() => undefined));
  const type = checker.check(expr);
  return {
    type: checker.bindings.resolve(type, 'dyn'),
    issues: checker.issues,
    used: checker.used,
    slots: checker.slots,
    typeOf: (part) => checker.bindings.resolve(part.type ?? dynType, 'dyn'),
  };
}

class Checker {
  readonly bindings = new Bindings();
  readonly issues: Issue[] = [];
  readonly used = new Set<string>();
  slots: number;
  readonly #registry: Registry;
  readonly #structs: StructTypes;
  readonly #scope: { readonly name: string; readonly type: CelType; readonly slot: number }[];

  constructor(variables: readonly Variable[], registry: Registry, structs: StructTypes) {
    this.#registry = registry;
    this.#structs = structs;
    this.#scope = variables.map(({ name, type }, slot) => ({ name, type, slot }));
    this.slots = variables.length;
  }

  #issue(at: number, message: string): CelType {
    this.issues.push({ at, message });
    return errorType;
  }

  check(expr: Expr): CelType {
    const type = this.#typeOf(expr);
    expr.type = type;
    return type;
  }

  #typeOf(expr: Expr): CelType {
    switch (expr.kind) {
      case 'literal':
        return literalTypes[expr.literal] ?? dynType;
      case 'ident':
        return this.#ident(expr);
      case 'select':
        return this.#select(expr);
      case 'index':
        return this.#index(expr);
      case 'call':
        return this.#call(expr);
      case 'list': {
        if (expr.isFormatArguments) return this.#formatArguments(expr);
        const items = expr.items.map(({ value, optional }) => ({
          at: value,
          type: this.#element(value, optional),
        }));
        return listType(this.#join(items));
      }
      case 'map':
        return this.#map(expr);
      case 'struct':
        return this.#struct(expr);
      case 'loop':
        return this.#loop(expr);
      default:
        return this.#bind(expr);
    }
  }

  /** The arguments of `format` may be of mixed types. */
  #formatArguments(expr: ListExpr): CelType {
    for (const { value, optional } of expr.items) this.#element(value, optional);
    return listType(dynType);
  }

  #ident(expr: IdentExpr): CelType {
    const variable = this.#scope.findLast(({ name }) => name === expr.name);
    if (variable) {
      expr.slot = variable.slot;
      this.used.add(expr.name);
      return variable.type;
    }
    const named = this.#named(expr.name);
    if (named) {
      expr.typeValue = named;
      return { kind: 'type', of: named };
    }
    return this.#issue(expr.at, `undeclared reference to '${expr.name}' (in container '')`);
  }

  #select(expr: SelectExpr): CelType {
    const qualified = qualifiedName(expr);
    const named =
      qualified !== undefined && !this.#isVariable(qualified) ? this.#named(qualified) : undefined;
    if (named) {
      expr.typeValue = named;
      return { kind: 'type', of: named };
    }
    const result = this.#field(expr, this.check(expr.operand));
    return expr.test ? boolType : result;
  }

  #named(name: string): CelType | undefined {
    return namedTypes.get(name) ?? this.#structs(name);
  }

  #isVariable(qualified: string): boolean {
    const [first] = qualified.split('.');
    return this.#scope.some(({ name }) => name === first);
  }

  #field(expr: SelectExpr, operandType: CelType): CelType {
    const operand = this.bindings.resolve(operandType);
    const held = heldType(operand);
    const target = held ?? operand;
    let result: CelType;
    switch (target.kind) {
      case 'map':
        result = target.value;
        break;
      case 'object':
        result = target.of.fieldType(expr.field) ?? this.#issue(expr.at, `undefined field '${expr.field}'`);
        break;
      case 'param':
        this.bindings.isAssignable(dynType, target);
        result = dynType;
        break;
      default:
        if (!isLoose(target)) {
          const name = formatType(target);
          // Of its libraries' types the real server looks for fields, and does not find the type.
          const isLibrarys = target.kind === 'opaque' && target.name.startsWith('kubernetes.');
          const unresolved = `unexpected failed resolution of '${name}'`;
          this.#issue(expr.at, isLibrarys ? unresolved : `type '${name}' does not support field selection`);
        }
        result = dynType;
    }
    return held || expr.optional ? optionalType(result) : result;
  }

  #index(expr: IndexExpr): CelType {
    const operand = this.check(expr.operand);
    const index = this.check(expr.index);
    const name = expr.optional ? '_[?_]' : '_[_]';
    const found = this.#resolve(this.#registry.lookup(name) ?? [], [operand, index], {
      at: expr.at,
      name,
      isMember: false,
    });
    if (found) expr.overloads = found.overloads;
    return found?.result ?? errorType;
  }

  #call(expr: CallExpr): CelType {
    const [first] = expr.args;
    if (expr.name === 'format' && first?.kind === 'list') first.isFormatArguments = true;
    const args = expr.args.map((arg) => this.check(arg));
    if (expr.name === '_&&_' || expr.name === '_||_') {
      expr.args.forEach((arg, i) => {
        this.#expect(boolType, args[i] ?? errorType, arg);
      });
      return boolType;
    }
    if (!expr.target) return this.#resolveCall(expr, expr.name, args);
    const prefix = qualifiedName(expr.target);
    const qualified = prefix === undefined ? undefined : `${prefix}.${expr.name}`;
    if (prefix !== undefined && qualified !== undefined && !this.#isVariable(prefix)) {
      if (this.#registry.lookup(qualified)) {
        expr.qualified = true;
        return this.#resolveCall(expr, qualified, args);
      }
    }
    return this.#resolveCall(expr, expr.name, [this.check(expr.target), ...args]);
  }

  #resolveCall(expr: CallExpr, name: string, args: readonly CelType[]): CelType {
    const overloads = this.#registry.lookup(name);
    if (!overloads) return this.#issue(expr.at, `undeclared reference to '${name}' (in container '')`);
    const isMember = expr.target !== undefined && !expr.qualified;
    const found = this.#resolve(overloads, args, { at: expr.at, name, isMember });
    if (!found) return errorType;
    expr.overloads = found.overloads;
    return found.result;
  }

  /** All overloads that may be meant; with several, the result is dyn unless they agree. */
  #resolve(
    overloads: readonly Overload[],
    args: readonly CelType[],
    place: { at: number; name: string; isMember: boolean },
  ): { overloads: readonly Overload[]; result: CelType } | undefined {
    const matching: Overload[] = [];
    let result: CelType | undefined;
    for (const overload of overloads) {
      if (overload.isMember !== place.isMember) continue;
      const own = this.bindings.instantiate(overload);
      if (!this.bindings.areAssignable(args, own.parameters)) continue;
      matching.push(overload);
      const type = this.bindings.resolve(own.result);
      if (!result) result = type;
      else if (result.kind !== 'dyn' && formatType(result) !== formatType(type)) result = dynType;
    }
    if (result) return { overloads: matching, result };
    const texts = args.map((arg) => formatType(this.bindings.resolve(arg, 'dyn')));
    const signature = place.isMember ? `${texts[0]}.(${texts.slice(1).join(', ')})` : `(${texts.join(', ')})`;
    this.#issue(place.at, `found no matching overload for '${place.name}' applied to '${signature}'`);
    return undefined;
  }

  #expect(expected: CelType, actual: CelType, expr: Expr): void {
    if (this.bindings.isAssignable(expected, actual)) return;
    const found = formatType(this.bindings.resolve(actual));
    this.#issue(expr.at, `expected type '${formatType(expected)}' but found '${found}'`);
  }

  /** The type of a list item or map value; optional ones are unwrapped. */
  #element(value: Expr, optional: boolean): CelType {
    const type = this.check(value);
    if (!optional) return type;
    const held = heldType(this.bindings.resolve(type));
    if (!held && !isLoose(type)) {
      this.#issue(
        value.at,
        `expected type 'optional_type(${formatType(type)})' but found '${formatType(type)}'`,
      );
    }
    return held ?? type;
  }

  #map(expr: MapExpr): CelType {
    const keys = expr.entries.map(({ key }) => ({ at: key, type: this.check(key) }));
    const values = expr.entries.map(({ value, optional }) => ({
      at: value,
      type: this.#element(value, optional),
    }));
    return mapType(this.#join(keys), this.#join(values));
  }

  #struct(expr: StructExpr): CelType {
    const { name, at } = expr;
    const named = this.#isVariable(name) ? undefined : this.#named(name);
    if (!named) {
      const variable = this.#scope.findLast((each) => each.name === name);
      if (!variable) return this.#issue(at, `undeclared reference to '${name}' (in container '')`);
      this.#issue(at, `'${formatType(variable.type)}' is not a type`);
    } else if (named.kind !== 'object') this.#issue(at, `'${formatType(named)}' is not a message type`);
    const type = named?.kind === 'object' ? named : undefined;
    for (const field of expr.fields) {
      const found = this.#element(field.value, field.optional);
      const wanted = type?.of.fieldType(field.name);
      if (!named) this.#issue(field.at, `unexpected failed resolution of '${name}'`);
      else if (!wanted) this.#issue(field.at, `undefined field '${field.name}'`);
      else if (!this.bindings.isAssignable(wanted, found)) {
        const [expected, given] = [wanted, found].map((each) => formatType(this.bindings.resolve(each)));
        const why = `expected type of field '${field.name}' is '${expected}' but provided type is '${given}'`;
        this.#issue(field.at, why);
      }
    }
    return type ?? errorType;
  }

  /** The one type of all elements: literals of mixed types are refused. */
  #join(elements: readonly { readonly at: Expr; readonly type: CelType }[]): CelType {
    let joined: CelType | undefined;
    for (const { at, type } of elements) {
      if (!joined) joined = type;
      else if (this.bindings.isAssignable(joined, type))
        joined = isLoose(joined) ? joined : isLoose(type) ? type : joined;
      else {
        const [first, other] = [joined, type].map((each) => formatType(this.bindings.resolve(each)));
        return this.#issue(at.at, `expected type '${first}' but found '${other}'`);
      }
    }
    return joined ?? this.bindings.freshVariable();
  }

  #loop(expr: LoopExpr): CelType {
    const range = this.bindings.resolve(this.check(expr.target));
    const types = this.#loopVariables(expr, range);
    return this.#within(expr.variables, types, (slot) => {
      expr.slot = slot;
      const filter = expr.filter && this.check(expr.filter);
      const body = this.check(expr.body);
      if (filter) this.#condition(expr, filter, listType(body));
      switch (expr.name) {
        case 'all':
        case 'exists':
          this.#expect(boolType, body, expr.body);
          return boolType;
        case 'existsOne':
          this.#condition(expr, body, intType);
          return boolType;
        case 'filter':
          this.#condition(expr, body, listType(types[0] ?? dynType));
          return listType(types[0] ?? dynType);
        case 'map':
        case 'transformList':
          return listType(body);
        case 'transformMap':
          return mapType(types[0] ?? dynType, body);
        default:
          this.#expect(
            mapType(this.bindings.freshVariable(), this.bindings.freshVariable()),
            body,
            expr.body,
          );
          return this.bindings.resolve(body);
      }
    });
  }

  /** The macros that count or collect are conditionals on what they have so far, and are told of as such. */
  #condition({ at }: LoopExpr, actual: CelType, accumulated: CelType): void {
    if (this.bindings.isAssignable(boolType, actual)) return;
    const texts = [actual, accumulated, accumulated].map((type) =>
      formatType(this.bindings.resolve(type, 'dyn')),
    );
    this.#issue(at, `found no matching overload for '_?_:_' applied to '(${texts.join(', ')})'`);
  }

  #loopVariables({ variables, target }: LoopExpr, range: CelType): CelType[] {
    const two = variables.length === 2;
    switch (range.kind) {
      case 'list':
        return two ? [intType, range.element] : [range.element];
      case 'map':
        return two ? [range.key, range.value] : [range.key];
      case 'dyn':
      case 'error':
      case 'param':
        this.bindings.isAssignable(dynType, range);
        return two ? [dynType, dynType] : [dynType];
      default: {
        const text = `expression of type '${formatType(range)}' cannot be range of a comprehension (must be list, map, or dynamic)`;
        this.#issue(target.at, text);
        return two ? [errorType, errorType] : [errorType];
      }
    }
  }

  #bind(expr: BindExpr): CelType {
    const target = this.bindings.resolve(this.check(expr.target));
    const held = heldType(target);
    if (!held && !isLoose(target)) {
      return this.#issue(
        expr.at,
        `found no matching overload for 'hasValue' applied to '${formatType(target)}.()'`,
      );
    }
    return this.#within([expr.variable], [held ?? dynType], (slot) => {
      expr.slot = slot;
      const body = this.bindings.resolve(this.check(expr.body));
      if (expr.name === 'optMap') return optionalType(body);
      if (!heldType(body) && !isLoose(body)) {
        this.#issue(
          expr.at,
          `found no matching overload for '_?_:_' applied to '(bool, ${formatType(body)}, optional_type(dyn))'`,
        );
      }
      return body;
    });
  }

  #within(names: readonly string[], types: readonly CelType[], body: (slot: number) => CelType): CelType {
    const slot = this.#scope.reduce((next, variable) => Math.max(next, variable.slot + 1), 0);
    for (const [i, name] of names.entries())
      this.#scope.push({ name, type: types[i] ?? dynType, slot: slot + i });
    this.slots = Math.max(this.slots, slot + names.length);
    const result = body(slot);
    this.#scope.length -= names.length;
    return result;
  }
}

/** `a.b.c` for a chain of plain selections that is no longer than the names that there are. */
function qualifiedName(expr: Expr, parts = longestNameParts): string | undefined {
  if (expr.kind === 'ident') return expr.name;
  if (expr.kind !== 'select' || expr.test || expr.optional || parts === 1) return undefined;
  const prefix = qualifiedName(expr.operand, parts - 1);
  return prefix === undefined ? undefined : `${prefix}.${expr.field}`;
}
