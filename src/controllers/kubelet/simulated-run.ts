import type { Pod } from '../kinds/core.ts';

/** How long containers of pods that are meant to end run, unless something below says otherwise. */
const usualRunMs = 1000;

const runAnnotation = 'drydock.dev/run-seconds';
const exitAnnotation = 'drydock.dev/exit-code';

/** How a pod's containers end: by annotation, or as far as their command tells (`sleep 5`, `false`, `exit 3`). */
export interface SimulatedRun {
  readonly runMs: number;
  readonly exitCode: number;
}

/** The end of a pod that is meant to end; undefined for one that runs until it is told to go. */
export function simulatedRun(pod: Pod): SimulatedRun | undefined {
  if ((pod.spec.restartPolicy ?? 'Always') === 'Always') return undefined;
  const annotations = pod.metadata.annotations ?? {};
  const command = pod.spec.containers.map(commandOf).join(' ; ');
  const seconds = Number(annotations[runAnnotation] ?? sleepSeconds(command));
  const exitCode = Number(annotations[exitAnnotation] ?? exitCodeOf(command));
  return {
    runMs: Number.isFinite(seconds) ? seconds * 1000 : usualRunMs,
    exitCode: Number.isInteger(exitCode) ? exitCode : 0,
  };
}

function commandOf(container: Pod['spec']['containers'][number]): string {
  const words = [container['command'], container['args']].flat();
  return words.filter((word) => typeof word === 'string').join(' ');
}

function sleepSeconds(command: string): number | undefined {
  const found = [...command.matchAll(/\bsleep (\d+(?:\.\d+)?)\b/g)];
  return found.length > 0 ? found.reduce((sum, match) => sum + Number(match[1]), 0) : undefined;
}

function exitCodeOf(command: string): number {
  const exit = /\bexit (\d+)\b/.exec(command)?.[1];
  if (exit !== undefined) return Number(exit);
  return /(^|[\s;/])false$/.test(command.trim()) ? 1 : 0;
}
