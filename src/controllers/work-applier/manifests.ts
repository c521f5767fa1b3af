import { createHash } from 'node:crypto';
import type { KubeObject } from '../../apimachinery/client.ts';
import { errorMessage, isObject } from '../../base/index.ts';
import { lastAppliedAnnotation, specHashAnnotation } from '../kinds/fleet-names.ts';
import type { ManifestIdentifier, Work } from '../kinds/placement.ts';
import type { ServedKind } from '../shared/discovery.ts';
import { canonical } from '../shared/template-hash.ts';
import type { WorkApplierContext } from './context.ts';

/** A manifest of a Work with what is known of it before anything is applied. */
export interface Manifest {
  readonly identifier: ManifestIdentifier;
  /** Undefined when it cannot be decoded. */
  readonly object: KubeObject | undefined;
  readonly kind: ServedKind | undefined;
  readonly problem: { readonly reason: string; readonly message: string } | undefined;
}

/** Reads the manifests of a Work: each needs a kind that the member serves and a name of its own. */
export async function readManifests(work: Work, context: WorkApplierContext): Promise<readonly Manifest[]> {
  const seen = new Set<string>();
  const manifests: Manifest[] = [];
  for (const [ordinal, manifest] of (work.spec.workload?.manifests ?? []).entries()) {
    const read = await readManifest(manifest, ordinal, context);
    const identity = identityOf(read.identifier);
    if (!read.problem && seen.has(identity)) {
      const message = `the same object stands in the Work twice: ${identity}`;
      manifests.push({ ...read, problem: { reason: 'Duplicated', message } });
    } else {
      manifests.push(read);
    }
    seen.add(identity);
  }
  return manifests;
}

export function identityOf({
  group = '',
  version = '',
  kind = '',
  namespace = '',
  name = '',
}: ManifestIdentifier) {
  return [group, version, kind, namespace, name].join('/');
}

async function readManifest(
  manifest: KubeObject,
  ordinal: number,
  context: WorkApplierContext,
): Promise<Manifest> {
  const { apiVersion, kind, metadata } = manifest;
  const undecoded = (message: string): Manifest => ({
    identifier: { ordinal },
    object: undefined,
    kind: undefined,
    problem: { reason: 'DecodingErred', message },
  });
  if (typeof apiVersion !== 'string' || typeof kind !== 'string' || !isObject(metadata)) {
    return undecoded('the manifest is not a Kubernetes object');
  }
  let served: ServedKind | undefined;
  try {
    served = await context.served.find(apiVersion, kind);
    if (!served) {
      // A custom kind may have come since the member was last asked.
      context.served.forget();
      served = await context.served.find(apiVersion, kind);
    }
  } catch (thrown) {
    return undecoded(errorMessage(thrown));
  }
  const slash = apiVersion.indexOf('/');
  const { namespace, name } = metadata;
  const identifier: ManifestIdentifier = {
    ordinal,
    ...(slash < 0 ? {} : { group: apiVersion.slice(0, slash) }),
    version: apiVersion.slice(slash + 1),
    kind,
    ...(served ? { resource: served.resource } : {}),
    ...(namespace ? { namespace } : {}),
    ...(name ? { name } : {}),
  };
  if (!served) {
    const message = `no matches for kind "${kind}" in version "${apiVersion}"`;
    return { identifier, object: manifest, kind: undefined, problem: { reason: 'DecodingErred', message } };
  }
  if (!name) {
    const message = 'the manifest has a generateName and no name';
    return { identifier, object: manifest, kind: served, problem: { reason: 'FoundGenerateName', message } };
  }
  const exact = { ...served, version: apiVersion.slice(slash + 1), apiVersion };
  return { identifier, object: manifest, kind: exact, problem: undefined };
}

const known = new Set([
  '',
  'apps',
  'batch',
  'autoscaling',
  'policy',
  'networking.k8s.io',
  'scheduling.k8s.io',
  'storage.k8s.io',
  'apiextensions.k8s.io',
  'rbac.authorization.k8s.io',
  'apiregistration.k8s.io',
  'admissionregistration.k8s.io',
]);

const waves: readonly ReadonlySet<string>[] = [
  new Set(['namespaces', 'priorityclasses']),
  new Set([
    'networkpolicies',
    'resourcequotas',
    'limitranges',
    'podsecuritypolicies',
    'poddisruptionbudgets',
    'serviceaccounts',
    'secrets',
    'configmaps',
    'storageclasses',
    'persistentvolumes',
    'persistentvolumeclaims',
    'customresourcedefinitions',
    'ingressclasses',
  ]),
  new Set(['clusterroles', 'roles']),
  new Set(['clusterrolebindings', 'rolebindings']),
  new Set([
    'services',
    'daemonsets',
    'pods',
    'replicationcontrollers',
    'replicasets',
    'deployments',
    'horizontalpodautoscalers',
    'statefulsets',
    'jobs',
    'cronjobs',
    'ingresses',
  ]),
  new Set(['apiservices', 'validatingwebhookconfigurations', 'mutatingwebhookconfigurations']),
];
const lastWave = 999;

/** What others build on is applied before them. */
function waveOf({ identifier: { group = '', resource = '' } }: Manifest): number {
  const at = known.has(group) ? waves.findIndex((wave) => wave.has(resource)) : -1;
  return at < 0 ? lastWave : at;
}

/** Manifests in groups that are applied one after the other. */
export function inWaves(manifests: readonly Manifest[]): readonly (readonly Manifest[])[] {
  const groups = new Map<number, Manifest[]>();
  for (const manifest of manifests) {
    const wave = waveOf(manifest);
    const group = groups.get(wave);
    if (group) group.push(manifest);
    else groups.set(wave, [manifest]);
  }
  return [...groups].sort(([a], [b]) => a - b).map(([, group]) => group);
}

/** The manifest as it is applied: without what a server sets, and what the fleet keeps to itself. */
export function sanitizeManifest(object: KubeObject): KubeObject {
  const { status: _, ...rest } = object;
  const { name, namespace, labels, finalizers } = object.metadata;
  const annotations = Object.fromEntries(
    Object.entries(object.metadata.annotations ?? {}).filter(
      ([key]) =>
        key !== 'kubectl.kubernetes.io/last-applied-configuration' &&
        key !== 'deployment.kubernetes.io/revision' &&
        key !== specHashAnnotation &&
        key !== lastAppliedAnnotation,
    ),
  );
  return {
    ...rest,
    apiVersion: object.apiVersion,
    kind: object.kind,
    metadata: {
      ...(name ? { name } : {}),
      ...(namespace ? { namespace } : {}),
      ...(labels ? { labels } : {}),
      ...(finalizers ? { finalizers } : {}),
      ...(Object.keys(annotations).length > 0 ? { annotations } : {}),
    },
  };
}

export function manifestHash(object: KubeObject): string {
  return createHash('sha256').update(canonical(object)).digest('hex');
}
