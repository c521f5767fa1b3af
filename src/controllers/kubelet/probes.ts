import { isObject, type JsonObject } from '../../base/index.ts';
import { type ContainerView, type Said, say, stateOf, timeOf } from './container-life.ts';

type ProbeName = 'startup' | 'liveness' | 'readiness';

interface Probe {
  readonly command: readonly string[] | undefined;
  readonly delayMs: number;
  readonly periodMs: number;
  readonly failureThreshold: number;
}

const probeWords = { startup: 'Startup', liveness: 'Liveness', readiness: 'Readiness' } as const;

/** Answers `drydock.dev/ready: "false"` with: not ready. */
const readyAnnotation = 'drydock.dev/ready';

function probeOf({ container }: ContainerView, name: ProbeName): Probe | undefined {
  const probe = container[`${name}Probe`];
  if (!isObject(probe)) return undefined;
  const number = (member: string, usual: number) => {
    const value = probe[member];
    return typeof value === 'number' && value > 0 ? value : usual;
  };
  return {
    command: commandOf(probe),
    delayMs: number('initialDelaySeconds', 0) * 1_000,
    periodMs: number('periodSeconds', 10) * 1_000,
    failureThreshold: number('failureThreshold', 3),
  };
}

/** The command of a probe; undefined for one over the network, which succeeds. */
function commandOf(probe: JsonObject): string[] | undefined {
  const exec = probe['exec'];
  const command = isObject(exec) ? exec['command'] : undefined;
  return Array.isArray(command) ? command.filter((word) => typeof word === 'string') : undefined;
}

interface Judged {
  readonly ok: boolean;
  readonly failures: number;
  readonly said: readonly Said[];
  readonly againAfterMs: number | undefined;
}

/** Asks a probe when it is due, at most once in its period; what it said last counts in between. */
function judge(view: ContainerView, name: ProbeName, probe: Probe): Judged {
  const { container, pod, nowMs, notes, status } = view;
  const sinceMs = nowMs - timeOf(stateOf(status, 'running'), 'startedAt');
  if (sinceMs < probe.delayMs) {
    return { ok: name === 'liveness', failures: 0, said: [], againAfterMs: probe.delayMs - sinceMs };
  }
  const refused = name === 'readiness' && pod.metadata.annotations?.[readyAnnotation] === 'false';
  if (!probe.command && !refused) return { ok: true, failures: 0, said: [], againAfterMs: undefined };
  const key = `${container.name}/${name}`;
  const known = notes.failures.get(key) ?? { count: 0, askedAtMs: Number.NEGATIVE_INFINITY };
  const leftMs = known.askedAtMs + probe.periodMs - nowMs;
  if (leftMs > 0) return { ok: known.count === 0, failures: known.count, said: [], againAfterMs: leftMs };
  const answer = refused
    ? { ok: false, output: `annotation ${readyAnnotation} says so` }
    : view.probe(probe.command ?? []);
  const failures = answer.ok ? 0 : known.count + 1;
  notes.failures.set(key, { count: failures, askedAtMs: nowMs });
  const message = `${probeWords[name]} probe failed: ${answer.output}`;
  const said = answer.ok ? [] : [say(view, 'Warning', ['Unhealthy', message])];
  return { ok: answer.ok, failures, said, againAfterMs: probe.periodMs };
}

/** The probe that has failed so often that the container is started again. */
export function failedProbe(view: ContainerView): 'liveness' | 'startup' | undefined {
  for (const name of ['startup', 'liveness'] as const) {
    const probe = probeOf(view, name);
    const failures = view.notes.failures.get(`${view.container.name}/${name}`)?.count ?? 0;
    if (probe && failures >= probe.failureThreshold) return name;
  }
  return undefined;
}

export interface Readiness {
  readonly ready: boolean;
  readonly started: boolean;
  readonly said: readonly Said[];
  readonly againAfterMs: number | undefined;
}

/** What the probes of a running container say of it. */
export function judgeReadiness(view: ContainerView): Readiness {
  const said: Said[] = [];
  const waits: number[] = [];
  const ask = (name: ProbeName): Judged | undefined => {
    const probe = probeOf(view, name);
    const judged = probe && judge(view, name, probe);
    said.push(...(judged?.said ?? []));
    if (judged?.againAfterMs !== undefined) waits.push(judged.againAfterMs);
    // What has failed for the last time is acted on at once.
    if (probe && judged && name !== 'readiness' && judged.failures >= probe.failureThreshold) waits.push(0);
    return judged;
  };
  const again = () => (waits.length > 0 ? Math.min(...waits) : undefined);
  const wasStarted = view.status?.started === true;
  const started = wasStarted || (ask('startup')?.ok ?? true);
  if (!started) return { ready: false, started, said, againAfterMs: again() };
  ask('liveness');
  const readiness = ask('readiness');
  const steady = readiness && isSteady(view, readiness);
  return { ready: view.role === 'init' ? false : (steady ?? true), started, said, againAfterMs: again() };
}

/** A container that was ready stays so until its probe has failed as often as it may. */
function isSteady(view: ContainerView, { ok, failures }: Judged): boolean {
  const probe = probeOf(view, 'readiness');
  return ok || (view.status?.ready === true && failures > 0 && failures < (probe?.failureThreshold ?? 3));
}
