import { findCondition, isCurrent } from '../../apimachinery/conditions.ts';
import type { Reconciled } from '../../reconcile/index.ts';
import { placementFinalizer } from '../kinds/fleet-names.ts';
import type { Placement, PlacementStatus } from '../kinds/placement.ts';
import { hold } from '../shared/finalizers.ts';
import { commitStatus } from '../shared/status.ts';
import { rememberAbandon } from './abandon.ts';
import { cleanUpPlacement } from './clean-up.ts';
import type { PlacementContext } from './context.ts';
import { isExternal } from './external.ts';
import { SelectionError, selectResources } from './selection.ts';
import { type CurrentResources, ensurePolicySnapshot, ensureResourceSnapshot } from './snapshots.ts';
import { invalidSelectors, statusOf } from './status.ts';
import { copyStatus, movedNamespace } from './status-copy.ts';

/** How long a placement that is not done, or cannot be, waits for the next look. */
const lookAgainMs = 30 * 60_000;
export const component = 'placement-controller';

/** One pass over a placement: what, where to, how far. */
export async function reconcilePlacement(
  key: string,
  context: PlacementContext,
): Promise<Reconciled | undefined> {
  const listed = context.placements.get(key);
  if (!listed) return undefined;
  if (listed.metadata.deletionTimestamp) return cleanUpPlacement(listed, context);
  const held = await hold(listed, placementFinalizer, {
    client: context.client,
    informer: context.placements,
  });
  const placement = await rememberAbandon(held, context);
  const moved = movedNamespace(placement, context.clock.now());
  if (moved) {
    await commit(placement, moved, context);
    return undefined;
  }
  const selection = await trySelect(placement, context);
  if (selection instanceof SelectionError) {
    await writeStatus(placement, invalidSelectors(placement, selection, context.clock.now()), context);
    return { againAfterMs: lookAgainMs };
  }
  const policy = await ensurePolicySnapshot(placement, context);
  const resources = isExternal(placement)
    ? undefined
    : await ensureResourceSnapshot(placement, selection, context);
  const status = statusOf({ placement, policy, selection, resources, context });
  const written = await writeStatus(placement, status, context);
  if (!written) return undefined;
  tellProgress(placement, written, context);
  return requeue(written, resources);
}

async function trySelect(placement: Placement, context: PlacementContext) {
  try {
    return await selectResources(placement, context);
  } catch (thrown) {
    if (thrown instanceof SelectionError) return thrown;
    throw thrown;
  }
}

/** Writes the status, and its copy where one is asked for; a copy that could not be written is tried again. */
async function writeStatus(
  placement: Placement,
  status: PlacementStatus,
  context: PlacementContext,
): Promise<Placement | undefined> {
  const copied = await copyStatus(placement, status, context);
  const written = await commit(placement, copied.status, context);
  if (copied.failure) throw copied.failure;
  return written;
}

function commit(
  placement: Placement,
  status: PlacementStatus,
  context: PlacementContext,
): Promise<Placement | undefined> {
  return commitStatus(placement, status, { client: context.client, informer: context.placements });
}

const milestones = [
  ['RolloutStarted', 'PlacementRolloutStarted', 'Started rolling out the latest resources'],
  ['Overridden', 'PlacementOverriddenSucceeded', 'Placement has been successfully overridden'],
  ['WorkSynchronized', 'PlacementWorkSynchronized', 'Work(s) have been created or updated for the placement'],
  ['Applied', 'PlacementApplied', 'Resources have been applied to the selected clusters'],
  ['Available', 'PlacementAvailable', 'Resources are available on the selected clusters'],
] as const;

/** Tells each milestone once per generation, and the end. */
function tellProgress(before: Placement, after: Placement, context: PlacementContext): void {
  const reached = (placement: Placement, type: string) =>
    isCurrent(
      findCondition(placement.status?.conditions, `${placement.kind}${type}`),
      placement.metadata.generation,
      'True',
    );
  const tell = (reason: string, message: string) =>
    context.events.record(after, { type: 'Normal', reason, message, component });
  for (const [type, reason, message] of milestones) {
    if (reached(after, type) && !reached(before, type)) tell(reason, message);
  }
  if (reached(after, 'Available') && !reached(before, 'Available')) {
    tell(
      'PlacementRolloutCompleted',
      'Placement has finished the rollout process and reached the desired status',
    );
  }
}

function requeue(placement: Placement, resources: CurrentResources | undefined): Reconciled | undefined {
  const { dueInMs } = resources ?? {};
  const conditions = placement.status?.conditions ?? [];
  const isDone = conditions.every(({ status }) => status === 'True') && conditions.length > 1;
  if (dueInMs === undefined) return isDone ? undefined : { againAfterMs: lookAgainMs };
  return { againAfterMs: Math.min(lookAgainMs, Math.max(1, dueInMs)) };
}
