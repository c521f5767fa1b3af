import type { Value } from './values.ts';

/** A static CEL type. */
export type CelType =
  | { readonly kind: 'bool' | 'int' | 'uint' | 'double' | 'string' | 'bytes' | 'null' }
  | { readonly kind: 'timestamp' | 'duration' | 'dyn' | 'error' }
  | { readonly kind: 'list'; readonly element: CelType }
  | { readonly kind: 'map'; readonly key: CelType; readonly value: CelType }
  | { readonly kind: 'object'; readonly of: ObjectType }
  | { readonly kind: 'opaque'; readonly name: string; readonly parameters: readonly CelType[] }
  | { readonly kind: 'type'; readonly of: CelType }
  | { readonly kind: 'param'; readonly name: string };

/** What an object's fields are; whoever declares variables of such types knows. Each is a type of its own. */
export interface ObjectType {
  /** As errors call it; absent: `object`. */
  readonly name?: string;
  /** By its name in expressions; undefined when there is no such field. */
  fieldType(name: string): CelType | undefined;
}

export const boolType: CelType = { kind: 'bool' };
export const intType: CelType = { kind: 'int' };
export const uintType: CelType = { kind: 'uint' };
export const doubleType: CelType = { kind: 'double' };
export const stringType: CelType = { kind: 'string' };
export const bytesType: CelType = { kind: 'bytes' };
export const nullType: CelType = { kind: 'null' };
export const timestampType: CelType = { kind: 'timestamp' };
export const durationType: CelType = { kind: 'duration' };
export const dynType: CelType = { kind: 'dyn' };
export const errorType: CelType = { kind: 'error' };

export const listType = (element: CelType): CelType => ({ kind: 'list', element });
export const mapType = (key: CelType, value: CelType): CelType => ({ kind: 'map', key, value });
export const optionalType = (of: CelType): CelType => ({
  kind: 'opaque',
  name: 'optional_type',
  parameters: [of],
});
export const opaqueType = (name: string): CelType => ({ kind: 'opaque', name, parameters: [] });

/** What an optional holds; undefined for other types. */
export function heldType(type: CelType): CelType | undefined {
  return type.kind === 'opaque' && type.name === 'optional_type'
    ? (type.parameters[0] ?? dynType)
    : undefined;
}

/** One signature of a function, and what it does. */
export interface Overload {
  readonly name: string;
  /** Called on its first argument: `a.f(b)`. */
  readonly isMember: boolean;
  readonly parameters: readonly CelType[];
  readonly result: CelType;
  readonly isGeneric: boolean;
  readonly run: (...args: Value[]) => Value;
  /** In place of `run`, for what cannot tell beforehand how much it will do. */
  readonly metered?: Metered;
}

/** Does its work piece by piece, and calls `spend` before each. */
export type Metered = (spend: (steps: number) => void, ...args: Value[]) => Value;

const typeNames: Readonly<Record<string, string>> = {
  null: 'null',
  timestamp: 'timestamp',
  duration: 'duration',
  error: '!error!',
};

/** A type as cel-go's error messages print it. */
export function formatType(type: CelType): string {
  switch (type.kind) {
    case 'list':
      return `list(${formatType(type.element)})`;
    case 'map':
      return `map(${formatType(type.key)}, ${formatType(type.value)})`;
    case 'type':
      return `type(${formatType(type.of)})`;
    case 'opaque':
      return type.parameters.length === 0
        ? type.name
        : `${type.name}(${type.parameters.map(formatType).join(', ')})`;
    case 'param':
      return type.name;
    case 'object':
      return type.of.name ?? 'object';
    default:
      return typeNames[type.kind] ?? type.kind;
  }
}

/** A type as cel-go prints it outside of the errors of its checker. */
export function shownType(type: CelType): string {
  switch (type.kind) {
    case 'list':
      return `list(${shownType(type.element)})`;
    case 'map':
      return `map(${shownType(type.key)}, ${shownType(type.value)})`;
    case 'type':
      return `type(${shownType(type.of)})`;
    case 'opaque':
      return type.parameters.length === 0
        ? type.name
        : `${type.name}(${type.parameters.map(shownType).join(', ')})`;
    case 'object':
      return formatType(type);
    default:
      return typeName(type);
  }
}

/** The name that `type(x)` has at run time. */
export function typeName(type: CelType): string {
  switch (type.kind) {
    case 'null':
      return 'null_type';
    case 'timestamp':
      return 'google.protobuf.Timestamp';
    case 'duration':
      return 'google.protobuf.Duration';
    case 'opaque':
    case 'param':
      return type.name;
    case 'object':
      return formatType(type);
    default:
      return type.kind;
  }
}

