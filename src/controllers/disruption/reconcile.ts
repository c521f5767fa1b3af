import { type NewCondition, withCondition } from '../../apimachinery/conditions.ts';
import { isConflict } from '../../apimachinery/kinds.ts';
import { matchesLabels } from '../../apimachinery/selectors/label-selector.ts';
import { errorMessage } from '../../base/index.ts';
import type { Informer, Reconciled } from '../../reconcile/index.ts';
import type { Pod } from '../kinds/core.ts';
import type { PodDisruptionBudget, PodDisruptionBudgetStatus } from '../kinds/policy.ts';
import type { ClusterContext } from '../shared/context.ts';
import type { NewEvent } from '../shared/event-recorder.ts';
import { isReady } from '../shared/pods.ts';
import { commitStatus } from '../shared/status.ts';
import { type ExpectedPods, expectedPods, type FindScale } from './expected.ts';

/** How long an evicted pod may take to be on its way out; after that it counts again. */
const deletionTimeoutMs = 2 * 60_000;
const component = 'controllermanager';

export interface DisruptionContext extends ClusterContext {
  readonly budgets: Informer<PodDisruptionBudget>;
  podsIn(namespace: string): readonly Pod[];
  readonly scaleOf: FindScale;
}

/** One pass over a budget. */
export async function reconcileBudget(
  key: string,
  context: DisruptionContext,
): Promise<Reconciled | undefined> {
  const budget = context.budgets.get(key);
  if (!budget) return undefined;
  try {
    return await count(budget, context);
  } catch (thrown) {
    if (isConflict(thrown)) throw thrown;
    await allowNothing(budget, thrown, context);
    return undefined;
  }
}

async function count(
  budget: PodDisruptionBudget,
  context: DisruptionContext,
): Promise<Reconciled | undefined> {
  const { metadata, spec, status } = budget;
  const pods = context
    .podsIn(metadata.namespace ?? '')
    .filter((pod) => matchesLabels(spec.selector, pod.metadata.labels));
  if (pods.length === 0) tell(budget, context, { type: 'Normal', reason: 'NoPods', message: noPods });
  const expected = await expectation(budget, pods, context);
  const nowMs = context.clock.now();
  const disrupted = stillDisrupted(budget, pods, context);
  const healthy = pods.filter(
    (pod) =>
      !pod.metadata.deletionTimestamp && !Object.hasOwn(disrupted, pod.metadata.name ?? '') && isReady(pod),
  );
  const spare = expected.expectedPods > 0 ? Math.max(0, healthy.length - expected.desiredHealthy) : 0;
  await write(
    budget,
    {
      currentHealthy: healthy.length,
      desiredHealthy: expected.desiredHealthy,
      expectedPods: expected.expectedPods,
      disruptionsAllowed: spare,
      ...(Object.keys(disrupted).length > 0 ? { disruptedPods: disrupted } : {}),
      observedGeneration: metadata.generation ?? 0,
      conditions: withCondition(status?.conditions ?? [], allowed(spare, metadata.generation), nowMs),
    },
    context,
  );
  const firstMs = Math.min(...Object.values(disrupted).map((at) => Date.parse(at) + deletionTimeoutMs));
  return Number.isFinite(firstMs) ? { againAfterMs: Math.max(0, firstMs - nowMs) + 1 } : undefined;
}

const noPods = 'No matching pods found';

async function expectation(
  budget: PodDisruptionBudget,
  pods: readonly Pod[],
  context: DisruptionContext,
): Promise<ExpectedPods> {
  try {
    const expected = await expectedPods(budget, pods, context.scaleOf);
    if (expected.unmanaged.length > 0) tell(budget, context, unmanagedPods(budget));
    return expected;
  } catch (thrown) {
    tell(budget, context, {
      type: 'Warning',
      reason: 'CalculateExpectedPodCountFailed',
      message: `Failed to calculate the number of expected pods: ${errorMessage(thrown)}`,
    });
    throw thrown;
  }
}

