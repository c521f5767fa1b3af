import type { FieldError } from '../contract.ts';
import { badRequest, fieldErrorText, type StatusError } from '../status.ts';
import { invalidEach } from '../validation/errors.ts';
import { aggregated } from '../validation/go-text.ts';
import { labelValue, qualifiedName } from '../validation/names.ts';
import { SelectorTokens } from './label-tokens.ts';

/** A parsed label selector. `matches` takes the labels of an object. */
export interface LabelSelector {
  readonly text: string;
  matches(labels: Labels): boolean;
}

export type Labels = Readonly<Record<string, string | undefined>>;

export type Operator = 'In' | 'NotIn' | 'Exists' | 'DoesNotExist' | 'Gt' | 'Lt';

export interface Requirement {
  readonly key: string;
  readonly operator: Operator;
  readonly values: readonly string[];
}

/** Parses `a=b,c!=d,e in (x,y),f,!g,h>1`. Undefined for an empty selector. Throws a 400 StatusError. */
export function parseLabelSelector(text: string): LabelSelector | undefined {
  if (blank.test(text)) return undefined;
  const requirements = new SelectorParser(text).parse();
  return {
    text,
    matches: (labels) => requirements.every((requirement) => requirementMatches(requirement, labels)),
  };
}

/** Other blanks are part of words. */
const blank = /^[ \t\r\n]*$/;

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
      const [bound = ''] = values;
      if (value === undefined || !integer.test(value) || !integer.test(bound)) return false;
      return operator === 'Gt' ? BigInt(value) > BigInt(bound) : BigInt(value) < BigInt(bound);
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

const operators = ['in', 'notin', '=', '==', '!=', 'gt', 'lt'];

class SelectorParser {
  readonly #tokens: SelectorTokens;

  constructor(text: string) {
    this.#tokens = new SelectorTokens(text);
  }

  parse(): Requirement[] {
    const requirements: Requirement[] = [];
    for (;;) {
      const { type, text } = this.#tokens.peek();
      if (type === 'end') return requirements;
      if (type !== 'word' && type !== '!') {
        throw badRequest(`found '${text}', expected: !, identifier, or 'end of string'`);
      }
      requirements.push(this.#requirement());
      const after = this.#tokens.next();
      if (after.type === 'end') return requirements;
      if (after.type !== ',') throw badRequest(`found '${after.text}', expected: ',' or 'end of string'`);
      const following = this.#tokens.peek();
      if (following.type !== 'word' && following.type !== '!') {
        throw badRequest(`found '${following.text}', expected: identifier after ','`);
      }
    }
  }

  #requirement(): Requirement {
    const negated = this.#tokens.peek().type === '!';
    if (negated) this.#tokens.next();
    const { type, text: key } = this.#tokens.next();
    if (type !== 'word') throw unreadable(`found '${key}', expected: identifier`);
    refuse(invalidEach('<nil>', key, qualifiedName(key)));
    if (negated) return { key, operator: 'DoesNotExist', values: [] };
    const following = this.#tokens.peek().type;
    if (following === 'end' || following === ',') return { key, operator: 'Exists', values: [] };
    const { text: operator } = this.#tokens.next();
    if (operator === 'in' || operator === 'notin') {
      return checked({ key, operator: operator === 'in' ? 'In' : 'NotIn', values: this.#set() });
    }
    const found = single.get(operator);
    if (found === undefined) {
      throw unreadable(`found '${operator}', expected: ${operators.join(', ')}`);
    }
    return checked({ key, operator: found, values: [this.#value()] });
  }

  /** An absent value, as in `a=`, is the empty text. */
  #value(): string {
    const { type } = this.#tokens.peek();
    if (type === 'end' || type === ',') return '';
    const next = this.#tokens.next();
    if (next.type !== 'word') throw unreadable(`found '${next.text}', expected: identifier`);
    return next.text;
  }

  #set(): string[] {
    const opening = this.#tokens.next();
    if (opening.type !== '(') throw unreadable(`found '${opening.text}' expected: '('`);
    const { type, text } = this.#tokens.peek();
    if (type === ')') {
      this.#tokens.next();
      return [''];
    }
    if (type !== 'word' && type !== ',') {
      throw unreadable(`found '${text}', expected: ',', ')' or identifier`);
    }
    const values = this.#setMembers();
    this.#tokens.next();
    return values;
  }

  /** Up to the closing parenthesis. Commas with nothing between them stand for the empty text. */
  #setMembers(): string[] {
    const values = new Set<string>();
    for (;;) {
      const { type, text } = this.#tokens.next();
      const following = this.#tokens.peek();
      if (type === 'word') {
        values.add(text);
        if (following.type === ')') return [...values];
        if (following.type !== ',') {
          throw unreadable(`found '${following.text}', expected: ',' or ')'`);
        }
      } else if (type === ',') {
        if (values.size === 0) values.add('');
        if (following.type === ')') return [...values.add('')];
        if (following.type === ',') {
          this.#tokens.next();
          values.add('');
        }
      } else throw unreadable(`found '${text}', expected: ',', or identifier`);
    }
  }
}

/** Operators that take one value. */
const single: ReadonlyMap<string, Operator> = new Map([
  ['=', 'In'],
  ['==', 'In'],
  ['!=', 'NotIn'],
  ['>', 'Gt'],
  ['<', 'Lt'],
]);

function checked(requirement: Requirement): Requirement {
  const { key, operator, values } = requirement;
  const compares = operator === 'Gt' || operator === 'Lt';
  const errors = values.flatMap((value, at) => [
    ...(compares && !integer.test(value) ? invalidEach(`values[${at}]`, value, [mustBeInteger]) : []),
    ...invalidEach(`values[${at}][${key}]`, value, labelValue(value)),
  ]);
  refuse(errors);
  return requirement;
}

const mustBeInteger = "for 'Gt', 'Lt' operators, the value must be an integer";

function refuse(errors: readonly FieldError[]): void {
  if (errors.length === 0) return;
  throw unreadable(aggregated(errors.map(fieldErrorText)));
}

function unreadable(why: string): StatusError {
  return badRequest(`unable to parse requirement: ${why}`);
}
