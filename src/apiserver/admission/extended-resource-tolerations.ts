import { type AdmissionStep, writesOf } from '../../apimachinery/admission.ts';
import { amountsAt } from '../../apimachinery/amounts.ts';
import { isExtendedResource } from '../../apimachinery/pod-amounts.ts';
import { objectsAt, textAt } from '../../apimachinery/read.ts';
import type { Json } from '../../base/index.ts';
import { podSpecOf } from './pods.ts';

/** Pods that ask for a device go to nodes that are kept for those. */
export const extendedResourceTolerations: AdmissionStep = {
  name: 'ExtendedResourceToleration',
  concerns: writesOf(['/pods'], 'CREATE', 'UPDATE'),
  mutate(write) {
    const spec = podSpecOf(write);
    if (!spec) return;
    const containers = ['containers', 'initContainers'].flatMap((list) => objectsAt(spec, list));
    const names = containers.flatMap((each) => [...amountsAt(each, 'resources', 'requests').keys()]);
    const devices = [...new Set(names.filter(isExtendedResource))].sort();
    for (const key of devices) {
      const wanted = { key, operator: 'Exists', effect: 'NoSchedule' };
      const tolerations = Array.isArray(spec['tolerations']) ? spec['tolerations'] : [];
      const isSame = (each: Json) =>
        textAt(each, 'key') === key &&
        textAt(each, 'effect') === 'NoSchedule' &&
        textAt(each, 'operator') === 'Exists' &&
        textAt(each, 'value') === '';
      if (!tolerations.some(isSame)) spec['tolerations'] = [...tolerations, wanted];
    }
  },
};
