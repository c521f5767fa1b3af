import { forbidden } from '../../apimachinery/status.ts';
import type { AdmissionStep } from '../call/call.ts';

const systemClasses = new Set(['system-node-critical', 'system-cluster-critical']);

/** There is one default among the priority classes, and those of the system stay. */
export const priorityClasses: AdmissionStep = {
  name: 'priority-classes',
  async validate({ parts, call, operation, object, name }) {
    const { group, resource } = call.resource.definition;
    if (group !== 'scheduling.k8s.io' || resource !== 'priorityclasses' || call.subresource !== '') return;
    const subject = call.resource.subject(name);
    if (operation === 'delete') {
      if (!systemClasses.has(name)) return;
      throw forbidden(subject, 'this is a system priority class and cannot be deleted');
    }
    if (object?.['globalDefault'] !== true) return;
    for (const stored of (await parts.storage.collection(call.resource)).scan('')) {
      if (stored.name === name || stored.decoded(call.resource)['globalDefault'] !== true) continue;
      const why = `PriorityClass ${stored.name} is already marked as default. Only one default can exist`;
      throw forbidden(subject, why);
    }
  },
};
