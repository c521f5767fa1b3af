import { integerOf } from './exact-json.ts';
import { type Json, type JsonObject, nestingLevelsLimit } from './json.ts';

/** What stands where in a text that is none. Lines and positions count from 1. */
export class RelaxedJsonError extends SyntaxError {
  constructor(reason: string, path: string, place: { readonly line: number; readonly position: number }) {
    super(`${reason} Path '${path}', line ${place.line}, position ${place.position}.`);
    this.name = 'RelaxedJsonError';
  }
}

/**
 * Reads JSON as people write templates: with comments, names without quotes, texts in single quotes or over several lines,
 * and commas before closing brackets. Linear in the text. Throws RelaxedJsonError.
 */
export function parseRelaxedJson(text: string): Json {
  return new Reader(text).whole();
}

const blank = /(?:[\s\uFEFF]+|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*/y;
const number = /-?(?:\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)/y;
const name = /[A-Za-z_$][\w$-]*/y;
const escapes: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

class Reader {
  readonly #text: string;
  readonly #path: (string | number)[] = [];
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  whole(): Json {
    const value = this.#value();
    this.#skip();
    if (this.#at < this.#text.length)
      throw this.#error('Additional text encountered after finished reading JSON content:');
    return value;
  }

  #value(): Json {
    this.#skip();
    const next = this.#text[this.#at];
    if (next === '{') return this.#object();
    if (next === '[') return this.#list();
    if (next === '"' || next === "'") return this.#string(next);
    const found = this.#take(number);
    if (found !== undefined) return /^-?\d+$/.test(found) ? integerOf(found) : Number(found);
    const word = this.#take(name);
    if (word === 'true') return true;
    if (word === 'false') return false;
    if (word === 'null') return null;
    if (word !== undefined) this.#at -= word.length;
    throw this.#error('Unexpected character encountered while parsing value:');
  }

  #object(): JsonObject {
    const made: JsonObject = {};
    this.#enter();
    for (;;) {
      this.#skip();
      const next = this.#text[this.#at];
      if (next === '}') break;
      const key = next === '"' || next === "'" ? this.#string(next) : this.#take(name);
      if (key === undefined) throw this.#error('Invalid property identifier character:');
      this.#skip();
      this.#path.push(key);
      if (this.#text[this.#at] !== ':')
        throw this.#error("Invalid character after parsing property name. Expected ':' but got:");
      this.#at++;
      // The last of two counts; a name that means something to JavaScript is a name like any other.
      Object.defineProperty(made, key, {
        value: this.#value(),
        enumerable: true,
        configurable: true,
        writable: true,
      });
      if (!this.#goesOn('}')) break;
      this.#path.pop();
    }
    this.#leave();
    return made;
  }

  #list(): Json[] {
    const made: Json[] = [];
    this.#enter();
    for (;;) {
      this.#skip();
      if (this.#text[this.#at] === ']') break;
      this.#path.push(made.length);
      made.push(this.#value());
      if (!this.#goesOn(']')) break;
      this.#path.pop();
    }
    this.#leave();
    return made;
  }

  #levels: number[] = [];

  #enter(): void {
    this.#at++;
    this.#levels.push(this.#path.length);
    if (this.#levels.length > nestingLevelsLimit)
      throw this.#error(`The text nests deeper than ${nestingLevelsLimit} levels:`);
  }

  #leave(): void {
    this.#at++;
    this.#path.length = this.#levels.pop() ?? 0;
  }

  /** True after a comma; false before the closing bracket. */
  #goesOn(close: string): boolean {
    this.#skip();
    if (this.#text[this.#at] === close) return false;
    if (this.#text[this.#at] !== ',')
      throw this.#error('After parsing a value an unexpected character was encountered:');
    this.#at++;
    return true;
  }

  #string(quote: string): string {
    const start = ++this.#at;
    const parts: string[] = [];
    let from = start;
    for (; ; this.#at++) {
      const next = this.#text[this.#at];
      if (next === undefined) throw this.#error('Unterminated string. Expected delimiter:');
      if (next === quote) break;
      if (next !== '\\') continue;
      parts.push(this.#text.slice(from, this.#at), this.#escape());
      from = this.#at + 1;
    }
    parts.push(this.#text.slice(from, this.#at++));
    return parts.join('');
  }

  /** Leaves the place at the last character of the escape. */
  #escape(): string {
    const letter = this.#text[++this.#at] ?? '';
    if (letter === 'u') {
      const digits = this.#text.slice(this.#at + 1, this.#at + 5);
      if (!/^[0-9a-fA-F]{4}$/.test(digits)) throw this.#error('Could not parse Unicode character:');
      this.#at += 4;
      return String.fromCharCode(Number.parseInt(digits, 16));
    }
    const found = escapes[letter] ?? (/["'\\/]/.test(letter) ? letter : undefined);
    if (found === undefined) throw this.#error('Bad JSON escape sequence:');
    return found;
  }

  #skip(): void {
    this.#take(blank);
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#text)?.[0];
    if (found === undefined) return undefined;
    this.#at += found.length;
    return found;
  }

  #error(reason: string): RelaxedJsonError {
    const before = this.#text.slice(0, this.#at);
    const path = this.#path
      .map((step, at) => (typeof step === 'number' ? `[${step}]` : at === 0 ? step : `.${step}`))
      .join('');
    const next = this.#text[this.#at];
    return new RelaxedJsonError(
      next === undefined ? 'Unexpected end of content.' : `${reason} ${next}.`,
      path.slice(0, 1_000),
      {
        line: before.split('\n').length,
        position: this.#at - (before.lastIndexOf('\n') + 1) + 1,
      },
    );
  }
}
