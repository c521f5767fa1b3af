import { findCondition } from '../../apimachinery/conditions.ts';
import { isAlreadyExists, refOf } from '../../apimachinery/kinds.ts';
import { jsonEqual } from '../../base/index.ts';
import { type Deployment, deployments, type ReplicaSet, replicaSets } from '../kinds/apps.ts';
import { controllerReference } from '../shared/owners.ts';
import { commitStatus } from '../shared/status.ts';
import { templateHash } from '../shared/template-hash.ts';
import { hashLabel, type Rollout, revisionAnnotation, revisionOf, withoutHash } from './rollout.ts';
import { component, maxReplicas, newSetReplicas, sizeAnnotations } from './scale.ts';
import { progressCondition, withDeploymentCondition } from './status.ts';

const historyAnnotation = 'deployment.kubernetes.io/revision-history';

/** Annotations that belong to one object only and are not handed from a deployment to its sets. */
const ownAnnotations = new Set([
  'kubectl.kubernetes.io/last-applied-configuration',
  revisionAnnotation,
  historyAnnotation,
  'deployment.kubernetes.io/desired-replicas',
  'deployment.kubernetes.io/max-replicas',
  'deprecated.deployment.rollback.to',
]);

/** Finds or makes the set of the current template and gives it the highest revision. */
export async function currentSet(rollout: Rollout, { create }: { create: boolean }): Promise<ReplicaSet> {
  const { newSet, oldSets } = rollout;
  const revision = Math.max(0, ...oldSets.map(revisionOf)) + 1;
  if (newSet) return promote(newSet, revision, rollout);
  if (!create) throw new Error('no set to promote');
  return createSet(revision, rollout);
}

async function promote(set: ReplicaSet, revision: number, rollout: Rollout): Promise<ReplicaSet> {
  const { deployment, context } = rollout;
  const promoted = withRevision(set, Math.max(revision, revisionOf(set)), deployment);
  const minReadySeconds = deployment.spec.minReadySeconds ?? 0;
  const sameReadiness = (set.spec.minReadySeconds ?? 0) === minReadySeconds;
  let current = set;
  if (!sameReadiness || !jsonEqual(promoted.metadata.annotations, set.metadata.annotations)) {
    const spec = sameReadiness ? set.spec : { ...set.spec, minReadySeconds };
    current = await context.client.update(replicaSets, { ...promoted, spec });
    context.sets.observe(current);
  }
  await noteRevision(deployment, current, { reason: 'FoundNewReplicaSet', rollout });
  return current;
}

function withRevision(set: ReplicaSet, revision: number, deployment: Deployment): ReplicaSet {
  const own = set.metadata.annotations ?? {};
  const annotations: { [key: string]: string } = { ...own };
  for (const [key, value] of Object.entries(deployment.metadata.annotations ?? {})) {
    if (!ownAnnotations.has(key)) annotations[key] = value;
  }
  const previous = own[revisionAnnotation];
  annotations[revisionAnnotation] = String(revision);
  if (previous !== undefined && previous !== String(revision)) {
    annotations[historyAnnotation] = [own[historyAnnotation], previous].filter(Boolean).join(',');
  }
  return { ...set, metadata: { ...set.metadata, annotations } };
}

async function createSet(revision: number, rollout: Rollout): Promise<ReplicaSet> {
  const { deployment, context } = rollout;
  const wanted = newSetOf(revision, rollout);
  try {
    const created = await context.client.create(replicaSets, wanted);
    context.sets.observe(created);
    const replicas = created.spec.replicas ?? 0;
    if (replicas > 0) {
      const message = `Scaled up replica set ${created.metadata.name} from 0 to ${replicas}`;
      context.events.record(deployment, { type: 'Normal', reason: 'ScalingReplicaSet', message, component });
    }
    await noteRevision(deployment, created, { reason: 'NewReplicaSetCreated', rollout });
    return created;
  } catch (thrown) {
    if (isAlreadyExists(thrown)) await avoidCollision(wanted, rollout);
    throw thrown;
  }
}

function newSetOf(revision: number, rollout: Rollout): ReplicaSet {
  const { deployment } = rollout;
  const { name = '', namespace = '' } = deployment.metadata;
  const { template, selector } = deployment.spec;
  const hash = templateHash(withoutHash(template), deployment.status?.collisionCount ?? 0);
  const labels = { ...template.metadata?.labels, [hashLabel]: hash };
  const set: ReplicaSet = {
    apiVersion: replicaSets.apiVersion,
    kind: replicaSets.kind,
    metadata: {
      name: `${name}-${hash}`,
      namespace,
      labels,
      ownerReferences: [controllerReference(deployments, deployment)],
    },
    spec: {
      replicas: newSetReplicas(rollout),
      minReadySeconds: deployment.spec.minReadySeconds ?? 0,
      selector: { ...selector, matchLabels: { ...selector.matchLabels, [hashLabel]: hash } },
      template: { ...template, metadata: { ...template.metadata, labels } },
    },
  };
  const numbered = withRevision(set, revision, deployment);
  const sizes = sizeAnnotations(deployment.spec.replicas ?? 1, maxReplicas(deployment));
  const annotations = { ...numbered.metadata.annotations, ...sizes };
  return { ...numbered, metadata: { ...numbered.metadata, annotations } };
}

/** Another set has the name already: the next attempt hashes with a higher count. */
async function avoidCollision(wanted: ReplicaSet, { deployment, context }: Rollout): Promise<void> {
  const present = await context.client.find(replicaSets, refOf(wanted));
  const isMine = present?.metadata.ownerReferences?.some((owner) => owner.uid === deployment.metadata.uid);
  if (!present || isMine) return;
  const status = { ...deployment.status, collisionCount: (deployment.status?.collisionCount ?? 0) + 1 };
  await commitStatus(deployment, status, { client: context.client, informer: context.deployments });
}

/** Puts the revision on the deployment and says that the set is there. */
async function noteRevision(
  deployment: Deployment,
  set: ReplicaSet,
  { reason, rollout }: { reason: 'NewReplicaSetCreated' | 'FoundNewReplicaSet'; rollout: Rollout },
): Promise<void> {
  const { context } = rollout;
  const revision = String(revisionOf(set));
  // With the status, as upstream writes it: an annotation alone would count as a change of what is wanted.
  const annotations = { [revisionAnnotation]: revision };
  const before = deployment.status?.conditions ?? [];
  const isKnown = findCondition(before, 'Progressing') && reason === 'FoundNewReplicaSet';
  const verb = reason === 'NewReplicaSetCreated' ? 'Created new' : 'Found new';
  const condition = progressCondition('True', reason, `${verb} replica set "${set.metadata.name}"`);
  const conditions = isKnown ? before : withDeploymentCondition(before, condition, context.clock.now());
  const place = { client: context.client, informer: context.deployments, annotations };
  await commitStatus(deployment, { ...deployment.status, conditions }, place);
}
