import { isObject, type JsonObject } from '../../base/index.ts';
import type { AdmissionStep } from '../call/call.ts';

const notReady = { key: 'node.kubernetes.io/not-ready', effect: 'NoSchedule' } as const;

/** A new node takes no pods until somebody has seen that it is ready. */
export const nodeTaints: AdmissionStep = {
  name: 'node-taints',
  concerns: ['core/nodes'],
  mutate({ call, operation, object }) {
    if (operation !== 'create' || call.subresource !== '' || !object) return;
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
