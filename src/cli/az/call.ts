import type { AzContext } from './context.ts';
import type { Flags, Values } from './declaration.ts';
import type { Session } from './session.ts';

/** One run of a command. */
export interface Call<F extends Flags> {
  readonly flags: Values<F>;
  /** Words without an option. */
  readonly words: readonly string[];
  /** True when the person typed the flag or a configured default filled it. */
  given(key: keyof F & string): boolean;
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
