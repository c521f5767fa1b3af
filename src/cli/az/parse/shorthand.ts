import { readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { isObject, type Json, type JsonObject, parseJson, setMember } from '../../../base/index.ts';
import type { Shorthand } from '../declare/flags.ts';
import { AzError } from '../errors.ts';

/**
 * Reads the words of a flag in az's shorthand syntax: `{a:1,b:[x,y]}`, `[x,y]`, `key=value`, `[0].key=value`, plain
 * words, JSON, or the path of a JSON or YAML file. Several plain words form a list.
 */
export async function readShorthand(flag: Shorthand): Promise<Json> {
  let result: Json | undefined;
  for (const word of flag.words) {
    const partial = /^((?:\[\d*\]|[A-Za-z][\w-]*)(?:\.[\w-]+|\[\d*\])*)=(.*)$/s.exec(word);
    if (partial) result = assign(result, partial[1] ?? '', readValue(partial[2] ?? '', flag));
    else result = append(result, (await readFile(word, flag)) ?? readValue(word, flag), flag.words.length);
  }
  return result ?? null;
}

/** Reads the words of a flag as a list; a single plain word is a list of one. */
export async function readShorthandList(flag: Shorthand): Promise<Json[]> {
  const value = await readShorthand(flag);
  return Array.isArray(value) ? value : [value];
}

function append(result: Json | undefined, value: Json, words: number): Json {
  if (result === undefined) return words > 1 && !Array.isArray(value) ? [value] : value;
  const list = Array.isArray(result) ? result : [result];
  return [...list, ...(Array.isArray(value) ? value : [value])];
}

async function readFile(word: string, flag: Shorthand): Promise<Json | undefined> {
  if (!/\.(json|ya?ml)$/i.test(word)) return undefined;
  let text: string;
  try {
    text = readFileSync(resolve(flag.cwd, word), 'utf8');
  } catch {
    return undefined;
  }
  const { parse } = await import('yaml');
  const value: Json = parse(text);
  return value;
}

function readValue(text: string, flag: Shorthand): Json {
  if (text === '') {
    throw new AzError(`Failed to parse '${flag.spelling}' argument: argument value cannot be blank`);
  }
  if (/^\s*[[{"]/.test(text)) {
    try {
      return parseJson(text);
    } catch {
      // Not JSON: the shorthand form of the same brackets.
    }
  }
  return new ShorthandReader(text, flag.spelling).whole();
}

function assign(result: Json | undefined, path: string, value: Json): Json {
  const steps = [...path.matchAll(/\[(\d*)\]|([\w-]+)/g)].map((match) => match[2] ?? Number(match[1] || '0'));
  return assignAt(result, steps, value);
}

function assignAt(holder: Json | undefined, steps: readonly (string | number)[], value: Json): Json {
  const [step, ...rest] = steps;
  if (step === undefined) return value;
  if (typeof step === 'number') {
    const list = Array.isArray(holder) ? [...holder] : [];
    list[step] = assignAt(list[step], rest, value);
    return list;
  }
  const object: JsonObject = isObject(holder) ? { ...holder } : {};
  setMember(object, step, assignAt(Object.hasOwn(object, step) ? object[step] : undefined, rest, value));
  return object;
}

class ShorthandReader {
  readonly #text: string;
  readonly #spelling: string;
  #at = 0;

  constructor(text: string, spelling: string) {
    this.#text = text;
    this.#spelling = spelling;
  }

  whole(): Json {
    const first = this.#text[0];
    if (first !== '{' && first !== '[' && first !== "'") return this.#text === 'null' ? null : this.#text;
    const value = this.#value();
    if (this.#at < this.#text.length) throw this.#error('Redundant tail');
    return value;
  }

  #value(): Json {
    const next = this.#text[this.#at];
    if (next === '{') return this.#object();
    if (next === '[') return this.#list();
    const word = this.#word(/[,}\]]/);
    return word.quoted || word.text !== 'null' ? word.text : null;
  }

  #object(): JsonObject {
    const object: JsonObject = {};
    this.#at++;
    if (this.#take('}')) return object;
    for (;;) {
      const key = this.#word(/[:,{}[\]]/).text;
      if (!this.#take(':')) throw this.#error("Expect character ':'");
      setMember(object, key, this.#value());
      if (this.#take('}')) return object;
      if (!this.#take(',')) throw this.#error("Expect character ',' or '}'");
      if (this.#take('}')) return object;
    }
  }

  #list(): Json[] {
    const list: Json[] = [];
    this.#at++;
    if (this.#take(']')) return list;
    for (;;) {
      list.push(this.#value());
      if (this.#take(']')) return list;
      if (!this.#take(',')) throw this.#error("Expect character ',' or ']'");
      if (this.#take(']')) return list;
    }
  }

  /** A plain word up to `end`, or one in single quotes, where `'/` stands for a quote. */
  #word(end: RegExp): { text: string; quoted: boolean } {
    if (this.#text[this.#at] === "'") return { text: this.#quoted(), quoted: true };
    const start = this.#at;
    while (this.#at < this.#text.length && !end.test(this.#text.charAt(this.#at))) this.#at++;
    if (this.#at === start) throw this.#error('Expect value');
    return { text: this.#text.slice(start, this.#at), quoted: false };
  }

  #quoted(): string {
    let text = '';
    this.#at++;
    while (this.#at < this.#text.length) {
      const next = this.#text.charAt(this.#at++);
      if (next !== "'") text += next;
      else if (this.#text[this.#at] === '/') {
        text += "'";
        this.#at++;
      } else return text;
    }
    throw this.#error("Expect character '''");
  }

  #take(character: string): boolean {
    if (this.#text[this.#at] !== character) return false;
    this.#at++;
    return true;
  }

  #error(expected: string): AzError {
    const pointer = `${' '.repeat(this.#at)}^`;
    return new AzError(
      `Failed to parse '${this.#spelling}' argument: Shorthand Syntax Error: ${expected}:\n\t${this.#text}\n\t${pointer}`,
    );
  }
}
