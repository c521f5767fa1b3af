import { at, objectAt, objectsAt, textAt, textsAt } from '../../apimachinery/read.ts';
import { cidrWarnings, ipWarnings } from '../../apimachinery/validation/addresses.ts';
import { child, index, key } from '../../apimachinery/validation/errors.ts';
import type { JsonObject } from '../../base/index.ts';
import { nodeTermWarnings } from './node-labels.ts';
import { claimWarnings, deadVolumes, memberShown } from './volumes.ts';

export function nodeWarnings(node: JsonObject): string[] {
  const warnings: string[] = [];
  if (at(node, 'spec', 'configSource') !== undefined) {
    warnings.push('spec.configSource: the feature is removed');
  }
  if (textAt(node, 'spec', 'externalID') !== '') {
    warnings.push('spec.externalID: this field is deprecated, and is unused by Kubernetes');
  }
  const ranges = textsAt(node, 'spec', 'podCIDRs');
  return [...warnings, ...ranges.flatMap((range, i) => cidrWarnings(index('spec.podCIDRs', i), range))];
}

const mountableSecrets = 'kubernetes.io/enforce-mountable-secrets';

export function serviceAccountWarnings(account: JsonObject, old: JsonObject | undefined): string[] {
  const has = (object: JsonObject | undefined) =>
    at(object, 'metadata', 'annotations', mountableSecrets) !== undefined;
  if (has(old) || !has(account)) return [];
  const advice = 'deprecated in v1.32+; prefer separate namespaces to isolate access to mounted secrets';
  return [`${key('metadata.annotations', mountableSecrets)}: ${advice}`];
}

export function endpointsWarnings(endpoints: JsonObject): string[] {
  if (
    textAt(endpoints, 'metadata', 'labels', 'endpoints.kubernetes.io/managed-by') === 'endpoint-controller'
  ) {
    return [];
  }
  return objectsAt(endpoints, 'subsets').flatMap((subset, i) =>
    ['addresses', 'notReadyAddresses'].flatMap((list) =>
      objectsAt(subset, list).flatMap((address, j) => {
        const here = index(child(index('subsets', i), list), j);
        return ipWarnings(child(here, 'ip'), textAt(address, 'ip'));
      }),
    ),
  );
}

const volumeAnnotations: ReadonlyMap<string, string> = new Map([
  [
    'volume.beta.kubernetes.io/storage-class',
    'deprecated since v1.8; use "storageClassName" attribute instead',
  ],
  ['volume.beta.kubernetes.io/mount-options', 'deprecated since v1.31; use "mountOptions" attribute instead'],
]);

export function volumeObjectWarnings(volume: JsonObject): string[] {
  const warnings = [...volumeAnnotations]
    .filter(([name]) => at(volume, 'metadata', 'annotations', name) !== undefined)
    .map(([name, advice]) => `${key('metadata.annotations', name)}: ${advice}`);
  const spec = objectAt(volume, 'spec');
  if (spec['persistentVolumeReclaimPolicy'] === 'Recycle') {
    const advice = 'Instead, the recommended approach is to use dynamic provisioning.';
    warnings.push(`spec.persistentVolumeReclaimPolicy: The Recycle reclaim policy is deprecated. ${advice}`);
  }
  const terms = objectsAt(spec, 'nodeAffinity', 'required', 'nodeSelectorTerms');
  const here = 'spec.nodeAffinity.required.nodeSelectorTerms';
  warnings.push(...terms.flatMap((term, i) => nodeTermWarnings(term, index(here, i), false)));
  const kinds = ['cephfs', 'photonPersistentDisk', 'scaleIO', 'storageos', 'glusterfs', 'rbd'];
  for (const kind of kinds) {
    if (spec[kind] !== undefined) warnings.push(`spec.${memberShown(kind)}: ${deadVolumes.get(kind) ?? ''}`);
  }
  return warnings;
}

/** A claim's annotation is told of as a volume's is. */
export function claimObjectWarnings(claim: JsonObject): string[] {
  const [[name, advice] = ['', '']] = volumeAnnotations;
  const warnings =
    at(claim, 'metadata', 'annotations', name) === undefined
      ? []
      : [`${key('metadata.annotations', name)}: ${advice}`];
  return [...warnings, ...claimWarnings(objectAt(claim, 'spec'), 'spec')];
}
