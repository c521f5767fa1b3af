import {
  type PersistentVolume,
  type PersistentVolumeClaim,
  persistentVolumeClaims,
  persistentVolumes,
} from '../kinds/storage.ts';
import { commitStatus } from '../shared/status.ts';
import type { VolumeClaimContext } from './context.ts';
import { isMeantFor } from './match.ts';

export const boundByController = 'pv.kubernetes.io/bound-by-controller';
export const bindCompleted = 'pv.kubernetes.io/bind-completed';

/** Binds both sides, the volume first: whoever else wanted it meanwhile fails on its version, and looks again. */
export async function bind(
  volume: PersistentVolume,
  claim: PersistentVolumeClaim,
  context: VolumeClaimContext,
): Promise<void> {
  const taken = await claimVolume(volume, claim, context);
  await setPhase(taken, 'Bound', context);
  const { annotations = {} } = claim.metadata;
  const isByUs = !claim.spec.volumeName;
  let bound = claim;
  if (isByUs || annotations[bindCompleted] === undefined) {
    bound = await context.client.update(persistentVolumeClaims, {
      ...claim,
      metadata: {
        ...claim.metadata,
        annotations: {
          ...annotations,
          [bindCompleted]: 'yes',
          ...(isByUs && { [boundByController]: 'yes' }),
        },
      },
      spec: { ...claim.spec, volumeName: volume.metadata.name ?? '' },
    });
    context.claims.observe(bound);
  }
  const { accessModes = [], capacity = {} } = volume.spec;
  const status = { ...bound.status, phase: 'Bound', accessModes, capacity };
  await commitStatus(bound, status, { client: context.client, informer: context.claims });
}

async function claimVolume(
  volume: PersistentVolume,
  claim: PersistentVolumeClaim,
  context: VolumeClaimContext,
): Promise<PersistentVolume> {
  const { name = '', namespace = '', uid = '', resourceVersion = '' } = claim.metadata;
  const { claimRef } = volume.spec;
  if (claimRef?.uid === uid) return volume;
  const isMeant = isMeantFor(volume, claim);
  const { apiVersion, kind } = persistentVolumeClaims;
  const annotations = { ...volume.metadata.annotations, ...(!isMeant && { [boundByController]: 'yes' }) };
  const taken = await context.client.update(persistentVolumes, {
    ...volume,
    metadata: { ...volume.metadata, annotations },
    spec: {
      ...volume.spec,
      claimRef: { ...claimRef, kind, namespace, name, uid, apiVersion, resourceVersion },
    },
  });
  context.volumes.observe(taken);
  return taken;
}

/** Lets a volume go whose claim has another: one that was meant for the claim by whoever made it stays so. */
export async function unbind(volume: PersistentVolume, context: VolumeClaimContext): Promise<void> {
  const { [boundByController]: byUs, ...annotations } = volume.metadata.annotations ?? {};
  const { claimRef, ...spec } = volume.spec;
  const { uid: _uid, resourceVersion: _version, ...name } = claimRef ?? {};
  const freed = await context.client.update(persistentVolumes, {
    ...volume,
    metadata: { ...volume.metadata, annotations },
    spec: byUs === undefined ? { ...spec, claimRef: name } : spec,
  });
  context.volumes.observe(freed);
  await setPhase(freed, 'Available', context);
}

/** Writes the phase of a volume; `message` for people when it has failed. */
export async function setPhase(
  volume: PersistentVolume,
  phase: 'Available' | 'Bound' | 'Released' | 'Failed',
  context: VolumeClaimContext,
  message?: string,
): Promise<void> {
  const { message: _before, ...before } = volume.status ?? {};
  const status = { ...before, phase, ...(message !== undefined && { message }) };
  await commitStatus(volume, status, { client: context.client, informer: context.volumes });
}
