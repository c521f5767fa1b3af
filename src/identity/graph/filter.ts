import { isObject, type Json, type JsonObject } from '../../base/index.ts';
import { identityLimits } from '../limits.ts';
import { graphErrors } from './errors.ts';

/** True for objects that a `$filter` keeps. */
export type Filter = (object: JsonObject) => boolean;

type Scope = Readonly<Record<string, Json | undefined>>;
type Test = (object: JsonObject, scope: Scope) => boolean;
type Value = (object: JsonObject, scope: Scope) => Json | undefined;

/**
 * Reads the part of OData's `$filter` that directory clients use: `eq ne gt ge lt le in`, `and or not`, parentheses,
 * `startswith endswith contains`, and `any` over lists. Texts compare without regard to case, as in Graph.
 */
export function parseFilter(text: string, properties: ReadonlySet<string> | undefined): Filter {
  if (text.length > identityLimits.filterCharacters) {
    throw graphErrors.badFilter(`it is longer than ${identityLimits.filterCharacters} characters.`);
  }
  const test = new FilterParser(tokenize(text), properties).parse();
  return (object) => test(object, {});
}

interface Token {
  readonly type: 'text' | 'value' | 'word' | 'sign';
  readonly text: string;
}

const patterns: readonly (readonly [Token['type'], RegExp])[] = [
  ['text', /'((?:[^']|'')*)'/y],
  ['value', /[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?![\w-])/iy],
  ['value', /-?\d[\d.:TZ+-]*/y],
  ['word', /[A-Za-z_@$][\w@.$]*(?:\/[\w@.$]+)*/y],
  ['sign', /[(),:]/y],
];

function tokenize(text: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    if (/\s/.test(text.charAt(at))) {
      at++;
      continue;
    }
    const token = tokenAt(text, at);
    if (!token) throw graphErrors.badFilter(`syntax error at position ${at} in '${text}'.`);
    tokens.push(token.token);
    at = token.end;
  }
  return tokens;
}

function tokenAt(text: string, at: number): { token: Token; end: number } | undefined {
  for (const [type, pattern] of patterns) {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    if (found) {
      const value = type === 'text' ? (found[1] ?? '').replaceAll("''", "'") : found[0];
      return { token: { type, text: value }, end: pattern.lastIndex };
    }
  }
  return undefined;
}

class FilterParser {
  readonly #tokens: readonly Token[];
  readonly #properties: ReadonlySet<string> | undefined;
  #at = 0;
  #depth = 0;
  #variables: string[] = [];

  constructor(tokens: readonly Token[], properties: ReadonlySet<string> | undefined) {
    this.#tokens = tokens;
    this.#properties = properties;
  }

  parse(): Test {
    const test = this.#or();
    const rest = this.#tokens[this.#at];
    if (rest) throw graphErrors.badFilter(`unexpected '${rest.text}'.`);
    return test;
  }

  #or(): Test {
    const parts = [this.#and()];
    while (this.#takeWord('or')) parts.push(this.#and());
    return parts.length === 1 && parts[0]
      ? parts[0]
      : (object, scope) => parts.some((part) => part(object, scope));
  }

  #and(): Test {
    const parts = [this.#unary()];
    while (this.#takeWord('and')) parts.push(this.#unary());
    return parts.length === 1 && parts[0]
      ? parts[0]
      : (object, scope) => parts.every((part) => part(object, scope));
  }

  #unary(): Test {
    if (++this.#depth > identityLimits.filterDepth) throw graphErrors.badFilter('it is nested too deeply.');
    try {
      if (this.#takeWord('not')) {
        const inner = this.#unary();
        return (object, scope) => !inner(object, scope);
      }
      if (this.#takeSign('(')) {
        const inner = this.#or();
        this.#expectSign(')');
        return inner;
      }
      return this.#comparison();
    } finally {
      this.#depth--;
    }
  }

  #comparison(): Test {
    const word = this.#expectWord();
    if (this.#takeSign('('))
      return word.endsWith('/any') ? this.#any(word.slice(0, -4)) : this.#function(word);
    const value = this.#property(word);
    const operator = this.#expectWord().toLowerCase();
    if (operator === 'in') {
      const literals = this.#list();
      return (object, scope) => literals.some((literal) => equal(value(object, scope), literal));
    }
    const compare = Object.hasOwn(operators, operator) ? operators[operator] : undefined;
    if (!compare) throw graphErrors.badFilter(`unknown operator '${operator}'.`);
    const literal = this.#literal();
    return (object, scope) => compare(value(object, scope), literal);
  }

  #any(path: string): Test {
    const list = this.#property(path);
    if (this.#takeSign(')')) return (object, scope) => asList(list(object, scope)).length > 0;
    const variable = this.#expectWord();
    this.#expectSign(':');
    this.#variables.push(variable);
    const inner = this.#or();
    this.#variables.pop();
    this.#expectSign(')');
    return (object, scope) =>
      asList(list(object, scope)).some((item) => inner(object, { ...scope, [variable]: item }));
  }

  #function(name: string): Test {
    const check = Object.hasOwn(functions, name.toLowerCase()) ? functions[name.toLowerCase()] : undefined;
    if (!check) throw graphErrors.badFilter(`unknown function '${name}'.`);
    const value = this.#property(this.#expectWord());
    this.#expectSign(',');
    const part = this.#literal();
    this.#expectSign(')');
    if (typeof part !== 'string') throw graphErrors.badFilter(`${name} compares with a text.`);
    const wanted = part.toLowerCase();
    return (object, scope) => {
      const text = value(object, scope);
      return typeof text === 'string' && check(text.toLowerCase(), wanted);
    };
  }

  #property(path: string): Value {
    const [first = '', ...rest] = path.split('/');
    const isVariable = this.#variables.includes(first);
    if (!isVariable && this.#properties && !this.#properties.has(first)) {
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

  #list(): Json[] {
    this.#expectSign('(');
    const literals = [this.#literal()];
    while (this.#takeSign(',')) literals.push(this.#literal());
    this.#expectSign(')');
    return literals;
  }

  #literal(): Json {
    const token = this.#tokens[this.#at++];
    if (token?.type === 'text') return token.text;
    if (token?.type === 'value') return /^-?\d+(\.\d+)?$/.test(token.text) ? Number(token.text) : token.text;
    const word = token?.type === 'word' ? token.text.toLowerCase() : '';
    if (word === 'true' || word === 'false') return word === 'true';
    if (word === 'null') return null;
    throw graphErrors.badFilter(token ? `'${token.text}' is not a literal.` : 'it ends too early.');
  }

  #takeWord(word: string): boolean {
    const token = this.#tokens[this.#at];
    if (token?.type !== 'word' || token.text.toLowerCase() !== word) return false;
    this.#at++;
    return true;
  }

  #takeSign(sign: string): boolean {
    const token = this.#tokens[this.#at];
    if (token?.type !== 'sign' || token.text !== sign) return false;
    this.#at++;
    return true;
  }

  #expectSign(sign: string): void {
    if (!this.#takeSign(sign)) {
      throw graphErrors.badFilter(
        `'${sign}' expected before '${this.#tokens[this.#at]?.text ?? 'the end'}'.`,
      );
    }
  }

  #expectWord(): string {
    const token = this.#tokens[this.#at++];
    if (token?.type !== 'word') {
      throw graphErrors.badFilter(`a name or operator expected before '${token?.text ?? 'the end'}'.`);
    }
    return token.text;
  }
}

type Compare = (value: Json | undefined, literal: Json) => boolean;

const operators: Readonly<Record<string, Compare>> = {
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
