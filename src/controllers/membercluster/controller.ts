import { type Controller, runController, watchKeys } from '../../reconcile/index.ts';
import { namespaces } from '../kinds/core.ts';
import { internalMemberClusters, memberClusters, memberNamespace } from '../kinds/fleet.ts';
import type { ClusterContext } from '../shared/context.ts';
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
        hasNewSpec(member.metadata, previous?.metadata) ? member.metadata.name : undefined,
      ),
      watchKeys(internal, (twin) => twin.metadata.name),
      // A member that leaves waits for its namespace to be gone.
      watchKeys(spaces, ({ metadata: { name = '' } }, _previous, type) =>
        type === 'deleted' && name.startsWith(prefix) ? name.slice(prefix.length) : undefined,
      ),
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
