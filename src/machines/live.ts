import type { Clock } from '../base/index.ts';
import { type Asked, advance, type Fetched, type Reply, type Run } from './shell/process.ts';
import { Terminal } from './terminal.ts';

/** What a program that runs now is connected to. */
export interface LiveStreams {
  /** Undefined: nothing is read. */
  readonly input: AsyncIterable<Uint8Array> | undefined;
  write(fd: 1 | 2, bytes: Uint8Array): Promise<void>;
}

export type ProgramEnd = { readonly exitCode: number } | { readonly failure: string };

const turnLimits = {
  /** Rounds and commands between two turns of others. */
  rounds: 100,
  /** Turns that a program has for nothing; after those its rounds cost time, as they would on a processor. */
  free: 50,
  /** Between two turns of all programs that go round and round. */
  restMs: 5,
} as const;

/** The processor of all programs that run now: those that do not wait by themselves take turns, and leave most of the time to others. */
export class Turns {
  readonly #clock: Clock;
  #last: Promise<void> = Promise.resolve();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  next(taken: number): Promise<void> {
    if (taken <= turnLimits.free) return this.#clock.sleep(0);
    this.#last = this.#last.then(() => this.#clock.sleep(turnLimits.restMs));
    return this.#last;
  }
}

/** Runs a program in the time that there is, until it ends or `signal` says so. */
export async function runLive(
  run: Run,
  streams: LiveStreams,
  world: {
    readonly clock: Clock;
    readonly turns: Turns;
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
  let [rounds, turns] = [0, 0];
  let reply: Reply;
  while (!signal.aborted) {
    const { done, value } = advance(run, reply);
    if (done) return { exitCode: value };
    reply = undefined;
    if (value.type === 'write')
      await streams.write(value.fd, terminal ? terminal.shown(value.bytes) : value.bytes);
    else if (value.type === 'sleep') await clock.sleep(value.ms, signal);
    else if (value.type === 'read') reply = await unlessAborted(read(), signal);
    else if (value.type === 'fetch') reply = await world.fetch(value.asked);
    // What is looked up in a cluster costs as much as many rounds.
    rounds +=
      value.type === 'fetch' ? turnLimits.rounds / 4 : value.type === 'turn' || value.type === 'step' ? 1 : 0;
    if (rounds < turnLimits.rounds) continue;
    rounds = 0;
    await world.turns.next(++turns);
  }
  return { exitCode: 137 };
}

/** Nobody need type anything for a session to end. */
function unlessAborted<Value>(
  value: Promise<Value | undefined>,
  signal: AbortSignal,
): Promise<Value | undefined> {
  return new Promise((resolve, reject) => {
    const end = () => resolve(undefined);
    signal.addEventListener('abort', end, { once: true });
    value.then(resolve, reject).finally(() => signal.removeEventListener('abort', end));
  });
}
