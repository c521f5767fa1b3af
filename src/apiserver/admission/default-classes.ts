import { type AdmissionStep, type ClusterView, type Write, writesOf } from '../../apimachinery/admission.ts';
import { readMetadata, textOf } from '../../apimachinery/metadata.ts';
import { isObject, type JsonObject } from '../../base/index.ts';

const oldIngressClass = 'kubernetes.io/ingress.class';
const oldStorageClass = 'volume.beta.kubernetes.io/storage-class';

/** Claims that name no storage class get the default one. */
export const defaultStorageClass: AdmissionStep = {
  name: 'DefaultStorageClass',
  concerns: writesOf(['/persistentvolumeclaims'], 'CREATE'),
  mutate: (write, cluster) =>
    fill(write, cluster, {
      member: 'storageClassName',
      annotation: oldStorageClass,
      classes: storageClasses,
    }),
};

/** Ingresses that name no class get the default one. */
export const defaultIngressClass: AdmissionStep = {
  name: 'DefaultIngressClass',
  concerns: writesOf(['networking.k8s.io/ingresses'], 'CREATE'),
  mutate: (write, cluster) =>
    fill(write, cluster, {
      member: 'ingressClassName',
      annotation: oldIngressClass,
      classes: ingressClasses,
    }),
};

async function fill(
  { object }: Write,
  cluster: ClusterView,
  asked: { readonly member: string; readonly annotation: string; readonly classes: Classes },
): Promise<void> {
  const spec = object?.['spec'];
  if (!object || !isObject(spec) || spec[asked.member] !== undefined) return;
  const annotations = readMetadata(object)['annotations'];
  if (isObject(annotations) && Object.hasOwn(annotations, asked.annotation)) return;
  const chosen = await defaultOf(cluster, asked.classes);
  if (chosen !== undefined) spec[asked.member] = chosen;
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

/** The youngest class that is marked; of those made in the same second the first by name. */
async function defaultOf(
  cluster: ClusterView,
  { group, resource, marks }: Classes,
): Promise<string | undefined> {
  let chosen: { name: string; created: string } | undefined;
  for (const object of await cluster.list({ group, resource, namespace: '' })) {
    const metadata = readMetadata(object);
    const annotations: JsonObject = isObject(metadata['annotations']) ? metadata['annotations'] : {};
    if (!marks.some((mark) => annotations[mark] === 'true')) continue;
    const created = textOf(metadata['creationTimestamp']);
    if (!chosen || created > chosen.created) chosen = { name: textOf(metadata['name']), created };
  }
  return chosen?.name;
}
