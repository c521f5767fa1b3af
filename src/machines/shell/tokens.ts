import { type Part, SyntaxFault, type Word } from './words.ts';

/** Reads `$(…)`; handed in, because the text inside is a script again. */
export type ReadScript = (text: string, depth: number) => Extract<Part, { type: 'output' }>['script'];

/** How deep scripts, and words in words, stand in each other: each is read once for each that it stands in. */
export const deepestNesting = 64;

export type Token =
  | { readonly type: 'word'; readonly word: Word; readonly plain: string | undefined }
  | { readonly type: 'sign'; readonly sign: string; readonly fd?: number };

const signs = ['&&', '||', ';;', '>>', '>&', '<<', ';', '|', '&', '(', ')', '<', '>', '\n'];

/** The tokens of a script. Throws SyntaxFault. */
export function tokensOf(text: string, readScript: ReadScript, depth: number): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < text.length) {
    const rest = text.slice(at, at + 2);
    const character = text.charAt(at);
    if (character === ' ' || character === '\t' || character === '\r') at++;
    else if (rest === '\\\n') at += 2;
    else if (character === '#') while (at < text.length && text[at] !== '\n') at++;
    else {
      const descriptor = /^[012](?=[<>])/.exec(rest)?.[0];
      const begin = at + (descriptor === undefined ? 0 : 1);
      const sign = signs.find((each) => text.startsWith(each, begin));
      if (sign !== undefined) {
        tokens.push({ type: 'sign', sign, ...(descriptor !== undefined && { fd: Number(descriptor) }) });
        at = begin + sign.length;
      } else {
        const read = new WordReader(text, at, { readScript, depth }).read();
        tokens.push({ type: 'word', word: read.word, plain: plainOf(read.word) });
        at = read.end;
      }
    }
  }
  return tokens;
}

/** The text of a word without quotes and variables, which alone can be a keyword. */
function plainOf(word: Word): string | undefined {
  const [only] = word;
  return word.length === 1 && only?.type === 'text' && !only.quoted ? only.text : undefined;
}

/** Reads a text as if it stood between double quotes. */
function quotedWord(text: string, within: Within): Word {
  if (within.depth > deepestNesting) throw new SyntaxFault('nested too deep');
  return new WordReader(text, 0, within).readQuoted();
}

interface Within {
  readonly readScript: ReadScript;
  readonly depth: number;
}

class WordReader {
  readonly #text: string;
  readonly #within: Within;
  #at: number;
  #parts: Part[] = [];

  constructor(text: string, at: number, { readScript, depth }: Within) {
    this.#text = text;
    this.#at = at;
    this.#within = { readScript, depth: depth + 1 };
  }

  read(): { word: Word; end: number } {
    while (this.#at < this.#text.length && !/[\s;|&()<>]/.test(this.#text.charAt(this.#at))) {
      const character = this.#text.charAt(this.#at);
      if (character === "'") this.#single();
      else if (character === '"') this.#double();
      else this.#character(false);
    }
    return { word: this.#parts, end: this.#at };
  }

  readQuoted(): Word {
    while (this.#at < this.#text.length) this.#character(true);
    return this.#parts;
  }

  #single(): void {
    const end = this.#text.indexOf("'", this.#at + 1);
    if (end < 0) throw new SyntaxFault('unterminated quoted string');
    this.#add(this.#text.slice(this.#at + 1, end), true);
    this.#at = end + 1;
  }

  #double(): void {
    this.#at++;
    this.#add('', true);
    while (this.#text[this.#at] !== '"') {
      if (this.#at >= this.#text.length) throw new SyntaxFault('unterminated quoted string');
      this.#character(true);
    }
    this.#at++;
  }

  #character(quoted: boolean): void {
    const character = this.#text.charAt(this.#at);
    if (character === '\\') this.#escaped(quoted);
    else if (character === '$') this.#dollar(quoted);
    else if (character === '`') {
      const end = this.#text.indexOf('`', this.#at + 1);
      if (end < 0) throw new SyntaxFault('unterminated quoted string');
      const script = this.#script(this.#text.slice(this.#at + 1, end));
      this.#parts.push({ type: 'output', script, quoted });
      this.#at = end + 1;
    } else {
      this.#add(character, quoted);
      this.#at++;
    }
  }

  #escaped(quoted: boolean): void {
    const next = this.#text.charAt(this.#at + 1);
    const kept = quoted && !/[$`"\\\n]/.test(next);
    if (next !== '\n') this.#add(kept ? `\\${next}` : next, true);
    this.#at += 2;
  }

  #dollar(quoted: boolean): void {
    if (this.#text.startsWith('$((', this.#at)) {
      const end = this.#closing(this.#at + 2, '(', ')');
      const expression = quotedWord(this.#text.slice(this.#at + 3, end), this.#within);
      this.#parts.push({ type: 'number', expression });
      this.#at = end + 2;
    } else if (this.#text.startsWith('$(', this.#at)) {
      const end = this.#closing(this.#at + 1, '(', ')');
      const script = this.#script(this.#text.slice(this.#at + 2, end));
      this.#parts.push({ type: 'output', script, quoted });
      this.#at = end + 1;
    } else if (this.#text.startsWith('${', this.#at)) {
      const end = this.#closing(this.#at + 1, '{', '}');
      this.#braced(this.#text.slice(this.#at + 2, end), quoted);
      this.#at = end + 1;
    } else {
      const name = /^(?:\w+|[?$#@*!-])/.exec(this.#text.slice(this.#at + 1))?.[0];
      if (name === undefined) this.#add('$', quoted);
      else this.#parts.push({ type: 'variable', name, quoted });
      this.#at += 1 + (name?.length ?? 0);
    }
  }

  #braced(inside: string, quoted: boolean): void {
    const [, name, fallback] = /^(\w+|[?#@*])(?::?-([\s\S]*))?$/.exec(inside) ?? [];
    if (name === undefined) throw new SyntaxFault('bad substitution');
    const otherwise = fallback === undefined ? undefined : quotedWord(fallback, this.#within);
    this.#parts.push({ type: 'variable', name, quoted, ...(otherwise && { otherwise }) });
  }

  #script(text: string): ReturnType<ReadScript> {
    return this.#within.readScript(text, this.#within.depth);
  }

  /** Where what opens at `begin` closes. */
  #closing(begin: number, open: string, close: string): number {
    let depth = 0;
    let quote = '';
    for (let at = begin; at < this.#text.length; at++) {
      const character = this.#text.charAt(at);
      if (character === '\\') at++;
      else if (quote !== '') quote = character === quote ? '' : quote;
      else if (character === "'" || character === '"') quote = character;
      else if (character === open) depth++;
      else if (character === close && --depth === 0) return at;
    }
    throw new SyntaxFault(`unexpected end of file (expecting "${close}")`);
  }

  #add(text: string, quoted: boolean): void {
    const last = this.#parts.at(-1);
    if (last?.type === 'text' && last.quoted === quoted) {
      this.#parts[this.#parts.length - 1] = { ...last, text: last.text + text };
    } else this.#parts.push({ type: 'text', text, quoted });
  }
}
