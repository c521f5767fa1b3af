import type { KubeObject } from '../../apimachinery/client.ts';
import { findCondition, type NewCondition, withCondition } from '../../apimachinery/conditions.ts';
import { objectKey } from '../../apimachinery/kinds.ts';
import type { FullCondition } from '../../apimachinery/meta.ts';
import type {
  Binding,
  ClusterDecision,
  PerClusterStatus,
  Placement,
  PlacementStatus,
  PolicySnapshot,
  ResourceReports,
} from '../kinds/placement.ts';
import { fitting } from '../shared/report-size.ts';
import { byParent, type PlacementContext } from './context.ts';
import { boundIndex, externalRollout, isExternal } from './external.ts';
import { identify } from './identify.ts';
import type { CurrentResources } from './snapshots.ts';
import { noOverride, type Step, stepsOf } from './steps.ts';

interface Parts {
  readonly placement: Placement;
  readonly policy: PolicySnapshot;
  /** What is selected now. */
  readonly selection: readonly KubeObject[];
  /** What is rolled out; undefined where others do that. */
  readonly resources: CurrentResources | undefined;
  readonly context: PlacementContext;
}

/** How far a placement has come: scheduled, rolled out, applied and available on each cluster and in all. */
export function statusOf(parts: Parts): PlacementStatus {
  const { placement, policy, context } = parts;
  const nowMs = context.clock.now();
  const known = placement.status?.conditions ?? [];
  const scheduled = scheduledCondition(parts);
  const status = resourcesOf(parts);
  if (scheduled.status === 'Unknown') return { ...status, conditions: chain(known, [scheduled], nowMs) };
  const decisions = policy.status?.targetClusters ?? [];
  const selected = decisions.filter((decision) => decision.selected);
  const clusters = fitting(selected.map((decision) => clusterStatus(decision, parts)));
  const rejected = rejectedStatuses(decisions, parts);
  const steps = stepsOf(placement.spec.strategy?.applyStrategy?.type);
  const external =
    isExternal(placement) && selected.length > 0 ? externalRollout(placement, clusters, context) : undefined;
  const aggregated = external?.open
    ? [external.open]
    : selected.length === 0
      ? []
      : aggregate(clusters, steps, placement);
  const conditions = chain(known, [scheduled, ...aggregated.map((each) => prefixed(each, placement))], nowMs);
  const resources = external?.resources ?? status;
  return { ...resources, conditions, placementStatuses: [...clusters, ...rejected] };
}

function resourcesOf({ selection, resources }: Parts): PlacementStatus {
  if (!resources) return { selectedResources: selection.map(identify) };
  return {
    selectedResources: resources.resources.map(identify),
    observedResourceIndex: String(resources.index),
  };
}

/** The prefix of a placement's own conditions: its kind. */
function prefixed(condition: NewCondition, placement: Placement): NewCondition {
  return { ...condition, type: `${placement.kind}${condition.type}` };
}

function generationOf(placement: Placement): number {
  return placement.metadata.generation ?? 0;
}

function scheduledCondition({ placement, policy }: Parts): NewCondition {
  const type = `${placement.kind}Scheduled`;
  const observedGeneration = generationOf(placement);
  const said = findCondition(policy.status?.conditions, 'Scheduled');
  const isCurrent =
    said !== undefined &&
    said.observedGeneration === policy.metadata.generation &&
    policy.status?.observedCRPGeneration === observedGeneration;
  if (!isCurrent || said.status === 'Unknown') {
    const message = 'Scheduling has not completed';
    return { type, status: 'Unknown', reason: 'SchedulePending', message, observedGeneration };
  }
  const { status, reason, message } = said;
  return { type, status, reason, message, observedGeneration };
}

/** The user's error in the selectors, as the only condition that counts. */
export function invalidSelectors(placement: Placement, error: Error, nowMs: number): PlacementStatus {
  const condition: NewCondition = {
    type: `${placement.kind}Scheduled`,
    status: 'False',
    reason: 'InvalidResourceSelectors',
    message: `The resource selectors are invalid: ${error.message}`,
    observedGeneration: generationOf(placement),
  };
  const known = placement.status?.conditions ?? [];
  return { ...placement.status, conditions: withCondition(known, condition, nowMs) };
}

/** Writes a chain of conditions: those after its end are removed, for they are said of something older. */
function chain(
  known: readonly FullCondition[],
  next: readonly NewCondition[],
  nowMs: number,
): FullCondition[] {
  const types = new Set(next.map(({ type }) => type));
  let conditions: FullCondition[] = known.filter(({ type }) => types.has(type));
  for (const condition of next) conditions = withCondition(conditions, condition, nowMs);
  return conditions;
}

function clusterStatus(decision: ClusterDecision, parts: Parts): PerClusterStatus {
  const { placement, resources, context } = parts;
  const { clusterName } = decision;
  const binding = bindingOf(clusterName, parts);
  const nowMs = context.clock.now();
  const observedGeneration = generationOf(placement);
  const before = placement.status?.placementStatuses?.find((status) => status.clusterName === clusterName);
  const said: NewCondition[] = [
    { type: 'Scheduled', status: 'True', reason: 'Scheduled', message: decision.reason, observedGeneration },
  ];
  let reports: ResourceReports = {};
  for (const step of stepsOf(placement.spec.strategy?.applyStrategy?.type)) {
    const condition = { ...stepOf(step, binding, parts), observedGeneration };
    said.push(condition);
    reports = { ...reports, ...reportsAt(condition, binding) };
    if (condition.status !== 'True') break;
  }
  const observedResourceIndex = resources ? String(resources.index) : binding && boundIndex(binding, context);
  return {
    clusterName,
    ...(said.some(({ type, status }) => type === 'RolloutStarted' && status === 'True')
      ? applicableOverrides(binding)
      : {}),
    ...(observedResourceIndex ? { observedResourceIndex } : {}),
    conditions: chain(before?.conditions ?? [], said, nowMs),
    ...reports,
  };
}

