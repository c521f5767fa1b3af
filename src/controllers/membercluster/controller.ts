import { type Controller, runController, watchKeys } from '../../reconcile/index.ts';
import { namespaces } from '../kinds/core.ts';
import { internalMemberClusters, memberClusters, memberNamespace } from '../kinds/fleet.ts';
import type { ClusterContext } from '../shared/context.ts';
import { hasLost } from '../shared/finalizers.ts';
import { finalizer } from './leave.ts';
import { reconcileMemberCluster } from './reconcile.ts';

/** Makes what a member needs on the hub, shows what its agent reports, and lets it leave. */
export function startMemberClusterController(context: ClusterContext): Controller {
  const members = context.informers.of(memberClusters);
  const internal = context.informers.of(internalMemberClusters);
  const spaces = context.informers.of(namespaces);
  const prefix = memberNamespace('');
  return runController({
    ...context,
    name: 'membercluster',
    watches: [
      watchKeys(members, (member, previous) =>
        hasNewSpec(member.metadata, previous?.metadata) || hasLost(member, previous, finalizer)
          ? member.metadata.name
          : undefined,
      ),
      watchKeys(internal, (twin) => twin.metadata.name),
      // A member that leaves waits for its namespace to be gone; one that went without its leave left it behind.
      watchKeys(spaces, ({ metadata: { name = '' } }, _previous, type) => {
        if (!name.startsWith(prefix)) return undefined;
        const member = name.slice(prefix.length);
        return type === 'deleted' || !members.get(member) ? member : undefined;
      }),
    ],
    reconcile: (name) => reconcileMemberCluster(name, { ...context, members, internal }),
  });
}

/** Its own status writes do not concern the controller. */
function hasNewSpec(
  next: { generation?: number; deletionTimestamp?: string },
  previous: { generation?: number; deletionTimestamp?: string } | undefined,
): boolean {
  return next.generation !== previous?.generation || next.deletionTimestamp !== previous?.deletionTimestamp;
}
