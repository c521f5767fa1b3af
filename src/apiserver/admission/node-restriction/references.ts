import { containersIn } from '../../../apimachinery/containers.ts';
import { at, listAt, objectAt, objectsAt, textAt } from '../../../apimachinery/read.ts';
import type { JsonObject } from '../../../base/index.ts';

/** What of the API a pod refers to, as refusals name it; undefined: nothing. */
export function referenceOf(pod: JsonObject): string | undefined {
  if (textAt(pod, 'spec', 'serviceAccountName') !== '') return 'serviceaccounts';
  if (hasSecrets(pod)) return 'secrets';
  if (ofContainers(pod, 'configMap').length > 0 || hasVolume(pod, 'configMap')) return 'configmaps';
  if (listAt(pod, 'spec', 'resourceClaims').length > 0) return 'resourceclaims';
  for (const volume of objectsAt(pod, 'spec', 'volumes')) {
    const found = ofVolumes.find(([source]) => volume[source] !== undefined);
    if (found) return found[1];
    for (const source of objectsAt(volume, 'projected', 'sources')) {
      const projected = ofProjections.find(([member]) => source[member] !== undefined);
      if (projected) return projected[1];
    }
  }
  return undefined;
}

const ofVolumes = [
  ['csi', 'csidrivers (via CSI volumes)'],
  ['glusterfs', 'endpoints (via glusterFS volumes)'],
  ['persistentVolumeClaim', 'persistentvolumeclaims'],
  ['ephemeral', 'persistentvolumeclaims (via ephemeral volumes)'],
] as const;

const ofProjections = [
  ['serviceAccountToken', 'serviceaccounts (via projected volumes)'],
  ['clusterTrustBundle', 'clustertrustbundles'],
  ['podCertificate', 'podcertificates'],
] as const;

/** Volumes whose drivers are given a secret. */
const secretRefs = [
  ['azureFile', 'secretName'],
  ['cephfs', 'secretRef'],
  ['cinder', 'secretRef'],
  ['flexVolume', 'secretRef'],
  ['rbd', 'secretRef'],
  ['scaleIO', 'secretRef'],
  ['iscsi', 'secretRef'],
  ['storageos', 'secretRef'],
  ['csi', 'nodePublishSecretRef'],
] as const;

function hasSecrets(pod: JsonObject): boolean {
  return (
    listAt(pod, 'spec', 'imagePullSecrets').length > 0 ||
    ofContainers(pod, 'secret').length > 0 ||
    hasVolume(pod, 'secret') ||
    objectsAt(pod, 'spec', 'volumes').some((volume) =>
      secretRefs.some(([source, member]) => at(volume, source, member) !== undefined),
    )
  );
}

function hasVolume(pod: JsonObject, source: 'secret' | 'configMap'): boolean {
  return objectsAt(pod, 'spec', 'volumes').some(
    (volume) =>
      volume[source] !== undefined ||
      objectsAt(volume, 'projected', 'sources').some((each) => each[source] !== undefined),
  );
}

function ofContainers(pod: JsonObject, source: 'secret' | 'configMap'): readonly JsonObject[] {
  return containersIn(objectAt(pod, 'spec')).flatMap((container) => [
    ...objectsAt(container, 'envFrom').filter((each) => each[`${source}Ref`] !== undefined),
    ...objectsAt(container, 'env').filter((each) => at(each, 'valueFrom', `${source}KeyRef`) !== undefined),
  ]);
}
