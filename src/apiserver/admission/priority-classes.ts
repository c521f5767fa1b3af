import { forbidden } from '../../apimachinery/status.ts';
import type { AdmissionRequest, AdmissionStep } from '../call/call.ts';

const systemClasses = new Set(['system-node-critical', 'system-cluster-critical']);

/** There is one default among the priority classes, and those of the system stay. */
export const priorityClasses: AdmissionStep = {
  name: 'priority-classes',
  concerns: ['scheduling.k8s.io/priorityclasses'],
  validate(request) {
    const { call, operation, object, name } = request;
    if (call.subresource !== '') return;
    if (operation === 'delete' && systemClasses.has(name)) {
      throw forbidden(call.resource.subject(name), 'this is a system priority class and cannot be deleted');
    }
    return object?.['globalDefault'] === true ? checkOnlyDefault(request) : undefined;
  },
};

async function checkOnlyDefault({ parts, call, name, claims }: AdmissionRequest): Promise<void> {
  for (const stored of (await parts.storage.collection(call.resource)).scan('')) {
    if (stored.name === name || stored.decoded(call.resource)['globalDefault'] !== true) continue;
    const why = `PriorityClass ${stored.name} is already marked as default. Only one default can exist`;
    throw forbidden(call.resource.subject(name), why);
  }
  claims.push('default priority class');
}
