import { jsonEqual } from '../../base/index.ts';
import type { Informer } from '../../reconcile/index.ts';
import type { Deployment, ReplicaSet } from '../kinds/apps.ts';
import type { Pod, PodTemplate } from '../kinds/core.ts';
import type { ClusterContext } from '../shared/context.ts';
import { ownedBy } from '../shared/owners.ts';

export const hashLabel = 'pod-template-hash';
export const revisionAnnotation = 'deployment.kubernetes.io/revision';

export interface DeploymentContext extends ClusterContext {
  readonly deployments: Informer<Deployment>;
  readonly sets: Informer<ReplicaSet>;
  readonly pods: Informer<Pod>;
}

/** A Deployment with its ReplicaSets, as one pass sees them. */
export interface Rollout {
  readonly deployment: Deployment;
  /** The set whose template is the deployment's; undefined until it is made. */
  readonly newSet: ReplicaSet | undefined;
  readonly oldSets: readonly ReplicaSet[];
  readonly context: DeploymentContext;
}

/** Looks at the sets as they are now, with what this pass has done to them. */
export function see(deployment: Deployment, context: DeploymentContext): Rollout {
  const all = ownedBy(context.sets, deployment).filter((set) => !set.metadata.deletionTimestamp);
  const newSet = findNewSet(deployment, all);
  return { deployment, newSet, oldSets: all.filter((set) => set !== newSet), context };
}

/** The oldest set that has the deployment's template. */
function findNewSet(deployment: Deployment, sets: readonly ReplicaSet[]): ReplicaSet | undefined {
  return [...sets]
    .sort(compareAge)
    .find((set) => jsonEqual(withoutHash(set.spec.template), withoutHash(deployment.spec.template)));
}

export function compareAge(a: ReplicaSet, b: ReplicaSet): number {
  const [left = '', right = ''] = [a.metadata.creationTimestamp, b.metadata.creationTimestamp];
  if (left !== right) return left < right ? -1 : 1;
  return (a.metadata.name ?? '') < (b.metadata.name ?? '') ? -1 : 1;
}

export function withoutHash(template: PodTemplate): PodTemplate {
  const { [hashLabel]: _, ...labels } = template.metadata?.labels ?? {};
  return { ...template, metadata: { ...template.metadata, labels } };
}

export function revisionOf(object: Deployment | ReplicaSet): number {
  return Number(object.metadata.annotations?.[revisionAnnotation] ?? 0) || 0;
}
