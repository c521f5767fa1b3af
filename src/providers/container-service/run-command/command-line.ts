/** One program with its words, and whether it runs only after the one before it has succeeded. */
export interface CommandLine {
  readonly words: readonly string[];
  readonly afterSuccess: boolean;
}

/** Why a text is not run. */
export class UnspokenShell extends Error {}

const outside = {
  '|': 'pipes',
  '>': 'redirections',
  '<': 'redirections',
  '(': 'subshells',
  ')': 'subshells',
  $: 'variables and substitutions',
  '`': 'substitutions',
} as const;

/**
 * The lines of a command as a POSIX shell would read them: words with quotes and backslashes, `;`, `&&`, line ends and
 * comments. What only a shell could do is refused: none is there. Throws `UnspokenShell`.
 */
export function readCommandLines(text: string): readonly CommandLine[] {
  return new Reader(text).read();
}

class Reader {
  readonly #text: string;
  readonly #lines: CommandLine[] = [];
  #at = 0;
  #words: string[] = [];
  #word: string | undefined;
  #afterSuccess = false;

  constructor(text: string) {
    this.#text = text;
  }

  read(): readonly CommandLine[] {
    while (this.#at < this.#text.length) this.#step(this.#text[this.#at] ?? '');
    this.#endWord();
    if (this.#words.length === 0 && this.#afterSuccess) throw new UnspokenShell("nothing stands after '&&'");
    this.#endLine(false);
    return this.#lines;
  }

  #step(character: string): void {
    this.#at++;
    if (character === "'") this.#add(this.#until("'"));
    else if (character === '"') this.#quoted();
    else if (character === '\\') this.#escaped();
    else if (character === ' ' || character === '\t' || character === '\r') this.#endWord();
    else if (character === '\n' || character === ';') this.#finish(false);
    else if (character === '&') this.#and();
    else if (character === '#' && this.#word === undefined) this.#comment();
    else this.#add(spoken(character));
  }

  #add(text: string): void {
    this.#word = (this.#word ?? '') + text;
  }

  #until(end: string): string {
    const at = this.#text.indexOf(end, this.#at);
    if (at < 0) throw new UnspokenShell(`a quotation that begins with ${end} does not end`);
    const found = this.#text.slice(this.#at, at);
    this.#at = at + 1;
    return found;
  }

  #quoted(): void {
    this.#add('');
    for (;;) {
      const character = this.#text[this.#at++];
      if (character === undefined) throw new UnspokenShell('a quotation that begins with " does not end');
      if (character === '"') return;
      if (character === '$' || character === '`') spoken(character);
      if (character !== '\\') {
        this.#add(character);
        continue;
      }
      const next = this.#text[this.#at++] ?? '';
      if (next === '\n') continue;
      this.#add('"\\$`'.includes(next) ? next : `\\${next}`);
    }
  }

  #escaped(): void {
    const next = this.#text[this.#at++];
    if (next === undefined || next === '\n') return;
    this.#add(next);
  }

  #and(): void {
    if (this.#text[this.#at] !== '&') throw new UnspokenShell('commands in the background are not run here');
    this.#at++;
    this.#finish(true);
  }

  #comment(): void {
    const end = this.#text.indexOf('\n', this.#at);
    this.#at = end < 0 ? this.#text.length : end;
  }

  #finish(nextAfterSuccess: boolean): void {
    this.#endWord();
    if (nextAfterSuccess && this.#words.length === 0) throw new UnspokenShell("nothing stands before '&&'");
    // A line may end after `&&`: the next one goes on.
    if (this.#words.length === 0) return;
    this.#endLine(nextAfterSuccess);
  }

  #endWord(): void {
    if (this.#word !== undefined) this.#words.push(this.#word);
    this.#word = undefined;
  }

  #endLine(nextAfterSuccess: boolean): void {
    if (this.#words.length > 0) this.#lines.push({ words: this.#words, afterSuccess: this.#afterSuccess });
    this.#words = [];
    this.#afterSuccess = nextAfterSuccess;
  }
}

function spoken(character: string): string {
  const what = Object.entries(outside).find(([sign]) => sign === character)?.[1];
  if (what) throw new UnspokenShell(`there is no shell here, so ${what} ('${character}') are not run`);
  return character;
}
