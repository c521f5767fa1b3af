import type { ResourceRecord } from '../../../arm/index.ts';
import { jsonEqual } from '../../../base/index.ts';
import type { NodeUpkeep, StayingPod } from '../../cluster-supply.ts';
import { Fields } from '../../fields.ts';
import type { LoopParts } from '../../loop.ts';
import { type ContainerServiceSettings, usualDurations } from '../settings.ts';
import { drainFailure } from './drain-failure.ts';
import { isThere, nodesOf, type PoolNode, withNodes } from './pool-nodes.ts';
import { poolNamed } from './pools.ts';
import {
  advance,
  drained,
  gone,
  left,
  nextChange,
  type Pace,
  type PoolState,
  undrained,
} from './upgrade-plan.ts';
import type { UpgradeSettings } from './upgrade-settings.ts';
import type { UpgradeSubject } from './upgrade-subject.ts';
import { type PoolGoal, type UpgradeWork, withWork, workOf } from './upgrade-work.ts';

/** What a pass over an upgrade came to. */
export type Progress =
  | { readonly againAfterMs: number }
  | { readonly ended: ResourceRecord; readonly work: UpgradeWork };

export interface UpgradePass {
  readonly parts: LoopParts;
  readonly settings: UpgradeMeans;
  readonly subject: UpgradeSubject;
  /** Has the cluster's loop come again when a drain may go on. */
  watchDrains(record: ResourceRecord, upkeep: NodeUpkeep | undefined): void;
}

/** Who has the clusters, and how long simulated work lasts. */
export type UpgradeMeans = Pick<ContainerServiceSettings, 'clusters' | 'durations'>;

/** What the steps are worked out with. */
interface StepParts {
  readonly subject: UpgradeSubject;
  readonly settings: UpgradeMeans;
  readonly nowMs: number;
}

/** While a drain waits it is tried again this often, as kubectl does, beside all that changes. */
const drainRetryMs = 5_000;

/** Takes an upgrade one step on. Each step is in the record before anything is done for it, so that any end of it goes on. */
export async function stepUpgrade(record: ResourceRecord, pass: UpgradePass): Promise<Progress | undefined> {
  const { parts, settings, subject } = pass;
  const nowMs = parts.clock.now();
  const step = { subject, settings, nowMs };
  const next = await change(record, parts, (current) => subject.withChoices(stepped(current, step)));
  if (!next) return undefined;
  const work = workOf(next);
  if (!work || isOver(work)) return work && { ended: next, work };
  await settings.clusters.ensure(await subject.order(next));
  const goal = work.plane ? undefined : work.pools[0];
  const pool = goal && poolOf(next, goal, subject);
  if (!goal || !pool) return { againAfterMs: waitMs(work.plane?.untilMs, nowMs) };
  await tell(record, next, { pool, pass });
  const nodes = nodesOf(next, pool);
  const found = await drainAll(next, { goal, pool, nodes }, pass);
  const reached = await change(next, parts, (current) => told(current, found, step));
  if (!reached) return undefined;
  const latest = nodesOf(reached, poolOf(reached, goal, subject) ?? pool);
  const isDraining = latest.some((node) => node.step === 'draining');
  pass.watchDrains(reached, isDraining ? upkeepOf(reached, pass) : undefined);
  if (found.some((one) => one.outcome !== 'waits')) return { againAfterMs: 0 };
  const soonestMs = waitMs(nextChange(latest), nowMs);
  return { againAfterMs: isDraining ? Math.min(soonestMs, drainRetryMs) : soonestMs };
}

/** The record with its upgrade ended where it is; what was added for it stays until the next one. */
export function abandoned(record: ResourceRecord, pass: UpgradePass): ResourceRecord {
  const step = { ...pass, nowMs: pass.parts.clock.now() };
  const work = workOf(record);
  const goal = work?.plane ? undefined : work?.pools[0];
  const pool = goal && poolOf(record, goal, step.subject);
  if (!goal?.begun || !pool) return { ...record, internal: withWork(record.internal, undefined) };
  const state = stateOf(record, { goal, pool, failures: 0 }, step);
  const nodes = left(state, paceOf(pool, step));
  return { ...record, internal: withNodes(withWork(record.internal, undefined), pool, nodes) };
}

function isOver({ plane, pools, failures, canceled }: UpgradeWork): boolean {
  if (plane) return false;
  return pools.length === 0 || (canceled ?? false) || (failures.length > 0 && pools[0]?.begun !== true);
}

