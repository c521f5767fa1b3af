import type { KubeObject } from '../../apimachinery/client.ts';
import { fleetKey } from './fleet.ts';

/** Labels and annotations by which the objects of a placement find each other. */
export const parentLabel = fleetKey('parent-CRP');
export const latestLabel = fleetKey('is-latest-snapshot');
export const policyIndexLabel = fleetKey('policy-index');
export const resourceIndexLabel = fleetKey('resource-index');
export const parentOverrideLabel = fleetKey('parent-resource-override');
export const overrideIndexLabel = fleetKey('override-index');
export const parentBindingLabel = fleetKey('parent-resource-binding');
export const parentSnapshotIndexLabel = fleetKey('parent-resource-snapshot-index');
export const parentNamespaceLabel = fleetKey('parent-placement-namespace');

export const generationAnnotation = fleetKey('CRP-generation');
export const clusterCountAnnotation = fleetKey('number-of-clusters');
export const resourceHashAnnotation = fleetKey('resource-hash');
export const snapshotCountAnnotation = fleetKey('number-of-resource-snapshots');
export const envelopeCountAnnotation = fleetKey('number-of-enveloped-object');
export const subindexAnnotation = fleetKey('subindex-of-resource-snapshot');
export const nextSnapshotAnnotation = fleetKey('next-resource-snapshot-candidate-detection-time');
export const previousStateAnnotation = fleetKey('previous-binding-state');
export const parentSnapshotNameAnnotation = fleetKey('parent-resource-snapshot-name');
export const overrideHashAnnotation = fleetKey('parent-resource-override-snapshot-hash');
export const clusterOverrideHashAnnotation = fleetKey('parent-cluster-resource-override-snapshot-hash');
export const specHashAnnotation = fleetKey('spec-hash');
export const lastAppliedAnnotation = fleetKey('last-applied-configuration');

/** Labels of an approval request: whose it is, and which task of which stage it is about. */
export const targetRunLabel = fleetKey('targetUpdateRun');
export const targetStageLabel = fleetKey('targetUpdatingStage');
export const taskTypeLabel = fleetKey('taskType');
export const latestApprovalLabel = fleetKey('isLatestUpdateRunApproval');
/** The stage in which a run takes the placement off clusters that were given up. */
export const updateRunDeleteStage = fleetKey('deleteStage');

export const placementFinalizer = fleetKey('crp-cleanup');
export const overrideFinalizer = fleetKey('override-cleanup');
export const updateRunFinalizer = fleetKey('stagedupdaterun-finalizer');
export const schedulerFinalizer = fleetKey('scheduler-cleanup');
export const bindingSchedulerFinalizer = fleetKey('scheduler-crb-cleanup');
/** On an AppliedWork: the uid of the membership under which it was applied. */
export const membershipAnnotation = 'drydock.dev/membership';

/** On an eviction: its own uid, a slash, and the uid of the binding that it is about to delete, or has deleted. */
export const evictedBindingAnnotation = 'drydock.dev/evicted-binding';

export const workFinalizer = fleetKey('work-cleanup');

/**
 * On a placement that leaves behind what it placed, as long as it says so: deleted through a version of the API that does
 * not know how, it says so no more. From there it comes to bindings and Works when they go with it.
 */
const abandonAnnotation = 'drydock.dev/abandon';

/** A merge patch that sets or takes away the mark. */
export function abandoning(isAbandoned: boolean) {
  const annotations = { [abandonAnnotation]: isAbandoned ? 'true' : null };
  return { type: 'merge', body: { metadata: { annotations } } } as const;
}

export function abandons({ metadata }: KubeObject): boolean {
  return metadata.annotations?.[abandonAnnotation] === 'true';
}

/** Key of the placement that a snapshot or binding belongs to. */
export function parentKey(object: KubeObject): string | undefined {
  const name = object.metadata.labels?.[parentLabel];
  if (!name) return undefined;
  const { namespace } = object.metadata;
  return namespace ? `${namespace}/${name}` : name;
}

/** Key of the binding that a Work was made for. */
export function bindingKey({ metadata: { labels } }: KubeObject): string | undefined {
  const name = labels?.[parentBindingLabel];
  const namespace = labels?.[parentNamespaceLabel];
  return name && namespace ? `${namespace}/${name}` : name;
}

/** A whole number in a label or annotation. */
export function numberIn(text: string | undefined): number | undefined {
  return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
}

/** Tells what Resource Manager made and manages; nobody else may write it. */
export const managedLabel = 'fleet.azure.com/managed-by';

/** Labels of an object that Resource Manager does not manage any more, or does not manage yet. */
export function withoutManagedLabel(labels: Readonly<Record<string, string>>): Record<string, string> {
  const { [managedLabel]: _managed, ...others } = labels;
  return others;
}

/** True for the snapshot that says what its owner says now. */
export function isLatest({ metadata }: KubeObject): boolean {
  return metadata.labels?.[latestLabel] === 'true';
}

/** The latest snapshot, unless it is on its way out. */
export function isInForce(snapshot: KubeObject): boolean {
  return isLatest(snapshot) && !snapshot.metadata.deletionTimestamp;
}
