import type { Clock } from '../base/index.ts';
import { type Asked, Exit, type Fetched, type Reply, type Run } from './shell/process.ts';
import { Terminal } from './terminal.ts';

/** What a program that runs now is connected to. */
export interface LiveStreams {
  /** Undefined: nothing is read. */
  readonly input: AsyncIterable<Uint8Array> | undefined;
  write(fd: 1 | 2, bytes: Uint8Array): Promise<void>;
}

export type ProgramEnd = { readonly exitCode: number } | { readonly failure: string };

/** Rounds of loops between two turns of others. */
const roundsATurn = 100;

/** Runs a program in the time that there is, until it ends or `signal` says so. */
export async function runLive(
  run: Run,
  streams: LiveStreams,
  world: {
    readonly clock: Clock;
    readonly signal: AbortSignal;
    readonly tty: boolean;
    readonly fetch: (asked: Asked) => Promise<Fetched>;
  },
): Promise<ProgramEnd> {
  const { clock, signal } = world;
  const terminal = world.tty ? new Terminal((bytes) => streams.write(1, bytes)) : undefined;
  const input = streams.input?.[Symbol.asyncIterator]();
  const read = async (): Promise<Uint8Array | undefined> => {
    if (terminal && input) return terminal.line(input);
    const next = await input?.next();
    return next && !next.done ? next.value : undefined;
  };
  let rounds = 0;
  let reply: Reply;
  try {
    while (!signal.aborted) {
      const { done, value } = run.next(reply);
      if (done) return { exitCode: value };
      reply = undefined;
      if (value.type === 'write')
        await streams.write(value.fd, terminal ? terminal.shown(value.bytes) : value.bytes);
      else if (value.type === 'sleep') await clock.sleep(value.ms, signal);
      else if (value.type === 'read') reply = await read();
      else if (value.type === 'fetch') reply = await world.fetch(value.asked);
      else if (++rounds % roundsATurn === 0) await clock.sleep(0);
    }
  } catch (thrown) {
    if (!(thrown instanceof Exit)) throw thrown;
    return { exitCode: thrown.code };
  }
  return { exitCode: 137 };
}
