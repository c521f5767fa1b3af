import type { KubeObject } from '../../apimachinery/client.ts';
import { splitApiVersion } from '../../apimachinery/metadata.ts';
import { errorMessage, isObject } from '../../base/index.ts';
import type { ManifestIdentifier, Work } from '../kinds/placement.ts';
import type { ServedKind } from '../shared/discovery.ts';
import type { WorkApplierContext } from './context.ts';
import type { Manifest } from './step.ts';

/** Reads the manifests of a Work: each needs a kind that the member serves and a name of its own. */
export async function readManifests(work: Work, context: WorkApplierContext): Promise<readonly Manifest[]> {
  const seen = new Set<string>();
  const manifests: Manifest[] = [];
  const kinds = kindsOf(context);
  for (const [ordinal, manifest] of (work.spec.workload?.manifests ?? []).entries()) {
    const read = await readManifest(manifest, ordinal, kinds);
    const identity = identityOf(read.identifier);
    if (!read.problem && seen.has(identity)) {
      const problem = { reason: 'Duplicated', message: 'a duplicate manifest has been found' } as const;
      manifests.push({ ...read, problem });
    } else {
      if (!read.problem) seen.add(identity);
      manifests.push(read);
    }
  }
  return manifests;
}

/** Names a manifest among those of its Work, also when their order changes; one that cannot be read has its place alone. */
export function identityOf(identifier: Partial<ManifestIdentifier>): string {
  const { group = '', version = '', kind = '', namespace = '', name = '', ordinal } = identifier;
  if (group === '' && version === '') return `#${ordinal}`;
  return [group, version, kind, namespace, name].join('/');
}

/** Conditions and the like of manifests by their identity: where one stands twice, the first is meant. */
export function byIdentity<T extends { readonly identifier: ManifestIdentifier }>(
  items: readonly T[],
): ReadonlyMap<string, T> {
  const known = new Map<string, T>();
  for (const item of items) {
    const identity = identityOf(item.identifier);
    if (!known.has(identity)) known.set(identity, item);
  }
  return known;
}

async function readManifest(manifest: KubeObject, ordinal: number, findKind: FindKind): Promise<Manifest> {
  const { apiVersion, kind, metadata } = manifest;
  if (typeof apiVersion !== 'string' || typeof kind !== 'string' || !isObject(metadata)) {
    return unread(
      { ordinal },
      undefined,
      'failed to unmarshal JSON: the manifest is not a Kubernetes object',
    );
  }
  const [group, version] = splitApiVersion(apiVersion);
  const { namespace, name, generateName } = metadata;
  const identifier: ManifestIdentifier = {
    ordinal,
    ...(group && { group }),
    version,
    kind,
    ...(namespace ? { namespace } : {}),
    ...(name ? { name } : {}),
  };
  let served: ServedKind | undefined;
  try {
    served = await findKind(apiVersion, kind);
  } catch (thrown) {
    return unread(identifier, manifest, `${noMapping}: ${errorMessage(thrown)}`);
  }
  if (!served) {
    const message = `${noMapping}: no matches for kind "${kind}" in version "${apiVersion}"`;
    return unread(identifier, manifest, message);
  }
  const mapped = { ...identifier, resource: served.resource };
  const exact = { ...served, version, apiVersion };
  const problem = name ? undefined : namelessProblem(generateName);
  return { identifier: mapped, object: manifest, kind: exact, problem };
}

const noMapping = 'failed to find GVR from member cluster client REST mapping';

type FindKind = (apiVersion: string, kind: string) => Promise<ServedKind | undefined>;

/** What the member serves. A custom kind may have come since it was last asked: it is asked again, once. */
function kindsOf({ served }: WorkApplierContext): FindKind {
  let isFresh = false;
  return async (apiVersion, kind) => {
    const found = await served.find(apiVersion, kind);
    if (found || isFresh) return found;
    served.forget();
    isFresh = true;
    return served.find(apiVersion, kind);
  };
}

function unread(identifier: ManifestIdentifier, object: KubeObject | undefined, why: string): Manifest {
  const problem = { reason: 'DecodingErred', message: `failed to decode manifest: ${why}` } as const;
  return { identifier, object, kind: undefined, problem };
}

function namelessProblem(generateName: string | undefined): NonNullable<Manifest['problem']> {
  if (generateName) {
    const message = 'objects with only generate name are not supported';
    return { reason: 'FoundGenerateName', message };
  }
  const message =
    'failed to find the corresponding object for the manifest object in the member cluster: name is required';
  return { reason: 'FailedToFindObjInMemberCluster', message };
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
