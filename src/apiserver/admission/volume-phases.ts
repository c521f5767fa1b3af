import { type AdmissionStep, resourceKey } from '../../apimachinery/admission.ts';
import { isObject, rfc3339Seconds } from '../../base/index.ts';

/** When a volume came to the phase that it is in. */
export const volumePhases: AdmissionStep = {
  name: 'volume-phases',
  concerns: ({ definition, operation }) =>
    operation !== 'DELETE' && resourceKey(definition) === '/persistentvolumes',
  complete({ object, old }, { clock }) {
    const status = object?.['status'];
    const before = old?.['status'];
    if (!isObject(status) || (isObject(before) && before['phase'] === status['phase'])) return;
    status['lastPhaseTransitionTime'] = rfc3339Seconds(clock.now());
  },
};
