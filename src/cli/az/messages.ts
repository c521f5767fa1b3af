import type { AzContext } from './context.ts';

/** Lines for the person, on stderr. */
export interface Messages {
  error(text: string): void;
  warning(text: string): void;
  plain(text: string): void;
}

const red = 91;
const yellow = 33;

/** az's own manner: colours on a terminal, `ERROR: ` and `WARNING: ` prefixes elsewhere. */
export class ConsoleMessages implements Messages {
  readonly #context: AzContext;
  readonly #colored: boolean;
  #onlyErrors: boolean;

  constructor(context: AzContext, onlyErrors: boolean) {
    this.#context = context;
    this.#onlyErrors = onlyErrors;
    this.#colored = context.stdout.isTTY && context.stderr.isTTY && !context.env['NO_COLOR'];
  }

  /** From now on warnings are swallowed. */
  silenceWarnings(): void {
    this.#onlyErrors = true;
  }

  get onlyErrors(): boolean {
    return this.#onlyErrors;
  }

  error(text: string): void {
    this.#write(text, 'ERROR: ', red);
  }

  warning(text: string): void {
    if (!this.#onlyErrors) this.#write(text, 'WARNING: ', yellow);
  }

  plain(text: string): void {
    this.#context.stderr.write(`${text}\n`);
  }

  #write(text: string, prefix: string, color: number): void {
    const line = this.#colored ? `\u001b[${color}m${text}\u001b[0m` : prefix + text;
    this.#context.stderr.write(`${line}\n`);
  }
}
