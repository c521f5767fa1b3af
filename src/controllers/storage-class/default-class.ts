import { type StorageClass, storageClasses } from '../kinds/storage.ts';

/**
 * Virtual disks of an Azure Local instance: bound at once, growing, gone with their volume. Group and host are the simulated
 * instance's; people copy them into classes of their own.
 * Source: https://learn.microsoft.com/azure/aks/aksarc/container-storage-interface-disks
 */
export const defaultClass = {
  apiVersion: storageClasses.apiVersion,
  kind: storageClasses.kind,
  metadata: {
    name: 'default',
    annotations: { 'storageclass.kubernetes.io/is-default-class': 'true' },
  },
  provisioner: 'disk.csi.akshci.com',
  parameters: {
    blocksize: '33554432',
    container: 'default-container',
    dynamic: 'true',
    group: 'clustergroup',
    hostname: 'ca-drydock.local',
    logicalsectorsize: '4096',
    physicalsectorsize: '4096',
    port: '55000',
    fsType: 'ext4',
  },
  allowVolumeExpansion: true,
  reclaimPolicy: 'Delete',
  volumeBindingMode: 'Immediate',
} satisfies StorageClass;
