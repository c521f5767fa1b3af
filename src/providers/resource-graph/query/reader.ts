import type { Token } from './lexer.ts';
import { queryLimits } from './limits.ts';
import { type Place, tooMuch, unreadable } from './refusal.ts';

/** The words of a query, read from left to right. */
export class Reader {
  readonly #tokens: readonly Token[];
  #at = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  get next(): Token {
    return this.ahead(0);
  }

  ahead(count: number): Token {
    const found = this.#tokens[Math.min(this.#at + count, this.#tokens.length - 1)];
    if (!found) throw new TypeError('a query has an end');
    return found;
  }

  take(): Token {
    const token = this.next;
    if (token.kind !== 'end') this.#at++;
    return token;
  }

  /** True when the next word is this very sign or keyword. */
  is(text: string): boolean {
    const { next } = this;
    return next.text === text && next.kind !== 'string';
  }

  /** Takes the next word when it is this one. */
  accept(text: string): boolean {
    if (!this.is(text)) return false;
    this.#at++;
    return true;
  }

  expect(text: string): Token {
    if (!this.is(text)) throw unreadable(this.next, text);
    return this.take();
  }

  /** Throws when an operator goes on after what it can be. */
  expectEnd(): void {
    if (this.next.kind !== 'end' && !['|', ')', ',', ';'].includes(this.next.text))
      throw unreadable(this.next);
  }

  /** A name, also in brackets: `['odd name']`. */
  name(): string {
    if (this.next.kind === 'name') return this.take().text;
    if (this.is('[') && this.ahead(1).kind === 'string' && this.ahead(2).text === ']') {
      const said = String(this.ahead(1).value);
      this.#at += 3;
      return said;
    }
    throw unreadable(this.next, 'name');
  }

  /** True when what follows is `name =`. */
  get isNamed(): boolean {
    if (this.next.kind === 'name') return this.ahead(1).text === '=';
    return this.is('[') && this.ahead(1).kind === 'string' && this.ahead(3).text === '=';
  }

  /** A whole number that is not negative. */
  count(): number {
    const token = this.take();
    if (token.kind !== 'number' || !Number.isInteger(token.value)) throw unreadable(token, 'number');
    return Number(token.value);
  }

  /** A word of several parts, such as `project-away`. */
  operatorWord(): { readonly word: string; readonly at: Place } {
    const at = this.next;
    let word = this.name();
    while (this.is('-') && this.ahead(1).kind === 'name') {
      this.take();
      word = `${word}-${this.take().text}`;
    }
    return { word, at };
  }
}

/** Items between commas. */
export function separated<T>(reader: Reader, one: () => T): T[] {
  const items = [one()];
  while (reader.accept(',')) items.push(one());
  return items;
}

/** Columns between commas: no more than a table has. */
export function separatedColumns<T>(reader: Reader, one: () => T): T[] {
  let count = 0;
  return separated(reader, () => {
    if (++count > queryLimits.columns) throw tooMuch(`a table has at most ${queryLimits.columns} columns`);
    return one();
  });
}