/** Changes the record as long as it is the same upgrade. */
function change(
  seen: ResourceRecord,
  { records }: LoopParts,
  make: (current: ResourceRecord) => ResourceRecord,
): Promise<ResourceRecord | undefined> {
  let isSame = true;
  return records
    .update(seen.id, (current) => {
      isSame =
        current.operation === seen.operation &&
        current.provisioningState === seen.provisioningState &&
        workOf(current) !== undefined;
      if (!isSame) return undefined;
      const made = make(current);
      return isAlike(made, current) ? undefined : made;
    })
    .then((record) => (isSame ? record : undefined));
}

/** True when nothing was decided: what is not written wakes nobody. */
function isAlike(made: ResourceRecord, current: ResourceRecord): boolean {
  return made.properties === current.properties && jsonEqual(made.internal ?? {}, current.internal ?? {});
}

function stepped(current: ResourceRecord, step: StepParts): ResourceRecord {
  const { subject } = step;
  const work = workOf(current);
  if (!work || isOver(work)) return current;
  if (work.plane) return planeStepped(current, work, step);
  const [goal, ...others] = work.pools;
  const pool = goal && poolOf(current, goal, subject);
  if (!goal || !pool) return withUpgrade(current, { ...work, pools: others });
  if (subject.isStopped(pool)) return poolDone(current, { work, goal, pool, nodes: [] }, subject);
  const pace = paceOf(pool, step);
  const state = stateOf(current, { goal, pool, failures: work.failures.length }, step);
  const next = advance(state, pace);
  if (next === state) return current;
  if (next === 'over') return poolDone(current, { work, goal, pool, nodes: left(state, pace) }, subject);
  if (next === 'canceled') {
    const nodes = left(state, pace);
    const internal = withNodes(withWork(current.internal, { ...work, canceled: true }), pool, nodes);
    return { ...current, internal };
  }
  return withState(current, { work, pool, state: next });
}

function planeStepped(
  current: ResourceRecord,
  work: UpgradeWork,
  { settings, nowMs }: StepParts,
): ResourceRecord {
  const { plane, ...rest } = work;
  if (!plane) return current;
  const { controlPlaneMs } = settings.durations ?? usualDurations;
  const untilMs = plane.untilMs ?? nowMs + controlPlaneMs;
  if (untilMs > nowMs) {
    return plane.untilMs === undefined
      ? withUpgrade(current, { ...work, plane: { ...plane, untilMs } })
      : current;
  }
  const properties = { ...current.properties, currentKubernetesVersion: plane.version };
  return withUpgrade({ ...current, properties }, rest);
}

function withUpgrade(record: ResourceRecord, work: UpgradeWork): ResourceRecord {
  return { ...record, internal: withWork(record.internal, work) };
}

function withState(
  record: ResourceRecord,
  { work, pool, state }: { readonly work: UpgradeWork; readonly pool: Fields; readonly state: PoolState },
): ResourceRecord {
  const pools = [state.goal, ...work.pools.slice(1)];
  return { ...record, internal: withNodes(withWork(record.internal, { ...work, pools }), pool, state.nodes) };
}

/** A pool at its end: it has what it was to get, unless a node could not be replaced; then nothing follows it. */
function poolDone(
  record: ResourceRecord,
  done: {
    readonly work: UpgradeWork;
    readonly goal: PoolGoal;
    readonly pool: Fields;
    readonly nodes: readonly PoolNode[];
  },
  subject: UpgradeSubject,
): ResourceRecord {
  const { work, goal, pool, nodes } = done;
  const isWhole = work.failures.length === 0;
  const value = isWhole
    ? { ...pool.value, currentOrchestratorVersion: goal.version, nodeImageVersion: goal.image }
    : pool.value;
  const pools = isWhole ? work.pools.slice(1) : [];
  return {
    ...subject.withPool(record, goal.name, value),
    internal: withNodes(withWork(record.internal, { ...work, pools }), new Fields(value), nodes),
  };
}

function poolOf(record: ResourceRecord, goal: PoolGoal, subject: UpgradeSubject): Fields | undefined {
  return poolNamed(subject.pools(record), goal.name);
}

function stateOf(
  record: ResourceRecord,
  { goal, pool, failures }: { readonly goal: PoolGoal; readonly pool: Fields; readonly failures: number },
  { subject }: StepParts,
): PoolState {
  const settings = subject.settings(pool);
  const count = typeof pool.value['count'] === 'number' ? pool.value['count'] : 0;
  return { goal, nodes: nodesOf(record, pool), count, isStopping: failures > 0 && !settings.quarantines };
}

function paceOf(pool: Fields, { subject, settings, nowMs }: StepParts): Pace {
  return { ...(settings.durations ?? usualDurations), settings: subject.settings(pool), nowMs };
}

