import { objectKey } from '../../apimachinery/kinds.ts';
import { type Controller, runController, watchKeys } from '../../reconcile/index.ts';
import {
  type PersistentVolume,
  type PersistentVolumeClaim,
  persistentVolumeClaims,
  persistentVolumes,
} from '../kinds/storage.ts';
import type { ClusterContext } from '../shared/context.ts';
import { release } from '../shared/finalizers.ts';

const claimProtection = 'kubernetes.io/pvc-protection';
const volumeProtection = 'kubernetes.io/pv-protection';

/** Lets volumes go that are deleted and bound to no claim. */
export function startVolumeProtection(context: ClusterContext): Controller {
  const volumes = context.informers.of(persistentVolumes);
  const isFree = ({ metadata, status }: PersistentVolume) =>
    metadata.deletionTimestamp !== undefined && status?.phase !== 'Bound';
  return runController({
    ...context,
    name: 'pv-protection',
    watches: [watchKeys(volumes, (volume) => (isFree(volume) ? objectKey(volume) : undefined))],
    reconcile: async (key) => {
      const volume = volumes.get(key);
      if (volume && isFree(volume)) {
        await release(volume, volumeProtection, { client: context.client, informer: volumes });
      }
      return undefined;
    },
  });
}

/** Where no pods run nobody uses a claim: it goes when it is deleted. */
export function startIdleClaimProtection(context: ClusterContext): Controller {
  const claims = context.informers.of(persistentVolumeClaims);
  const isGoing = ({ metadata }: PersistentVolumeClaim) => metadata.deletionTimestamp !== undefined;
  return runController({
    ...context,
    name: 'pvc-protection',
    watches: [watchKeys(claims, (claim) => (isGoing(claim) ? objectKey(claim) : undefined))],
    reconcile: async (key) => {
      const claim = claims.get(key);
      if (claim && isGoing(claim)) {
        await release(claim, claimProtection, { client: context.client, informer: claims });
      }
      return undefined;
    },
  });
}
