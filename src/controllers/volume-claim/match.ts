import { compareQuantities, parseQuantity } from '../../apimachinery/quantity.ts';
import { matchesLabels } from '../../apimachinery/selectors/label-selector.ts';
import type { PersistentVolume, PersistentVolumeClaim } from '../kinds/storage.ts';

const classAnnotation = 'volume.beta.kubernetes.io/storage-class';

/** The class of a claim or volume; '' for none. */
export function classOf({ metadata, spec }: PersistentVolume | PersistentVolumeClaim): string {
  return metadata.annotations?.[classAnnotation] ?? spec.storageClassName ?? '';
}

/** The volume names the claim: by name alone while it waits for it, by uid once they are bound. */
export function isMeantFor({ spec: { claimRef } }: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  const { name, namespace, uid } = claim.metadata;
  if (claimRef?.name !== name || claimRef?.namespace !== namespace) return false;
  return !claimRef?.uid || claimRef.uid === uid;
}

/**
 * The volume for a claim that names none: one meant for it, else the smallest available one that will do. A claim whose
 * binding waits for a pod gets only the first.
 */
export function bestMatch(
  claim: PersistentVolumeClaim,
  volumes: Iterable<PersistentVolume>,
  { waits }: { readonly waits: boolean },
): PersistentVolume | undefined {
  let best: PersistentVolume | undefined;
  for (const volume of volumes) {
    const { claimRef } = volume.spec;
    const isMeant = isMeantFor(volume, claim);
    if (claimRef && !isMeant) continue;
    if (volume.metadata.deletionTimestamp || isTooSmall(volume, claim)) continue;
    if (!sameMode(volume, claim) || !hasAccessModes(volume, claim)) continue;
    if (isMeant) return volume;
    if (waits || volume.status?.phase !== 'Available' || classOf(volume) !== classOf(claim)) continue;
    if (claim.spec.selector && !matchesLabels(claim.spec.selector, volume.metadata.labels)) continue;
    if (!best || isSmaller(volume, best)) best = volume;
  }
  return best;
}

/** Why the volume that a claim names is not for it, as the real binder words it; undefined when it is. */
export function mismatch(volume: PersistentVolume, claim: PersistentVolumeClaim): string | undefined {
  if (volume.metadata.deletionTimestamp)
    return `the volume is marked for deletion ${JSON.stringify(volume.metadata.name)}`;
  if (isTooSmall(volume, claim)) return 'requested PV is too small';
  if (classOf(volume) !== classOf(claim)) return 'storageClassName does not match';
  if (!sameMode(volume, claim)) return 'incompatible volumeMode';
  if (!hasAccessModes(volume, claim)) return 'incompatible accessMode';
  return undefined;
}

function isTooSmall(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  const wanted = parseQuantity(claim.spec.resources?.requests?.['storage']);
  if (!wanted) return false;
  const size = parseQuantity(volume.spec.capacity?.['storage']);
  return !size || compareQuantities(size, wanted) < 0;
}

function isSmaller(one: PersistentVolume, other: PersistentVolume): boolean {
  const size = parseQuantity(one.spec.capacity?.['storage']);
  const otherSize = parseQuantity(other.spec.capacity?.['storage']);
  return size !== undefined && otherSize !== undefined && compareQuantities(size, otherSize) < 0;
}

function sameMode(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  return (volume.spec.volumeMode ?? 'Filesystem') === (claim.spec.volumeMode ?? 'Filesystem');
}

function hasAccessModes(volume: PersistentVolume, claim: PersistentVolumeClaim): boolean {
  return (claim.spec.accessModes ?? []).every((mode) => volume.spec.accessModes?.includes(mode));
}
