import { objectKey } from '../../apimachinery/kinds.ts';
import { isObject } from '../../base/index.ts';
import { type Controller, runController, watchKeys } from '../../reconcile/index.ts';
import { type Pod, pods } from '../kinds/core.ts';
import { persistentVolumeClaims, persistentVolumes } from '../kinds/storage.ts';
import type { ClusterContext } from '../shared/context.ts';
import { isFinished } from '../shared/pods.ts';
import { reconcileClaim } from './reconcile.ts';

const byClaim = 'claim';

/** Gives each claim a simulated volume, and keeps claims and volumes that are in use from being removed. */
export function startVolumeClaimController(context: ClusterContext): Controller {
  const claims = context.informers.of(persistentVolumeClaims);
  const volumes = context.informers.of(persistentVolumes);
  const podInformer = context.informers.of(pods);
  podInformer.addIndex(byClaim, (pod) => (isFinished(pod) ? [] : claimsOf(pod)));
  return runController({
    ...context,
    name: 'volume-claim',
    watches: [
      watchKeys(claims, objectKey),
      watchKeys(volumes, ({ spec: { claimRef } }) =>
        claimRef?.name ? `${claimRef.namespace}/${claimRef.name}` : undefined,
      ),
      watchKeys(podInformer, (pod, _previous, type) =>
        type === 'deleted' || isFinished(pod) ? claimsOf(pod) : undefined,
      ),
    ],
    concurrency: 4,
    reconcile: (key) =>
      reconcileClaim(key, {
        ...context,
        claims,
        volumes,
        isUsed: (claim) => podInformer.byIndex(byClaim, claim).length > 0,
      }),
  });
}

/** Keys of the claims that a pod mounts. */
function claimsOf(pod: Pod): string[] {
  const volumes = pod.spec['volumes'];
  if (!Array.isArray(volumes)) return [];
  return volumes.flatMap((volume) => {
    const source = isObject(volume) ? volume['persistentVolumeClaim'] : undefined;
    const name = isObject(source) ? source['claimName'] : undefined;
    return typeof name === 'string' ? [`${pod.metadata.namespace}/${name}`] : [];
  });
}
