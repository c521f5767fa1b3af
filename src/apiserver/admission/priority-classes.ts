import {
  type AdmissionStep,
  type ClusterView,
  refused,
  type Write,
  writesOf,
} from '../../apimachinery/admission.ts';
import { readMetadata } from '../../apimachinery/metadata.ts';

const resource = 'scheduling.k8s.io/priorityclasses';
const place = { group: 'scheduling.k8s.io', resource: 'priorityclasses', namespace: '' };
const systemClasses = new Set(['system-node-critical', 'system-cluster-critical']);

/** There is one default among the priority classes. */
export const priorityClasses: AdmissionStep = {
  name: 'Priority',
  concerns: writesOf([resource], 'CREATE', 'UPDATE'),
  // Which one it is depends on all others.
  alone: true,
  validate: (write, cluster) =>
    write.object?.['globalDefault'] === true ? checkOnlyDefault(write, cluster) : undefined,
};

async function checkOnlyDefault(write: Write, cluster: ClusterView): Promise<void> {
  for (const each of await cluster.list(place)) {
    const { name } = readMetadata(each);
    if (name === write.name || each['globalDefault'] !== true) continue;
    const why = `PriorityClass ${String(name)} is already marked as default. Only one default can exist`;
    throw refused(write, why);
  }
  write.claims.push('default priority class');
}

/** The priority classes of the system stay. */
export const systemPriorityClasses: AdmissionStep = {
  name: 'system-priority-classes',
  concerns: writesOf([resource], 'DELETE'),
  validate(write) {
    if (!systemClasses.has(write.name)) return;
    throw refused(write, 'this is a system priority class and cannot be deleted');
  },
};
