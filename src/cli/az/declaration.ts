import type { AzContext } from './context.ts';
import type { Session } from './session.ts';

/** A command as data. Parsing, help, completion and suggestions derive from it; `run` does the work. */
export interface Command<F extends Flags = Flags> {
  /** What is typed after `az`, e.g. `network vnet create`. */
  readonly words: string;
  /** One sentence. */
  readonly summary: string;
  /** Further sentences of the help. */
  readonly detail?: string;
  readonly flags: F;
  /** Words without an option, e.g. `KEY=VALUE` of `config set`. They reach `call.words`. */
  readonly positional?: { readonly name: string; readonly help: string };
  readonly examples?: readonly Example[];
  /** Asks before acting unless `--yes`; `true` is az's usual question. Adds `--yes -y`. */
  readonly confirmation?: true | string;
  /** Adds `--ids`; the flags named here are filled from the id's segments. */
  readonly ids?: IdsRule;
  /** Reads only: the policy arguments are not offered. */
  readonly reads?: boolean;
  /** Columns of `-o table`. */
  readonly table?: TableTransformer;
  /** Printed as a warning before the command runs, e.g. that its group is experimental. */
  readonly notice?: string;
  /** Resolves to the value to print; undefined prints nothing. */
  run(call: Call<F>): Promise<unknown>;
}

/** One run of a command. */
export interface Call<F extends Flags> {
  readonly flags: Values<F>;
  /** Words without an option. */
  readonly words: readonly string[];
  /** True when the person typed the flag or a configured default filled it. */
  given(key: keyof F & string): boolean;
  /** True when the person typed `--output`. */
  readonly isOutputAsked: boolean;
  readonly session: Session;
  readonly context: AzContext;
  /** A `WARNING:` line on stderr. */
  warn(message: string): void;
  /** An `ERROR:` line on stderr for something that does not end the command. */
  fail(message: string): void;
  /** A plain line on stdout, before the command's value. */
  print(line: string): void;
  /** A plain line on stderr, e.g. progress. Silent with `--only-show-errors`. */
  progress(line: string): void;
  /** Asks y/n; throws `Operation cancelled.` on no. */
  confirm(question: string): Promise<boolean>;
}

export interface Example {
  readonly text: string;
  readonly command: string;
}

export interface IdsRule {
  /** Keys of the flags in the order of the id's names; `resourceGroup` stands for the group. */
  readonly parts: readonly string[];
  /** Words of the refusal when a part is missing. */
  readonly style: 'aaz' | 'sdk';
  /** The command reads `--ids` itself, as one list. */
  readonly whole?: boolean;
}

export type Flags = Readonly<Record<string, Flag<unknown>>>;

/** The values of a command's flags, by key. */
export type Values<F extends Flags> = { readonly [K in keyof F]: F[K] extends Flag<infer T> ? T : never };

export interface Flag<T> {
  /** As typed, in the order that refusals print them: `--name`, `-n`. */
  readonly names: readonly string[];
  readonly help: string;
  readonly required: boolean;
  /** How many words follow: exactly one, at most one, any number from one, any number, none. */
  readonly arity: 'one' | 'optional' | 'many' | 'any' | 'none';
  readonly choices?: readonly string[];
  /** True when choices are compared as typed. */
  readonly exactChoices?: boolean;
  readonly defaultText?: string;
  /** Heading in the help; `Arguments` when absent. */
  readonly group?: string;
  /** Configuration key whose value stands in when the flag is absent, e.g. `group`. */
  readonly setting?: string;
  /** Several occurrences add up instead of the last one winning. */
  readonly adds?: boolean;
  /** Turns words into the value; undefined when the flag was not given. Throws AzError. */
  read(words: readonly string[] | undefined, reading: Reading): T;
}

/** What reading a flag's words may need. */
export interface Reading {
  /** The spelling that was used, or the flag's first name. */
  readonly spelling: string;
  /** All names, `/` between them, as refusals print them. */
  readonly label: string;
  readonly cwd: string;
}

/** Column heads and how to get a row's cells; used by `-o table` when there is no `--query`. */
export type TableTransformer = (value: unknown) => readonly Readonly<Record<string, unknown>>[];

/** Declares a command; the type parameter carries the flags' value types to `run`. */
export function defineCommand<F extends Flags>(command: Command<F>): Command<F> {
  return command;
}

/** A line of the index: everything that help, completion and suggestions of a group need without loading the command. */
export interface IndexEntry {
  readonly words: string;
  readonly summary: string;
  load(): Promise<Command>;
}
