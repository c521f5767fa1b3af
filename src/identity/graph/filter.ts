import { isObject, type Json, type JsonObject } from '../../base/index.ts';
import {
  type FilterFault,
  type FilterOperand,
  type FilterOperator,
  type ODataFilter,
  parseODataFilter,
} from '../../http/index.ts';
import { identityLimits } from '../limits.ts';
import { graphErrors } from './errors.ts';

/** True for objects that a `$filter` keeps. */
export type Filter = (object: JsonObject) => boolean;

type Scope = Readonly<Record<string, Json | undefined>>;
type Test = (object: JsonObject, scope: Scope) => boolean;
type Value = (object: JsonObject, scope: Scope) => Json | undefined;

const limits = {
  characters: identityLimits.filterCharacters,
  nestingLevels: identityLimits.filterDepth,
  conditions: identityLimits.filterConditions,
} as const;

/**
 * The part of OData's `$filter` that directory clients use: `eq ne gt ge lt le in`, `and or not`, parentheses,
 * `startswith endswith contains`, and `any` over lists. Texts compare without regard to case, as in Graph.
 */
export function parseFilter(text: string, properties: ReadonlySet<string> | undefined): Filter {
  const test = compile(parseODataFilter(text, { limits, refuse }), { properties, variables: [] });
  return (object) => test(object, {});
}

function refuse(fault: FilterFault): Error {
  if (!('passes' in fault)) return graphErrors.badFilter(`${fault.detail}.`);
  const how = {
    characters: `it is longer than ${limits.characters} characters.`,
    nestingLevels: 'it is nested too deeply.',
    conditions: `it has more than ${limits.conditions} conditions.`,
  };
  return graphErrors.badFilter(how[fault.passes]);
}

/** Which names a filter may use. */
interface Names {
  /** Undefined: any. */
  readonly properties: ReadonlySet<string> | undefined;
  /** Of the lists around. */
  readonly variables: readonly string[];
}

function compile(node: ODataFilter, names: Names): Test {
  switch (node.kind) {
    case 'and': {
      const tests = node.of.map((part) => compile(part, names));
      return (object, scope) => tests.every((test) => test(object, scope));
    }
    case 'or': {
      const tests = node.of.map((part) => compile(part, names));
      return (object, scope) => tests.some((test) => test(object, scope));
    }
    case 'not': {
      const inner = compile(node.of, names);
      return (object, scope) => !inner(object, scope);
    }
    case 'compare': {
      const value = property(node.path, names);
      const compare = operators[node.operator];
      const wanted = literal(node.operand);
      return (object, scope) => compare(value(object, scope), wanted);
    }
    case 'in': {
      const value = property(node.path, names);
      const wanted = node.operands.map(literal);
      return (object, scope) => wanted.some((one) => equal(value(object, scope), one));
    }
    case 'any':
      return compileAny(node, names);
    case 'call':
      return compileCall(node, names);
  }
}

function compileAny({ path, test }: ODataFilter & { kind: 'any' }, names: Names): Test {
  const list = property(path, names);
  if (!test) return (object, scope) => asList(list(object, scope)).length > 0;
  const { variable } = test;
  const inner = compile(test.of, { ...names, variables: [...names.variables, variable] });
  return (object, scope) =>
    asList(list(object, scope)).some((item) => inner(object, { ...scope, [variable]: item }));
}

function compileCall({ name, operands }: ODataFilter & { kind: 'call' }, names: Names): Test {
  const check = Object.hasOwn(functions, name.toLowerCase()) ? functions[name.toLowerCase()] : undefined;
  if (!check) throw graphErrors.badFilter(`unknown function '${name}'.`);
  const [path, part, ...more] = operands;
  if (path?.type !== 'word' || !part || more.length > 0)
    throw graphErrors.badFilter(`${name} takes a property and a text.`);
  const value = property(path.text, names);
  const wanted = literal(part);
  if (typeof wanted !== 'string') throw graphErrors.badFilter(`${name} compares with a text.`);
  const lower = wanted.toLowerCase();
  return (object, scope) => {
    const text = value(object, scope);
    return typeof text === 'string' && check(text.toLowerCase(), lower);
  };
}

function property(path: string, { properties, variables }: Names): Value {
  const [first = '', ...rest] = path.split('/');
  const isVariable = variables.includes(first);
  if (!isVariable && properties && !properties.has(first)) {
    throw graphErrors.unsupportedQuery(
      `Unsupported or invalid query filter clause specified for property '${first}'.`,
    );
  }
  return (object, scope) => {
    let value: Json | undefined = isVariable ? scope[first] : object[first];
    for (const name of rest) value = isObject(value) ? value[name] : undefined;
    return value;
  };
}

function literal({ type, text }: FilterOperand): Json {
  if (type === 'text') return text;
  if (type === 'value') return /^-?\d+(\.\d+)?$/.test(text) ? Number(text) : text;
  const word = text.toLowerCase();
  if (word === 'true' || word === 'false') return word === 'true';
  if (word === 'null') return null;
  throw graphErrors.badFilter(`'${text}' is not a literal.`);
}

type Compare = (value: Json | undefined, literal: Json) => boolean;

const operators: Readonly<Record<FilterOperator, Compare>> = {
  eq: equal,
  ne: (value, literal) => !equal(value, literal),
  gt: (value, literal) => order(value, literal, (sign) => sign > 0),
  ge: (value, literal) => order(value, literal, (sign) => sign >= 0),
  lt: (value, literal) => order(value, literal, (sign) => sign < 0),
  le: (value, literal) => order(value, literal, (sign) => sign <= 0),
};

const functions: Readonly<Record<string, (text: string, part: string) => boolean>> = {
  startswith: (text, part) => text.startsWith(part),
  endswith: (text, part) => text.endsWith(part),
  contains: (text, part) => text.includes(part),
};

function equal(value: Json | undefined, literal: Json): boolean {
  if (typeof value === 'string' && typeof literal === 'string')
    return value.toLowerCase() === literal.toLowerCase();
  return (value ?? null) === literal;
}

/** Numbers by size, times by moment, other texts by alphabet. */
function order(value: Json | undefined, literal: Json, accept: (sign: number) => boolean): boolean {
  if (typeof value === 'number' && typeof literal === 'number') return accept(value - literal);
  if (typeof value !== 'string' || typeof literal !== 'string') return false;
  const [a, b] = [Date.parse(value), Date.parse(literal)];
  if (!Number.isNaN(a) && !Number.isNaN(b)) return accept(a - b);
  return accept(
    value.toLowerCase() < literal.toLowerCase() ? -1 : value.toLowerCase() > literal.toLowerCase() ? 1 : 0,
  );
}

function asList(value: Json | undefined): readonly Json[] {
  return Array.isArray(value) ? value : [];
}
