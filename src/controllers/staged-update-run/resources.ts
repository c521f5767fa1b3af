import type { KubeObject } from '../../apimachinery/client.ts';
import { resourceHashAnnotation, resourceIndexLabel } from '../kinds/fleet-names.ts';
import type { Placement } from '../kinds/placement.ts';
import type { UpdateRun } from '../kinds/staged.ts';
import { byParent } from '../placement/context.ts';
import { SelectionError, selectResources } from '../placement/selection.ts';
import { ensureResourceSnapshot } from '../placement/snapshots.ts';
import { placementKey, shown, type UpdateRunContext } from './context.ts';
import { byUser, invalidRun, unexpected } from './refusal.ts';

/** The resources that a run rolls out. */
export interface RunResources {
  readonly index: string;
  readonly selected: readonly KubeObject[];
}

/**
 * The resources of the index that a run names, or as they are now when it names none. The first index is made by whoever
 * asks for it first: with the strategy External nobody else does, and the oldest version of a run has to name one.
 */
export async function resourcesOf(
  run: UpdateRun,
  placement: Placement,
  context: UpdateRunContext,
): Promise<RunResources> {
  const { resourceSnapshotIndex = '' } = run.spec;
  const key = placementKey(run);
  const isFirst =
    resourceSnapshotIndex === '0' && context.resourceSnapshots.byIndex(byParent, key).length === 0;
  return resourceSnapshotIndex === '' || isFirst
    ? currentResources(placement, context)
    : resourcesAt(resourceSnapshotIndex, key, context);
}

const mostIndex = 2n ** 63n - 1n;

function resourcesAt(index: string, key: string, context: UpdateRunContext): RunResources {
  const number = /^\+?\d+$/.test(index) ? BigInt(index.replace('+', '')) : -1n;
  if (number < 0n || number > mostIndex) {
    const cause = `invalid resource snapshot index \`${index}\` provided, expected an integer >= 0`;
    throw invalidRun(byUser(cause));
  }
  const group = context.resourceSnapshots
    .byIndex(byParent, key)
    .filter(({ metadata }) => metadata.labels?.[resourceIndexLabel] === index && !metadata.deletionTimestamp);
  if (group.length === 0) {
    const cause = `no resourceSnapshots with index \`${number}\` found for placement \`${shown(key)}\``;
    throw invalidRun(byUser(cause));
  }
  if (!group.some(({ metadata }) => metadata.annotations?.[resourceHashAnnotation])) {
    throw invalidRun(unexpected(`no master resourceSnapshot found for placement ${shown(key)}`));
  }
  return { index, selected: group.flatMap(({ spec }) => spec.selectedResources) };
}

/** A snapshot of what is selected now, made at once: who starts a run has waited as long as was right. */
async function currentResources(placement: Placement, context: UpdateRunContext): Promise<RunResources> {
  try {
    const selected = await selectResources(placement, context);
    const delays = { collectMs: 0, intervalMs: 0 };
    const { index } = await ensureResourceSnapshot(placement, selected, { ...context, delays });
    return { index: String(index), selected };
  } catch (thrown) {
    if (thrown instanceof SelectionError) throw invalidRun(byUser(thrown.message));
    throw thrown;
  }
}

/** Name of the object that stands for all resources of an index. */
export function masterSnapshotName(run: UpdateRun, index: string): string {
  return `${run.spec.placementName}-${index}-snapshot`;
}
