import { type Controller, runController, watchKeys } from '../../reconcile/index.ts';
import { memberClusters } from '../kinds/fleet.ts';
import type { ClusterContext } from '../shared/context.ts';
import { reconcileClusterProfile } from './reconcile.ts';

/** Keeps one ClusterProfile in `fleet-system` for each member that has joined. */
export function startClusterProfileController(context: ClusterContext): Controller {
  const members = context.informers.of(memberClusters);
  return runController({
    ...context,
    name: 'clusterprofile',
    watches: [watchKeys(members, (member) => member.metadata.name)],
    reconcile: (name) => reconcileClusterProfile(name, members, context),
  });
}
