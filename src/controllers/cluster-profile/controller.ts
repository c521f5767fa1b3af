import { type Controller, runController, watchKeys } from '../../reconcile/index.ts';
import { clusterProfiles, fleetNamespace, memberClusters } from '../kinds/fleet.ts';
import type { ClusterContext } from '../shared/context.ts';
import { reconcileClusterProfile } from './reconcile.ts';

/** Keeps one ClusterProfile in `fleet-system` for each member that has joined. */
export function startClusterProfileController(context: ClusterContext): Controller {
  const members = context.informers.of(memberClusters);
  const profiles = context.informers.of(clusterProfiles);
  return runController({
    ...context,
    name: 'clusterprofile',
    watches: [
      watchKeys(members, (member) => member.metadata.name),
      // One that somebody deleted or changed is put right.
      watchKeys(profiles, ({ metadata }, previous, type) => {
        if (metadata.namespace !== fleetNamespace) return undefined;
        const isOurs = type === 'updated' && metadata.generation === previous?.metadata.generation;
        return isOurs ? undefined : metadata.name;
      }),
    ],
    reconcile: (name) => reconcileClusterProfile(name, members, context),
  });
}
