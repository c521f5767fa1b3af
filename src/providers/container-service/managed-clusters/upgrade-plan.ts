import type { PoolNode } from './pool-nodes.ts';
import type { UpgradeSettings } from './upgrade-settings.ts';
import { isOld, type PoolGoal } from './upgrade-work.ts';

/** One pool in the middle of its upgrade. */
export interface PoolState {
  readonly goal: PoolGoal;
  readonly nodes: readonly PoolNode[];
  /** No more nodes are begun with: one could not be drained. */
  readonly isStopping: boolean;
  /** Nodes that the pool is to have when it is over. */
  readonly count: number;
}

export interface Pace {
  readonly settings: UpgradeSettings;
  readonly nodeStartMs: number;
  readonly reimageMs: number;
  readonly minuteMs: number;
  readonly nowMs: number;
}

/** What comes next of a pool: its nodes, or that it has come to its end. `canceled`: no machine is left to go on with. */
export type NextState = PoolState | 'over' | 'canceled';

/** One step of a pool's upgrade, as far as time alone decides it; what drains end is told by `drained`. */
export function advance(state: PoolState, pace: Pace): NextState {
  const timed = { ...state, nodes: state.nodes.map((node) => afterItsTime(node, state.goal, pace)) };
  if (!timed.goal.begun) return begin(timed, pace);
  if (timed.nodes.some((node) => node.step === 'starting')) return timed;
  const { goal, nodes, isStopping } = timed;
  const old = isStopping ? [] : nodes.filter((node) => isNext(node, goal));
  const atWork = nodes.filter((node) => !node.surge && isAtWork(node)).length;
  const room = nodes.filter((node) => node.surge).length + pace.settings.unavailable;
  if (old.length > 0) {
    if (room === 0) return 'canceled';
    const taken = new Set(old.slice(0, Math.max(0, room - atWork)).map((node) => node.number));
    return { ...timed, nodes: nodes.map((node) => (taken.has(node.number) ? draining(node, pace) : node)) };
  }
  if (atWork > 0) return timed;
  // At last the machines that were added go the same way.
  if (!nodes.some((node) => node.surge && node.step !== 'blocked')) return 'over';
  return {
    ...timed,
    nodes: nodes.map((node) => (node.surge && node.step === 'settled' ? draining(node, pace) : node)),
  };
}

function begin(state: PoolState, { settings, nodeStartMs, nowMs }: Pace): PoolState {
  const nodes = state.nodes.map(
    (node): PoolNode => (node.step === 'blocked' ? { ...node, step: 'settled' } : node),
  );
  const goal = { ...state.goal, begun: true };
  const old = nodes.filter((node) => isNext(node, goal)).length;
  const have = nodes.filter((node) => node.surge).length;
  const last = Math.max(-1, ...nodes.map((node) => node.number));
  const added = Array.from(
    { length: Math.max(0, Math.min(settings.surge, old) - have) },
    (_, n): PoolNode => {
      const { version, image } = goal;
      const number = last + 1 + n;
      return { number, version, image, step: 'starting', surge: true, untilMs: nowMs + nodeStartMs };
    },
  );
  return { ...state, goal, nodes: [...nodes, ...added] };
}

function isNext(node: PoolNode, goal: PoolGoal): boolean {
  return !node.surge && node.step === 'settled' && isOld(node, goal);
}

function isAtWork({ step }: PoolNode): boolean {
  return step === 'draining' || step === 'soaking' || step === 'away';
}

function draining(node: PoolNode, { settings, minuteMs, nowMs }: Pace): PoolNode {
  return { ...node, step: 'draining', untilMs: nowMs + settings.drainMinutes * minuteMs };
}

function afterItsTime(node: PoolNode, goal: PoolGoal, { nowMs }: Pace): PoolNode {
  if (node.untilMs === undefined || node.untilMs > nowMs) return node;
  const { untilMs: _over, ...rest } = node;
  if (node.step === 'starting') return { ...rest, step: 'settled' };
  if (node.step === 'soaking') return { ...rest, step: 'away' };
  if (node.step === 'away') return { ...rest, step: 'settled', version: goal.version, image: goal.image };
  return node;
}

/** The pool when a node has no pods left that a drain moves. */
export function drained(state: PoolState, number: number, pace: Pace): PoolState {
  const node = state.nodes.find((one) => one.number === number);
  if (node?.step !== 'draining') return state;
  const others = state.nodes.filter((one) => one.number !== number);
  // A machine that was added goes, and so does a node whose place such a machine has taken before.
  const staying = others.filter((one) => !one.surge && one.step !== 'blocked').length;
  if (node.surge || staying >= state.count) return { ...state, nodes: others };
  const { settings, minuteMs, nowMs } = pace;
  const next: PoolNode =
    settings.soakMinutes > 0
      ? { ...node, step: 'soaking', untilMs: nowMs + settings.soakMinutes * minuteMs }
      : { ...withoutTime(node), step: 'away' };
  return { ...state, nodes: state.nodes.map((one) => (one === node ? next : one)) };
}

function withoutTime({ untilMs: _over, ...node }: PoolNode): PoolNode {
  return node;
}

/** The pool when the cluster has let its nodes go that are away: from now on their machines get another image. */
export function gone(state: PoolState, { reimageMs, nowMs }: Pace): PoolState {
  const isNew = (node: PoolNode) => node.step === 'away' && node.untilMs === undefined;
  if (!state.nodes.some(isNew)) return state;
  const nodes = state.nodes.map((node) => (isNew(node) ? { ...node, untilMs: nowMs + reimageMs } : node));
  return { ...state, nodes };
}

/** The pool when a node could not be drained in its time; a machine that was added stays for a node in quarantine. */
export function undrained(state: PoolState, number: number, { settings }: Pace): PoolState {
  const node = state.nodes.find((one) => one.number === number);
  if (node?.step !== 'draining') return state;
  const nodes = state.nodes.map(
    (one): PoolNode => (one === node ? { ...withoutTime(node), step: 'blocked' } : one),
  );
  if (!settings.quarantines) return { ...state, nodes, isStopping: true };
  const replacement = node.surge ? undefined : nodes.find((one) => one.surge && one.step === 'settled');
  return {
    ...state,
    nodes: nodes.map((one) => (one === replacement ? { ...one, surge: false } : one)),
  };
}

/** The pool when nothing more is done to it: what was away is back, what was asked to go stays. */
export function left({ goal, nodes, count }: PoolState, { settings }: Pace): readonly PoolNode[] {
  const there = nodes.filter((node) => node.step !== 'starting');
  let missing = count - there.filter((node) => !node.surge && node.step !== 'blocked').length;
  return there.map(({ untilMs: _over, ...node }): PoolNode => {
    if (node.step === 'away') return { ...node, step: 'settled', version: goal.version, image: goal.image };
    // In quarantine is what another one stands for.
    if (node.step === 'blocked' && settings.quarantines && missing-- <= 0) return node;
    return { ...node, step: 'settled' };
  });
}

/** When time alone changes something; undefined: it does not. In milliseconds since 1970. */
export function nextChange(nodes: readonly PoolNode[]): number | undefined {
  const times = nodes.flatMap(({ untilMs }) => (untilMs === undefined ? [] : [untilMs]));
  return times.length === 0 ? undefined : Math.min(...times);
}
