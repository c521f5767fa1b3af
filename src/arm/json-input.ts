import {
  decodeJson,
  isObject,
  type JsonObject,
  nestingLevelsLimit,
  parseRelaxedJson,
  RelaxedJsonError,
} from '../base/index.ts';
import { refusals } from './errors.ts';

/** A request body as a JSON object; an empty one is `{}`. Throws InvalidRequestContent with the place and the reason. */
export function readJsonBody(bytes: Uint8Array): JsonObject {
  if (bytes.byteLength === 0) return {};
  refuseDeepNesting(bytes);
  let value: unknown;
  try {
    value = decodeJson(bytes);
  } catch (thrown) {
    if (thrown instanceof TypeError) throw refusals.invalidContent('The body is not valid UTF-8.');
    throw refusals.invalidContent(describeJsonError(Buffer.from(bytes).toString('utf8')));
  }
  if (!isObject(value)) {
    throw refusals.invalidContent("The body must be a JSON object. Path '', line 1, position 1.");
  }
  return value;
}

/** A body as templates are written: see `parseRelaxedJson`. Plain JSON is read as everywhere. */
export function readRelaxedBody(bytes: Uint8Array): JsonObject {
  if (bytes.byteLength === 0) return {};
  let text: string;
  try {
    text = new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    throw refusals.invalidContent('The body is not valid UTF-8.');
  }
  try {
    const value = parseRelaxedJson(text);
    if (isObject(value)) return value;
  } catch (thrown) {
    if (thrown instanceof RelaxedJsonError) throw refusals.invalidContent(thrown.message);
    throw thrown;
  }
  throw refusals.invalidContent("The body must be a JSON object. Path '', line 1, position 1.");
}

/** Records are walked by recursion after they were written: what nests too deep never gets that far. */
function refuseDeepNesting(bytes: Uint8Array): void {
  let depth = 0;
  let inString = false;
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at];
    if (inString) {
      if (byte === 0x5c) at++;
      else if (byte === 0x22) inString = false;
    } else if (byte === 0x22) inString = true;
    else if (byte === 0x7b || byte === 0x5b) depth++;
    else if (byte === 0x7d || byte === 0x5d) depth--;
    if (depth > nestingLevelsLimit) {
      throw refusals.invalidContent(`The body nests deeper than ${nestingLevelsLimit} levels.`);
    }
  }
}

/** Says what is wrong in a text that is no JSON, and where (line and position count from 1). */
export function describeJsonError(text: string): string {
  const fault = new Scanner(text).findFault();
  if (!fault) return 'The body is not valid JSON.';
  const before = text.slice(0, fault.at);
  const line = before.split('\n').length;
  const position = fault.at - (before.lastIndexOf('\n') + 1) + 1;
  return `${fault.reason} Path '${fault.path}', line ${line}, position ${position}.${fault.hint}`;
}

interface Fault {
  readonly at: number;
  readonly reason: string;
  readonly path: string;
  readonly hint: string;
}

class JsonFault extends Error {
  readonly fault: Fault;

  constructor(fault: Fault) {
    super(fault.reason);
    this.fault = fault;
  }
}

const number = /-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?/y;
// biome-ignore lint/suspicious/noControlCharactersInRegex: JSON strings hold no raw control characters.
const string = /"(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"/y;
const blank = /[ \t\r\n]*/y;

/** Walks JSON text only to find its first fault; runs after the real parser has refused. */
class Scanner {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  findFault(): Fault | undefined {
    try {
      this.#value('');
      this.#skipBlank();
      if (this.#at < this.#text.length) {
        this.#fail('', 'Additional text encountered after finished reading JSON content', '');
      }
      return undefined;
    } catch (thrown) {
      if (thrown instanceof JsonFault) return thrown.fault;
      // Nesting beyond the stack: the parser said no as well.
      return undefined;
    }
  }

  #value(path: string): void {
    this.#skipBlank();
    const next = this.#text[this.#at];
    if (next === '{') this.#object(path);
    else if (next === '[') this.#array(path);
    else if (next === '"') this.#string(path);
    else if (!this.#word('true') && !this.#word('false') && !this.#word('null') && !this.#take(number)) {
      this.#fail(path, 'Unexpected character encountered while parsing value', '');
    }
  }

  #object(path: string): void {
    this.#at++;
    this.#skipBlank();
    if (this.#text[this.#at] === '}') {
      this.#at++;
      return;
    }
    for (;;) {
      this.#skipBlank();
      if (this.#text[this.#at] !== '"') this.#badMember(path);
      const name = this.#string(path);
      const inner = path === '' ? name : `${path}.${name}`;
      this.#skipBlank();
      if (this.#text[this.#at] !== ':') {
        this.#fail(
          inner,
          "Invalid character after parsing property name. Expected ':' but got",
          " A ':' must follow the member name.",
        );
      }
      this.#at++;
      this.#value(inner);
      this.#skipBlank();
      const next = this.#text[this.#at];
      if (next === '}') {
        this.#at++;
        return;
      }
      if (next !== ',') this.#missingComma(inner);
      this.#at++;
    }
  }

  #array(path: string): void {
    this.#at++;
    this.#skipBlank();
    if (this.#text[this.#at] === ']') {
      this.#at++;
      return;
    }
    for (let index = 0; ; index++) {
      const inner = `${path}[${index}]`;
      this.#skipBlank();
      if (index > 0 && this.#text[this.#at] === ']') {
        this.#fail(
          path,
          'Unexpected character encountered while parsing value',
          " JSON allows no trailing comma: remove the ',' before this ']'.",
        );
      }
      this.#value(inner);
      this.#skipBlank();
      const next = this.#text[this.#at];
      if (next === ']') {
        this.#at++;
        return;
      }
      if (next !== ',') this.#missingComma(inner);
      this.#at++;
    }
  }

  #string(path: string): string {
    const start = this.#at;
    if (!this.#take(string)) {
      this.#fail(path, 'Unterminated or invalid string. Unexpected character', ' The string starts here.');
    }
    const parsed: unknown = JSON.parse(this.#text.slice(start, this.#at));
    return String(parsed);
  }

  #badMember(path: string): never {
    const trailing = this.#text[this.#at] === '}';
    const hint = trailing
      ? " JSON allows no trailing comma: remove the ',' before this '}'."
      : ' A member name in double quotes must stand here.';
    return this.#fail(path, 'Invalid property identifier character', hint);
  }

  #missingComma(path: string): never {
    return this.#fail(
      path,
      'After parsing a value an unexpected character was encountered',
      " A ',' or the closing bracket must stand here.",
    );
  }

  #skipBlank(): void {
    this.#take(blank);
  }

  #word(word: string): boolean {
    if (!this.#text.startsWith(word, this.#at)) return false;
    this.#at += word.length;
    return true;
  }

  #take(pattern: RegExp): boolean {
    pattern.lastIndex = this.#at;
    if (!pattern.test(this.#text)) return false;
    this.#at = pattern.lastIndex;
    return true;
  }

  #fail(path: string, reason: string, hint: string): never {
    const next = this.#text[this.#at];
    const at = this.#at;
    if (next === undefined)
      throw new JsonFault({
        at,
        path,
        reason: 'Unexpected end of content.',
        hint: ' The JSON text is cut off.',
      });
    throw new JsonFault({ at, path, reason: `${reason}: ${next}.`, hint });
  }
}
