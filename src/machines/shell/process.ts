import type { Files } from '../files.ts';
import { TooMuch } from './words.ts';

/** What a program asks of the world around it; whoever runs it answers. */
export type Effect =
  | { readonly type: 'write'; readonly fd: 1 | 2; readonly bytes: Uint8Array }
  | { readonly type: 'sleep'; readonly ms: number }
  /** Answered with what came at standard input; undefined at its end. */
  | { readonly type: 'read' }
  | { readonly type: 'fetch'; readonly asked: Asked }
  /** A round of a loop: others get their turn, and the rounds are counted. */
  | { readonly type: 'turn' }
  /** A command is begun, which is counted like rounds: without a loop scripts can start scripts without end. */
  | { readonly type: 'step' };

/** An HTTP request of a program. */
export interface Asked {
  readonly method: string;
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
}

/** What came back, or why nothing did. */
export type Fetched =
  | { readonly status: number; readonly headers: Readonly<Record<string, string>>; readonly body: string }
  | { readonly failure: 'no-such-host' | 'refused' | 'timed-out' };

export type Reply = Uint8Array | Fetched | undefined;

/** A program on its way; it returns its exit code. */
export type Run = Generator<Effect, number, Reply>;

/** What a command finds around it. */
export interface Process {
  readonly args: readonly string[];
  readonly env: Map<string, string>;
  readonly files: Files;
  folder: string;
  readonly machine: Machine;
  /** What is read at standard input before the world is asked; undefined: the world's is read. */
  input: Uint8Array | undefined;
}

/** What is the same for all programs of one container. */
export interface Machine {
  readonly hostname: string;
  readonly addresses: readonly string[];
  /** Milliseconds since 1970, as the program sees them. */
  readonly now: () => number;
  /** The words of the container's first program, for `ps`. */
  readonly firstProgram: string;
  readonly userId: number;
  /** How long a program runs that is not known here, with success; absent: there is none of that name. */
  readonly unknownRunsMs?: number;
}

/** A program that ends its shell. */
export class Exit {
  readonly code: number;

  constructor(code: number) {
    this.code = code;
  }
}

/**
 * Takes a run to its next effect. One that ends its shell is done; so is one that has called itself so often that there is
 * no room for another call, as a program is that is killed for it.
 */
export function advance(run: Run, reply: Reply): IteratorResult<Effect, number> {
  try {
    return run.next(reply);
  } catch (thrown) {
    if (thrown instanceof Exit) return { done: true, value: thrown.code };
    if (thrown instanceof RangeError) return { done: true, value: overflowCode };
    throw thrown;
  }
}

/** Of a process that is killed by SIGSEGV. */
const overflowCode = 139;

export const sizeLimits = {
  /** Of one word, and of all words of a command. */
  wordCharacters: 1024 * 1024,
  /** Of all variables of a shell. */
  variableCharacters: 2 * 1024 * 1024,
} as const;

/** Sets a variable. Throws TooMuch where there is no room for it. */
export function setVariable(env: Map<string, string>, name: string, value: string): void {
  env.set(name, value);
  if (value.length <= 1_024 && env.size <= 1_024) return;
  let characters = 0;
  for (const [key, held] of env) characters += key.length + held.length;
  if (characters <= sizeLimits.variableCharacters) return;
  env.delete(name);
  throw new TooMuch('out of memory');
}

export function* print(text: string, fd: 1 | 2 = 1): Generator<Effect, void, Reply> {
  if (text !== '') yield { type: 'write', fd, bytes: Buffer.from(text) };
}

/** What stands at standard input, to its end; at most `limitBytes`. */
export function* readAll(process: Process, limitBytes = 2 * 1024 * 1024): Generator<Effect, Buffer, Reply> {
  if (process.input !== undefined) {
    const { input } = process;
    process.input = new Uint8Array();
    return Buffer.from(input);
  }
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  while (bytes < limitBytes) {
    const chunk = yield { type: 'read' };
    if (!(chunk instanceof Uint8Array)) break;
    chunks.push(chunk);
    bytes += chunk.length;
  }
  return Buffer.concat(chunks);
}
