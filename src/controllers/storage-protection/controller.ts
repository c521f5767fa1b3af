import type { KubeObject } from '../../apimachinery/client.ts';
import { objectKey } from '../../apimachinery/kinds.ts';
import { type Controller, runController, watchKeys } from '../../reconcile/index.ts';
import {
  type PersistentVolume,
  type PersistentVolumeClaim,
  persistentVolumeClaims,
  persistentVolumes,
  volumeAttributesClasses,
} from '../kinds/storage.ts';
import type { ClusterContext } from '../shared/context.ts';
import { release } from '../shared/finalizers.ts';

const claimProtection = 'kubernetes.io/pvc-protection';
const volumeProtection = 'kubernetes.io/pv-protection';
const classProtection = 'kubernetes.io/vac-protection';

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

/** Lets classes of volume attributes go that are deleted and that no claim and no volume names. */
export function startClassProtection(context: ClusterContext): Controller {
  const classes = context.informers.of(volumeAttributesClasses);
  const claims = context.informers.of(persistentVolumeClaims);
  const volumes = context.informers.of(persistentVolumes);
  const isGoing = ({ metadata }: KubeObject) => metadata.deletionTimestamp !== undefined;
  const isNamed = (name: string) =>
    [...claims.list()].some((claim) => classesOf(claim).includes(name)) ||
    [...volumes.list()].some(({ spec }) => spec.volumeAttributesClassName === name);
  return runController({
    ...context,
    name: 'vac-protection',
    watches: [
      watchKeys(classes, (each) => (isGoing(each) ? objectKey(each) : undefined)),
      // Whoever named a class before may have been the last one.
      watchKeys(claims, (claim, previous) => classesOf(previous ?? claim)),
      watchKeys(volumes, (volume, previous) => {
        const { volumeAttributesClassName: name = '' } = (previous ?? volume).spec;
        return name === '' ? undefined : name;
      }),
    ],
    reconcile: async (key) => {
      const each = classes.get(key);
      if (each && isGoing(each) && !isNamed(each.metadata.name ?? key)) {
        await release(each, classProtection, { client: context.client, informer: classes });
      }
      return undefined;
    },
  });
}

/** Those that a claim asks for, has, or is being given. */
function classesOf({ spec, status }: PersistentVolumeClaim): string[] {
  const names = [
    spec.volumeAttributesClassName,
    status?.currentVolumeAttributesClassName,
    status?.modifyVolumeStatus?.targetVolumeAttributesClassName,
  ];
  return names.filter((name): name is string => name !== undefined && name !== '');
}
