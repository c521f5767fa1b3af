import { countOf } from '../../apimachinery/int-or-percent.ts';
import type { UpdateRunStatus } from '../kinds/staged.ts';

/** How many clusters of a stage may be updating at a time: a share is rounded down, and is one at least. */
export function maxConcurrencyOf(status: UpdateRunStatus, stageAt: number): number {
  const { maxConcurrency = 1 } = status.stagedUpdateStrategySnapshot?.stages[stageAt] ?? {};
  const clusters = status.stagesStatus?.[stageAt]?.clusters.length ?? 0;
  return Math.max(1, countOf(maxConcurrency, clusters, 'down'));
}
