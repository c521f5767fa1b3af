import { findCondition, withCondition } from '../../apimachinery/conditions.ts';
import { ignoringMissing, objectKey, refOf, refOfKey } from '../../apimachinery/kinds.ts';
import { errorMessage } from '../../base/index.ts';
import type { Informer, Reconciled } from '../../reconcile/index.ts';
import { type MemberCluster, memberNamespace } from '../kinds/fleet.ts';
import {
  abandoning,
  abandons,
  bindingKey,
  numberIn,
  parentBindingLabel,
  parentKey,
  parentSnapshotNameAnnotation,
  resourceIndexLabel,
  workFinalizer,
} from '../kinds/fleet-names.ts';
import { type Binding, type ReportBackStrategy, type Work, works } from '../kinds/placement.ts';
import { byParent, type PlacementContext } from '../placement/context.ts';
import { groupOf, groupSize } from '../placement/snapshots.ts';
import { inBatches } from '../shared/batches.ts';
import { hold, release } from '../shared/finalizers.ts';
import { commitStatus } from '../shared/status.ts';
import { filled, isCurrentWork, WorkSizeError } from './fill.ts';
import { ContentError, worksOf } from './manifests.ts';
import { OverrideError } from './overrides.ts';
import { reportsOf } from './reports.ts';
import { conditionsOf, type Failure, failedConditions } from './status.ts';

/** How long a deleted binding waits for Works that nobody reports as gone. */
const worksLeavingMs = 30_000;
/** The other objects of a snapshot are on their way. */
const groupIncompleteMs = 500;

export interface WorkGeneratorContext extends PlacementContext {
  readonly members: Informer<MemberCluster>;
  readonly works: Informer<Work>;
  /** Works of a binding, in the namespace of its member: what stands elsewhere, in its name, is not its. */
  worksOf(binding: Binding): readonly Work[];
  /** Works that name a binding, by its key. */
  worksNaming(binding: string): readonly Work[];
}

/** One pass over a binding: its Works as they should be, and what became of them. */
export async function reconcileBinding(
  key: string,
  context: WorkGeneratorContext,
): Promise<Reconciled | undefined> {
  const listed = context.bindings.get(key);
  if (!listed) return collectWorks(key, context);
  if (listed.metadata.deletionTimestamp) return takeAway(listed, context);
  const { state, targetCluster } = listed.spec;
  const member = context.members.get(targetCluster);
  if (state === 'Scheduled' || !member || member.metadata.deletionTimestamp) return undefined;
  if (state === 'Bound' && !isReleased(listed)) return undefined;
  const binding = await hold(listed, workFinalizer, { client: context.client, informer: context.bindings });
  if (state === 'Unscheduled') return writeStatus(binding, { justWritten: false, context });
  return synchronize(binding, member, context);
}

/** Works whose binding went without them, as when somebody took its finalizers off. */
async function collectWorks(key: string, context: WorkGeneratorContext): Promise<undefined> {
  const orphans = context.worksNaming(key).filter(({ metadata }) => !metadata.deletionTimestamp);
  if (orphans.length === 0) return undefined;
  if (await context.client.find(context.family.bindings, refOfKey(key))) return undefined;
  await inBatches(orphans, (work) => ignoringMissing(context.client.delete(works, refOf(work))));
  return undefined;
}

/** The rollout has spoken about this generation. */
function isReleased(binding: Binding): boolean {
  const started = findCondition(binding.status?.conditions, 'RolloutStarted');
  return started?.observedGeneration === binding.metadata.generation && started?.status !== 'Unknown';
}

async function synchronize(
  binding: Binding,
  member: MemberCluster,
  context: WorkGeneratorContext,
): Promise<Reconciled | undefined> {
  const group = snapshotGroup(binding, context);
  if (group === 'incomplete') return { againAfterMs: groupIncompleteMs };
  if (group === 'missing') {
    const present = context.worksOf(binding);
    const isOld = present.every(
      ({ metadata }) =>
        metadata.annotations?.[parentSnapshotNameAnnotation] === binding.spec.resourceSnapshotName,
    );
    if (present.length > 0 && isOld) return writeStatus(binding, { justWritten: false, context });
    const failure: Failure = { step: 'Overridden', message: 'the resource snapshot is not found' };
    return writeStatus(binding, { justWritten: false, failure, context });
  }
  const present = new Map(context.worksOf(binding).map((work) => [work.metadata.name, work]));
  const wanted = worksOf(binding, group, reportBackOf(binding, context));
  let next: readonly Work[];
  try {
    next = await filled(binding, { wanted, present, member, context });
  } catch (thrown) {
    const step = stepOf(thrown);
    if (!step) throw thrown;
    return writeStatus(binding, {
      justWritten: false,
      failure: { step, message: errorMessage(thrown) },
      context,
    });
  }
  try {
    const justWritten = await writeWorks(next, present, context);
    return writeStatus(binding, { justWritten, context });
  } catch (thrown) {
    const failure: Failure = { step: 'WorkSynchronized', message: errorMessage(thrown) };
    await writeStatus(binding, { justWritten: false, failure, context });
    throw thrown;
  }
}

