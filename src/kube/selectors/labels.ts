import { badRequest } from '../wire/status.ts';

/** A parsed label selector. `matches` takes the labels of an object. */
export interface LabelSelector {
  readonly text: string;
  matches(labels: Labels): boolean;
}

export type Labels = Readonly<Record<string, string | undefined>>;

export type Operator = 'In' | 'NotIn' | 'Exists' | 'DoesNotExist' | 'GreaterThan' | 'LessThan';

export interface Requirement {
  readonly key: string;
  readonly operator: Operator;
  readonly values: readonly string[];
}

/** Parses `a=b,c!=d,e in (x,y),f,!g,h>1`. Undefined for an empty selector. Throws a 400 StatusError. */
export function parseLabelSelector(text: string): LabelSelector | undefined {
  if (text.trim() === '') return undefined;
  const requirements = new SelectorParser(text).parse();
  return {
    text,
    matches: (labels) => requirements.every((requirement) => requirementMatches(requirement, labels)),
  };
}

export function requirementMatches({ key, operator, values }: Requirement, labels: Labels): boolean {
  const value = Object.hasOwn(labels, key) ? labels[key] : undefined;
  switch (operator) {
    case 'In':
      return value !== undefined && includes(values, value);
    case 'NotIn':
      return value === undefined || !includes(values, value);
    case 'Exists':
      return value !== undefined;
    case 'DoesNotExist':
      return value === undefined;
    default: {
      if (value === undefined || !integer.test(value)) return false;
      const bound = BigInt(values[0] ?? '0');
      return operator === 'GreaterThan' ? BigInt(value) > bound : BigInt(value) < bound;
    }
  }
}

/** At most the digits of 64 bits. */
const integer = /^-?\d{1,19}$/;

const sets = new WeakMap<readonly string[], ReadonlySet<string>>();

/** A selector of thousands of values is asked about each object of a list. */
function includes(values: readonly string[], value: string): boolean {
  if (values.length < 16) return values.includes(value);
  const known = sets.get(values);
  if (known) return known.has(value);
  const set = new Set(values);
  sets.set(values, set);
  return set.has(value);
}

const token = /\s*(?:(in|notin)(?=[\s(])|(==|=|!=|!|>|<|\(|\)|,)|([^\s=!<>(),]+))/y;
const labelKey = /^(?:[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?$/;
const labelValue = /^(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/;

class SelectorParser {
  readonly #text: string;
  #tokens: string[] = [];
  #at = 0;

  constructor(text: string) {
    this.#text = text;
    token.lastIndex = 0;
    const trimmed = text.trimEnd();
    while (token.lastIndex < trimmed.length) {
      const found = token.exec(trimmed);
      if (!found) throw this.#refuse('unexpected character');
      this.#tokens.push(found[1] ?? found[2] ?? found[3] ?? '');
    }
  }

  parse(): Requirement[] {
    const requirements: Requirement[] = [];
    for (;;) {
      requirements.push(this.#requirement());
      const next = this.#next();
      if (next === undefined) return requirements;
      if (next !== ',') throw this.#refuse(`found '${next}', expected: ',' or 'end of string'`);
    }
  }

  #requirement(): Requirement {
    const negated = this.#peek() === '!';
    if (negated) this.#next();
    const key = this.#key();
    const operator = this.#peek();
    if (negated) {
      if (operator !== undefined && operator !== ',')
        throw this.#refuse(`found '${operator}', expected: ','`);
      return { key, operator: 'DoesNotExist', values: [] };
    }
    if (operator === undefined || operator === ',') return { key, operator: 'Exists', values: [] };
    this.#next();
    if (operator === 'in' || operator === 'notin') {
      return { key, operator: operator === 'in' ? 'In' : 'NotIn', values: this.#set() };
    }
    if (operator === '=' || operator === '==') return { key, operator: 'In', values: [this.#value()] };
    if (operator === '!=') return { key, operator: 'NotIn', values: [this.#value()] };
    if (operator === '>' || operator === '<') return this.#comparison(key, operator);
    throw this.#refuse(`found '${operator}', expected: in, notin, =, ==, !=, gt, lt`);
  }

  #comparison(key: string, operator: '>' | '<'): Requirement {
    const value = this.#value();
    if (!integer.test(value)) throw this.#refuse(`for 'Gt', 'Lt' operators, the value must be an integer`);
    return { key, operator: operator === '>' ? 'GreaterThan' : 'LessThan', values: [value] };
  }

  #key(): string {
    const key = this.#next();
    if (key === undefined || !labelKey.test(key)) {
      throw this.#refuse(`found '${key ?? ''}', expected: !, identifier, or 'end of string'`);
    }
    return key;
  }

  /** An absent value, as in `a=`, is the empty text. */
  #value(): string {
    const next = this.#peek();
    if (next === undefined || next === ',') return '';
    this.#next();
    return this.#checkedValue(next);
  }

  #checkedValue(value: string): string {
    if (!labelValue.test(value)) throw this.#refuse(`invalid label value: "${value}"`);
    return value;
  }

  #set(): string[] {
    if (this.#next() !== '(') throw this.#refuse(`expected: '('`);
    const values: string[] = [];
    let expectValue = true;
    for (;;) {
      const next = this.#next();
      if (next === undefined) throw this.#refuse(`expected: ',', or ')'`);
      if (next === ')') {
        if (expectValue) values.push('');
        return values;
      }
      if (next === ',') {
        if (expectValue) values.push('');
        expectValue = true;
      } else {
        values.push(this.#checkedValue(next));
        expectValue = false;
      }
    }
  }

  #peek(): string | undefined {
    return this.#tokens[this.#at];
  }

  #next(): string | undefined {
    return this.#tokens[this.#at++];
  }

  #refuse(why: string) {
    return badRequest(`unable to parse requirement: ${why} (in "${this.#text}")`);
  }
}
