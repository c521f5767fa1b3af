import { finalizersOf, metadataOf } from '../../apimachinery/metadata.ts';
import { isObject, rfc3339Seconds } from '../../base/index.ts';
import type { AdmissionStep } from '../call/call.ts';

const finalizers: Readonly<Record<string, string | undefined>> = {
  persistentvolumeclaims: 'kubernetes.io/pvc-protection',
  persistentvolumes: 'kubernetes.io/pv-protection',
};

/** Volumes and claims are created with a finalizer, which goes when nobody uses them any more. */
export const storageProtection: AdmissionStep = {
  name: 'storage-protection',
  concerns: ['core/persistentvolumeclaims', 'core/persistentvolumes'],
  mutate({ call, operation, object }) {
    if (operation !== 'create' || call.subresource !== '' || !object) return;
    const finalizer = finalizers[call.resource.definition.resource];
    if (finalizer === undefined) return;
    const metadata = metadataOf(object);
    const held = finalizersOf(metadata);
    if (!held.includes(finalizer)) metadata['finalizers'] = [...held, finalizer];
  },
};

/** When a volume came to the phase that it is in. */
export const volumePhases: AdmissionStep = {
  name: 'volume-phases',
  concerns: ['core/persistentvolumes'],
  mutate({ parts, object, old }) {
    if (!object) return;
    const status = object['status'];
    const before = old?.['status'];
    if (!isObject(status) || (isObject(before) && before['phase'] === status['phase'])) return;
    status['lastPhaseTransitionTime'] = rfc3339Seconds(parts.clock.now());
  },
};