/** Bindings of type variables; a failed comparison leaves them alone. */
export class Bindings {
  #bound = new Map<string, CelType>();
  #fresh = 0;

  freshVariable(): CelType {
    return { kind: 'param', name: `_var${this.#fresh++}` };
  }

  /** True when a value of type `from` may stand where `to` is wanted; binds variables on success. */
  isAssignable(to: CelType, from: CelType): boolean {
    return this.areAssignable([to], [from]);
  }

  areAssignable(to: readonly CelType[], from: readonly CelType[]): boolean {
    if (to.length !== from.length) return false;
    const saved = this.#bound;
    this.#bound = new Map(saved);
    const ok = to.every((type, i) => this.#assign(type, from[i] ?? errorType));
    if (!ok) this.#bound = saved;
    return ok;
  }

  #assign(to: CelType, from: CelType): boolean {
    const a = this.#lookup(to);
    const b = this.#lookup(from);
    if (a === b) return true;
    if (b.kind === 'param') return this.#bind(b, a);
    if (a.kind === 'param') return this.#bind(a, b);
    if (isLoose(a) || isLoose(b)) return true;
    if (a.kind === 'null') return isNullable(b);
    if (b.kind === 'null') return isNullable(a);
    return this.#sameShape(a, b);
  }

  #sameShape(a: CelType, b: CelType): boolean {
    if (a.kind === 'list' && b.kind === 'list') return this.#assign(a.element, b.element);
    if (a.kind === 'map' && b.kind === 'map')
      return this.#assign(a.key, b.key) && this.#assign(a.value, b.value);
    if (a.kind === 'object' && b.kind === 'object') return a.of === b.of;
    if (a.kind === 'opaque' && b.kind === 'opaque') {
      return (
        a.name === b.name &&
        a.parameters.every((parameter, i) => this.#assign(parameter, b.parameters[i] ?? errorType))
      );
    }
    return a.kind === b.kind;
  }

  #bind(variable: CelType & { kind: 'param' }, type: CelType): boolean {
    if (type.kind === 'param' && type.name === variable.name) return true;
    if (this.#occurs(variable.name, type)) return false;
    this.#bound.set(variable.name, type);
    return true;
  }

  #occurs(name: string, type: CelType): boolean {
    const known = this.#lookup(type);
    switch (known.kind) {
      case 'param':
        return known.name === name;
      case 'list':
        return this.#occurs(name, known.element);
      case 'map':
        return this.#occurs(name, known.key) || this.#occurs(name, known.value);
      case 'opaque':
        return known.parameters.some((parameter) => this.#occurs(name, parameter));
      default:
        return false;
    }
  }

  #lookup(type: CelType): CelType {
    let known = type;
    while (known.kind === 'param') {
      const bound = this.#bound.get(known.name);
      if (!bound) return known;
      known = bound;
    }
    return known;
  }

  /** The type with its variables replaced by what they are bound to; free ones become dyn when `free` says so. */
  resolve(type: CelType, free: 'keep' | 'dyn' = 'keep'): CelType {
    const known = this.#lookup(type);
    switch (known.kind) {
      case 'param':
        return free === 'dyn' ? dynType : known;
      case 'list':
        return listType(this.resolve(known.element, free));
      case 'map':
        return mapType(this.resolve(known.key, free), this.resolve(known.value, free));
      case 'opaque':
        if (known.parameters.length === 0) return known;
        return { ...known, parameters: known.parameters.map((parameter) => this.resolve(parameter, free)) };
      default:
        return known;
    }
  }

  /** A signature with variables of its own. */
  instantiate(overload: Overload): { parameters: readonly CelType[]; result: CelType } {
    if (!overload.isGeneric) return overload;
    const fresh = new Map<string, CelType>();
    const rename = (type: CelType): CelType => {
      switch (type.kind) {
        case 'param': {
          const known = fresh.get(type.name) ?? this.freshVariable();
          fresh.set(type.name, known);
          return known;
        }
        case 'list':
          return listType(rename(type.element));
        case 'map':
          return mapType(rename(type.key), rename(type.value));
        case 'opaque':
          return { ...type, parameters: type.parameters.map(rename) };
        case 'type':
          return { ...type, of: rename(type.of) };
        default:
          return type;
      }
    };
    return { parameters: overload.parameters.map(rename), result: rename(overload.result) };
  }
}

export function isLoose(type: CelType): boolean {
  return type.kind === 'dyn' || type.kind === 'error';
}

function isNullable(type: CelType): boolean {
  return ['object', 'opaque', 'timestamp', 'duration', 'null'].includes(type.kind);
}
