import { ignoringMissing, isAlreadyExists, refOf } from '../../apimachinery/kinds.ts';
import type { Informer } from '../../reconcile/index.ts';
import {
  type PersistentVolume,
  type PersistentVolumeClaim,
  persistentVolumeClaims,
  persistentVolumes,
} from '../kinds/storage.ts';
import type { ClusterContext } from '../shared/context.ts';
import { release } from '../shared/finalizers.ts';
import { commitStatus } from '../shared/status.ts';

const claimProtection = 'kubernetes.io/pvc-protection';
const volumeProtection = 'kubernetes.io/pv-protection';
const provisioner = 'disk.csi.azure.com';

export interface VolumeClaimContext extends ClusterContext {
  readonly claims: Informer<PersistentVolumeClaim>;
  readonly volumes: Informer<PersistentVolume>;
  /** True while a pod that has not ended mounts the claim. */
  isUsed(claim: string): boolean;
}

/** One pass over a claim: give it a volume, or take both away. */
export async function reconcileClaim(key: string, context: VolumeClaimContext): Promise<undefined> {
  const claim = context.claims.get(key);
  await releaseVolumes(key, claim?.metadata.uid, context);
  if (!claim) return undefined;
  if (claim.metadata.deletionTimestamp) {
    if (!context.isUsed(key))
      await release(claim, claimProtection, { client: context.client, informer: context.claims });
    return undefined;
  }
  if (claim.status?.phase === 'Bound') return undefined;
  await bindVolume(claim, context);
  return undefined;
}

async function bindVolume(claim: PersistentVolumeClaim, context: VolumeClaimContext): Promise<void> {
  const volume = claim.spec.volumeName
    ? context.volumes.get(claim.spec.volumeName)
    : await provision(claim, context);
  // A claim that names its volume waits for it.
  if (!volume) return;
  const bound = await context.client.update(persistentVolumeClaims, {
    ...claim,
    metadata: {
      ...claim.metadata,
      annotations: {
        ...claim.metadata.annotations,
        'pv.kubernetes.io/bind-completed': 'yes',
        'pv.kubernetes.io/bound-by-controller': 'yes',
        'volume.kubernetes.io/storage-provisioner': provisioner,
      },
    },
    spec: { ...claim.spec, volumeName: volume.metadata.name ?? '' },
  });
  context.claims.observe(bound);
  // The volume first: a claim that is bound is not looked at again.
  await setPhase(volume, 'Bound', context);
  const { accessModes = [], capacity = {} } = volume.spec;
  const status = { ...bound.status, phase: 'Bound', accessModes, capacity };
  await commitStatus(bound, status, { client: context.client, informer: context.claims });
}

async function provision(
  claim: PersistentVolumeClaim,
  context: VolumeClaimContext,
): Promise<PersistentVolume> {
  const wanted = volumeFor(claim);
  try {
    const volume = await context.client.create(persistentVolumes, wanted);
    context.volumes.observe(volume);
    const message = `Successfully provisioned volume ${volume.metadata.name}`;
    const said = { type: 'Normal', reason: 'ProvisioningSucceeded', message } as const;
    context.events.record(claim, { ...said, component: provisioner });
    return volume;
  } catch (thrown) {
    if (!isAlreadyExists(thrown)) throw thrown;
    return context.client.get(persistentVolumes, refOf(wanted));
  }
}

function volumeFor(claim: PersistentVolumeClaim): PersistentVolume {
  const { name = '', namespace = '', uid = '', resourceVersion = '' } = claim.metadata;
  const { accessModes, resources, storageClassName, volumeMode = 'Filesystem' } = claim.spec;
  return {
    apiVersion: persistentVolumes.apiVersion,
    kind: persistentVolumes.kind,
    metadata: { name: `pvc-${uid}`, annotations: { 'pv.kubernetes.io/provisioned-by': provisioner } },
    spec: {
      accessModes: accessModes ?? ['ReadWriteOnce'],
      capacity: { storage: resources?.requests?.['storage'] ?? '1Gi' },
      claimRef: { apiVersion: 'v1', kind: 'PersistentVolumeClaim', name, namespace, uid, resourceVersion },
      csi: { driver: provisioner, volumeHandle: `simulated/${uid}` },
      persistentVolumeReclaimPolicy: 'Delete',
      ...(storageClassName ? { storageClassName } : {}),
      volumeMode,
    },
  };
}

async function setPhase(volume: PersistentVolume, phase: string, context: VolumeClaimContext): Promise<void> {
  const { resourceVersion: _, ...metadata } = volume.metadata;
  const place = { client: context.client, informer: context.volumes };
  await commitStatus({ ...volume, metadata }, { ...volume.status, phase }, place);
}

/** A claim that had the name is gone: its volumes go too, unless they are to be kept. One without a uid waits for its claim. */
async function releaseVolumes(
  key: string,
  currentUid: string | undefined,
  context: VolumeClaimContext,
): Promise<void> {
  const left = [...context.volumes.list()].filter(
    ({ spec: { claimRef } }) =>
      claimRef?.uid && claimRef.uid !== currentUid && `${claimRef.namespace}/${claimRef.name}` === key,
  );
  for (const volume of left) {
    if (volume.spec.persistentVolumeReclaimPolicy !== 'Delete') {
      await setPhase(volume, 'Released', context);
      continue;
    }
    if (volume.metadata.deletionTimestamp)
      await release(volume, volumeProtection, { client: context.client, informer: context.volumes });
    else await ignoringMissing(context.client.delete(persistentVolumes, refOf(volume)));
  }
}
