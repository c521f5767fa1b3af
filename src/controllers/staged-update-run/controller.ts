import { findCondition } from '../../apimachinery/conditions.ts';
import { objectKey } from '../../apimachinery/kinds.ts';
import { jsonEqual } from '../../base/index.ts';
import { type Controller, runController, watchKeys } from '../../reconcile/index.ts';
import { parentKey, updateRunFinalizer } from '../kinds/fleet-names.ts';
import type { Binding, Placement } from '../kinds/placement.ts';
import type { ApprovalRequest, UpdateRun, UpdateRunFamily } from '../kinds/staged.ts';
import type { PlacementContext } from '../placement/context.ts';
import { hasLost } from '../shared/finalizers.ts';
import { byPlacement, runKeyOf, updateRunContext } from './context.ts';
import { isRunStopped, saidOf } from './marks.ts';
import { reconcileRun } from './reconcile.ts';

/** Takes placements that are rolled out from outside through the stages of their update runs. */
export function startUpdateRunController(placements: PlacementContext, family: UpdateRunFamily): Controller {
  const context = updateRunContext(placements, family);
  const { runs, approvals, members, bindings, policySnapshots } = context;
  const runsOf = (placement: string | undefined) =>
    placement === undefined ? [] : runs.byIndex(byPlacement, placement).filter(isOpen).map(objectKey);
  return runController({
    ...context,
    name: `staged-update-run/${family.runs.resource}`,
    watches: [
      watchKeys(runs, (run, previous) => {
        const { generation, deletionTimestamp } = run.metadata;
        const isSame =
          previous &&
          generation === previous.metadata.generation &&
          deletionTimestamp === previous.metadata.deletionTimestamp;
        return isSame && !hasLost(run, previous, updateRunFinalizer) ? undefined : objectKey(run);
      }),
      watchKeys(approvals, (request, previous, type) => {
        const isNews = type === 'deleted' || (previous && answersOtherwise(request, previous));
        const key = runKeyOf(request);
        // Requests that somebody makes for a run that is not there are nobody's to collect.
        return isNews && runs.get(key) ? key : undefined;
      }),
      watchKeys(bindings, (binding, previous) =>
        previous && isSameForRuns(binding, previous) ? [] : runsOf(parentKey(binding)),
      ),
      watchKeys(placements.placements, (placement, previous) =>
        previous && isSamePlacement(placement, previous) ? [] : runsOf(objectKey(placement)),
      ),
      watchKeys(policySnapshots, (snapshot) => runsOf(parentKey(snapshot))),
      watchKeys(members, (member, previous) =>
        previous && jsonEqual(member.metadata.labels, previous.metadata.labels)
          ? []
          : [...runs.list()].filter(isOpen).map(objectKey),
      ),
      // Whatever else a run needs is there when its first pass asks for it.
      watchKeys(context.strategies, () => undefined),
      watchKeys(context.resourceSnapshots, () => undefined),
      watchKeys(context.overrides.cluster, () => undefined),
      watchKeys(context.overrides.namespaced, () => undefined),
    ],
    concurrency: 10,
    settleMs: 5,
    reconcile: (key) => reconcileRun(key, context),
  });
}

/** True while what happens around a run may lead it on, or make an end of it. */
function isOpen({ spec, status = {} }: UpdateRun): boolean {
  const isInitialized = saidOf(status, 'Initialized');
  if (isInitialized === false || saidOf(status, 'Succeeded') !== undefined) return false;
  if (isInitialized === undefined) return true;
  return spec.state === 'Run' || (spec.state === 'Stop' && !isRunStopped(status));
}

function answersOtherwise(request: ApprovalRequest, previous: ApprovalRequest): boolean {
  const answer = ({ status }: ApprovalRequest) => findCondition(status?.conditions, 'Approved');
  return !jsonEqual(answer(request), answer(previous));
}

function isSameForRuns(binding: Binding, previous: Binding): boolean {
  const { generation, deletionTimestamp } = binding.metadata;
  const said = ({ status }: Binding) =>
    ['RolloutStarted', 'Available', 'DiffReported'].map((type) => {
      const { status: state, observedGeneration } = findCondition(status?.conditions, type) ?? {};
      return [state, observedGeneration];
    });
  return (
    generation === previous.metadata.generation &&
    deletionTimestamp === previous.metadata.deletionTimestamp &&
    jsonEqual(said(binding), said(previous))
  );
}

function isSamePlacement(placement: Placement, previous: Placement): boolean {
  const { generation, deletionTimestamp } = placement.metadata;
  const scheduled = ({ kind, status }: Placement) => findCondition(status?.conditions, `${kind}Scheduled`);
  return (
    generation === previous.metadata.generation &&
    deletionTimestamp === previous.metadata.deletionTimestamp &&
    jsonEqual(scheduled(placement), scheduled(previous))
  );
}
