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
  };
  status?: { phase?: string; accessModes?: string[]; capacity?: Resources };
}

export interface PersistentVolume extends KubeObject {
  spec: {
    accessModes?: string[];
    capacity?: Resources;
    claimRef?: ObjectReference;
    persistentVolumeReclaimPolicy?: string;
    storageClassName?: string;
    volumeMode?: string;
    csi?: JsonObject;
  };
  status?: { phase?: string };
}

export const persistentVolumeClaims = defineKind<PersistentVolumeClaim>(
  'v1',
  'PersistentVolumeClaim',
  'persistentvolumeclaims',
);
export const persistentVolumes = defineKind<PersistentVolume>(
  'v1',
  'PersistentVolume',
  'persistentvolumes',
  'Cluster',
);