function unmanagedPods({ spec }: PodDisruptionBudget): Told {
  return {
    type: 'Warning',
    reason: 'UnmanagedPods',
    message:
      `Pods selected by this PodDisruptionBudget (selector: ${selectorText(spec.selector)}) were found to be unmanaged. ` +
      'As a result, the status of the PDB cannot be calculated correctly, which may result in undefined behavior. ' +
      'To account for these pods please set ".spec.minAvailable" field of the PDB to an integer value.',
  };
}

/** As the real controller prints a selector. */
function selectorText(selector: PodDisruptionBudget['spec']['selector']): string {
  const labels = Object.entries(selector?.matchLabels ?? {}).sort(([a], [b]) => (a < b ? -1 : 1));
  const expressions = (selector?.matchExpressions ?? []).map(
    ({ key, operator, values = [] }) =>
      `LabelSelectorRequirement{Key:${key},Operator:${operator},Values:[${values.join(' ')}],}`,
  );
  const text = labels.map(([key, value]) => `${key}: ${value},`).join('');
  return `&LabelSelector{MatchLabels:map[string]string{${text}},MatchExpressions:[]LabelSelectorRequirement{${expressions.map((each) => `${each},`).join('')}},}`;
}

/** Evicted pods that are not on their way out yet, without those that were given up. */
function stillDisrupted(
  { metadata, status }: PodDisruptionBudget,
  pods: readonly Pod[],
  context: DisruptionContext,
): { [pod: string]: string } {
  const noted = status?.disruptedPods ?? {};
  const kept: [string, string][] = [];
  for (const pod of pods) {
    const { name = '', deletionTimestamp } = pod.metadata;
    const at = Object.hasOwn(noted, name) ? noted[name] : undefined;
    if (at === undefined || deletionTimestamp) continue;
    if (Date.parse(at) + deletionTimeoutMs >= context.clock.now()) {
      kept.push([name, at]);
      continue;
    }
    const { namespace = '' } = metadata;
    context.events.record(pod, {
      type: 'Warning',
      reason: 'NotDeleted',
      message: `Pod was expected by PDB ${namespace}/${namespace} to be deleted but it wasn't`,
      component,
    });
  }
  return Object.fromEntries(kept);
}

function allowed(spare: number, generation: number | undefined): NewCondition {
  return {
    type: 'DisruptionAllowed',
    status: spare > 0 ? 'True' : 'False',
    reason: spare > 0 ? 'SufficientPods' : 'InsufficientPods',
    message: '',
    observedGeneration: generation ?? 0,
  };
}

/** What cannot be counted may not be disrupted. */
async function allowNothing(
  budget: PodDisruptionBudget,
  thrown: unknown,
  context: DisruptionContext,
): Promise<void> {
  const { status } = budget;
  const failed: NewCondition = {
    type: 'DisruptionAllowed',
    status: 'False',
    reason: 'SyncFailed',
    message: errorMessage(thrown),
    observedGeneration: status?.observedGeneration ?? 0,
  };
  const conditions = withCondition(status?.conditions ?? [], failed, context.clock.now());
  const counts = { currentHealthy: 0, desiredHealthy: 0, expectedPods: 0, ...status };
  await write(budget, { ...counts, disruptionsAllowed: 0, conditions }, context);
}

/** Carries the version that was counted from: an eviction in between makes this one count again. */
async function write(
  budget: PodDisruptionBudget,
  status: PodDisruptionBudgetStatus,
  context: DisruptionContext,
): Promise<void> {
  await commitStatus(budget, status, { client: context.client, informer: context.budgets });
}

type Told = Pick<NewEvent, 'type' | 'reason' | 'message'>;

function tell(budget: PodDisruptionBudget, { events }: DisruptionContext, said: Told): void {
  events.record(budget, { ...said, component });
}
