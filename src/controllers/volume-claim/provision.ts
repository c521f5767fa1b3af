import { isAlreadyExists, refOf } from '../../apimachinery/kinds.ts';
import {
  type PersistentVolume,
  type PersistentVolumeClaim,
  persistentVolumeClaims,
  persistentVolumes,
  type StorageClass,
} from '../kinds/storage.ts';
import type { VolumeClaimContext } from './context.ts';

/** Who provisions where no class says so, as on AKS. */
export const usualProvisioner = 'disk.csi.azure.com';
export const provisionedBy = 'pv.kubernetes.io/provisioned-by';

/** A simulated volume for a claim, by the name that its uid gives. */
export async function provision(
  claim: PersistentVolumeClaim,
  storageClass: StorageClass | undefined,
  context: VolumeClaimContext,
): Promise<PersistentVolume> {
  const wanted = volumeFor(claim, storageClass);
  try {
    const volume = await context.client.create(persistentVolumes, wanted);
    context.volumes.observe(volume);
    const message = `Successfully provisioned volume ${volume.metadata.name}`;
    const said = { type: 'Normal', reason: 'ProvisioningSucceeded', message } as const;
    context.events.record(claim, { ...said, component: provisionerOf(storageClass) });
    return volume;
  } catch (thrown) {
    if (!isAlreadyExists(thrown)) throw thrown;
    return context.client.get(persistentVolumes, refOf(wanted));
  }
}

function provisionerOf(storageClass: StorageClass | undefined): string {
  return storageClass?.provisioner ?? usualProvisioner;
}

function volumeFor(claim: PersistentVolumeClaim, storageClass: StorageClass | undefined): PersistentVolume {
  const { name = '', namespace = '', uid = '', resourceVersion = '' } = claim.metadata;
  const { accessModes, resources, storageClassName, volumeMode = 'Filesystem' } = claim.spec;
  const driver = provisionerOf(storageClass);
  const { apiVersion, kind } = persistentVolumeClaims;
  return {
    apiVersion: persistentVolumes.apiVersion,
    kind: persistentVolumes.kind,
    metadata: { name: `pvc-${uid}`, annotations: { [provisionedBy]: driver } },
    spec: {
      accessModes: accessModes ?? ['ReadWriteOnce'],
      capacity: { storage: resources?.requests?.['storage'] ?? '1Gi' },
      claimRef: { apiVersion, kind, name, namespace, uid, resourceVersion },
      // Names of provisioners may have a slash, those of drivers may not.
      csi: { driver: driver.includes('/') ? usualProvisioner : driver, volumeHandle: `simulated/${uid}` },
      persistentVolumeReclaimPolicy: storageClass?.reclaimPolicy ?? 'Delete',
      ...(storageClassName ? { storageClassName } : {}),
      ...(storageClass?.mountOptions && { mountOptions: storageClass.mountOptions }),
      volumeMode,
    },
  };
}