/** Whether statuses come back is asked of the placement itself: it changes no resources and needs no rollout. */
function reportBackOf(
  binding: Binding,
  { placements }: WorkGeneratorContext,
): ReportBackStrategy | undefined {
  const { reportBackStrategy } = placements.get(parentKey(binding) ?? '')?.spec.strategy ?? {};
  return reportBackStrategy?.type === 'Mirror' ? reportBackStrategy : undefined;
}

/** The step at which it came out that only a change of what somebody wrote helps. */
function stepOf(thrown: unknown): Failure['step'] | undefined {
  if (thrown instanceof OverrideError) return 'Overridden';
  return thrown instanceof ContentError || thrown instanceof WorkSizeError ? 'WorkSynchronized' : undefined;
}

function snapshotGroup(binding: Binding, context: WorkGeneratorContext) {
  const all = context.resourceSnapshots.byIndex(byParent, parentKey(binding) ?? '');
  const master = all.find(({ metadata }) => metadata.name === binding.spec.resourceSnapshotName);
  if (!master) return 'missing';
  const group = groupOf(all, numberIn(master.metadata.labels?.[resourceIndexLabel]) ?? 0);
  return group.length === groupSize(master) ? group : 'incomplete';
}

/** Makes, renews and removes Works; true when any was made or renewed. */
async function writeWorks(
  wanted: readonly Work[],
  present: ReadonlyMap<string | undefined, Work>,
  context: WorkGeneratorContext,
): Promise<boolean> {
  let written = false;
  await inBatches(wanted, async (work) => {
    const known = present.get(work.metadata.name);
    if (!known) {
      context.works.observe(await context.client.create(works, work));
      written = true;
    } else if (!isCurrentWork(known, work)) {
      const metadata = {
        ...known.metadata,
        labels: { ...known.metadata.labels, ...work.metadata.labels },
        annotations: { ...known.metadata.annotations, ...work.metadata.annotations },
      };
      context.works.observe(await context.client.update(works, { ...known, metadata, spec: work.spec }));
      written = true;
    }
  });
  const names = new Set(wanted.map(({ metadata }) => metadata.name));
  const surplus = [...present.values()].filter(
    ({ metadata }) => !names.has(metadata.name) && !metadata.deletionTimestamp,
  );
  await inBatches(surplus, (work) => ignoringMissing(context.client.delete(works, refOf(work))));
  return written;
}

interface Writing {
  readonly justWritten: boolean;
  readonly failure?: Failure;
  readonly context: WorkGeneratorContext;
}

const ownTypes = new Set(['Overridden', 'WorkSynchronized', 'Applied', 'Available', 'DiffReported']);

async function writeStatus(binding: Binding, { justWritten, failure, context }: Writing): Promise<undefined> {
  const own = context.worksOf(binding).filter(({ metadata }) => !metadata.deletionTimestamp);
  const said = failure ? failedConditions(binding, failure) : conditionsOf(binding, own, { justWritten });
  const saidTypes = new Set(said.map(({ type }) => type));
  const { generation } = binding.metadata;
  const known = binding.status?.conditions ?? [];
  let conditions = known.filter(({ type }) => !ownTypes.has(type) || saidTypes.has(type));
  for (const condition of said) {
    const observed = generation === undefined ? condition : { ...condition, observedGeneration: generation };
    conditions = withCondition(conditions, observed, context.clock.now());
  }
  const status = {
    conditions,
    ...(failure || justWritten ? {} : reportsOf(own, binding.spec.applyStrategy?.type)),
  };
  await commitStatus(binding, status, { client: context.client, informer: context.bindings });
  return undefined;
}

/** The binding is deleted: so are its Works, and then it may go. */
async function takeAway(binding: Binding, context: WorkGeneratorContext): Promise<Reconciled | undefined> {
  if (!binding.metadata.finalizers?.includes(workFinalizer)) return undefined;
  const present = context.worksOf(binding).filter(({ metadata }) => !metadata.deletionTimestamp);
  await inBatches(present, async (work) => {
    if (abandons(binding) && !abandons(work)) {
      await ignoringMissing(context.client.patch(works, refOf(work), abandoning(true)));
    }
    await ignoringMissing(context.client.delete(works, refOf(work)));
  });
  const { items } = await context.client.list(works, {
    namespace: memberNamespace(binding.spec.targetCluster),
    labelSelector: `${parentBindingLabel}=${binding.metadata.name}`,
  });
  const key = objectKey(binding);
  const remain = items.some((work) => bindingKey(work) === key && !work.metadata.deletionTimestamp);
  if (remain) return { againAfterMs: worksLeavingMs };
  await release(binding, workFinalizer, { client: context.client, informer: context.bindings });
  return undefined;
}
