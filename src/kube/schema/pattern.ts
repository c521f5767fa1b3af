import { RE2JS } from 're2js';

/** Texts longer than this go to the linear-time matcher, whatever the pattern. */
const backtrackingTextLimit = 1_000;

/** A regular expression in Go's dialect (RE2), unanchored. Compiled once, on first use. */
export class Pattern {
  readonly source: string;
  readonly #native: RegExp | undefined;
  #compiled: RE2JS | undefined;

  constructor(source: string) {
    this.source = source;
    this.#native = toNative(source);
  }

  test(text: string): boolean {
    if (this.#native && text.length <= backtrackingTextLimit) return this.#native.test(text);
    return this.compiled.matcher(text).find();
  }

  /** Throws when the pattern is malformed. */
  get compiled(): RE2JS {
    this.#compiled ??= RE2JS.compile(this.source);
    return this.#compiled;
  }

  /** Why the pattern cannot be used, as Go says it; undefined when it can. */
  problem(): string | undefined {
    if (this.#native) return undefined;
    try {
      void this.compiled;
      return undefined;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }
}

const patterns = new Map<string, Pattern>();
const patternsKeptLimit = 4_096;

/** The pattern of a source text; equal sources share one. */
export function patternOf(source: string): Pattern {
  const known = patterns.get(source);
  if (known) return known;
  const pattern = new Pattern(source);
  if (patterns.size >= patternsKeptLimit) patterns.clear();
  patterns.set(source, pattern);
  return pattern;
}

const token =
  /\\[dDwWbB.+*?()|[\]{}^$\\/-]|\[\^?(?:\\[dDwW.+*?()|[\]{}^$\\/-]|[^\\[\]])+\]|\(\?:|\(|\)|\{\d{1,3}(?:,\d{0,3})?\}|[*+?|^$.]|[^\\[\](){}*+?|^$.]/uy;

/**
 * The JavaScript form of a pattern whose every part means the same in both dialects and that cannot backtrack without
 * end (no repetition within a repetition). Undefined for the others.
 */
function toNative(source: string): RegExp | undefined {
  let translated = '';
  // For each open group: whether something in it repeats.
  const open: boolean[] = [false];
  let lastRepeats = false;
  let lastIsQuantifier = false;
  token.lastIndex = 0;
  while (token.lastIndex < source.length) {
    const part = token.exec(source)?.[0];
    if (part === undefined) return undefined;
    const isQuantifier = /^[*+?{]/.test(part);
    if (isQuantifier) {
      const repeats = part === '*' || part === '+' || /^\{\d+,\d*\}$/.test(part) || /^\{\d+\}$/.test(part);
      // A quantifier after a quantifier is laziness in one dialect and an error in the other: not worth telling apart.
      if (lastIsQuantifier || (repeats && lastRepeats)) return undefined;
      if (repeats) open[open.length - 1] = true;
    } else if (part === '(' || part === '(?:') {
      open.push(false);
    } else if (part === ')') {
      const inner = open.pop();
      if (inner === undefined || open.length === 0) return undefined;
      lastRepeats = inner;
      if (inner) open[open.length - 1] = true;
    } else lastRepeats = false;
    lastIsQuantifier = isQuantifier;
    translated += nativePart(part);
  }
  if (open.length !== 1) return undefined;
  try {
    return new RegExp(translated, 'u');
  } catch {
    return undefined;
  }
}

function nativePart(part: string): string {
  return part === '.' ? '[^\\n]' : part;
}
