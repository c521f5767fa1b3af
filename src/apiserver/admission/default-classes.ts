import { readMetadata, textOf } from '../../apimachinery/metadata.ts';
import { isObject, type JsonObject } from '../../base/index.ts';
import type { AdmissionRequest, AdmissionStep } from '../call/call.ts';

const oldIngressClass = 'kubernetes.io/ingress.class';

/** Claims that name no storage class get the default one, as ingresses get theirs. */
export const defaultClasses: AdmissionStep = {
  name: 'default-classes',
  concerns: ['core/persistentvolumeclaims', 'networking.k8s.io/ingresses'],
  mutate(request) {
    const { call, operation, object } = request;
    if (operation !== 'create' || call.subresource !== '') return;
    const spec = object?.['spec'];
    if (!object || !isObject(spec)) return;
    if (call.resource.definition.resource === 'persistentvolumeclaims') {
      if (spec['storageClassName'] !== undefined || hasOldStorageClass(object)) return;
      return fill(request, spec, { member: 'storageClassName', classes: storageClasses });
    }
    const annotations = readMetadata(object)['annotations'];
    const isAnnotated = isObject(annotations) && Object.hasOwn(annotations, oldIngressClass);
    if (spec['ingressClassName'] !== undefined || isAnnotated) return;
    return fill(request, spec, { member: 'ingressClassName', classes: ingressClasses });
  },
};

async function fill(
  request: AdmissionRequest,
  spec: JsonObject,
  { member, classes }: { member: string; classes: Classes },
): Promise<void> {
  const chosen = await defaultOf(request, classes);
  if (chosen !== undefined) spec[member] = chosen;
}

interface Classes {
  readonly group: string;
  readonly resource: string;
  /** Annotations that make a class the default. */
  readonly marks: readonly string[];
}

const storageClasses: Classes = {
  group: 'storage.k8s.io',
  resource: 'storageclasses',
  marks: ['storageclass.kubernetes.io/is-default-class', 'storageclass.beta.kubernetes.io/is-default-class'],
};
const ingressClasses: Classes = {
  group: 'networking.k8s.io',
  resource: 'ingressclasses',
  marks: ['ingressclass.kubernetes.io/is-default-class'],
};

function hasOldStorageClass(object: JsonObject): boolean {
  const annotations = readMetadata(object)['annotations'];
  return isObject(annotations) && Object.hasOwn(annotations, 'volume.beta.kubernetes.io/storage-class');
}

/** The youngest class that is marked; of those made in the same second the first by name. */
async function defaultOf(
  { parts }: AdmissionRequest,
  { group, resource, marks }: Classes,
): Promise<string | undefined> {
  const served = parts.resources.find(group, 'v1', resource);
  if (!served) return undefined;
  let chosen: { name: string; created: string } | undefined;
  for (const stored of (await parts.storage.collection(served)).scan('')) {
    const metadata = readMetadata(stored.decoded(served));
    const annotations = isObject(metadata['annotations']) ? metadata['annotations'] : {};
    if (!marks.some((mark) => annotations[mark] === 'true')) continue;
    const created = textOf(metadata['creationTimestamp']);
    if (!chosen || created > chosen.created) chosen = { name: stored.name, created };
  }
  return chosen?.name;
}
