import { type FilterToken, filterTokens } from './tokens.ts';

const operators = ['eq', 'ne', 'gt', 'ge', 'lt', 'le'] as const;

export type FilterOperator = (typeof operators)[number];

/** What a filter compares with: a text, a number, time or id without quotes, or a word such as `true`. */
export interface FilterOperand {
  readonly type: 'text' | 'value' | 'word';
  readonly text: string;
}

/** A `$filter` of OData, as far as the surfaces here know it; names and paths are as they were written. */
export type ODataFilter =
  | { readonly kind: 'and' | 'or'; readonly of: readonly ODataFilter[] }
  | { readonly kind: 'not'; readonly of: ODataFilter }
  | {
      readonly kind: 'compare';
      readonly path: string;
      readonly operator: FilterOperator;
      readonly operand: FilterOperand;
    }
  | { readonly kind: 'in'; readonly path: string; readonly operands: readonly FilterOperand[] }
  /** `path/any(variable:of)`; without a test the list must only have something in it. */
  | {
      readonly kind: 'any';
      readonly path: string;
      readonly test?: { readonly variable: string; readonly of: ODataFilter };
    }
  | { readonly kind: 'call'; readonly name: string; readonly operands: readonly FilterOperand[] };

/** How much a filter may ask for. */
export interface FilterLimits {
  readonly characters: number;
  /** Of brackets, negations and `any`. */
  readonly nestingLevels: number;
  readonly conditions: number;
}

/** What is wrong with a filter: a limit that it passes, or its form, with what was found at which character. */
export type FilterFault =
  | { readonly passes: keyof FilterLimits }
  | { readonly at: number; readonly detail: string };

export interface FilterReading {
  readonly limits: FilterLimits;
  /** The error of the surface, in its own words. */
  refuse(fault: FilterFault): Error;
}

/**
 * Reads `eq ne gt ge lt le in`, `and or not`, brackets, calls of functions, and `any` over lists. Throws what `refuse`
 * makes of a filter that it cannot read.
 * Source: https://docs.oasis-open.org/odata/odata/v4.01/odata-v4.01-part2-url-conventions.html#sec_SystemQueryOptionfilter
 */
export function parseODataFilter(filter: string, reading: FilterReading): ODataFilter {
  if (filter.length > reading.limits.characters) throw reading.refuse({ passes: 'characters' });
  const tokens = filterTokens(filter, (at) =>
    reading.refuse({ at, detail: `syntax error at position ${at} in '${filter}'` }),
  );
  return new Parser(tokens, filter.length, reading).parse();
}

/** Filters are read and walked by recursion, each level of brackets one deeper: hence their limit. */
class Parser {
  readonly #tokens: readonly FilterToken[];
  readonly #end: number;
  readonly #reading: FilterReading;
  #next = 0;
  #depth = 0;
  #conditions = 0;

  constructor(tokens: readonly FilterToken[], end: number, reading: FilterReading) {
    this.#tokens = tokens;
    this.#end = end;
    this.#reading = reading;
  }

  parse(): ODataFilter {
    const filter = this.#or();
    const rest = this.#tokens[this.#next];
    if (rest) throw this.#wrong(rest, `unexpected '${rest.text}'`);
    return filter;
  }

  #or(): ODataFilter {
    const of = [this.#and()];
    while (this.#takeWord('or')) of.push(this.#and());
    return of.length === 1 && of[0] ? of[0] : { kind: 'or', of };
  }

  #and(): ODataFilter {
    const of = [this.#unary()];
    while (this.#takeWord('and')) of.push(this.#unary());
    return of.length === 1 && of[0] ? of[0] : { kind: 'and', of };
  }

  #unary(): ODataFilter {
    if (this.#takeWord('not')) return { kind: 'not', of: this.#deeper(() => this.#unary()) };
    if (!this.#takeSign('(')) return this.#condition();
    const of = this.#deeper(() => this.#or());
    this.#expectSign(')');
    return of;
  }

  #deeper(read: () => ODataFilter): ODataFilter {
    if (++this.#depth > this.#reading.limits.nestingLevels)
      throw this.#reading.refuse({ passes: 'nestingLevels' });
    const of = read();
    this.#depth--;
    return of;
  }

  #condition(): ODataFilter {
    if (++this.#conditions > this.#reading.limits.conditions)
      throw this.#reading.refuse({ passes: 'conditions' });
    const path = this.#expectWord().text;
    if (this.#takeSign('('))
      return path.endsWith('/any')
        ? this.#any(path.slice(0, -4))
        : { kind: 'call', name: path, operands: this.#operands() };
    const written = this.#expectWord();
    const word = written.text.toLowerCase();
    if (word === 'in') {
      this.#expectSign('(');
      const first = this.#operand();
      const more = this.#takeSign(',') ? this.#operands() : [];
      if (more.length === 0) this.#expectSign(')');
      return { kind: 'in', path, operands: [first, ...more] };
    }
    const operator = operators.find((known) => known === word);
    if (!operator) throw this.#wrong(written, `unknown operator '${word}'`);
    return { kind: 'compare', path, operator, operand: this.#operand() };
  }

  #any(path: string): ODataFilter {
    if (this.#takeSign(')')) return { kind: 'any', path };
    const variable = this.#expectWord().text;
    this.#expectSign(':');
    const of = this.#deeper(() => this.#or());
    this.#expectSign(')');
    return { kind: 'any', path, test: { variable, of } };
  }

  /** To the closing bracket. */
  #operands(): FilterOperand[] {
    const operands: FilterOperand[] = [];
    if (this.#takeSign(')')) return operands;
    do operands.push(this.#operand());
    while (this.#takeSign(','));
    this.#expectSign(')');
    return operands;
  }

  #operand(): FilterOperand {
    const token = this.#tokens[this.#next++];
    if (!token) throw this.#wrong(token, 'it ends too early');
    const { type, text } = token;
    if (type === 'sign') throw this.#wrong(token, `'${text}' is not a literal`);
    return { type, text };
  }

  #takeWord(word: string): boolean {
    const token = this.#tokens[this.#next];
    if (token?.type !== 'word' || token.text.toLowerCase() !== word) return false;
    this.#next++;
    return true;
  }

  #takeSign(sign: string): boolean {
    const token = this.#tokens[this.#next];
    if (token?.type !== 'sign' || token.text !== sign) return false;
    this.#next++;
    return true;
  }

  #expectSign(sign: string): void {
    const token = this.#tokens[this.#next];
    if (!this.#takeSign(sign))
      throw this.#wrong(token, `'${sign}' expected before '${token?.text ?? 'the end'}'`);
  }

  #expectWord(): FilterToken {
    const token = this.#tokens[this.#next++];
    if (token?.type === 'word') return token;
    throw this.#wrong(token, `a name or operator expected before '${token?.text ?? 'the end'}'`);
  }

  #wrong(token: FilterToken | undefined, detail: string): Error {
    return this.#reading.refuse({ at: token?.at ?? this.#end, detail });
  }
}