interface PoolAtWork {
  readonly goal: PoolGoal;
  readonly pool: Fields;
  readonly nodes: readonly PoolNode[];
}

/** How a drain stands. */
interface Drain {
  readonly pool: string;
  readonly number: number;
  readonly outcome:
    | 'drained'
    | 'waits'
    | { readonly failed: { readonly code: string; readonly message: string } };
}

async function drainAll(
  record: ResourceRecord,
  at: PoolAtWork,
  pass: UpgradePass,
): Promise<readonly Drain[]> {
  const upkeep = upkeepOf(record, pass);
  const draining = at.nodes.filter((node) => node.step === 'draining');
  if (!upkeep) return [];
  return Promise.all(draining.map((node) => drain(node, { ...at, record, upkeep }, pass)));
}

async function drain(
  node: PoolNode,
  at: PoolAtWork & { readonly record: ResourceRecord; readonly upkeep: NodeUpkeep },
  { parts, subject }: UpgradePass,
): Promise<Drain> {
  const { goal, pool, record, upkeep } = at;
  const name = subject.nodeName(record, goal.name, node.number);
  const about = { pool: goal.name, number: node.number };
  await upkeep.mark(name, { closed: true });
  const staying = await upkeep.evict(name);
  if (staying.length === 0) return { ...about, outcome: 'drained' };
  if (parts.clock.now() < (node.untilMs ?? 0)) return { ...about, outcome: 'waits' };
  return {
    ...about,
    outcome: { failed: await giveUp(name, { settings: subject.settings(pool), upkeep, staying }) },
  };
}

async function giveUp(
  name: string,
  at: {
    readonly settings: UpgradeSettings;
    readonly upkeep: NodeUpkeep;
    readonly staying: readonly StayingPod[];
  },
): Promise<{ readonly code: string; readonly message: string }> {
  const { quarantines, drainMinutes } = at.settings;
  const labels = { 'kubernetes.azure.com/upgrade-status': 'Quarantined' };
  await at.upkeep.mark(name, quarantines ? { closed: true, labels } : { closed: false });
  const refused = at.staying.find((pod) => pod.refusal);
  const budgets = refused ? await at.upkeep.budgetsOf(refused) : [];
  return drainFailure(name, { staying: at.staying, budgets, minutes: drainMinutes });
}

/** The record with what drains came to, and the times of nodes that have gone since. */
function told(current: ResourceRecord, found: readonly Drain[], step: StepParts): ResourceRecord {
  const work = workOf(current);
  const goal = work?.plane ? undefined : work?.pools[0];
  const pool = goal && poolOf(current, goal, step.subject);
  if (!work || !pool) return current;
  const pace = paceOf(pool, step);
  let state = gone(stateOf(current, { goal, pool, failures: work.failures.length }, step), pace);
  const failures = [...work.failures];
  for (const { pool: name, number, outcome } of found) {
    if (outcome === 'waits' || goal.name !== name) continue;
    state = outcome === 'drained' ? drained(state, number, pace) : undrained(state, number, pace);
    if (outcome !== 'drained') failures.push(outcome.failed);
  }
  return withState(current, { work: { ...work, failures }, pool, state });
}

/** Events as AKS writes them, of what this pass has begun. */
async function tell(
  before: ResourceRecord,
  after: ResourceRecord,
  { pool, pass }: { readonly pool: Fields; readonly pass: UpgradePass },
): Promise<void> {
  const upkeep = upkeepOf(after, pass);
  const name = pool.string('name') ?? '';
  const earlier = new Map(nodesOf(before, pool).map((node) => [node.number, node]));
  for (const node of nodesOf(after, pool)) {
    const full = pass.subject.nodeName(after, name, node.number);
    const was = earlier.get(node.number);
    if (node.step === 'draining' && was?.step !== 'draining')
      await upkeep?.tell(full, { reason: 'Drain', message: `Draining node: ${full}` });
    if (node.surge && isThere(node) && was?.step === 'starting')
      await upkeep?.tell(full, {
        reason: 'Surge',
        message: `Created a surge node ${full} for agentpool ${name}`,
      });
  }
}

function upkeepOf(record: ResourceRecord, { settings, subject }: UpgradePass): NodeUpkeep | undefined {
  return settings.clusters.get(subject.clusterIdOf(record) ?? '')?.nodeUpkeep;
}

function waitMs(untilMs: number | undefined, nowMs: number): number {
  return untilMs === undefined ? 0 : Math.max(0, untilMs - nowMs);
}
