import type { Files } from '../files.ts';

/** What a program asks of the world around it; whoever runs it answers. */
export type Effect =
  | { readonly type: 'write'; readonly fd: 1 | 2; readonly bytes: Uint8Array }
  | { readonly type: 'sleep'; readonly ms: number }
  /** Answered with what came at standard input; undefined at its end. */
  | { readonly type: 'read' }
  | { readonly type: 'fetch'; readonly asked: Asked }
  /** A step of a loop: others get their turn, and the steps are counted. */
  | { readonly type: 'turn' };

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

export function* print(text: string, fd: 1 | 2 = 1): Generator<Effect, void, Reply> {
  if (text !== '') yield { type: 'write', fd, bytes: Buffer.from(text) };
}

/** What stands at standard input, to its end; at most `limitBytes`. */
export function* readAll(process: Process, limitBytes = 8 * 1024 * 1024): Generator<Effect, Buffer, Reply> {
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
