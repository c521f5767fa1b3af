import { type NewCondition, withCondition } from '../../apimachinery/conditions.ts';
import { ignoringMissing, isAlreadyExists, objectKey, refOf, refOfKey } from '../../apimachinery/kinds.ts';
import type { Informer } from '../../reconcile/index.ts';
import type { MemberCluster } from '../kinds/fleet.ts';
import {
  abandoning,
  abandons,
  bindingSchedulerFinalizer,
  clusterCountAnnotation,
  generationAnnotation,
  isInForce,
  numberIn,
  parentLabel,
  previousStateAnnotation,
  schedulerFinalizer,
} from '../kinds/fleet-names.ts';
import type {
  Binding,
  BindingState,
  ClusterDecision,
  Placement,
  PolicySnapshot,
} from '../kinds/placement.ts';
import { byParent, type PlacementContext } from '../placement/context.ts';
import { inBatches } from '../shared/batches.ts';
import { hold, release } from '../shared/finalizers.ts';
import { commitStatus } from '../shared/status.ts';
import { type Choice, choose } from './choose.ts';

const schedulerLimits = { selectedDecisions: 1000, otherDecisions: 20 } as const;

export interface SchedulerContext extends PlacementContext {
  readonly members: Informer<MemberCluster>;
}

/** One pass over a placement: which clusters, and a binding for each. */
export async function schedulePlacement(key: string, context: SchedulerContext): Promise<undefined> {
  const placement = context.placements.get(key);
  if (!placement) return collectOrphans(key, context);
  if (placement.metadata.deletionTimestamp) return cleanUp(placement, context);
  const policy = latestPolicy(key, context);
  if (!policy) return undefined;
  const marked = await hold(placement, schedulerFinalizer, {
    client: context.client,
    informer: context.placements,
  });
  await schedule(marked, policy, context);
  return undefined;
}

function latestPolicy(key: string, context: SchedulerContext): PolicySnapshot | undefined {
  return context.policySnapshots.byIndex(byParent, key).find(isInForce);
}

