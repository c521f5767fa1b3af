import { findCondition, isCurrent } from '../../apimachinery/conditions.ts';
import { objectKey } from '../../apimachinery/kinds.ts';
import type { Binding } from '../kinds/placement.ts';
import type { ClusterUpdatingStatus, StageUpdatingStatus, UpdateRun } from '../kinds/staged.ts';
import { type BindingOrder, hasStarted, isOrdered } from '../shared/bind.ts';
import { type Moment, markClusterFailed, markClusterStarted, markClusterSucceeded, saidOf } from './marks.ts';
import { type AbortedRun, abortedRun, byUser, unexpected } from './refusal.ts';
import { masterSnapshotName } from './resources.ts';
import type { RunPlan } from './validate.ts';

/** A cluster that is updating for longer is stuck. */
export const stuckAfterMs = 5 * 60_000;

/** What a binding is to say before a cluster of a run gets what it is to get. */
function orderOf(run: UpdateRun, { status }: RunPlan, cluster: ClusterUpdatingStatus): BindingOrder {
  const { clusterResourceOverrideSnapshots = [], resourceOverrideSnapshots = [] } = cluster;
  return {
    resourceSnapshotName: masterSnapshotName(run, status.resourceSnapshotIndexUsed ?? ''),
    clusterResourceOverrideSnapshots,
    resourceOverrideSnapshots,
    ...(status.appliedStrategy ? { applyStrategy: status.appliedStrategy } : {}),
  };
}

/** A cluster whose update has not begun, with what it takes to begin it. */
export interface Startable {
  readonly cluster: ClusterUpdatingStatus;
  readonly binding: Binding;
  readonly order: BindingOrder;
}

/** How the clusters of a stage stand. */
export interface StageView {
  readonly finished: number;
  /** Begun, and not at their end. */
  readonly updating: readonly ClusterUpdatingStatus[];
  /** May begin now. */
  readonly startable: readonly Startable[];
  readonly refusals: readonly AbortedRun[];
  readonly stuck: readonly string[];
  /** When the next one that is updating will be stuck, in milliseconds from now. */
  readonly stuckInMs: number | undefined;
}

export interface Looking {
  readonly run: UpdateRun;
  readonly plan: RunPlan;
  readonly stage: StageUpdatingStatus;
  readonly bindings: ReadonlyMap<string, Binding>;
  /** How many clusters may be updating; 0 begins none, and still looks after those that are. */
  readonly most: number;
  readonly at: Moment;
}

/** Looks at the clusters of a stage in their order, and marks those that came to their end. */
export function look(looking: Looking): StageView {
  const { stage, most, at } = looking;
  const view = new View();
  const isBegun = (cluster: ClusterUpdatingStatus) => saidOf(cluster, 'Started') === true;
  // Those that are updating come first: what may begin is what they leave.
  for (const cluster of stage.clusters.filter(isBegun)) view.add(cluster, true, looking);
  for (const cluster of stage.clusters.filter((cluster) => !isBegun(cluster))) {
    if (view.open < most) view.add(cluster, false, looking);
  }
  const { finished, updating, startable, refusals } = view;
  return { finished, updating, startable, refusals, ...stuckOf(updating, at.nowMs) };
}

class View {
  finished = 0;
  readonly updating: ClusterUpdatingStatus[] = [];
  readonly startable: Startable[] = [];
  readonly refusals: AbortedRun[] = [];

  get open(): number {
    return this.updating.length + this.startable.length + this.refusals.length;
  }

  add(cluster: ClusterUpdatingStatus, isBegun: boolean, looking: Looking): void {
    const { run, plan, stage, bindings, at } = looking;
    const { clusterName } = cluster;
    const succeeded = saidOf(cluster, 'Succeeded');
    const binding = bindings.get(clusterName);
    if (succeeded) this.finished++;
    else if (succeeded === false) {
      const cause = `the cluster \`${clusterName}\` in the stage ${stage.stageName} has failed`;
      this.refusals.push(abortedRun(cause));
    } else if (!binding) {
      const cause = `the binding for cluster \`${clusterName}\` in stage \`${stage.stageName}\` is not found in the toBeUpdatedBindings map`;
      this.refusals.push(abortedRun(unexpected(cause)));
    } else {
      const order = orderOf(run, plan, cluster);
      if (isUnderWay(binding, order)) {
        if (!isBegun) markClusterStarted(cluster, at);
        this.#follow(cluster, binding, at);
      } else if (isBegun) this.refusals.push(preempted(cluster, binding, looking));
      else this.startable.push({ cluster, binding, order });
    }
  }

  #follow(cluster: ClusterUpdatingStatus, binding: Binding, at: Moment): void {
    if (isUpdated(binding)) {
      markClusterSucceeded(cluster, at);
      this.finished++;
    } else this.updating.push(cluster);
  }
}

function isUnderWay(binding: Binding, order: BindingOrder): boolean {
  return binding.spec.state === 'Bound' && isOrdered(binding, order) && hasStarted(binding, 'True');
}

function isUpdated({ metadata: { generation }, status }: Binding): boolean {
  return ['Available', 'DiffReported'].some((type) =>
    isCurrent(findCondition(status?.conditions, type), generation, 'True'),
  );
}

/** Somebody else, another run most likely, has ordered something else for a cluster that is updating. */
function preempted(cluster: ClusterUpdatingStatus, binding: Binding, { stage, at }: Looking): AbortedRun {
  const cause = byUser(
    `the binding of the updating cluster \`${cluster.clusterName}\` in the stage \`${stage.stageName}\` is not up-to-date with the desired status, please check the status of binding \`${objectKey(binding)}\` and see if there is a concurrent updateRun referencing the same placement and updating the same cluster`,
  );
  markClusterFailed(cluster, at, cause);
  return abortedRun(cause);
}

function stuckOf(
  updating: readonly ClusterUpdatingStatus[],
  nowMs: number,
): Pick<StageView, 'stuck' | 'stuckInMs'> {
  const stuck: string[] = [];
  let stuckInMs: number | undefined;
  for (const { clusterName, conditions } of updating) {
    const sinceMs = Date.parse(findCondition(conditions, 'Started')?.lastTransitionTime ?? '');
    const leftMs = sinceMs + stuckAfterMs - nowMs;
    if (leftMs < 0) stuck.push(clusterName);
    // What lasts longer than that is stuck: at the very moment it is not yet.
    else stuckInMs = Math.min(stuckInMs ?? Number.POSITIVE_INFINITY, leftMs + 1);
  }
  return { stuck, stuckInMs };
}
