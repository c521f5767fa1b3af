import { expanded, filesOf, hostnameOf, type Surroundings } from './environment.ts';
import type { Files } from './files.ts';
import { type MachineContainer, type MachinePod, objectIn, textIn, wordsIn } from './pod.ts';
import { isKnownProgram, runWords } from './shell/interpret.ts';
import {
  type Asked,
  advance,
  type Fetched,
  type Machine,
  type Process,
  type Reply,
  type Run,
} from './shell/process.ts';

const rehearsalLimits = {
  /** Rounds of loops after which a program is taken for one that goes on. */
  rounds: 2_000,
  /** Effects of a program, likewise. */
  effects: 20_000,
  /** Commands of a program, likewise. */
  commands: 20_000,
} as const;

/** The words of a container's first program; none: what its image has. */
export function firstWords(container: MachineContainer, env: ReadonlyMap<string, string>): string[] {
  const words = [...wordsIn(container.spec, 'command'), ...wordsIn(container.spec, 'args')];
  return words.map((word) => expanded(word, env));
}

/** Whether a container's first program can be followed here. */
export function isFollowed(words: readonly string[]): boolean {
  return words.length > 0 && isKnownProgram(words[0] ?? '');
}

/** The process of a program in a container, with files of its own unless some are handed in. */
export function processIn(
  at: { readonly pod: MachinePod; readonly container: MachineContainer; readonly surroundings: Surroundings },
  now: () => number,
  files: Files = filesOf(at.surroundings),
): Process {
  const { pod, container, surroundings } = at;
  const env = new Map(surroundings.env);
  const security = {
    ...objectIn(pod.spec, 'securityContext'),
    ...objectIn(container.spec, 'securityContext'),
  };
  const machine: Machine = {
    hostname: hostnameOf(pod),
    addresses: [textIn(pod.status, 'podIP')],
    now,
    firstProgram:
      firstWords(container, env).join(' ') || (textIn(container.spec, 'image').split(/[:@]/, 1)[0] ?? ''),
    userId: typeof security['runAsUser'] === 'number' ? security['runAsUser'] : 0,
  };
  return {
    args: [],
    env,
    files,
    folder: textIn(container.spec, 'workingDir') || '/',
    machine,
    input: undefined,
  };
}

/** What became of a program in the time that it was given. */
export interface Rehearsed {
  /** Undefined: it still runs. */
  readonly ended: { readonly afterMs: number; readonly exitCode: number } | undefined;
  /** Someone whom it asked was not there: asked again later it may go on otherwise. */
  readonly missedSomebody: boolean;
}

/** How a program is followed without waiting for it. */
export interface Rehearsal {
  /** When it began, in milliseconds since 1970. */
  readonly startedMs: number;
  /** How far it is followed. */
  readonly untilMs: number;
  readonly onWrite?: (atMs: number, bytes: Uint8Array, fd: 1 | 2) => void;
  readonly fetch: (asked: Asked) => Fetched;
}

/** Follows a program in a time of its own: what it would have said and done until then, at once. */
export function rehearse(start: (now: () => number) => Run, rehearsal: Rehearsal): Rehearsed {
  const { startedMs, untilMs, onWrite, fetch } = rehearsal;
  let atMs = startedMs;
  let [rounds, effects, commands, missedSomebody] = [0, 0, 0, false];
  const run = start(() => atMs);
  let reply: Reply;
  for (;;) {
    const { done, value } = advance(run, reply);
    if (done) return { ended: { afterMs: atMs - startedMs, exitCode: value }, missedSomebody };
    reply = undefined;
    if (value.type === 'step') {
      if (++commands > rehearsalLimits.commands) break;
    } else if (++effects > rehearsalLimits.effects) break;
    else if (value.type === 'sleep') {
      if (atMs + value.ms > untilMs) break;
      atMs += value.ms;
    } else if (value.type === 'write') onWrite?.(atMs, value.bytes, value.fd);
    else if (value.type === 'turn' && ++rounds > rehearsalLimits.rounds) break;
    else if (value.type === 'fetch') {
      const fetched = fetch(value.asked);
      missedSomebody ||= 'failure' in fetched;
      reply = fetched;
    }
  }
  return { ended: undefined, missedSomebody };
}

/** Starts a container's first program. */
export function* firstProgram(words: readonly string[], process: Process): Run {
  return yield* runWords(words, process);
}
