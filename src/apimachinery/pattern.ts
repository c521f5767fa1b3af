import { RE2JS, RE2JSException } from 're2js';

export const patternLimits = {
  sourceCharacters: 64 * 1024,
  /** Instructions of a compiled pattern; matching takes up to this many steps for each character of a text. */
  programInstructions: 10_000,
  /** What compiled patterns may have grown to, together, before they are forgotten and made again when asked for. */
  programBytes: 64 * 1024 * 1024,
} as const;

/**
 * A regular expression in Go's dialect (RE2), unanchored. Matching takes time in proportion to the text, for every
 * pattern. Compiled on first use.
 */
export class Pattern {
  readonly source: string;
  #problem: string | null | undefined;
  #instructions = 1;

  constructor(source: string) {
    this.source = source;
  }

  /** Throws when the pattern is malformed. */
  test(text: string): boolean {
    // The automaton grows by at most one state for each character that it sees.
    grow(text.length * (stateBytes + this.#instructions * bytesPerInstruction));
    return this.compiled.test(text);
  }

  /** The most steps that matching a text may take. */
  steps(text: string): number {
    return this.stepsFor(text.length);
  }

  /** The same for a text of so many characters. */
  stepsFor(characters: number): number {
    if (this.problem() !== undefined) return 1;
    return this.#instructions * (characters + 1);
  }

  /** Throws when the pattern is malformed. */
  get compiled(): RE2JS {
    const known = programs.get(this.source);
    if (known) return known;
    const { source } = this;
    if (source.length > patternLimits.sourceCharacters) throw tooLarge();
    const program = RE2JS.compile(source);
    this.#instructions = program.programSize();
    if (this.#instructions > patternLimits.programInstructions) throw tooLarge();
    grow(this.#instructions * compiledBytesPerInstruction);
    programs.set(source, program);
    return program;
  }

  /** Why the pattern cannot be used, as Go says it; undefined when it can. */
  problem(): string | undefined {
    if (this.#problem === undefined) {
      try {
        void this.compiled;
        this.#problem = null;
      } catch (thrown) {
        if (!(thrown instanceof RE2JSException)) throw thrown;
        this.#problem = thrown.message;
      }
    }
    return this.#problem ?? undefined;
  }
}

const stateBytes = 200;
const bytesPerInstruction = 8;
const compiledBytesPerInstruction = 500;

/** Compiled patterns by source, until together they may have grown too large. */
const programs = new Map<string, RE2JS>();
let grownBytes = 0;

function grow(bytes: number): void {
  grownBytes += Math.min(bytes, automatonBytes);
  if (grownBytes <= patternLimits.programBytes) return;
  programs.clear();
  grownBytes = 0;
}

/** What the engine lets one automaton keep. */
const automatonBytes = 8 * 1024 * 1024;

function tooLarge(): RE2JSException {
  return new RE2JSException('error parsing regexp: expression too large');
}

const patterns = new Map<string, Pattern>();
const patternsKeptLimit = 4_096;

/** The pattern of a source text; equal sources share one. */
export function patternOf(source: string): Pattern {
  const known = patterns.get(source);
  if (known) return known;
  const pattern = new Pattern(source);
  if (source.length > patternLimits.sourceCharacters) return pattern;
  if (patterns.size >= patternsKeptLimit) patterns.clear();
  patterns.set(source, pattern);
  return pattern;
}
