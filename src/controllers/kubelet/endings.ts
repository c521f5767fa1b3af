import type { Container, Pod } from '../kinds/core.ts';

/** How long containers of pods that are meant to end run, unless something below says otherwise. */
export const usualRunMs = 1000;

const runAnnotation = 'drydock.dev/run-seconds';
const exitAnnotation = 'drydock.dev/exit-code';
const memoryAnnotation = 'drydock.dev/oom-after-seconds';

/** How a container's program ends. */
export interface Ending {
  /** Since its start. */
  readonly afterMs: number;
  readonly exitCode: number;
  readonly reason?: string;
  /** It may end otherwise when it is looked at again: it waits for somebody who may come. */
  readonly lookAgainMs?: number;
}

/** What annotations say of the end of a pod's containers. */
export function saidEnding(pod: Pod): Ending | undefined {
  const annotations = pod.metadata.annotations ?? {};
  const seconds = (name: string) => {
    const value = Number(annotations[name] ?? Number.NaN);
    return Number.isFinite(value) && value >= 0 ? value * 1_000 : undefined;
  };
  const memoryMs = seconds(memoryAnnotation);
  if (memoryMs !== undefined) return { afterMs: memoryMs, exitCode: 137, reason: 'OOMKilled' };
  const runMs = seconds(runAnnotation);
  const code = Number(annotations[exitAnnotation] ?? Number.NaN);
  if (runMs === undefined && !Number.isInteger(code)) return undefined;
  return { afterMs: runMs ?? usualRunMs, exitCode: Number.isInteger(code) ? code & 0xff : 0 };
}

/** The end of a program that is not known here, as far as its words tell (`sleep 5`, `exit 3`). */
export function guessedEnding(pod: Pod, container: Container): Ending | undefined {
  if ((pod.spec.restartPolicy ?? 'Always') === 'Always') return undefined;
  const command = wordsOf(container).join(' ');
  return { afterMs: sleepMs(command) ?? usualRunMs, exitCode: exitCodeOf(command) };
}

export function wordsOf(container: Container): string[] {
  return [container['command'], container['args']].flat().filter((word) => typeof word === 'string');
}

function sleepMs(command: string): number | undefined {
  const found = [...command.matchAll(/\bsleep (\d+(?:\.\d+)?)\b/g)];
  return found.length > 0 ? found.reduce((sum, match) => sum + Number(match[1]) * 1_000, 0) : undefined;
}

function exitCodeOf(command: string): number {
  const exit = /\bexit (\d+)\b/.exec(command)?.[1];
  if (exit !== undefined) return Number(exit) & 0xff;
  return /(^|[\s;/])false$/.test(command.trim()) ? 1 : 0;
}
