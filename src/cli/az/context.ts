import { homedir } from 'node:os';
import { type Clock, type Random, systemClock, systemRandom } from '../../base/index.ts';

/** Where a command prints. */
export interface Output {
  write(text: string): void;
  readonly isTTY: boolean;
  readonly columns?: number;
}

/** Everything a command may touch besides the network: handed in, so that tests run commands in this process. */
export interface AzContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly cwd: string;
  readonly homeDirectory: string;
  readonly stdout: Output;
  readonly stderr: Output;
  /** Asks a person and resolves to the answer line; undefined when nobody is there (stdin is no terminal). */
  prompt(question: string, options?: { readonly secret?: boolean }): Promise<string | undefined>;
  /** The whole of stdin, for `@-`. */
  readStdin(): string;
  /** Aborts on Ctrl+C. */
  readonly signal: AbortSignal;
  readonly clock: Clock;
  readonly random: Random;
  /** Starts a browser; false when the machine has none. */
  openBrowser(url: string): Promise<boolean>;
}

/** The context of this process. `signal` aborts when the program is told to stop. */
export function processContext(signal: AbortSignal = new AbortController().signal): AzContext {
  return {
    env: process.env,
    cwd: process.cwd(),
    homeDirectory: process.env['HOME'] ?? homedir(),
    stdout: outputOf(process.stdout),
    stderr: outputOf(process.stderr),
    prompt: async (question, options) => {
      const { promptOnTerminal } = await import('./terminal.ts');
      return promptOnTerminal(question, options?.secret ?? false);
    },
    readStdin: () => {
      // A synchronous read: `@-` is expanded before parsing begins.
      return process.getBuiltinModule('node:fs').readFileSync(0, 'utf8');
    },
    signal,
    clock: systemClock,
    random: systemRandom,
    openBrowser: async (url) => {
      const { openBrowser } = await import('./terminal.ts');
      return openBrowser(url);
    },
  };
}

function outputOf(stream: NodeJS.WriteStream): Output {
  return {
    write: (text) => void stream.write(text),
    isTTY: stream.isTTY === true,
    ...(stream.columns ? { columns: stream.columns } : {}),
  };
}
