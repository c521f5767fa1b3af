import type { KubeObject } from '../../apimachinery/client.ts';
import { defineKind } from '../../apimachinery/kinds.ts';
import type { JsonObject } from '../../base/index.ts';
import type { ObjectReference, Resources } from './core.ts';

export interface PersistentVolumeClaim extends KubeObject {
  spec: {
    accessModes?: string[];
    resources?: { requests?: Resources };
    storageClassName?: string;
    volumeName?: string;
    volumeMode?: string;
    selector?: JsonObject;
    volumeAttributesClassName?: string;
  };
  status?: {
    phase?: string;
    accessModes?: string[];
    capacity?: Resources;
    currentVolumeAttributesClassName?: string;
    modifyVolumeStatus?: { targetVolumeAttributesClassName?: string };
  };
}

export interface PersistentVolume extends KubeObject {
  spec: {
    accessModes?: string[];
    capacity?: Resources;
    claimRef?: ObjectReference;
    persistentVolumeReclaimPolicy?: string;
    storageClassName?: string;
    volumeMode?: string;
    mountOptions?: string[];
    csi?: JsonObject;
    hostPath?: { path?: string };
    volumeAttributesClassName?: string;
  };
  status?: { phase?: string; message?: string };
}

export interface StorageClass extends KubeObject {
  provisioner: string;
  reclaimPolicy?: string;
  volumeBindingMode?: string;
  mountOptions?: string[];
}

export const persistentVolumeClaims = defineKind<PersistentVolumeClaim>(
  'v1',
  'PersistentVolumeClaim',
  'persistentvolumeclaims',
);
export const storageClasses = defineKind<StorageClass>(
  'storage.k8s.io/v1',
  'StorageClass',
  'storageclasses',
  'Cluster',
);
export const persistentVolumes = defineKind<PersistentVolume>(
  'v1',
  'PersistentVolume',
  'persistentvolumes',
  'Cluster',
);
export const volumeAttributesClasses = defineKind<KubeObject>(
  'storage.k8s.io/v1',
  'VolumeAttributesClass',
  'volumeattributesclasses',
  'Cluster',
);
