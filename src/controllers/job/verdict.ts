import { findCondition } from '../../apimachinery/conditions.ts';
import type { Job } from '../kinds/batch.ts';
import { parseIndexes } from './job-pod.ts';
import type { Tally } from './tally.ts';

const defaultBackoffLimit = 6;

/** How a Job ends. */
export interface Verdict {
  readonly succeeded: boolean;
  readonly reason: string;
  readonly message: string;
}

/** The end of a Job, or undefined while it goes on. */
export function verdictOf(job: Job, tally: Tally, nowMs: number): Verdict | undefined {
  const decided = decidedBefore(job);
  if (decided) return decided;
  const { backoffLimit = backoffLimitOf(job), activeDeadlineSeconds, completions, suspend } = job.spec;
  const failure = (reason: string, message: string) => ({ succeeded: false, reason, message });
  if (tally.failsJob !== undefined) return failure('PodFailurePolicy', tally.failsJob);
  const met = metSuccess(job, tally.completedIndexes);
  if (met !== undefined) {
    return { succeeded: true, reason: 'SuccessPolicy', message: `Matched rules at index ${met}` };
  }
  if (tally.failed > backoffLimit) {
    return failure('BackoffLimitExceeded', 'Job has reached the specified backoff limit');
  }
  const startedMs = Date.parse(job.status?.startTime ?? '');
  if (!suspend && activeDeadlineSeconds !== undefined && nowMs >= startedMs + activeDeadlineSeconds * 1000) {
    return failure('DeadlineExceeded', 'Job was active longer than specified deadline');
  }
  const { backoffLimitPerIndex, maxFailedIndexes = Number.POSITIVE_INFINITY } = job.spec;
  if (backoffLimitPerIndex !== undefined && completions !== undefined) {
    const failed = tally.failedIndexes.size;
    if (failed > maxFailedIndexes) {
      const message = 'Job has exceeded the specified maximal number of failed indexes';
      return failure('MaxFailedIndexesExceeded', message);
    }
    if (failed > 0 && failed + tally.completedIndexes.size >= completions)
      return failure('FailedIndexes', 'Job has failed indexes');
  }
  const isDone =
    completions === undefined ? tally.succeeded > 0 && tally.active === 0 : tally.succeeded >= completions;
  if (!isDone) return undefined;
  return {
    succeeded: true,
    reason: 'CompletionsReached',
    message: 'Reached expected number of succeeded pods',
  };
}

/** Failures of all indexes together count only where they do not by index. */
function backoffLimitOf({ spec }: Job): number {
  return spec.backoffLimitPerIndex === undefined ? defaultBackoffLimit : Number.POSITIVE_INFINITY;
}

/** The place of the first rule of the success policy that holds. */
function metSuccess({ spec }: Job, completed: ReadonlySet<number>): number | undefined {
  const met = (spec.successPolicy?.rules ?? []).findIndex(({ succeededIndexes, succeededCount }) => {
    if (succeededIndexes === undefined) return completed.size >= (succeededCount ?? Number.POSITIVE_INFINITY);
    const wanted = parseIndexes(succeededIndexes);
    const done = [...wanted].filter((index) => completed.has(index)).length;
    return done >= (succeededCount ?? wanted.size);
  });
  return met < 0 ? undefined : met;
}

/** A decision stands: what happens to the last pods does not change it. */
function decidedBefore(job: Job): Verdict | undefined {
  for (const type of ['SuccessCriteriaMet', 'FailureTarget'] as const) {
    const said = findCondition(job.status?.conditions, type);
    if (said?.status !== 'True') continue;
    const { reason = '', message = '' } = said;
    return { succeeded: type === 'SuccessCriteriaMet', reason, message };
  }
  return undefined;
}
