import { readMetadata } from '../../apimachinery/metadata.ts';
import { forbidden, notFound } from '../../apimachinery/status.ts';
import type { AdmissionStep } from '../call/call.ts';
import { objectKey } from '../storage/keys.ts';

const immortal = new Set(['default', 'kube-system', 'kube-public']);

/** Objects are created only in namespaces that exist and stay; three namespaces can never go. */
export const namespaceLifecycle: AdmissionStep = {
  name: 'namespace-lifecycle',
  concerns: 'all',
  async mutate({ parts, call, operation, namespace, name }) {
    if (operation !== 'create' || !call.resource.definition.namespaced || namespace === '') return;
    const namespaces = parts.resources.find('', 'v1', 'namespaces');
    if (!namespaces) return;
    const collection = parts.storage.loaded(namespaces) ?? (await parts.storage.collection(namespaces));
    const found = collection.get(objectKey('', namespace));
    if (!found) throw notFound({ group: '', resource: 'namespaces', name: namespace });
    if (!isTerminating(found.decoded(namespaces))) return;
    throw forbidden(
      call.resource.subject(name),
      `unable to create new content in namespace ${namespace} because it is being terminated`,
      [
        {
          reason: 'NamespaceTerminating',
          message: `namespace ${namespace} is being terminated`,
          field: 'metadata.namespace',
        },
      ],
    );
  },
  validate({ call, operation, name }) {
    const { group, resource } = call.resource.definition;
    if (operation !== 'delete' || group !== '' || resource !== 'namespaces' || !immortal.has(name)) return;
    throw forbidden(call.resource.subject(name), 'this namespace may not be deleted');
  },
};

function isTerminating(namespace: Parameters<typeof readMetadata>[0]): boolean {
  return readMetadata(namespace)['deletionTimestamp'] !== undefined;
}
