import type { Flag, Flags } from '../declaration.ts';
import { type AzError, UsageError } from '../errors.ts';
import { nearest } from './nearest.ts';

/** What a command line says, before values are read. */
export interface ParsedArguments {
  /** Words per flag key; absent when the flag was not given. */
  readonly given: ReadonlyMap<string, GivenFlag>;
  readonly words: readonly string[];
  /** The refusal of what nobody knows; thrown once nothing required is missing, as az does. */
  readonly unrecognized: AzError | undefined;
  /** What nobody knows. */
  readonly strangers: readonly string[];
}

export interface GivenFlag {
  readonly spelling: string;
  readonly words: readonly string[];
}

interface Option {
  readonly key: string;
  readonly flag: Flag<unknown>;
}

type Token =
  | {
      readonly kind: 'option';
      readonly option: Option;
      readonly spelling: string;
      readonly attached?: string;
    }
  | { readonly kind: 'unknown'; readonly word: string }
  | { readonly kind: 'word'; readonly word: string };

/**
 * Reads the words after a command by az's own rules (those of Python's argparse): unique prefixes of long options,
 * `--flag=value`, `-nvalue`, several words per option.
 */
export function parseArguments(argv: readonly string[], flags: Flags, allowWords: boolean): ParsedArguments {
  const names = new Map<string, Option>();
  for (const [key, flag] of Object.entries(flags)) {
    for (const name of flag.names) if (!names.has(name)) names.set(name, { key, flag });
  }
  const tokens = classify(argv, names);
  const given = new Map<string, GivenFlag>();
  const words: string[] = [];
  const strangers: string[] = [];
  for (let i = 0; i < tokens.length; i++) {
    const token = tokens[i];
    if (token === undefined) continue;
    if (token.kind === 'word') (allowWords ? words : strangers).push(token.word);
    else if (token.kind === 'unknown') strangers.push(token.word);
    else i += take(token, tokens.slice(i + 1), given);
  }
  return {
    given,
    words,
    strangers,
    unrecognized: strangers.length > 0 ? unrecognized(strangers, [...names.keys()]) : undefined,
  };
}

function classify(argv: readonly string[], names: ReadonlyMap<string, Option>): Token[] {
  const tokens: Token[] = [];
  let onlyWords = false;
  for (const word of argv) {
    if (onlyWords) tokens.push({ kind: 'word', word });
    else if (word === '--') onlyWords = true;
    else tokens.push(classifyWord(word, names));
  }
  return tokens;
}

function classifyWord(word: string, names: ReadonlyMap<string, Option>): Token {
  if (!word.startsWith('-') || word === '-') return { kind: 'word', word };
  const exact = names.get(word);
  if (exact) return { kind: 'option', option: exact, spelling: word };
  const equals = word.indexOf('=');
  const head = equals > 0 ? word.slice(0, equals) : word;
  const attached = equals > 0 ? { attached: word.slice(equals + 1) } : {};
  const named = names.get(head);
  if (named) return { kind: 'option', option: named, spelling: head, ...attached };
  if (word.startsWith('--')) {
    const spelled = [...names.keys()].filter((name) => name.startsWith(head));
    const first = names.get(spelled[0] ?? '');
    if (first) {
      if (spelled.some((name) => names.get(name)?.key !== first.key)) {
        throw new UsageError(`ambiguous option: ${word} could match ${spelled.join(', ')}`);
      }
      return { kind: 'option', option: first, spelling: spelled[0] ?? head, ...attached };
    }
  } else {
    const short = names.get(word.slice(0, 2));
    if (short) return { kind: 'option', option: short, spelling: word.slice(0, 2), attached: word.slice(2) };
  }
  if (/^-\d+$|^-\d*\.\d+$/.test(word) || word.includes(' ')) return { kind: 'word', word };
  return { kind: 'unknown', word };
}

/** Gives an option its words; returns how many of the following tokens it took. */
function take(
  token: Extract<Token, { kind: 'option' }>,
  following: readonly Token[],
  given: Map<string, GivenFlag>,
): number {
  const { key, flag } = token.option;
  const found: string[] = [];
  let taken = 0;
  if (token.attached !== undefined) {
    if (flag.arity === 'none') {
      throw new UsageError(`argument ${labelOf(flag)}: ignored explicit argument '${token.attached}'`);
    }
    found.push(token.attached);
  } else {
    const most = { none: 0, one: 1, optional: 1, many: Infinity, any: Infinity }[flag.arity];
    while (taken < most) {
      const next = following[taken];
      if (next?.kind !== 'word') break;
      found.push(next.word);
      taken++;
    }
  }
  if (flag.arity === 'one' && found.length === 0) {
    throw new UsageError(`argument ${labelOf(flag)}: expected one argument`);
  }
  if (flag.arity === 'many' && found.length === 0) {
    throw new UsageError(`argument ${labelOf(flag)}: expected at least one argument`);
  }
  const earlier = flag.adds ? (given.get(key)?.words ?? []) : [];
  given.set(key, { spelling: token.spelling, words: [...earlier, ...found] });
  return taken;
}

/** All names of a flag as refusals print them. */
export function labelOf(flag: Flag<unknown>): string {
  return flag.names.join('/');
}

function unrecognized(strangers: readonly string[], names: readonly string[]): UsageError {
  const advice: string[] = [];
  for (const word of strangers) {
    if (!word.startsWith('-')) continue;
    const close = nearest(word.split('=')[0] ?? word, names);
    if (close) advice.push(`Did you mean '${close}' ?`);
  }
  return new UsageError(`unrecognized arguments: ${strangers.join(' ')}`, { advice });
}
