import {
  type Becoming,
  type ContainerStage,
  type ContainerView,
  containerTimes,
  podWords,
  running,
  type Said,
  say,
  stateOf,
  terminated,
  textOf,
  timeOf,
  waiting,
} from './container-life.ts';
import { type ImageFault, imageFault, shownFault } from './images.ts';
import { failedProbe, judgeReadiness } from './probes.ts';

/** The stages of a container's life. The first that concerns it acts; those after it come when it has changed. */
const containerStages: readonly ContainerStage[] = [
  // Whoever may not be started again stays as he ended, whatever became of his image.
  { name: 'over', concerns: isOver, becomes: () => ({}) },
  { name: 'backing off', concerns: (view) => backOffLeftMs(view) > 0, becomes: backOff },
  { name: 'pulling', concerns: (view) => !isRunning(view) && faultOf(view) !== undefined, becomes: pull },
  {
    name: 'misconfigured',
    concerns: (view) => !isRunning(view) && view.missing !== undefined,
    becomes: misconfigured,
  },
  { name: 'starting', concerns: (view) => !isRunning(view), becomes: start },
  { name: 'ending', concerns: hasEnded, becomes: end },
  { name: 'unhealthy', concerns: (view) => failedProbe(view) !== undefined, becomes: killUnhealthy },
  { name: 'running', concerns: () => true, becomes: keepRunning },
];

/** Takes a container as far as it comes at this moment. */
export function live(view: ContainerView): Becoming {
  const said: Said[] = [];
  let current = view;
  for (let step = 0; step < containerStages.length; step++) {
    const stage = containerStages.find((each) => each.concerns(current));
    const becoming = stage?.becomes(current) ?? {};
    said.push(...(becoming.said ?? []));
    if (!becoming.status || becoming.status === current.status) {
      return { ...(current.status && { status: current.status }), said, againAfterMs: becoming.againAfterMs };
    }
    current = { ...current, status: becoming.status };
    if (becoming.againAfterMs !== undefined) return { ...becoming, said };
  }
  return { ...(current.status && { status: current.status }), said };
}

function isRunning({ status }: ContainerView): boolean {
  return stateOf(status, 'running') !== undefined;
}

/** Ended, and nothing starts it again. */
function isOver(view: ContainerView): boolean {
  const ended = stateOf(view.status, 'terminated');
  return ended !== undefined && !isRestarted(view, ended['exitCode'] === 0);
}

/** Whether a container of that end is started again. */
export function isRestarted({ pod, role, container }: ContainerView, succeeded: boolean): boolean {
  if (role === 'sidecar') return true;
  const policy = container.restartPolicy ?? pod.spec.restartPolicy ?? 'Always';
  if (role === 'init') return !succeeded && policy !== 'Never';
  return policy === 'Always' || (policy === 'OnFailure' && !succeeded);
}

function lastEnd({ status }: ContainerView) {
  const last = status?.lastState?.['terminated'];
  return (
    stateOf(status, 'terminated') ??
    (typeof last === 'object' && last && !Array.isArray(last) ? last : undefined)
  );
}

/** The first start after an end waits for nobody; then ten seconds, twice as long each time, five minutes at most. */
function backOffMs(view: ContainerView): number {
  const ended = lastEnd(view);
  const ranMs = timeOf(ended, 'finishedAt') - timeOf(ended, 'startedAt');
  const restarts = view.status?.restartCount ?? 0;
  if (restarts === 0 || ranMs >= containerTimes.forgetBackOffMs) return 0;
  return Math.min(
    containerTimes.firstBackOffMs * 2 ** Math.min(restarts - 1, 10),
    containerTimes.longestBackOffMs,
  );
}

function backOffLeftMs(view: ContainerView): number {
  const ended = isRunning(view) ? undefined : lastEnd(view);
  const endedMs = timeOf(ended, 'finishedAt');
  return Number.isNaN(endedMs) ? 0 : endedMs + backOffMs(view) - view.nowMs;
}

function backOff(view: ContainerView): Becoming {
  const againAfterMs = backOffLeftMs(view);
  const ended = stateOf(view.status, 'terminated');
  if (!ended || !view.status) return { againAfterMs };
  const { name } = view.container;
  const pod = podWords(view.pod);
  const wait = goTime(backOffMs(view));
  const message = `back-off ${wait} restarting failed container=${name} pod=${pod}`;
  const status = { ...waiting(view, 'CrashLoopBackOff', message), lastState: { terminated: ended } };
  const told = `Back-off restarting failed container ${name} in pod ${pod}`;
  return { status, said: [say(view, 'Warning', ['BackOff', told])], againAfterMs };
}

function goTime(ms: number): string {
  const [minutes, seconds] = [Math.floor(ms / 60_000), Math.floor((ms % 60_000) / 1_000)];
  return minutes > 0 ? `${minutes}m${seconds}s` : `${seconds}s`;
}

function faultOf({ container }: ContainerView): ImageFault | undefined {
  const image = container.image ?? '';
  return imageFault(image);
}

