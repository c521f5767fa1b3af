import { objectKey } from '../../apimachinery/kinds.ts';
import { isObject } from '../../base/index.ts';
import { type Controller, runController, watchKeys } from '../../reconcile/index.ts';
import { type Pod, pods } from '../kinds/core.ts';
import {
  type PersistentVolume,
  persistentVolumeClaims,
  persistentVolumes,
  storageClasses,
} from '../kinds/storage.ts';
import type { ClusterContext } from '../shared/context.ts';
import { isFinished } from '../shared/pods.ts';
import type { VolumeClaimContext } from './context.ts';
import { reconcileVolume } from './reclaim.ts';
import { reconcileClaim } from './reconcile.ts';

const byClaim = 'claim';

/** Binds claims and volumes, and keeps claims that are in use from being removed. */
export function startVolumeClaimController(context: ClusterContext): Controller {
  const shared = volumeContext(context);
  const { claims, volumes, classes, waiting } = shared;
  return runController({
    ...context,
    name: 'volume-claim',
    watches: [
      watchKeys(claims, objectKey),
      // One that is free may be what others wait for.
      watchKeys(volumes, (volume) => claimOf(volume) ?? waiting.keys()),
      watchKeys(classes, () => waiting.keys()),
      watchKeys(context.informers.of(pods), (pod, previous, type) =>
        type !== 'updated' || isFinished(pod) || previous?.spec.nodeName !== pod.spec.nodeName
          ? claimsOf(pod)
          : undefined,
      ),
    ],
    concurrency: 4,
    reconcile: (key) => reconcileClaim(key, shared),
  });
}

/** Says which phase volumes are in, and reclaims those whose claim is gone. */
export function startVolumeReclaimer(context: ClusterContext): Controller {
  const shared = volumeContext(context);
  const { claims, volumes } = shared;
  return runController({
    ...context,
    name: 'volume',
    watches: [
      watchKeys(volumes, objectKey),
      watchKeys(claims, (claim) => volumes.byIndex(byClaim, objectKey(claim)).map(objectKey)),
    ],
    concurrency: 4,
    reconcile: (name) => reconcileVolume(name, shared),
  });
}

function volumeContext(context: ClusterContext): VolumeClaimContext {
  const volumes = context.informers.of(persistentVolumes);
  const podInformer = context.informers.of(pods);
  podInformer.addIndex(byClaim, (pod) => (isFinished(pod) ? [] : claimsOf(pod)));
  volumes.addIndex(byClaim, (volume) => {
    const key = claimOf(volume);
    return key === undefined ? [] : [key];
  });
  return {
    ...context,
    claims: context.informers.of(persistentVolumeClaims),
    volumes,
    classes: context.informers.of(storageClasses),
    waiting: new Map(),
    usersOf: (claim) => podInformer.byIndex(byClaim, claim),
  };
}

function claimOf({ spec: { claimRef } }: PersistentVolume): string | undefined {
  return claimRef?.name ? `${claimRef.namespace}/${claimRef.name}` : undefined;
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
