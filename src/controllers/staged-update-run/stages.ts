import { matchesLabels } from '../../apimachinery/selectors/label-selector.ts';
import { goQuote } from '../../apimachinery/validation/go-text.ts';
import { labelSelectorProblem } from '../hub-admission/go-text.ts';
import type { MemberCluster } from '../kinds/fleet.ts';
import type {
  StageConfig,
  StageTask,
  StageTaskStatus,
  StageUpdatingStatus,
  UpdateRun,
} from '../kinds/staged.ts';
import { keyOf, shown, type UpdateRunContext } from './context.ts';
import { byUser, invalidRun } from './refusal.ts';
import { waitMs } from './wait-time.ts';

/** Clusters that are in no stage are named up to this number. */
const namedClustersLimit = 10;

/**
 * The stages of a run with the clusters of each in the order in which they are updated. Throws when they do not have
 * every cluster in exactly one of them.
 */
export function stagesOf(
  run: UpdateRun,
  stages: readonly StageConfig[],
  { selected, context }: { readonly selected: Iterable<string>; readonly context: UpdateRunContext },
): StageUpdatingStatus[] {
  const rest = new Set(selected);
  // A member that is gone is in no stage, whatever the stages ask for.
  const members = [...rest].sort().flatMap((name) => context.members.get(name) ?? []);
  const placed = new Set<string>();
  const computed = stages.map((stage) => {
    const clusters = members.filter((member) => matchesLabels(stage.labelSelector, member.metadata.labels));
    for (const member of clusters) {
      const name = nameOf(member);
      if (placed.has(name)) throw invalidRun(byUser(`cluster \`${name}\` appears in more than one stages`));
      placed.add(name);
      rest.delete(name);
    }
    return {
      stageName: stage.name,
      clusters: sorted(clusters, stage).map((member) => ({ clusterName: nameOf(member) })),
      ...tasksOf(run, stage),
    };
  });
  if (rest.size === 0) return computed;
  const missing = [...rest].sort();
  const cause = byUser('some clusters are not placed in any stage');
  const some = missing.slice(0, namedClustersLimit).join(', ');
  throw invalidRun(`${cause}, total ${missing.length}, showing up to ${namedClustersLimit}: ${some}`);
}

function nameOf({ metadata: { name = '' } }: MemberCluster): string {
  return name;
}

/** Throws when stages cannot be told apart or ask for what cannot be. */
export function checkStages(run: UpdateRun, stages: readonly StageConfig[]): void {
  const names = new Set<string>();
  for (const stage of stages) checkStage(stage, names, run);
}

function checkStage(stage: StageConfig, names: Set<string>, run: UpdateRun): void {
  const strategy = shown(keyOf(run.metadata.namespace, run.spec.stagedRolloutStrategyName));
  const refuse = (what: string, why: string) =>
    invalidRun(
      byUser(`the ${what} invalid, updateStrategy: \`${strategy}\`, stage: ${stage.name}, err: ${why}`),
    );
  // Two stages of one name would share one approval.
  if (names.has(stage.name)) throw refuse('stage name is', 'an earlier stage has the same name');
  names.add(stage.name);
  const before = beforeProblem(stage.beforeStageTasks ?? []);
  if (before) throw refuse('before stage tasks are', before);
  const after = afterProblem(stage.afterStageTasks ?? []);
  if (after) throw refuse('after stage tasks are', after);
  const selector = labelSelectorProblem(stage.labelSelector);
  if (selector) throw refuse('stage label selector is', selector);
}

function beforeProblem(tasks: readonly StageTask[]): string | undefined {
  if (tasks.length > 1) return 'beforeStageTasks can have at most one task';
  for (const [at, { type, waitTime }] of tasks.entries()) {
    if (type !== 'Approval') {
      return `task ${at} of type ${type} is not allowed in beforeStageTasks, allowed type: Approval`;
    }
    if (waitTime !== undefined) return `task ${at} of type Approval cannot have wait duration set`;
  }
  return undefined;
}

function afterProblem(tasks: readonly StageTask[]): string | undefined {
  const [first, second] = tasks;
  if (first && first.type === second?.type) {
    return `afterStageTasks cannot have two tasks of the same type: ${first.type}`;
  }
  for (const [at, { type, waitTime }] of tasks.entries()) {
    if (type !== 'TimedWait') continue;
    if (waitTime === undefined) return `task ${at} of type TimedWait has wait duration set to nil`;
    if (waitMs(waitTime) <= 0) return `task ${at} of type TimedWait has wait duration <= 0`;
  }
  return undefined;
}

/** By the number that a label says, then by name; by name alone when no label is asked for. */
function sorted(
  clusters: readonly MemberCluster[],
  { sortingLabelKey: key }: StageConfig,
): readonly MemberCluster[] {
  if (key === undefined) return clusters;
  return clusters
    .map((member) => ({ member, rank: rankOf(member, key) }))
    .sort((a, b) => (a.rank === b.rank ? 0 : a.rank < b.rank ? -1 : 1))
    .map(({ member }) => member);
}

const mostRank = 2n ** 63n - 1n;

function rankOf(member: MemberCluster, key: string): bigint {
  const text = member.metadata.labels?.[key] ?? '';
  const isInteger = /^[+-]?\d+$/.test(text);
  const rank = isInteger ? BigInt(text.replace(/^\+/, '')) : 0n;
  if (isInteger && rank <= mostRank && rank >= -mostRank - 1n) return rank;
  const why = `strconv.Atoi: parsing ${goQuote(text)}: ${isInteger ? 'value out of range' : 'invalid syntax'}`;
  throw invalidRun(
    byUser(`the sorting label \`${key}:${text}\` on cluster \`${nameOf(member)}\` is not valid: ${why}`),
  );
}

/** The tasks of a stage before anything is done about them. */
function tasksOf(
  { metadata: { name = '' } }: UpdateRun,
  stage: StageConfig,
): Pick<StageUpdatingStatus, 'beforeStageTaskStatus' | 'afterStageTaskStatus'> {
  const statusOf = (when: 'before' | 'after') => {
    const tasks = (when === 'before' ? stage.beforeStageTasks : stage.afterStageTasks) ?? [];
    return tasks.map(({ type }): StageTaskStatus => {
      return type === 'Approval' ? { type, approvalRequestName: `${name}-${when}-${stage.name}` } : { type };
    });
  };
  const [beforeStageTaskStatus, afterStageTaskStatus] = [statusOf('before'), statusOf('after')];
  return {
    ...(beforeStageTaskStatus.length > 0 ? { beforeStageTaskStatus } : {}),
    ...(afterStageTaskStatus.length > 0 ? { afterStageTaskStatus } : {}),
  };
}
