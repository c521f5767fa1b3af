/** A regular expression that is written out in a TypeScript text. */
export interface RegexLiteral {
  readonly source: string;
  readonly flags: string;
  readonly line: number;
}

/** After these a slash begins a regular expression; after anything else it divides. */
const expressionBegins =
  /(?:^|[(,=:[!&|?{};+*%<>~^-]|\b(?:return|typeof|case|in|of|yield|await|throw|else|do|void|delete))$/;

/** Finds the regular expressions of a text: everything but strings, templates and comments is looked at. */
export function regexLiterals(text: string): RegexLiteral[] {
  return new Reader(text).read();
}

class Reader {
  readonly #text: string;
  readonly #found: RegexLiteral[] = [];
  /** Depth of braces at which each open template goes on. */
  readonly #templates: number[] = [];
  #braces = 0;
  #at = 0;
  /** The end of what was read last, blanks left out. */
  #last = '';

  constructor(text: string) {
    this.#text = text;
  }

  read(): RegexLiteral[] {
    while (this.#at < this.#text.length) this.#step();
    return this.#found;
  }

  #step(): void {
    const character = this.#text[this.#at] ?? '';
    const next = this.#text[this.#at + 1];
    if (character === '/' && next === '/') this.#skipTo('\n');
    else if (character === '/' && next === '*') this.#skipTo('*/', 2);
    else if (character === "'" || character === '"') this.#string(character);
    else if (character === '`') this.#template();
    else if (character === '/' && expressionBegins.test(this.#last)) this.#regex();
    else this.#plain(character);
  }

  #skipTo(end: string, length = 0): void {
    const found = this.#text.indexOf(end, this.#at + length);
    this.#at = found < 0 ? this.#text.length : found + length;
  }

  #string(quote: string): void {
    for (this.#at++; this.#text[this.#at] !== quote; this.#at++)
      if (this.#text[this.#at] === '\\') this.#at++;
    this.#at++;
    this.#last = quote;
  }

  /** From a back quote, or the brace that ends an expression within, to the next one of either. */
  #template(): void {
    for (this.#at++; this.#at < this.#text.length; this.#at++) {
      const character = this.#text[this.#at];
      if (character === '\\') this.#at++;
      else if (character === '`') {
        this.#at++;
        this.#last = '`';
        return;
      } else if (character === '$' && this.#text[this.#at + 1] === '{') {
        this.#at += 2;
        this.#templates.push(this.#braces);
        this.#last = '{';
        return;
      }
    }
  }

  #plain(character: string): void {
    if (character === '{') this.#braces++;
    else if (character === '}') {
      if (this.#templates.at(-1) === this.#braces) {
        this.#templates.pop();
        this.#template();
        return;
      }
      this.#braces--;
    }
    if (character.trim() !== '') this.#last = (this.#last + character).slice(-12);
    else if (/\w$/.test(this.#last) && /\w/.test(this.#text[this.#at + 1] ?? '')) this.#last += ' ';
    this.#at++;
  }

  #regex(): void {
    const start = this.#at;
    let inClass = false;
    for (this.#at++; inClass || this.#text[this.#at] !== '/'; this.#at++) {
      const character = this.#text[this.#at];
      if (character === undefined || character === '\n')
        throw new Error(`line ${this.#line(start)} is no regular expression`);
      if (character === '\\') this.#at++;
      else if (character === '[') inClass = true;
      else if (character === ']') inClass = false;
    }
    const source = this.#text.slice(start + 1, this.#at);
    const flagsAt = ++this.#at;
    while (/[a-z]/.test(this.#text[this.#at] ?? '')) this.#at++;
    this.#found.push({ source, flags: this.#text.slice(flagsAt, this.#at), line: this.#line(start) });
    this.#last = '/';
  }

  #line(at: number): number {
    return this.#text.slice(0, at).split('\n').length;
  }
}
