import type { Informer } from '../../reconcile/index.ts';
import { type MemberCluster, memberClusters } from '../kinds/fleet.ts';
import { targetRunLabel } from '../kinds/fleet-names.ts';
import type { ApprovalRequest, UpdateRun, UpdateRunFamily, UpdateStrategy } from '../kinds/staged.ts';
import type { PlacementContext } from '../placement/context.ts';

/** What the controller of one family of update runs works with. */
export interface UpdateRunContext extends PlacementContext {
  readonly runs: Informer<UpdateRun>;
  readonly strategies: Informer<UpdateStrategy>;
  readonly approvals: Informer<ApprovalRequest>;
  readonly members: Informer<MemberCluster>;
}

/** Index of runs by the key of the placement that they are about. */
export const byPlacement = 'placement';
/** Index of approval requests by the key of the run that their label names. */
export const byRun = 'run';

export function updateRunContext(context: PlacementContext, family: UpdateRunFamily): UpdateRunContext {
  const { informers } = context;
  const runs = informers.of(family.runs);
  runs.addIndex(byPlacement, (run) => [placementKey(run)]);
  const approvals = informers.of(family.approvals);
  approvals.addIndex(byRun, ({ metadata: { namespace, labels } }) => [
    keyOf(namespace, labels?.[targetRunLabel] ?? ''),
  ]);
  return {
    ...context,
    runs,
    approvals,
    strategies: informers.of(family.strategies),
    members: informers.of(memberClusters),
  };
}

/** Key of the placement that a run takes through its stages. */
export function placementKey({ metadata: { namespace }, spec }: UpdateRun): string {
  return keyOf(namespace, spec.placementName);
}

export function keyOf(namespace: string | undefined, name: string): string {
  return namespace ? `${namespace}/${name}` : name;
}

/** A name as messages show it: a slash before those of the whole hub. */
export function shown(key: string): string {
  return key.includes('/') ? key : `/${key}`;
}

/** Key of the run that an approval request is about. */
export function runKeyOf({ metadata: { namespace }, spec }: ApprovalRequest): string {
  return keyOf(namespace, spec.parentStageRollout);
}
