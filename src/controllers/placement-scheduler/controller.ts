import { findCondition, isCurrent } from '../../apimachinery/conditions.ts';
import { objectKey } from '../../apimachinery/kinds.ts';
import { jsonEqual } from '../../base/index.ts';
import { type Controller, runController, watchKeys } from '../../reconcile/index.ts';
import { type MemberCluster, memberClusters } from '../kinds/fleet.ts';
import { parentKey, schedulerFinalizer } from '../kinds/fleet-names.ts';
import type { Placement } from '../kinds/placement.ts';
import type { PlacementContext } from '../placement/context.ts';
import { ineligibility } from './eligibility.ts';
import { schedulePlacement } from './reconcile.ts';

/** Picks clusters for placements and keeps one binding per picked cluster. */
export function startPlacementScheduler(context: PlacementContext): Controller {
  const { placements, policySnapshots, bindings } = context;
  const members = context.informers.of(memberClusters);
  // Placements that are not in a namespace do not ask which namespaces a member has.
  const changedSpaces = (member: MemberCluster, previous: MemberCluster) =>
    context.family.placements.namespaced &&
    !jsonEqual(member.status?.namespaces, previous.status?.namespaces);
  const affectedBy = (member: MemberCluster, previous: MemberCluster) =>
    matters(member, previous, context.clock.now()) || changedSpaces(member, previous)
      ? [...placements.list()].filter(isUnsettled).map(objectKey)
      : undefined;
  return runController({
    ...context,
    name: `placement-scheduler/${context.family.placements.resource}`,
    watches: [
      watchKeys(policySnapshots, (snapshot, previous) => {
        const { labels, annotations } = snapshot.metadata;
        const isSame =
          previous &&
          jsonEqual(labels, previous.metadata.labels) &&
          jsonEqual(annotations, previous.metadata.annotations);
        return isSame ? undefined : parentKey(snapshot);
      }),
      watchKeys(placements, (placement, _previous, type) => {
        const { deletionTimestamp, finalizers = [] } = placement.metadata;
        // A replace may have dropped the finalizer: then it is put back, or what was bound is collected.
        const isHeld = finalizers.includes(schedulerFinalizer);
        return type === 'deleted' || deletionTimestamp || !isHeld ? objectKey(placement) : undefined;
      }),
      watchKeys(bindings, (binding, _previous, type) => {
        const key = parentKey(binding);
        const isOrphan = key !== undefined && placements.get(key) === undefined;
        // One that went without our leave is missed: its cluster is picked anew.
        return type === 'deleted' || binding.metadata.deletionTimestamp || isOrphan ? key : undefined;
      }),
      watchKeys(members, (member, previous, type) => {
        if (type === 'deleted') return [...placements.list()].map(objectKey);
        return previous ? affectedBy(member, previous) : undefined;
      }),
    ],
    concurrency: 10,
    settleMs: 5,
    reconcile: (key) => schedulePlacement(key, { ...context, members }),
  });
}

/** PickAll takes every cluster that comes; the others look again only while they have not found enough. */
function isUnsettled(placement: Placement): boolean {
  const { placementType = 'PickAll' } = placement.spec.policy ?? {};
  if (placementType === 'PickAll') return true;
  const scheduled = findCondition(placement.status?.conditions, `${placement.kind}Scheduled`);
  return !isCurrent(scheduled, placement.metadata.generation, 'True');
}

/** Whether a change of a member can change a decision. */
function matters(member: MemberCluster, previous: MemberCluster, nowMs: number): boolean {
  const becameEligible = !ineligibility(member, nowMs) && Boolean(ineligibility(previous, nowMs));
  const taintGone = (previous.spec.taints ?? []).some(
    (taint) => !member.spec.taints?.some((other) => jsonEqual(other, taint)),
  );
  const values = ({ status }: MemberCluster) =>
    Object.fromEntries(Object.entries(status?.properties ?? {}).map(([name, { value }]) => [name, value]));
  const usage = ({ status }: MemberCluster) => ({ ...status?.resourceUsage, observationTime: '' });
  return (
    becameEligible ||
    taintGone ||
    !jsonEqual(member.metadata.labels, previous.metadata.labels) ||
    !jsonEqual(values(member), values(previous)) ||
    !jsonEqual(usage(member), usage(previous))
  );
}
