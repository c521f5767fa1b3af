import type { AzContext } from './context.ts';
import type { Command, Flag, Flags } from './declaration.ts';
import { AzError, UsageError } from './errors.ts';
import { labelOf, type ParsedArguments } from './parse/arguments.ts';

/** A command line with its values read. */
export interface ReadArguments {
  readonly values: Readonly<Record<string, unknown>>;
  /** Keys that the person typed or a setting filled. */
  readonly given: ReadonlySet<string>;
  /** Names of the options used, as typed. */
  readonly spellings: readonly string[];
}

interface ReadOptions {
  readonly command: Command;
  readonly surface: Flags;
  readonly parsed: ParsedArguments;
  readonly context: AzContext;
  /** Configured default of a flag's setting. */
  setting(name: string): string | undefined;
}

/** Reads every flag: words typed, else the configured default, else the flag's own. Throws UsageError. */
export function readValues({ command, surface, parsed, context, setting }: ReadOptions): ReadArguments {
  const values: Record<string, unknown> = {};
  const given = new Set<string>();
  const missing: string[] = [];
  for (const [key, flag] of Object.entries(surface)) {
    const typed = parsed.given.get(key);
    const preset = typed || !flag.setting ? undefined : setting(flag.setting);
    const words = typed?.words ?? (preset === undefined || preset === '' ? undefined : [preset]);
    if (words) {
      given.add(key);
      checkChoices(command, flag, typed?.spelling ?? flag.names[0] ?? '', words);
    } else if (flag.required) {
      missing.push(labelOf(flag));
    }
    const spelling = longNameOf(flag, typed?.spelling);
    values[key] = flag.read(canonical(flag, words), { spelling, label: labelOf(flag), cwd: context.cwd });
  }
  if (command.positional && parsed.words.length === 0 && command.positional.name.startsWith('<')) {
    missing.push(command.positional.name.slice(1, -1));
  }
  if (missing.length > 0) {
    const advice = parsed.unrecognized?.advice ?? [];
    throw new UsageError(`the following arguments are required: ${missing.join(', ')}`, { advice });
  }
  if (parsed.unrecognized) throw parsed.unrecognized;
  return { values, given, spellings: [...parsed.given.values()].map((one) => one.spelling) };
}

function longNameOf(flag: Flag<unknown>, spelling: string | undefined): string {
  if (spelling?.startsWith('--')) return spelling;
  return flag.names.find((name) => name.startsWith('--')) ?? flag.names[0] ?? '';
}

/** Choices are compared without case; the value takes the declared casing. */
function canonical(flag: Flag<unknown>, words: readonly string[] | undefined): readonly string[] | undefined {
  if (!words || !flag.choices || flag.exactChoices) return words;
  return words.map((word) => flag.choices?.find((one) => one.toLowerCase() === word.toLowerCase()) ?? word);
}

function checkChoices(
  command: Command,
  flag: Flag<unknown>,
  spelling: string,
  words: readonly string[],
): void {
  if (!flag.choices) return;
  for (const word of words) {
    const fits = flag.choices.some(
      (one) => one === word || (!flag.exactChoices && one.toLowerCase() === word.toLowerCase()),
    );
    if (fits) continue;
    const name = longNameOf(flag, spelling);
    throw new UsageError(
      `az ${command.words}: '${word}' is not a valid value for '${name}'. Allowed values: ${flag.choices.join(', ')}.`,
    );
  }
}

/** Refuses a run without `--ids` where a name is missing. */
export function checkIdParts(command: Command, read: ReadArguments): void {
  if (!command.ids || command.ids.whole || read.given.has('ids')) return;
  const missing = command.ids.parts.filter((key) => !read.given.has(key));
  if (missing.length === 0) return;
  const names = missing.map((key) => command.flags[key]?.names.find((name) => name.startsWith('--')) ?? key);
  if (command.ids.style === 'aaz') {
    throw new AzError(`InvalidArgumentValue: Missing required field: ${names.join(', ')}`);
  }
  throw new AzError(`(${names.join(' ')} | --ids) are required`);
}
