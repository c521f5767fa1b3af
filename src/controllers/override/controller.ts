import { objectKey } from '../../apimachinery/kinds.ts';
import { type Controller, runController, watchKeys } from '../../reconcile/index.ts';
import { overrideFinalizer, parentOverrideLabel } from '../kinds/fleet-names.ts';
import {
  clusterOverrides,
  namespacedOverrides,
  type OverrideFamily,
  type OverrideSnapshot,
} from '../kinds/placement.ts';
import type { ClusterContext } from '../shared/context.ts';
import { hasLost } from '../shared/finalizers.ts';
import { bySnapshotParent, reconcileOverride } from './reconcile.ts';

/** Keeps what overrides said as snapshots, which rollouts name: what a cluster got does not change with the override. */
export function startOverrideControllers(context: ClusterContext): readonly Controller[] {
  return [clusterOverrides, namespacedOverrides].map((family) => startOverrideController(context, family));
}

function startOverrideController(context: ClusterContext, family: OverrideFamily): Controller {
  const overrides = context.informers.of(family.overrides);
  const snapshots = context.informers.of(family.snapshots);
  snapshots.addIndex(bySnapshotParent, (snapshot) => [parentOf(snapshot) ?? '']);
  return runController({
    ...context,
    name: `override/${family.overrides.resource}`,
    watches: [
      watchKeys(overrides, (override, previous) => {
        const { generation, deletionTimestamp } = override.metadata;
        const isSame =
          generation === previous?.metadata.generation &&
          deletionTimestamp === previous?.metadata.deletionTimestamp;
        return isSame && !hasLost(override, previous, overrideFinalizer) ? undefined : objectKey(override);
      }),
      // One that somebody deleted is made again.
      watchKeys(snapshots, (snapshot, _previous, type) =>
        type === 'deleted' ? parentOf(snapshot) : undefined,
      ),
    ],
    concurrency: 4,
    reconcile: (key) => reconcileOverride(key, { ...context, family, overrides, snapshots }),
  });
}

/** Key of the override that a snapshot was made of. */
function parentOf({ metadata: { labels, namespace } }: OverrideSnapshot): string | undefined {
  const name = labels?.[parentOverrideLabel];
  return name && namespace ? `${namespace}/${name}` : name;
}
