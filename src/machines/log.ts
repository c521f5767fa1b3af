import type { Clock } from '../base/index.ts';
import type { PodPlace } from './cluster-objects.ts';
import { PodReferences, type Surroundings } from './environment.ts';
import { imageProgram } from './image-program.ts';
import { containersOf, type MachineContainer, type MachinePod, objectIn, textIn } from './pod.ts';
import { firstProgram, firstWords, isFollowed, processIn } from './program.ts';
import { advance, type Reply, type Run } from './shell/process.ts';

const logLimits = {
  /** Effects of a program that are gone through for its log; what it would have said after that is left out. */
  effects: 400_000,
  /** Bytes that a program writes, likewise. */
  bytes: 64 * 1024 * 1024,
  /** Effects between two turns of others. */
  turnEffects: 2_000,
  turnBytes: 1024 * 1024,
  lineBytes: 16 * 1024,
  /** How often one that follows a log looks whether its container is still there. */
  lookMs: 1_000,
} as const;

/** A line of a log; `caught-up` stands where the log has come to the present. */
export type LogEntry = { readonly atMs: number; readonly line: Buffer } | 'caught-up';

/** One run of a container, and whether it is over. */
export interface ContainerRun {
  readonly pod: MachinePod;
  readonly container: MachineContainer;
  readonly startedMs: number;
  /** Undefined: it runs. */
  readonly endedMs: number | undefined;
}

/** The run whose log is meant; a kubelet's sentence when there is none. */
export function containerRun(pod: MachinePod, name: string, previous: boolean): ContainerRun | string {
  const container = containersOf(pod).find((each) => each.name === name);
  const podName = pod.metadata.name ?? '';
  const subject = `container "${name}" in pod "${podName}"`;
  if (!container?.status) return `${subject} is not available`;
  const state = objectIn(container.status, 'state');
  const last = objectIn(objectIn(container.status, 'lastState'), 'terminated');
  const of = (ended: typeof last): ContainerRun => ({
    ...{ pod, container, startedMs: Date.parse(textIn(ended, 'startedAt')) },
    endedMs: 'finishedAt' in ended ? Date.parse(textIn(ended, 'finishedAt')) : undefined,
  });
  if (previous) return 'finishedAt' in last ? of(last) : `previous terminated ${subject} not found`;
  if ('running' in state) return of(objectIn(state, 'running'));
  if ('terminated' in state) return of(objectIn(state, 'terminated'));
  if ('finishedAt' in last) return of(last);
  const reason = textIn(objectIn(state, 'waiting'), 'reason');
  if (reason === 'ErrImagePull') return `${subject} is waiting to start: image can't be pulled`;
  if (reason === 'ImagePullBackOff')
    return `${subject} is waiting to start: trying and failing to pull image`;
  return `${subject} is waiting to start: ${reason}`;
}

/** What a container says from its start: its program followed again, and on when `follow` is asked for. */
export async function* logEntries(
  { cluster }: Pick<PodPlace, 'cluster'>,
  run: ContainerRun,
  options: { readonly follow: boolean; readonly clock: Clock; readonly signal: AbortSignal },
): AsyncGenerator<LogEntry, void, undefined> {
  const { pod, container } = run;
  const { clock, signal } = options;
  const { namespace = '' } = pod.metadata;
  const references = new PodReferences(pod, (kind, name) => cluster.find(kind, namespace, name));
  const surroundings = await references.surroundings(container);
  const isThere = async () => {
    const now = await cluster.find('pods', namespace, pod.metadata.name ?? '');
    return now !== undefined && isSameRun(now, run);
  };
  const writer = new LineWriter();
  let atMs = run.startedMs;
  let [effects, bytes, turnsAt, isLive] = [0, 0, 0, false];
  const program = programOf(run, surroundings, () => atMs);
  let reply: Reply;
  while (!signal.aborted) {
    const { done, value } = advance(program, reply);
    reply = undefined;
    if (done || ++effects > logLimits.effects || bytes > logLimits.bytes) break;
    if (value.type === 'write') bytes += value.bytes.length;
    if (effects % logLimits.turnEffects === 0 || bytes >= turnsAt) {
      turnsAt = bytes + logLimits.turnBytes;
      await clock.sleep(0);
    }
    if (value.type === 'write') {
      for (const line of writer.take(value.bytes)) yield { atMs, line };
    } else if (value.type === 'fetch') reply = { status: 200, headers: {}, body: 'ok\n' };
    else if (value.type === 'sleep') {
      atMs += value.ms;
      if (run.endedMs !== undefined && atMs > run.endedMs) break;
      while (atMs > clock.now()) {
        if (!isLive) {
          isLive = true;
          yield 'caught-up';
        }
        if (!options.follow || signal.aborted) return;
        await clock.sleep(Math.min(atMs - clock.now(), logLimits.lookMs), signal);
        if (!(await isThere())) return;
      }
    }
  }
  const rest = writer.rest();
  if (rest) yield { atMs, line: rest };
  if (!isLive) yield 'caught-up';
  // A container that says nothing more is followed until it is over.
  while (options.follow && run.endedMs === undefined && !signal.aborted) {
    if (!(await isThere())) return;
    await clock.sleep(logLimits.lookMs, signal);
  }
}

function isSameRun(pod: object, { container, startedMs, pod: before }: ContainerRun): boolean {
  // A pod of the API has metadata and a spec.
  const now = pod as MachinePod;
  if (now.metadata.uid !== before.metadata.uid) return false;
  const status = containersOf(now).find(({ name }) => name === container.name)?.status;
  const running = objectIn(objectIn(status, 'state'), 'running');
  return Date.parse(textIn(running, 'startedAt')) === startedMs;
}

function programOf({ pod, container }: ContainerRun, surroundings: Surroundings, now: () => number): Run {
  const { annotations = {} } = pod.metadata;
  const isSaid = 'drydock.dev/log' in annotations || `drydock.dev/log.${container.name}` in annotations;
  const words = firstWords(container, surroundings.env);
  if (isSaid || !isFollowed(words)) return imageProgram(pod, container);
  const process = processIn({ pod, container, surroundings }, now);
  return firstProgram(words, { ...process, machine: { ...process.machine, unknownRunsMs: 24 * 3_600_000 } });
}

/** Lines out of what is written in pieces; one that does not end is cut. */
class LineWriter {
  #waiting = Buffer.alloc(0);

  take(bytes: Uint8Array): Buffer[] {
    this.#waiting = Buffer.concat([this.#waiting, bytes]);
    const lines: Buffer[] = [];
    for (;;) {
      const end = this.#waiting.indexOf(10);
      const isLong = end < 0 && this.#waiting.length >= logLimits.lineBytes;
      if (end < 0 && !isLong) return lines;
      const length = isLong ? logLimits.lineBytes : end + 1;
      lines.push(this.#waiting.subarray(0, length));
      this.#waiting = this.#waiting.subarray(length);
    }
  }

  rest(): Buffer | undefined {
    return this.#waiting.length > 0 ? this.#waiting : undefined;
  }
}
