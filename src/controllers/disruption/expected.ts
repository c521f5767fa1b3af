import type { OwnerReference } from '../../apimachinery/client.ts';
import { countOf } from '../../apimachinery/int-or-percent.ts';
import { errorMessage, isObject, type JsonObject } from '../../base/index.ts';
import type { Informer } from '../../reconcile/index.ts';
import type { Deployment, ReplicaSet, StatefulSet } from '../kinds/apps.ts';
import type { Pod } from '../kinds/core.ts';
import type { PodDisruptionBudget } from '../kinds/policy.ts';
import type { ClusterContext } from '../shared/context.ts';
import { controllerOf } from '../shared/owners.ts';

/** The controller that decides how many pods there are to be, and how many. */
export interface ControllerScale {
  readonly uid: string;
  readonly replicas: number;
}

/** Finds the scale behind a controller reference of a pod; undefined when there is none. Throws why it cannot say. */
export type FindScale = (
  reference: OwnerReference,
  namespace: string,
) => Promise<ControllerScale | undefined>;

export interface ExpectedPods {
  readonly expectedPods: number;
  readonly desiredHealthy: number;
  /** Names of pods that nobody controls. */
  readonly unmanaged: readonly string[];
}

/** How many pods a budget counts on, and how many of them are to be healthy. Throws when a pod's scale is unknown. */
export async function expectedPods(
  { spec, metadata }: PodDisruptionBudget,
  pods: readonly Pod[],
  scaleOf: FindScale,
): Promise<ExpectedPods> {
  const { minAvailable, maxUnavailable } = spec;
  if (maxUnavailable === undefined && minAvailable === undefined) {
    return { expectedPods: 0, desiredHealthy: 0, unmanaged: [] };
  }
  if (maxUnavailable === undefined && typeof minAvailable === 'number') {
    return { expectedPods: pods.length, desiredHealthy: minAvailable, unmanaged: [] };
  }
  const scale = await expectedScale(pods, metadata.namespace ?? '', scaleOf);
  const desired =
    maxUnavailable === undefined
      ? countOf(minAvailable ?? 0, scale.expectedPods, 'up')
      : scale.expectedPods - countOf(maxUnavailable, scale.expectedPods, 'up');
  return { ...scale, desiredHealthy: Math.max(0, desired) };
}

/** The scales of all controllers of the pods, each once. */
async function expectedScale(pods: readonly Pod[], namespace: string, scaleOf: FindScale) {
  const scales = new Map<string, number>();
  const unmanaged: string[] = [];
  for (const pod of pods) {
    const { name = '' } = pod.metadata;
    const reference = controllerOf(pod);
    if (!reference) {
      unmanaged.push(name);
      continue;
    }
    if (scales.has(reference.uid)) continue;
    const found = await scaleOf(reference, namespace);
    if (!found) throw new Error(`found no controllers for pod "${name}"`);
    scales.set(found.uid, found.replicas);
  }
  return { expectedPods: [...scales.values()].reduce((sum, replicas) => sum + replicas, 0), unmanaged };
}

interface Known {
  readonly deployments: Informer<Deployment>;
  readonly replicaSets: Informer<ReplicaSet>;
  readonly statefulSets: Informer<StatefulSet>;
}

/** Deployments, replica sets and stateful sets by what is known of them, everything else by its scale subresource. */
export function ownScales(known: Known, context: Pick<ClusterContext, 'client' | 'served'>): FindScale {
  return async (reference, namespace) => {
    const key = `${namespace}/${reference.name}`;
    const isApps = /^(apps|extensions)\//.test(reference.apiVersion);
    if (isApps && reference.kind === 'ReplicaSet') {
      const found = scaleOfSet(known, key, reference.uid);
      if (found) return found;
    }
    if (isApps && reference.kind === 'StatefulSet') {
      const set = known.statefulSets.get(key);
      if (set?.metadata.uid === reference.uid)
        return { uid: reference.uid, replicas: set.spec.replicas ?? 1 };
    }
    return scaleByName(reference, namespace, context);
  };
}

/** A replica set of a deployment counts as that deployment. */
function scaleOfSet(known: Known, key: string, uid: string): ControllerScale | undefined {
  const set = known.replicaSets.get(key);
  if (set?.metadata.uid !== uid) return undefined;
  const owner = controllerOf(set);
  if (owner?.kind !== 'Deployment') return { uid, replicas: set.spec.replicas ?? 1 };
  const deployment = known.deployments.get(`${set.metadata.namespace ?? ''}/${owner.name}`);
  if (deployment?.metadata.uid !== owner.uid) return undefined;
  return { uid: owner.uid, replicas: deployment.spec.replicas ?? 1 };
}

async function scaleByName(
  { apiVersion, kind, name, uid }: OwnerReference,
  namespace: string,
  { client, served }: Pick<ClusterContext, 'client' | 'served'>,
): Promise<ControllerScale | undefined> {
  const found = (await served.find(apiVersion, kind)) ?? (await foundLater(apiVersion, kind, served));
  if (!found) throw new Error(`no matches for kind "${kind}" in version "${apiVersion}"`);
  const root = found.group === '' ? '/api/v1' : `/apis/${apiVersion}`;
  const path = `${root}/namespaces/${namespace}/${found.resource}/${name}`;
  const answer = await client.cluster.raw('GET', `${path}/scale`);
  if (answer.status === 404) {
    // Nobody of that name, or a kind that has no scale.
    const owner = await client.cluster.raw('GET', path);
    if (owner.status === 404) return undefined;
    const resource = found.group === '' ? found.resource : `${found.resource}.${found.group}`;
    throw new Error(`${resource} does not implement the scale subresource`);
  }
  if (answer.status !== 200) throw new Error(`the scale of ${kind} ${name} was answered ${answer.status}`);
  const scale = readJson(answer.body);
  const metadata = isObject(scale['metadata']) ? scale['metadata'] : {};
  if (metadata['uid'] !== uid) return undefined;
  const spec = isObject(scale['spec']) ? scale['spec'] : {};
  return { uid, replicas: typeof spec['replicas'] === 'number' ? spec['replicas'] : 0 };
}

/** A kind may have come since the cluster was asked for its kinds. */
function foundLater(apiVersion: string, kind: string, served: ClusterContext['served']) {
  served.forget();
  return served.find(apiVersion, kind);
}

function readJson(body: Uint8Array): JsonObject {
  try {
    const value: unknown = JSON.parse(new TextDecoder().decode(body));
    return isObject(value) ? value : {};
  } catch (thrown) {
    throw new Error(`a scale cannot be read: ${errorMessage(thrown)}`);
  }
}
