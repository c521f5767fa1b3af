import { type AdmissionStep, writesOf } from '../../apimachinery/admission.ts';
import { isObject, type JsonObject } from '../../base/index.ts';

const notReady = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' } as const;

/** A new node takes no pods until somebody has seen that it is ready. */
export const nodeTaints: AdmissionStep = {
  name: 'TaintNodesByCondition',
  concerns: writesOf(['/nodes'], 'CREATE'),
  mutate({ object }) {
    if (!object) return;
    const spec: JsonObject = isObject(object['spec']) ? object['spec'] : {};
    const taints = Array.isArray(spec['taints']) ? spec['taints'] : [];
    const isThere = taints.some(
      (taint) => isObject(taint) && taint['key'] === notReady.key && taint['effect'] === notReady.effect,
    );
    if (isThere) return;
    spec['taints'] = [...taints, { ...notReady }];
    object['spec'] = spec;
  },
};
