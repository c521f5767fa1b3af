import type { Json, JsonObject } from './json.ts';

/** What a text says beyond the value it stands for. Paths are written as in `spec.containers[0].image`. */
export interface JsonFindings {
  /** Members that an object has more than once, each once, in the order of the text; not all where there are very many. */
  readonly duplicates: string[];
  /** Numbers whose text is not the plain form of an integer of 64 bits: `2.0`, `1e3`, or more digits. */
  readonly numbers: Map<string, string>;
  /** The text of the first number that no double holds (`1e400`). */
  tooLarge: string | undefined;
}

const minInt64 = -(2n ** 63n);
const maxInt64 = 2n ** 63n - 1n;
/**
 * Characters of paths that are written down for one text. A long path that leads to many numbers would cost the product of
 * both; what comes after that goes without a note.
 */
const notedCharacters = 4 * 1024 * 1024;
/** As many as clients are told. */
const duplicatesTold = 100;
/** Deeper text is refused: reading it takes one stack frame a level. */
const maxLevels = 2_000;
const plainInteger = /^-?\d+$/;

/** An integer as JSON values hold it: a number where a double is exact, a bigint within 64 bits, else the nearest double. */
export function integerOf(text: string): number | bigint {
  const value = Number(text);
  if (Number.isSafeInteger(value)) return value;
  const exact = BigInt(text);
  return exact >= minInt64 && exact <= maxInt64 ? exact : value;
}

/**
 * Reads JSON that `JSON.parse` has taken before, keeping integers of 64 bits to the digit. Slower than `JSON.parse`; linear. Throws
 * SyntaxError for text that is nested too deeply.
 */
export function parseExactly(text: string, findings?: JsonFindings): Json {
  return new ExactReader(text, findings).read();
}

class ExactReader {
  readonly #text: string;
  readonly #findings: JsonFindings | undefined;
  readonly #path: (string | number)[] = [];
  #pathCharacters = 0;
  #charactersLeft = notedCharacters;
  #at = 0;

  constructor(text: string, findings: JsonFindings | undefined) {
    this.#text = text;
    this.#findings = findings;
  }

  read(): Json {
    switch (this.#next()) {
      case '{':
        return this.#object();
      case '[':
        return this.#list();
      case '"':
        return this.#string();
      case 't':
        this.#at += 4;
        return true;
      case 'f':
        this.#at += 5;
        return false;
      case 'n':
        this.#at += 4;
        return null;
      default:
        return this.#number();
    }
  }

  /** The next character that is not white space; it is not taken. */
  #next(): string {
    while (this.#text.charCodeAt(this.#at) <= 0x20) this.#at++;
    return this.#text.charAt(this.#at);
  }

  #enter(): void {
    this.#at++;
    if (this.#path.length >= maxLevels) throw new SyntaxError('exceeded max depth');
  }

  #object(): JsonObject {
    const object: JsonObject = {};
    this.#enter();
    while (this.#next() !== '}') {
      if (this.#text.charAt(this.#at) === ',') {
        this.#at++;
        continue;
      }
      const name = this.#string();
      this.#next();
      this.#at++;
      this.#push(name);
      if (this.#findings && Object.hasOwn(object, name)) this.#noteDuplicate(this.#findings);
      setMember(object, name, this.read());
      this.#pop();
    }
    this.#at++;
    return object;
  }

  #list(): Json[] {
    const list: Json[] = [];
    this.#enter();
    while (this.#next() !== ']') {
      if (this.#text.charAt(this.#at) === ',') {
        this.#at++;
        continue;
      }
      this.#push(list.length);
      list.push(this.read());
      this.#pop();
    }
    this.#at++;
    return list;
  }

  #string(): string {
    this.#next();
    const start = this.#at;
    let end = this.#text.indexOf('"', start + 1);
    while (this.#isEscaped(end)) end = this.#text.indexOf('"', end + 1);
    this.#at = end + 1;
    const inside = this.#text.slice(start + 1, end);
    return inside.includes('\\') ? JSON.parse(`"${inside}"`) : inside;
  }

  #isEscaped(quote: number): boolean {
    let before = quote - 1;
    while (this.#text.charCodeAt(before) === backslash) before--;
    return (quote - before) % 2 === 0;
  }

  #number(): number | bigint {
    const start = this.#at;
    while (isOfNumber(this.#text.charCodeAt(this.#at))) this.#at++;
    const text = this.#text.slice(start, this.#at);
    const isPlain = plainInteger.test(text);
    const value = isPlain ? integerOf(text) : Number(text);
    const plain = isPlain && (typeof value === 'bigint' || Number.isSafeInteger(value));
    if (this.#findings && !plain) this.#note(value, text);
    return value;
  }

  #push(part: string | number): void {
    this.#path.push(part);
    this.#pathCharacters += lengthOf(part);
  }

  #pop(): void {
    this.#pathCharacters -= lengthOf(this.#path.pop() ?? '');
  }

  /** Where the reader is; undefined when too much has been written of it. */
  #writtenPath(): string | undefined {
    this.#charactersLeft -= this.#pathCharacters;
    return this.#charactersLeft < 0 ? undefined : pathText(this.#path);
  }

  #noteDuplicate({ duplicates }: JsonFindings): void {
    if (duplicates.length === duplicatesTold) return;
    const path = this.#writtenPath();
    if (path !== undefined && !duplicates.includes(path)) duplicates.push(path);
  }

  #note(value: number | bigint, text: string): void {
    const findings = this.#findings;
    if (!findings) return;
    const path = this.#writtenPath();
    if (path !== undefined) findings.numbers.set(path, text);
    if (value === Infinity || value === -Infinity) findings.tooLarge ??= text;
  }
}

const backslash = 0x5c;

function isOfNumber(code: number): boolean {
  const isDigit = code >= 0x30 && code <= 0x39;
  // `+`, `-`, `.`, `E`, `e`.
  return isDigit || code === 0x2b || code === 0x2d || code === 0x2e || code === 0x45 || code === 0x65;
}

/** The member of that name; what every object of JavaScript has by itself is none. */
export function memberOf<T>(object: Readonly<Record<string, T>>, name: string): T | undefined {
  const value = object[name];
  // Values read from JSON are no functions; of what is inherited only the prototype itself is none either.
  const inherited = typeof value === 'function' || (name === '__proto__' && !Object.hasOwn(object, name));
  return inherited ? undefined : value;
}

/** Assigns also what assignment would take for the prototype. */
export function setMember<T>(object: Record<string, T>, name: string, value: T): void {
  if (name === '__proto__') {
    Object.defineProperty(object, name, { value, writable: true, enumerable: true, configurable: true });
  } else object[name] = value;
}

/** With the dot or the brackets around it. */
function lengthOf(part: string | number): number {
  return typeof part === 'string' ? part.length + 1 : 8;
}

function pathText(path: readonly (string | number)[]): string {
  let text = '';
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`;
    else text += text === '' ? part : `.${part}`;
  }
  return text;
}
