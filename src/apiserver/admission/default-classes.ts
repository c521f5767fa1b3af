import { type AdmissionStep, type ClusterView, type Write, writesOf } from '../../apimachinery/admission.ts';
import { readMetadata, textOf } from '../../apimachinery/metadata.ts';
import { isObject, type JsonObject } from '../../base/index.ts';

/** How objects name their class. */
interface Naming {
  /** Of the spec. */
  readonly member: string;
  /** How it was named before there was the member. */
  readonly annotation: string;
  readonly classes: Classes;
}

interface Classes {
  readonly group: string;
  readonly resource: string;
  /** Annotations that make a class the default. */
  readonly marks: readonly string[];
}

/** Claims that name no storage class get the default one. */
export const defaultStorageClass = defaultClass('DefaultStorageClass', '/persistentvolumeclaims', {
  member: 'storageClassName',
  annotation: 'volume.beta.kubernetes.io/storage-class',
  classes: {
    group: 'storage.k8s.io',
    resource: 'storageclasses',
    marks: [
      'storageclass.kubernetes.io/is-default-class',
      'storageclass.beta.kubernetes.io/is-default-class',
    ],
  },
});

/** Ingresses that name no class get the default one. */
export const defaultIngressClass = defaultClass('DefaultIngressClass', 'networking.k8s.io/ingresses', {
  member: 'ingressClassName',
  annotation: 'kubernetes.io/ingress.class',
  classes: {
    group: 'networking.k8s.io',
    resource: 'ingressclasses',
    marks: ['ingressclass.kubernetes.io/is-default-class'],
  },
});

function defaultClass(name: string, resource: string, naming: Naming): AdmissionStep {
  return {
    name,
    concerns: writesOf([resource], 'CREATE'),
    mutate: (write, cluster) => fill(write, cluster, naming),
  };
}

async function fill({ object }: Write, cluster: ClusterView, asked: Naming): Promise<void> {
  const spec = object?.['spec'];
  if (!object || !isObject(spec) || spec[asked.member] !== undefined) return;
  const annotations = readMetadata(object)['annotations'];
  if (isObject(annotations) && Object.hasOwn(annotations, asked.annotation)) return;
  const chosen = await defaultOf(cluster, asked.classes);
  if (chosen !== undefined) spec[asked.member] = chosen;
}

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
