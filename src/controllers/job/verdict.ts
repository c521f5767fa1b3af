import { findCondition } from '../../apimachinery/conditions.ts';
import type { Job } from '../kinds/batch.ts';
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
  const { backoffLimit = defaultBackoffLimit, activeDeadlineSeconds, completions, suspend } = job.spec;
  if (tally.failed > backoffLimit) {
    return {
      succeeded: false,
      reason: 'BackoffLimitExceeded',
      message: 'Job has reached the specified backoff limit',
    };
  }
  const startedMs = Date.parse(job.status?.startTime ?? '');
  if (!suspend && activeDeadlineSeconds !== undefined && nowMs >= startedMs + activeDeadlineSeconds * 1000) {
    return {
      succeeded: false,
      reason: 'DeadlineExceeded',
      message: 'Job was active longer than specified deadline',
    };
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
