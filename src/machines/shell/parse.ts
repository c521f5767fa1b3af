import { deepestNesting, type Token, tokensOf } from './tokens.ts';
import {
  type Branch,
  type Command,
  type Pipeline,
  type Redirection,
  type Script,
  type Simple,
  type Step,
  SyntaxFault,
  type Word,
} from './words.ts';

export const shellLimits = {
  scriptCharacters: 256 * 1024,
  nestedScripts: deepestNesting,
  nestedShells: 16,
} as const;

/** Reads a script of the POSIX shell, as far as it is built: no functions, `case`, here-documents. Throws SyntaxFault. */
export function parseScript(text: string, depth = 0): Script {
  if (text.length > shellLimits.scriptCharacters) throw new SyntaxFault('script is too long');
  if (depth > shellLimits.nestedScripts) throw new SyntaxFault('nested too deep');
  const parser = new Parser(tokensOf(text, parseScript, depth));
  const script = parser.script([]);
  parser.atEnd();
  return script;
}

const keywords = new Set(['then', 'elif', 'else', 'fi', 'do', 'done', '}']);
const redirections: Readonly<Record<string, Redirection['how']>> = {
  '<': 'from',
  '>': 'to',
  '>>': 'append',
  '>&': 'same',
};

class Parser {
  readonly #tokens: readonly Token[];
  #at = 0;
  #depth = 0;

  constructor(tokens: readonly Token[]) {
    this.#tokens = tokens;
  }

  atEnd(): void {
    const token = this.#peek();
    if (token) throw unexpected(token);
  }

  /** Steps until one of these words, or an end that is not the script's own. */
  script(ends: readonly string[]): Script {
    if (++this.#depth > shellLimits.nestedScripts) throw new SyntaxFault('nested too deep');
    const steps: Step[] = [];
    let when: Step['when'] = 'always';
    for (;;) {
      if (when === 'always') this.#skip(';', '\n');
      else this.#skip('\n');
      const token = this.#peek();
      if (!token || this.#isSign(')') || (token.type === 'word' && keywords.has(token.plain ?? ''))) break;
      const pipeline = this.#pipeline();
      const aside = this.#take('&');
      steps.push({ when, pipeline, aside });
      when = this.#take('&&') ? 'success' : this.#take('||') ? 'failure' : 'always';
    }
    this.#depth--;
    const token = this.#peek();
    if (ends.length > 0 && !(token?.type === 'word' && ends.includes(token.plain ?? ''))) {
      throw token ? unexpected(token) : new SyntaxFault(`unexpected end of file (expecting "${ends[0]}")`);
    }
    return steps;
  }

  #pipeline(): Pipeline {
    const negated = this.#word('!');
    const commands = [this.#command()];
    while (this.#take('|')) {
      this.#skip('\n');
      commands.push(this.#command());
    }
    return { negated, commands };
  }

  #command(): Command {
    if (this.#word('if')) return this.#if();
    if (this.#word('while')) return this.#loop(false);
    if (this.#word('until')) return this.#loop(true);
    if (this.#word('for')) return this.#for();
    if (this.#word('{')) return this.#group(false, ['}']);
    if (this.#take('(')) return this.#group(true, []);
    return this.#simple();
  }

  #if(): Command {
    const branches: Branch[] = [];
    let otherwise: Script | undefined;
    do {
      const condition = this.script(['then']);
      this.#at++;
      branches.push({ condition, body: this.script(['elif', 'else', 'fi']) });
    } while (this.#word('elif'));
    if (this.#word('else')) otherwise = this.script(['fi']);
    this.#expect('fi');
    return { type: 'if', branches, otherwise };
  }

  #loop(until: boolean): Command {
    const condition = this.script(['do']);
    this.#at++;
    const body = this.script(['done']);
    this.#at++;
    return { type: 'loop', until, condition, body };
  }

  #for(): Command {
    const name = this.#peek();
    this.#at++;
    if (name?.type !== 'word' || name.plain === undefined) throw new SyntaxFault('bad for loop variable');
    const words: Word[] = [];
    if (this.#word('in')) {
      for (let token = this.#peek(); token?.type === 'word'; token = this.#peek()) {
        words.push(token.word);
        this.#at++;
      }
    }
    this.#skip(';', '\n');
    this.#expect('do');
    const body = this.script(['done']);
    this.#at++;
    return { type: 'for', name: name.plain, words, body };
  }

  #group(apart: boolean, ends: readonly string[]): Command {
    const body = this.script(ends);
    if (!apart) this.#at++;
    else if (!this.#take(')')) throw new SyntaxFault('unexpected end of file (expecting ")")');
    const redirected: Redirection[] = [];
    for (let next = this.#redirection(); next; next = this.#redirection()) redirected.push(next);
    return { type: 'group', body, apart, redirections: redirected };
  }

  #simple(): Simple {
    const assignments: { name: string; value: Word }[] = [];
    const words: Word[] = [];
    const redirected: Redirection[] = [];
    for (;;) {
      const redirection = this.#redirection();
      const token = this.#peek();
      if (redirection) redirected.push(redirection);
      else if (token?.type === 'word') {
        const assignment = words.length === 0 ? assignmentIn(token.word) : undefined;
        if (assignment) assignments.push(assignment);
        else words.push(token.word);
        this.#at++;
      } else break;
    }
    const token = this.#peek();
    if (words.length + assignments.length + redirected.length === 0) {
      throw token ? unexpected(token) : new SyntaxFault('unexpected end of file');
    }
    return { type: 'simple', assignments, words, redirections: redirected };
  }

  #redirection(): Redirection | undefined {
    const token = this.#peek();
    const how = token?.type === 'sign' ? redirections[token.sign] : undefined;
    if (token?.type !== 'sign' || how === undefined) return undefined;
    const target = this.#tokens[this.#at + 1];
    if (target?.type !== 'word')
      throw target ? unexpected(target) : new SyntaxFault('unexpected end of file');
    this.#at += 2;
    const fd = token.fd ?? (how === 'from' ? 0 : 1);
    return { fd: fd === 0 ? 0 : fd === 1 ? 1 : 2, how, target: target.word };
  }

  #peek(): Token | undefined {
    return this.#tokens[this.#at];
  }

  #isSign(sign: string): boolean {
    const token = this.#peek();
    return token?.type === 'sign' && token.sign === sign;
  }

  #take(sign: string): boolean {
    const found = this.#isSign(sign);
    if (found) this.#at++;
    return found;
  }

  #word(plain: string): boolean {
    const token = this.#peek();
    const found = token?.type === 'word' && token.plain === plain;
    if (found) this.#at++;
    return found;
  }

  #expect(plain: string): void {
    const token = this.#peek();
    if (this.#word(plain)) return;
    throw token ? unexpected(token) : new SyntaxFault(`unexpected end of file (expecting "${plain}")`);
  }

  #skip(...several: readonly string[]): void {
    while (several.some((sign) => this.#take(sign)));
  }
}

function assignmentIn(word: Word): { name: string; value: Word } | undefined {
  const [first, ...rest] = word;
  if (first?.type !== 'text' || first.quoted) return undefined;
  const [, name, begun = ''] = /^([A-Za-z_]\w*)=([\s\S]*)$/.exec(first.text) ?? [];
  if (name === undefined) return undefined;
  return { name, value: begun === '' ? rest : [{ ...first, text: begun }, ...rest] };
}

function unexpected(token: Token): SyntaxFault {
  const said = token.type === 'sign' ? token.sign.replace('\n', 'newline') : (token.plain ?? 'word');
  return new SyntaxFault(`unexpected "${said}"`);
}
