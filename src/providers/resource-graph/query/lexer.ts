import { queryLimits } from './limits.ts';
import { type Place, tooMuch, unreadable } from './refusal.ts';

/** A word of a query. */
export interface Token extends Place {
  readonly kind: 'name' | 'string' | 'number' | 'timespan' | 'sign' | 'end';
  /** Of strings what they say; of numbers and timespans (milliseconds) their value. */
  readonly value: string | number;
  /** Where it begins and ends in the text. */
  readonly start: number;
  readonly end: number;
}

const signs = [
  '!in~', '!=', '!~', '==', '=~', '<=', '>=', '..', '!', '=', '<', '>', '|', ',', '(', ')', '[', ']', '{', '}',
  ':', ';', '.', '+', '-', '*', '/', '%', '~', '$', '@', '?',
] as const; // biome-ignore format: a list of signs

const unitMs: Readonly<Record<string, number>> = {
  d: 86_400_000,
  day: 86_400_000,
  days: 86_400_000,
  h: 3_600_000,
  hr: 3_600_000,
  hour: 3_600_000,
  hours: 3_600_000,
  m: 60_000,
  min: 60_000,
  minute: 60_000,
  minutes: 60_000,
  s: 1_000,
  sec: 1_000,
  second: 1_000,
  seconds: 1_000,
  ms: 1,
  millisecond: 1,
  milliseconds: 1,
};

const space = /[\s]+|\/\/[^\n]*/y;
const word = /[A-Za-z_][A-Za-z0-9_]*/y;
const dollarWord = /\$(?:left|right)\b/y;
const negatedWord = /!(?:in~|[a-z][a-z_]*)/y;
const wordWithTilde = /in~/y;
const number = /0[xX][0-9a-fA-F]+|(?:[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?)/y;
const unit = /[A-Za-z]+/y;
const moment = /\(\s*[0-9][^()'"\n]*/y;

/** Reads a query into its words. Throws QueryRefusal for what is none. Linear in the text. */
export function wordsOf(text: string): readonly Token[] {
  if (text.length > queryLimits.queryCharacters) {
    throw tooMuch(`a query has at most ${queryLimits.queryCharacters} characters`);
  }
  return new Lexer(text).all();
}

class Lexer {
  readonly #text: string;
  readonly #tokens: Token[] = [];
  #at = 0;
  #line = 1;
  #lineStart = 0;

  constructor(text: string) {
    this.#text = text;
  }

  all(): readonly Token[] {
    for (;;) {
      this.#skipSpace();
      if (this.#at >= this.#text.length) break;
      this.#next();
      if (this.#tokens.length > queryLimits.tokens)
        throw tooMuch(`a query has at most ${queryLimits.tokens} words`);
    }
    this.#push('end', '', 0);
    return this.#tokens;
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    return pattern.exec(this.#text)?.[0];
  }

  #skipSpace(): void {
    for (let found = this.#match(space); found !== undefined; found = this.#match(space)) this.#pass(found);
  }

  /** Counts the lines of what is left behind. */
  #pass(text: string): void {
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) {
      this.#line++;
      this.#lineStart = this.#at + at + 1;
    }
    this.#at += text.length;
  }

  #push(kind: Token['kind'], value: string | number, length: number): void {
    const { start, ...place } = this.#place(length);
    this.#tokens.push({ kind, value, start, end: start + length, ...place });
    this.#pass(place.text);
  }

  #place(length: number): Place & { readonly start: number } {
    const text = this.#text.slice(this.#at, this.#at + length);
    return { text, line: this.#line, column: this.#at - this.#lineStart, start: this.#at };
  }

  #next(): void {
    const head = this.#text[this.#at] ?? '';
    if (this.#string(head)) return;
    const name = this.#match(wordWithTilde) ?? this.#match(word) ?? this.#match(dollarWord);
    if (name !== undefined) {
      this.#push('name', name, name.length);
      if (name === 'datetime' || name === 'date') this.#moment();
      return;
    }
    if (this.#number()) return;
    const negated = this.#match(negatedWord);
    if (negated !== undefined) {
      this.#push('name', negated, negated.length);
      return;
    }
    const sign = signs.find((one) => this.#text.startsWith(one, this.#at));
    if (sign === undefined) throw unreadable(this.#place(1));
    this.#push('sign', sign, sign.length);
  }

  #number(): boolean {
    const digits = this.#match(number);
    if (digits === undefined) return false;
    unit.lastIndex = this.#at + digits.length;
    const suffix = unit.exec(this.#text)?.[0];
    if (suffix === undefined) {
      this.#push('number', Number(digits), digits.length);
      return true;
    }
    const ms = Object.hasOwn(unitMs, suffix) ? unitMs[suffix] : undefined;
    if (ms === undefined || digits.startsWith('0x'))
      throw unreadable(this.#place(digits.length + suffix.length));
    this.#push('timespan', Number(digits) * ms, digits.length + suffix.length);
    return true;
  }

  /** What `datetime(2026-01-02 10:00)` says needs no quotes. */
  #moment(): void {
    const said = this.#match(moment);
    if (said === undefined) return;
    this.#push('sign', '(', 1);
    this.#push('string', said.slice(1).trim(), said.length - 1);
  }

  /** Strings: `'…'`, `"…"` with escapes, `@'…'` without. `h` before one keeps it out of traces. */
  #string(head: string): boolean {
    let at = this.#at;
    if ((head === 'h' || head === 'H') && /["'@]/.test(this.#text[at + 1] ?? '')) at++;
    const verbatim = this.#text[at] === '@';
    if (verbatim) at++;
    const quote = this.#text[at];
    if (quote !== '"' && quote !== "'") return false;
    const said: string[] = [];
    for (at++; ; at++) {
      const one = this.#text[at];
      if (one === undefined || one === '\n') throw unreadable(this.#place(at - this.#at), quote);
      if (one === quote) {
        if (!verbatim || this.#text[at + 1] !== quote) break;
        said.push(quote);
        at++;
      } else if (one === '\\' && !verbatim) {
        const escaped = escapeAt(this.#text, at + 1);
        if (!escaped) throw unreadable({ ...this.#place(at - this.#at), text: this.#text.slice(at, at + 2) });
        said.push(escaped.said);
        at += escaped.length;
      } else said.push(one);
    }
    this.#push('string', said.join(''), at + 1 - this.#at);
    return true;
  }
}

const escapes: Readonly<Record<string, string>> = {
  n: '\n',
  t: '\t',
  r: '\r',
  b: '\b',
  f: '\f',
  v: '\v',
  a: '\x07',
  '0': '\0',
  '\\': '\\',
  "'": "'",
  '"': '"',
};

function escapeAt(text: string, at: number): { said: string; length: number } | undefined {
  const head = text[at] ?? '';
  const simple = Object.hasOwn(escapes, head) ? escapes[head] : undefined;
  if (simple !== undefined) return { said: simple, length: 1 };
  const digits = head === 'u' ? 4 : head === 'x' ? 2 : 0;
  const hex = text.slice(at + 1, at + 1 + digits);
  if (digits === 0 || !/^[0-9a-fA-F]+$/.test(hex) || hex.length < digits) return undefined;
  return { said: String.fromCharCode(Number.parseInt(hex, 16)), length: digits + 1 };
}
