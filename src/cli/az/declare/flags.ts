import type { Flag } from '../declaration.ts';
import { AzError, UsageError } from '../errors.ts';
import { readBoolean, readTags } from '../parse/values.ts';

interface FlagOptions {
  readonly group?: string;
  readonly setting?: string;
  readonly defaultText?: string;
  readonly choices?: readonly string[];
}

interface Naming extends FlagOptions {
  readonly required?: boolean;
}

type Shape = Pick<Flag<unknown>, 'arity' | 'adds' | 'exactChoices'>;

/** The parts that all flags share. `names` are separated by blanks, long ones first. */
function naming(names: string, help: string, options: Naming, shape: Shape) {
  return {
    names: names.split(' '),
    help,
    required: options.required ?? false,
    arity: shape.arity,
    ...(shape.adds ? { adds: true } : {}),
    ...(shape.exactChoices ? { exactChoices: true } : {}),
    ...(options.choices ? { choices: options.choices } : {}),
    ...(options.defaultText ? { defaultText: options.defaultText } : {}),
    ...(options.group ? { group: options.group } : {}),
    ...(options.setting ? { setting: options.setting } : {}),
  };
}

/** A flag with one word that must be given. */
export function required(names: string, help: string, options: FlagOptions = {}): Flag<string> {
  return {
    ...naming(names, help, { ...options, required: true }, { arity: 'one' }),
    read: (words) => words?.[0] ?? '',
  };
}

/** A flag with one word. */
export function text(names: string, help: string, options: FlagOptions = {}): Flag<string | undefined> {
  return { ...naming(names, help, options, { arity: 'one' }), read: (words) => words?.[0] };
}

/** A flag with one word and a value when absent. */
export function textOr(
  names: string,
  help: string,
  fallback: string,
  options: FlagOptions = {},
): Flag<string> {
  return {
    ...naming(names, help, { defaultText: fallback, ...options }, { arity: 'one' }),
    read: (words) => words?.[0] ?? fallback,
  };
}

/** A switch without a word. */
export function toggle(names: string, help: string, options: FlagOptions = {}): Flag<boolean> {
  return { ...naming(names, help, options, { arity: 'none' }), read: (words) => words !== undefined };
}

const booleanWords = ['true', 't', 'yes', 'y', '1', 'false', 'f', 'no', 'n', '0'] as const;

/** A switch that may carry a boolean word; alone it means true. */
export function boolean(names: string, help: string, options: FlagOptions = {}): Flag<boolean | undefined> {
  return {
    ...naming(names, help, { choices: booleanWords, ...options }, { arity: 'optional' }),
    read: (words) => (words === undefined ? undefined : readBoolean(words[0] ?? 'true')),
  };
}

/** A whole number. */
export function integer(names: string, help: string, options: FlagOptions = {}): Flag<number | undefined> {
  return { ...naming(names, help, options, { arity: 'one' }), read: readInteger };
}

/** A whole number that must be given. */
export function requiredInteger(names: string, help: string, options: FlagOptions = {}): Flag<number> {
  return {
    ...naming(names, help, { ...options, required: true }, { arity: 'one' }),
    read: (words, about) => readInteger(words, about) ?? 0,
  };
}

function readInteger(
  words: readonly string[] | undefined,
  { label }: { readonly label: string },
): number | undefined {
  const word = words?.[0];
  if (word === undefined) return undefined;
  if (!/^\s*[+-]?\d+\s*$/.test(word)) throw new UsageError(`argument ${label}: invalid int value: '${word}'`);
  return Number(word);
}

/** One or more words. */
export function list(names: string, help: string, options: Naming = {}): Flag<string[] | undefined> {
  return {
    ...naming(names, help, options, { arity: 'many' }),
    read: (words) => (words ? [...words] : undefined),
  };
}

/** One or more words that must be given. */
export function requiredList(names: string, help: string, options: FlagOptions = {}): Flag<string[]> {
  return {
    ...naming(names, help, { ...options, required: true }, { arity: 'many' }),
    read: (words) => [...(words ?? [])],
  };
}

/** `key=value` words; an empty word clears. */
export function tags(options: FlagOptions = {}): Flag<Record<string, string> | undefined> {
  const help = "Space-separated tags: key[=value] [key[=value] ...]. Use '' to clear existing tags.";
  return {
    ...naming('--tags', help, options, { arity: 'any' }),
    read: (words) => (words ? readTags(words) : undefined),
  };
}

/** Tags in the manner of generated commands: `a=b c=d`, shorthand or JSON; blank is refused. */
export function shorthandTags(options: FlagOptions = {}): Flag<Record<string, string> | undefined> {
  return {
    ...naming(
      '--tags',
      'Space-separated tags: key[=value] [key[=value] ...]. Shorthand syntax and JSON work too.',
      options,
      {
        arity: 'many',
        adds: true,
      },
    ),
    read(words, { spelling }) {
      if (words === undefined) return undefined;
      if (words.some((word) => word === '')) {
        throw new AzError(`Failed to parse '${spelling}' argument: argument value cannot be blank`);
      }
      return readTags(words);
    },
  };
}

/** A value in shorthand syntax or JSON (or a file that holds JSON or YAML). */
export function shorthand(names: string, help: string, options: Naming = {}): Flag<Shorthand | undefined> {
  return {
    ...naming(names, help, options, { arity: 'many', adds: true }),
    read: (words, { spelling, cwd }) => (words ? { words, spelling, cwd } : undefined),
  };
}

/** Words to be read by `readShorthand`, which is loaded only when such a flag is used. */
export interface Shorthand {
  readonly words: readonly string[];
  readonly spelling: string;
  readonly cwd: string;
}

/** `--resource-group -g`, with the configured default group. */
export function resourceGroup(options: { required?: boolean; names?: string } = {}): Flag<string> {
  return {
    ...naming(
      options.names ?? '--resource-group -g',
      'Name of the resource group. A default can be set with `az configure --defaults group=<name>`.',
      { required: options.required ?? true, setting: 'group' },
      { arity: 'one' },
    ),
    read: (words) => words?.[0] ?? '',
  };
}

/** `-g` of lists: without it, the whole subscription. */
export function resourceGroupFilter(): Flag<string | undefined> {
  return text(
    '--resource-group -g',
    'Name of the resource group. A default can be set with `az configure --defaults group=<name>`.',
    { setting: 'group' },
  );
}

/** `--location -l`, with the configured default; absent means the group's location. */
export function location(): Flag<string | undefined> {
  return text(
    '--location -l',
    "Region. Values from: `az account list-locations`. Default: the resource group's location. A default can be set with `az configure --defaults location=<location>`.",
    { setting: 'location' },
  );
}

/** `--no-wait`. */
export function noWait(): Flag<boolean> {
  return toggle('--no-wait', 'Do not wait for the long-running operation to finish.');
}

/** `--no-wait` of generated commands, which take an optional boolean. */
export function noWaitOptional(): Flag<boolean | undefined> {
  return boolean('--no-wait', 'Do not wait for the long-running operation to finish.');
}
