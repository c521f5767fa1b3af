import { conditionOf, holds } from '../../../apimachinery/conditions.ts';
import { since } from '../../../apimachinery/duration.ts';
import {
  at,
  flagAt,
  listAt,
  maybeObjectAt,
  nameOf,
  numberAt,
  objectsAt,
  textAt,
} from '../../../apimachinery/read.ts';
import type { JsonObject } from '../../../base/index.ts';
import type { Cells } from '../../built-in-kind.ts';
import { ageOf, none } from '../../shared/cells.ts';

/** Name, Ready, Status, Restarts, Age; wide: IP, Node, Nominated Node, Readiness Gates. */
export const podCells: Cells = (pod) => {
  const summary = summarize(pod);
  const restarts =
    summary.restarts !== 0 && summary.lastRestart
      ? since(summary.lastRestart, `${summary.restarts} (`, ' ago)')
      : String(summary.restarts);
  return [
    nameOf(pod),
    `${summary.ready}/${summary.total}`,
    summary.reason,
    restarts,
    ageOf(pod),
    textAt(listAt(pod, 'status', 'podIPs')[0], 'ip') || none,
    textAt(pod, 'spec', 'nodeName') || none,
    textAt(pod, 'status', 'nominatedNodeName') || none,
    readinessGates(pod),
  ];
};

/** What one look at a pod's containers says. `reason` is the STATUS column. */
interface PodSummary {
  ready: number;
  total: number;
  reason: string;
  restarts: number;
  lastRestart: string;
}

function summarize(pod: JsonObject): PodSummary {
  const phase = textAt(pod, 'status', 'phase');
  const summary: PodSummary = {
    ready: 0,
    total: objectsAt(pod, 'spec', 'containers').length,
    reason: textAt(pod, 'status', 'reason') || phase,
    restarts: 0,
    lastRestart: '',
  };
  if (conditionOf(pod, 'PodScheduled')?.['reason'] === 'SchedulingGated') summary.reason = 'SchedulingGated';
  const initializing = addInitContainers(pod, summary);
  if (!initializing || isTrue(pod, 'Initialized')) addContainers(pod, summary);
  if (textAt(pod, 'metadata', 'deletionTimestamp')) {
    if (textAt(pod, 'status', 'reason') === 'NodeLost') summary.reason = 'Unknown';
    else if (phase !== 'Succeeded' && phase !== 'Failed') summary.reason = 'Terminating';
  }
  return summary;
}

/** True while an init container is not done. Restarts of sidecars count on; those of the others end with them. */
function addInitContainers(pod: JsonObject, summary: PodSummary): boolean {
  const specs = objectsAt(pod, 'spec', 'initContainers');
  const sidecars = new Set(
    specs.filter((spec) => spec['restartPolicy'] === 'Always').map((spec) => textAt(spec, 'name')),
  );
  summary.total += sidecars.size;
  const ofSidecars = { restarts: 0, lastRestart: '' };
  let initializing = false;
  for (const [index, status] of objectsAt(pod, 'status', 'initContainerStatuses').entries()) {
    const isSidecar = sidecars.has(textAt(status, 'name'));
    addRestarts(summary, status);
    if (isSidecar) addRestarts(ofSidecars, status);
    const terminated = maybeObjectAt(status, 'state', 'terminated');
    if (terminated && numberAt(terminated, 'exitCode') === 0) continue;
    if (isSidecar && flagAt(status, 'started')) {
      if (flagAt(status, 'ready')) summary.ready++;
      continue;
    }
    summary.reason = initReason(status, `Init:${index}/${specs.length}`);
    initializing = true;
    break;
  }
  if (!initializing || isTrue(pod, 'Initialized')) Object.assign(summary, ofSidecars);
  return initializing;
}

function initReason(status: JsonObject, progress: string): string {
  const terminated = maybeObjectAt(status, 'state', 'terminated');
  if (terminated) return `Init:${terminationReason(terminated)}`;
  const waiting = textAt(status, 'state', 'waiting', 'reason');
  return waiting !== '' && waiting !== 'PodInitializing' ? `Init:${waiting}` : progress;
}

function addContainers(pod: JsonObject, summary: PodSummary): void {
  let hasRunning = false;
  for (const status of objectsAt(pod, 'status', 'containerStatuses').toReversed()) {
    addRestarts(summary, status);
    const waiting = textAt(status, 'state', 'waiting', 'reason');
    const terminated = maybeObjectAt(status, 'state', 'terminated');
    if (waiting) summary.reason = waiting;
    else if (terminated) summary.reason = terminationReason(terminated);
    else if (flagAt(status, 'ready') && at(status, 'state', 'running') !== undefined) {
      hasRunning = true;
      summary.ready++;
    }
  }
  if (summary.reason === 'Completed' && hasRunning) {
    summary.reason = isTrue(pod, 'Ready') ? 'Running' : 'NotReady';
  }
}

function addRestarts(sum: { restarts: number; lastRestart: string }, status: JsonObject): void {
  sum.restarts += numberAt(status, 'restartCount');
  const finished = textAt(status, 'lastState', 'terminated', 'finishedAt');
  if (finished > sum.lastRestart) sum.lastRestart = finished;
}

function terminationReason(terminated: JsonObject): string {
  const reason = textAt(terminated, 'reason');
  if (reason) return reason;
  const signal = numberAt(terminated, 'signal');
  return signal !== 0 ? `Signal:${signal}` : `ExitCode:${numberAt(terminated, 'exitCode')}`;
}

function readinessGates(pod: JsonObject): string {
  const gates = objectsAt(pod, 'spec', 'readinessGates');
  if (gates.length === 0) return none;
  const open = gates.filter((gate) => isTrue(pod, textAt(gate, 'conditionType'))).length;
  return `${open}/${gates.length}`;
}

function isTrue(pod: JsonObject, condition: string): boolean {
  return holds(pod, condition);
}