/** The lists of the binding that belong to a step: failures and differences with its end, drift with either. */
function reportsAt({ type, status }: NewCondition, binding: Binding | undefined): ResourceReports {
  const { failedPlacements, driftedPlacements, diffedPlacements } = binding?.status ?? {};
  const isApplying = type === 'Applied' || type === 'Available';
  const hasFailed = isApplying && status === 'False';
  const isReported = type === 'DiffReported' && status === 'True';
  return {
    ...(hasFailed && failedPlacements?.length ? { failedPlacements } : {}),
    ...(isApplying && status !== 'Unknown' && driftedPlacements?.length ? { driftedPlacements } : {}),
    ...((hasFailed || isReported) && diffedPlacements?.length ? { diffedPlacements } : {}),
  };
}

/** The overrides of what the cluster is getting. */
function applicableOverrides(binding: Binding | undefined): Partial<PerClusterStatus> {
  const { clusterResourceOverrideSnapshots: cluster, resourceOverrideSnapshots: own } = binding?.spec ?? {};
  return {
    ...(cluster?.length ? { applicableClusterResourceOverrides: cluster } : {}),
    ...(own?.length ? { applicableResourceOverrides: own } : {}),
  };
}

function bindingOf(cluster: string, { placement, policy, context }: Parts): Binding | undefined {
  return context.bindings
    .byIndex(byParent, objectKey(placement))
    .find(
      ({ spec, metadata }) =>
        spec.targetCluster === cluster &&
        !metadata.deletionTimestamp &&
        spec.schedulingPolicySnapshotName === policy.metadata.name,
    );
}

/** What the binding says of a step, if it says it of the current resources. */
function stepOf(step: Step, binding: Binding | undefined, { resources }: Parts): NewCondition {
  const said = findCondition(binding?.status?.conditions, step.type);
  const open: NewCondition = {
    type: step.type,
    status: 'Unknown',
    reason: step.open.reason,
    message: step.open.ofCluster,
  };
  if (!binding || !said) return open;
  const isLatest =
    resources === undefined || binding.spec.resourceSnapshotName === resources.master.metadata.name;
  if (!isLatest) {
    if (step.type !== 'RolloutStarted' || said.status !== 'False') return open;
    const message = 'The rollout is being blocked by the rollout strategy';
    return { type: step.type, status: 'False', reason: step.failed.reason, message };
  }
  if (said.observedGeneration !== binding.metadata.generation || said.status === 'Unknown') return open;
  const { status, reason, message } = said;
  return { type: step.type, status, reason, message };
}

/** Clusters that were wanted and not found stand in the list without a name. */
function rejectedStatuses(decisions: readonly ClusterDecision[], parts: Parts): PerClusterStatus[] {
  const { placement, context } = parts;
  const { placementType, numberOfClusters = 0, clusterNames = [] } = placement.spec.policy ?? {};
  if (placementType !== 'PickN' && placementType !== 'PickFixed') return [];
  const wanted = placementType === 'PickN' ? numberOfClusters : clusterNames.length;
  const missing = wanted - decisions.filter(({ selected }) => selected).length;
  const nowMs = context.clock.now();
  const nameless = (placement.status?.placementStatuses ?? []).filter(({ clusterName }) => !clusterName);
  return decisions
    .filter(({ selected }) => !selected)
    .slice(0, Math.max(0, missing))
    .map((decision, at) => {
      const condition: NewCondition = {
        type: 'Scheduled',
        status: 'False',
        reason: 'ScheduleFailed',
        message: decision.reason,
        observedGeneration: generationOf(placement),
      };
      return { conditions: chain(nameless[at]?.conditions ?? [], [condition], nowMs) };
    });
}

/** Per step: Unknown if it is of any cluster, else False if it is of any, else True. The first that is not ends it. */
function aggregate(
  clusters: readonly PerClusterStatus[],
  steps: readonly Step[],
  placement: Placement,
): NewCondition[] {
  const aggregated: NewCondition[] = [];
  const observedGeneration = generationOf(placement);
  for (const step of steps) {
    const said = clusters.map(({ conditions }) => findCondition(conditions, step.type));
    const open = said.filter((condition) => !condition || condition.status === 'Unknown').length;
    const failed = said.filter((condition) => condition?.status === 'False').length;
    if (open > 0) {
      const message = `There are still ${open} cluster(s) in the process of ${step.open.doing}`;
      aggregated.push({
        type: step.type,
        status: 'Unknown',
        reason: step.open.reason,
        message,
        observedGeneration,
      });
      break;
    }
    if (failed > 0) {
      const { reason, message } = step.failed;
      aggregated.push({
        type: step.type,
        status: 'False',
        reason,
        message: message(failed),
        observedGeneration,
      });
      break;
    }
    const untouched = said.every((condition) => condition?.reason === noOverride.reason);
    const done = untouched
      ? noOverride
      : { reason: step.done.reason, message: step.done.message(clusters.length) };
    aggregated.push({ type: step.type, status: 'True', ...done, observedGeneration });
  }
  return aggregated;
}
