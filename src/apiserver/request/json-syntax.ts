import { goQuote } from '../../apimachinery/validation/go-text.ts';

/** What stands where in JSON text, as the scanner of Go's decoder sees it. */
type Place = 'value' | 'first-key' | 'key' | 'colon' | 'after-member' | 'first-item' | 'after-item' | 'end';

/**
 * Why bytes are no JSON text, in the words of Go's decoder; undefined for JSON. One walk over the text, without
 * recursion.
 */
export function jsonSyntaxProblem(bytes: Uint8Array): string | undefined {
  const scanner = new Scanner(bytes);
  for (;;) {
    const problem = scanner.step();
    if (problem === 'done') return undefined;
    if (problem !== undefined) return problem;
  }
}

const endOfText = 'unexpected end of JSON input';
const spaces: ReadonlySet<number> = new Set([0x20, 0x09, 0x0a, 0x0d]);
const literals: ReadonlyMap<string, string> = new Map([
  ['t', 'true'],
  ['f', 'false'],
  ['n', 'null'],
]);

class Scanner {
  readonly #bytes: Uint8Array;
  /** `{` or `[` of what is open. */
  readonly #open: string[] = [];
  #at = 0;
  #place: Place = 'value';

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
  }

  /** One token: what is wrong with it, `done` at the end of the text. */
  step(): string | undefined {
    while (spaces.has(this.#bytes[this.#at] ?? 0)) this.#at++;
    if (this.#at >= this.#bytes.length) return this.#place === 'end' ? 'done' : endOfText;
    const character = String.fromCharCode(this.#bytes[this.#at] ?? 0);
    switch (this.#place) {
      case 'first-key':
        return character === '}' ? this.#close() : this.#key(character);
      case 'key':
        return this.#key(character);
      case 'colon':
        return character === ':' ? this.#take('value') : this.#unexpected('after object key');
      case 'after-member':
        if (character === ',') return this.#take('key');
        return character === '}' ? this.#close() : this.#unexpected('after object key:value pair');
      case 'first-item':
        return character === ']' ? this.#close() : this.#value(character);
      case 'after-item':
        if (character === ',') return this.#take('value');
        return character === ']' ? this.#close() : this.#unexpected('after array element');
      case 'end':
        return this.#unexpected('after top-level value');
      default:
        return this.#value(character);
    }
  }

  #take(place: Place): undefined {
    this.#at++;
    this.#place = place;
  }

  #close(): undefined {
    this.#open.pop();
    this.#at++;
    this.#afterValue();
  }

  #afterValue(): void {
    const around = this.#open.at(-1);
    this.#place = around === undefined ? 'end' : around === '{' ? 'after-member' : 'after-item';
  }

  #key(character: string): string | undefined {
    if (character !== '"') return this.#unexpected('looking for beginning of object key string');
    const problem = this.#string();
    this.#place = 'colon';
    return problem;
  }

  #value(character: string): string | undefined {
    if (character === '{' || character === '[') {
      this.#open.push(character);
      return this.#take(character === '{' ? 'first-key' : 'first-item');
    }
    const literal = literals.get(character);
    let problem: string | undefined;
    if (character === '"') problem = this.#string();
    else if (literal !== undefined) problem = this.#literal(literal);
    else if (character === '-' || isDigit(character)) problem = this.#number();
    else return this.#unexpected('looking for beginning of value');
    this.#afterValue();
    return problem;
  }

  #literal(word: string): string | undefined {
    for (const expected of word) {
      const found = this.#peek();
      if (found !== expected) return this.#unexpected(`in literal ${word} (expecting '${expected}')`);
      this.#at++;
    }
    return undefined;
  }

  #string(): string | undefined {
    this.#at++;
    for (;;) {
      const code = this.#bytes[this.#at];
      if (code === undefined) return endOfText;
      if (code < 0x20) return this.#unexpected('in string literal');
      this.#at++;
      if (code === 0x22) return undefined;
      if (code !== 0x5c) continue;
      const problem = this.#escape();
      if (problem !== undefined) return problem;
    }
  }

  #escape(): string | undefined {
    const found = this.#peek();
    if (found === '' || !'bfnrt\\/"u'.includes(found)) return this.#unexpected('in string escape code');
    this.#at++;
    for (let digit = 0; found === 'u' && digit < 4; digit++) {
      const hex = this.#peek();
      if (!/^[0-9a-fA-F]$/.test(hex)) return this.#unexpected('in \\u hexadecimal character escape');
      this.#at++;
    }
    return undefined;
  }

  #number(): string | undefined {
    if (this.#peek() === '-') {
      this.#at++;
      if (!isDigit(this.#peek())) return this.#unexpected('in numeric literal');
    }
    if (this.#peek() === '0') this.#at++;
    else this.#digits();
    if (this.#peek() === '.') {
      this.#at++;
      if (!isDigit(this.#peek())) return this.#unexpected('after decimal point in numeric literal');
      this.#digits();
    }
    if (this.#peek().toLowerCase() !== 'e') return undefined;
    this.#at++;
    if (this.#peek() === '+' || this.#peek() === '-') this.#at++;
    if (!isDigit(this.#peek())) return this.#unexpected('in exponent of numeric literal');
    this.#digits();
    return undefined;
  }

  #digits(): void {
    while (isDigit(this.#peek())) this.#at++;
  }

  #peek(): string {
    const code = this.#bytes[this.#at];
    return code === undefined ? '' : String.fromCharCode(code);
  }

  /** Where the text ends Go goes on with a blank. */
  #unexpected(where: string): string {
    return `invalid character ${shown(this.#bytes[this.#at] ?? blank)} ${where}`;
  }
}

const blank = 0x20;

function isDigit(character: string): boolean {
  return character >= '0' && character <= '9' && character !== '';
}

/** One byte as Go quotes a character. */
function shown(code: number): string {
  const character = String.fromCharCode(code);
  if (character === "'") return "'\\''";
  if (character === '"') return `'"'`;
  return `'${goQuote(character).slice(1, -1)}'`;
}