function pull(view: ContainerView): Becoming {
  const fault = faultOf(view);
  if (!fault) return {};
  const { container, notes, nowMs } = view;
  const image = container.image ?? '';
  if (container['imagePullPolicy'] === 'Never' && fault.reason === 'ErrImagePull') {
    const message = `Container image "${image}" is not present with pull policy of Never`;
    return refused(view, 'ErrImageNeverPull', message);
  }
  if (fault.reason === 'InvalidImageName') return refused(view, fault.reason, fault.message);
  const tried = notes.pulls.get(container.name);
  const leftMs = (tried?.againAtMs ?? nowMs) - nowMs;
  if (tried && leftMs > 0) {
    if (textOf(stateOf(view.status, 'waiting'), 'reason') === 'ImagePullBackOff')
      return { againAfterMs: leftMs };
    const told = `Back-off pulling image "${image}"`;
    const status = waiting(view, 'ImagePullBackOff', `${told}: ErrImagePull: ${shownFault(fault)}`);
    const said = [
      say(view, 'Normal', ['BackOff', told]),
      say(view, 'Warning', ['Failed', 'Error: ImagePullBackOff']),
    ];
    return { status, said, againAfterMs: leftMs };
  }
  const attempts = (tried?.attempts ?? 0) + 1;
  const waitMs = Math.min(
    containerTimes.firstBackOffMs * 2 ** Math.min(attempts - 1, 10),
    containerTimes.longestBackOffMs,
  );
  notes.pulls.set(container.name, { attempts, againAtMs: nowMs + waitMs });
  const said = [
    say(view, 'Normal', ['Pulling', `Pulling image "${image}"`]),
    say(view, 'Warning', ['Failed', `Failed to pull image "${image}": ${fault.message}`]),
    say(view, 'Warning', ['Failed', 'Error: ErrImagePull']),
  ];
  // The back-off is seen with the next look at the pod.
  return { status: waiting(view, 'ErrImagePull', shownFault(fault)), said, againAfterMs: pullSeenMs };
}

/** How long a failed pull is seen before the container counts as waiting for the next. */
const pullSeenMs = 1_000;

function refused(view: ContainerView, reason: string, message: string): Becoming {
  const again = { againAfterMs: containerTimes.firstBackOffMs };
  if (textOf(stateOf(view.status, 'waiting'), 'reason') === reason) return again;
  const event = reason === 'InvalidImageName' ? 'InspectFailed' : reason;
  const said = [say(view, 'Warning', [event, message]), say(view, 'Warning', ['Failed', `Error: ${reason}`])];
  return { status: waiting(view, reason, message), said, ...again };
}

function misconfigured(view: ContainerView): Becoming {
  const message = view.missing ?? '';
  const again = { againAfterMs: containerTimes.lookAgainMs };
  const state = stateOf(view.status, 'waiting');
  if (textOf(state, 'message') === message) return again;
  const said = [...pulled(view), say(view, 'Warning', ['Failed', `Error: ${message}`])];
  return { status: waiting(view, 'CreateContainerConfigError', message), said, ...again };
}

function pulled(view: ContainerView): Said[] {
  const image = view.container.image ?? '';
  return [say(view, 'Normal', ['Pulled', `Container image "${image}" already present on machine`])];
}

function start(view: ContainerView): Becoming {
  const { name } = view.container;
  view.notes.pulls.delete(name);
  const said = [
    ...pulled(view),
    say(view, 'Normal', ['Created', `Created container: ${name}`]),
    say(view, 'Normal', ['Started', `Started container ${name}`]),
  ];
  return { status: running(view), said };
}

/** When the program of a running container ends; undefined: not by itself. */
function endsAtMs(view: ContainerView): number | undefined {
  const ending = view.ending();
  return ending && timeOf(stateOf(view.status, 'running'), 'startedAt') + ending.afterMs;
}

function hasEnded(view: ContainerView): boolean {
  const atMs = endsAtMs(view);
  return atMs !== undefined && atMs <= view.nowMs;
}

function end(view: ContainerView): Becoming {
  const ending = view.ending();
  const atMs = endsAtMs(view);
  if (!ending || atMs === undefined || !view.status) return {};
  const { exitCode, reason } = ending;
  return { status: terminated(view.status, { exitCode, atMs, ...(reason && { reason }) }) };
}

const killedCode = 137;

function killUnhealthy(view: ContainerView): Becoming {
  const failed = failedProbe(view);
  if (!failed || !view.status) return {};
  const { container, nowMs, notes } = view;
  for (const key of [...notes.failures.keys()])
    if (key.startsWith(`${container.name}/`)) notes.failures.delete(key);
  const message = `Container ${container.name} failed ${failed} probe, will be restarted`;
  const said = [say(view, 'Normal', ['Killing', message])];
  return { status: terminated(view.status, { exitCode: killedCode, atMs: nowMs }), said };
}

/** Until it ends or is asked again, as its probes say. */
function keepRunning(view: ContainerView): Becoming {
  const { status, nowMs } = view;
  if (!status) return {};
  const ready = judgeReadiness(view);
  const atMs = endsAtMs(view);
  const ending = view.ending();
  const waits = [ready.againAfterMs, atMs === undefined ? undefined : atMs - nowMs, ending?.lookAgainMs];
  const next = waits.filter((ms) => ms !== undefined);
  const againAfterMs = next.length > 0 ? Math.max(0, Math.min(...next)) : undefined;
  const isSame = status.ready === ready.ready && status.started === ready.started;
  const becomes = isSame ? status : { ...status, ready: ready.ready, started: ready.started };
  return { status: becomes, said: ready.said, againAfterMs };
}