async function schedule(
  placement: Placement,
  policy: PolicySnapshot,
  context: SchedulerContext,
): Promise<void> {
  const classes = await classify(placement, policy, context);
  const spec = policy.spec.policy ?? {};
  const count = numberIn(policy.metadata.annotations?.[clusterCountAnnotation]) ?? 0;
  const members = [...context.members.list()].sort((a, b) =>
    (a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1,
  );
  const dropped: Binding[] = [];
  let { kept } = classes;
  if (spec.placementType === 'PickN' && kept.length > count) {
    const order = [...kept].sort(compareForDrop);
    dropped.push(...order.slice(0, kept.length - count));
    kept = order.slice(kept.length - count);
  }
  const nowMs = context.clock.now();
  const { namespace } = placement.metadata;
  const choice = choose({ policy: spec, namespace, members, kept, obsolete: classes.obsolete, count, nowMs });
  const reused = await bindPicked(choice, { placement, policy, classes, context });
  dropped.push(...classes.obsolete.filter((binding) => !reused.has(binding.metadata.uid ?? '')));
  await inBatches(dropped, (binding) => unschedule(binding, context));
  // A list of clusters without any decides nothing: the placement goes on waiting for names.
  if (spec.placementType === 'PickFixed' && (spec.clusterNames ?? []).length === 0) return;
  await writeDecisions(policy, { kept, choice, context });
}

/** The bindings of a placement by what they are to the current policy. */
interface Classes {
  readonly kept: readonly Binding[];
  readonly obsolete: readonly Binding[];
  readonly unscheduled: readonly Binding[];
}

async function classify(
  placement: Placement,
  policy: PolicySnapshot,
  context: SchedulerContext,
): Promise<Classes> {
  const kept: Binding[] = [];
  const obsolete: Binding[] = [];
  const unscheduled: Binding[] = [];
  const all = [...context.bindings.byIndex(byParent, objectKey(placement))].sort((a, b) =>
    (a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1,
  );
  for (const binding of all) {
    const member = context.members.get(binding.spec.targetCluster);
    if (binding.metadata.deletionTimestamp) {
      await release(binding, bindingSchedulerFinalizer, {
        client: context.client,
        informer: context.bindings,
      });
    } else if (binding.spec.state === 'Unscheduled') unscheduled.push(binding);
    else if (!member || member.metadata.deletionTimestamp) await unschedule(binding, context);
    else if (binding.spec.schedulingPolicySnapshotName !== policy.metadata.name) obsolete.push(binding);
    else kept.push(binding);
  }
  return { kept, obsolete, unscheduled };
}

/**
 * Of too many bindings those go first that are not bound yet, then those without scores, then those that spread worse, then
 * those with less affinity, then smaller names.
 */
function compareForDrop(a: Binding, b: Binding): number {
  const before = ranksOf(a);
  const after = ranksOf(b);
  const at = before.findIndex((rank, i) => rank !== after[i]);
  if (at >= 0) return (before[at] ?? 0) - (after[at] ?? 0);
  return a.spec.targetCluster < b.spec.targetCluster ? -1 : 1;
}

function ranksOf({ spec: { state, clusterDecision } }: Binding): readonly number[] {
  const { clusterScore } = clusterDecision;
  return [
    state === 'Scheduled' ? 0 : 1,
    clusterScore ? 1 : 0,
    clusterScore?.priorityScore ?? 0,
    clusterScore?.affinityScore ?? 0,
  ];
}

interface Bound {
  readonly placement: Placement;
  readonly policy: PolicySnapshot;
  readonly classes: Classes;
  readonly context: SchedulerContext;
}

/** Makes bindings for picked clusters, or takes up those that are there; returns the uids of the latter. */
async function bindPicked(choice: Choice, parts: Bound): Promise<ReadonlySet<string>> {
  const { classes } = parts;
  const reused = new Set<string>();
  await inBatches(choice.picked, async (decision) => {
    const known = [...classes.obsolete, ...classes.unscheduled].find(
      ({ spec }) => spec.targetCluster === decision.clusterName,
    );
    if (!known) return createBinding(decision, parts);
    reused.add(known.metadata.uid ?? '');
    return takeUp(known, decision, parts);
  });
  return reused;
}

async function createBinding(
  decision: ClusterDecision,
  { placement, policy, context }: Bound,
): Promise<void> {
  const { bindings } = context.family;
  const { name = '', namespace } = placement.metadata;
  const unique = context.random.uuid().slice(0, 8);
  const binding: Binding = {
    apiVersion: bindings.apiVersion,
    kind: bindings.kind,
    metadata: {
      name: `${name.slice(0, 26)}-${decision.clusterName.slice(0, 27)}-${unique}`,
      ...(namespace ? { namespace } : {}),
      labels: { [parentLabel]: name },
      finalizers: [bindingSchedulerFinalizer],
    },
    spec: {
      state: 'Scheduled',
      targetCluster: decision.clusterName,
      clusterDecision: decision,
      schedulingPolicySnapshotName: policy.metadata.name ?? '',
      // The rollout decides which resources the cluster gets, and when.
      resourceSnapshotName: '',
      ...(placement.spec.strategy?.applyStrategy
        ? { applyStrategy: placement.spec.strategy.applyStrategy }
        : {}),
    },
  };
  try {
    context.bindings.observe(await context.client.create(bindings, binding));
  } catch (thrown) {
    if (!isAlreadyExists(thrown)) throw thrown;
  }
}

/** A binding of an older policy, or one that was given up, serves the current policy. */
async function takeUp(
  binding: Binding,
  decision: ClusterDecision,
  { policy, context }: Bound,
): Promise<void> {
  const previous = binding.metadata.annotations?.[previousStateAnnotation];
  const state: BindingState =
    binding.spec.state === 'Unscheduled'
      ? previous === 'Bound'
        ? 'Bound'
        : 'Scheduled'
      : binding.spec.state;
  const spec = {
    ...binding.spec,
    state,
    clusterDecision: decision,
    schedulingPolicySnapshotName: policy.metadata.name ?? '',
  };
  const { annotations: _, ...metadata } = binding.metadata;
  const taken = await context.client.update(context.family.bindings, { ...binding, metadata, spec });
  context.bindings.observe(taken);
}

async function unschedule(binding: Binding, context: SchedulerContext): Promise<void> {
  const annotations = { [previousStateAnnotation]: binding.spec.state };
  const given = {
    ...binding,
    metadata: { ...binding.metadata, annotations },
    spec: { ...binding.spec, state: 'Unscheduled' as const },
  };
  context.bindings.observe(await context.client.update(context.family.bindings, given));
}

interface Decided {
  readonly kept: readonly Binding[];
  readonly choice: Choice;
  readonly context: SchedulerContext;
}

async function writeDecisions(policy: PolicySnapshot, { kept, choice, context }: Decided): Promise<void> {
  // A named cluster that is not eligible any more keeps what it has, and is told as one that is not.
  const rejected = new Set(choice.rejected.map(({ clusterName }) => clusterName));
  const staying = kept.filter(({ spec }) => !rejected.has(spec.targetCluster));
  const selected = [...staying.map(({ spec }) => spec.clusterDecision), ...choice.picked];
  const others = choice.rejected.slice(0, schedulerLimits.otherDecisions);
  const found = selected.length;
  const generation = policy.metadata.generation;
  const condition: NewCondition = {
    type: 'Scheduled',
    ...(generation === undefined ? {} : { observedGeneration: generation }),
    ...(choice.isFulfilled
      ? {
          status: 'True',
          reason: 'SchedulingPolicyFulfilled',
          message: `found all cluster needed as specified by the scheduling policy, found ${found} cluster(s)`,
        }
      : {
          status: 'False',
          reason: 'SchedulingPolicyUnfulfilled',
          message: `could not find all clusters needed as specified by the scheduling policy, found ${found} cluster(s) instead`,
        }),
  };
  const status: NonNullable<PolicySnapshot['status']> = {
    ...policy.status,
    observedCRPGeneration: numberIn(policy.metadata.annotations?.[generationAnnotation]) ?? 0,
    conditions: withCondition(policy.status?.conditions ?? [], condition, context.clock.now()),
    targetClusters: [...selected.slice(0, schedulerLimits.selectedDecisions), ...others],
  };
  await commitStatus(policy, status, { client: context.client, informer: context.policySnapshots });
}

/** Bindings whose placement went without them; the hub itself is asked, for an informer may lag behind. */
async function collectOrphans(key: string, context: SchedulerContext): Promise<undefined> {
  const orphans = [...context.bindings.byIndex(byParent, key)];
  if (orphans.length === 0) return undefined;
  if (await context.client.find(context.family.placements, refOfKey(key))) return undefined;
  await removeBindings(orphans, context);
  return undefined;
}

async function removeBindings(all: readonly Binding[], context: SchedulerContext): Promise<void> {
  const { client, bindings, family } = context;
  await inBatches(all, async (binding) => {
    await release(binding, bindingSchedulerFinalizer, { client, informer: bindings });
    if (!binding.metadata.deletionTimestamp) {
      await ignoringMissing(client.delete(family.bindings, refOf(binding)));
    }
  });
}

/** The placement is deleted: its bindings go, each waiting only for its Works. */
async function cleanUp(placement: Placement, context: SchedulerContext): Promise<undefined> {
  if (!placement.metadata.finalizers?.includes(schedulerFinalizer)) return undefined;
  const { client, bindings } = context;
  let own: readonly Binding[] = bindings.byIndex(byParent, objectKey(placement));
  if (abandons(placement)) {
    await abandon(own, context);
    own = bindings.byIndex(byParent, objectKey(placement));
  }
  await removeBindings(own, context);
  await release(placement, schedulerFinalizer, { client, informer: context.placements });
  return undefined;
}

/** Notes on bindings that what they placed stays; those of clusters that were given up before are on their way out. */
async function abandon(all: readonly Binding[], context: SchedulerContext): Promise<void> {
  const { client, bindings, family } = context;
  const staying = all.filter((binding) => !binding.metadata.deletionTimestamp && !abandons(binding));
  await inBatches(staying, async (binding) => {
    bindings.observe(await client.patch(family.bindings, refOf(binding), abandoning(true)));
  });
}
