import { type AdmissionStep, refused, subjectOf, type Write } from '../../apimachinery/admission.ts';
import { readMetadata } from '../../apimachinery/metadata.ts';
import { forbidden, notFound } from '../../apimachinery/status.ts';
import type { JsonObject } from '../../base/index.ts';

const immortal = new Set(['default', 'kube-system', 'kube-public']);
const namespaces = { group: '', resource: 'namespaces', namespace: '' };

/** Objects are created only in namespaces that exist and stay. */
export const namespaceLifecycle: AdmissionStep = {
  name: 'NamespaceLifecycle',
  // Whoever asks what he may do in a namespace is not told whether there is one.
  concerns: ({ definition, operation }) =>
    operation === 'CREATE' && definition.namespaced && definition.resource !== 'localsubjectaccessreviews',
  mutate(write, cluster) {
    if (write.namespace === '') return undefined;
    const found = cluster.find(namespaces, write.namespace);
    return found instanceof Promise ? found.then((each) => check(write, each)) : check(write, found);
  },
};

function check(write: Write, found: JsonObject | undefined): undefined {
  const { namespace } = write;
  if (!found) throw notFound({ group: '', resource: 'namespaces', name: namespace });
  if (readMetadata(found)['deletionTimestamp'] === undefined) return undefined;
  const why = `unable to create new content in namespace ${namespace} because it is being terminated`;
  const message = `namespace ${namespace} is being terminated`;
  const cause = { reason: 'NamespaceTerminating', message, field: 'metadata.namespace' };
  throw forbidden(subjectOf(write), why, [cause]);
}

/** Three namespaces can never go. */
export const immortalNamespaces: AdmissionStep = {
  name: 'NamespaceLifecycle',
  concerns: ({ definition, operation }) =>
    operation === 'DELETE' && definition.group === '' && definition.resource === 'namespaces',
  mutate(write) {
    if (immortal.has(write.name)) throw refused(write, 'this namespace may not be deleted');
  },
};
