/** One verb of `drydock`, as data: help, parsing and completion derive from it. */
export interface Verb {
  readonly word: string;
  readonly summary: string;
  /** What follows the word in the usage line. */
  readonly usage?: string;
  readonly options?: Readonly<Record<string, VerbOption>>;
  /** Words after the options are allowed, e.g. the command of `exec`. */
  readonly takesWords?: boolean;
  /** Sub-verbs, e.g. `kube up`. */
  readonly words?: readonly string[];
  /** Called by programs, not by people: left out of the help page and of completion. */
  readonly hidden?: boolean;
  /** All words after the verb are handed over as they are, options included. */
  readonly raw?: boolean;
  readonly load: () => Promise<{ run(call: VerbCall): Promise<number> }>;
}

export interface VerbOption {
  readonly type: 'boolean' | 'string';
  readonly value?: string;
  readonly short?: string;
  readonly summary: string;
}

export interface VerbCall {
  readonly options: Readonly<Record<string, string | boolean | undefined>>;
  readonly words: readonly string[];
  /** The folder with all state, absolute. */
  readonly home: string;
  /** All there are, for those that speak of others. */
  readonly verbs: readonly Verb[];
}

/** A refusal with a text for the person and an exit code. */
export class UsageError extends Error {
  readonly exitCode: number;

  constructor(message: string, exitCode = 2) {
    super(message);
    this.name = 'UsageError';
    this.exitCode = exitCode;
  }
}

export const homeOption = {
  home: {
    type: 'string',
    value: 'DIR',
    summary: 'folder with all state (default: $DRYDOCK_HOME, else ~/.drydock)',
  },
} as const satisfies Record<string, VerbOption>;
