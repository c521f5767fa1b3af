import { conditionOf, holds } from '../../../apimachinery/conditions.ts';
import type { FieldError } from '../../../apimachinery/contract.ts';
import { numberAt, objectAt, textAt } from '../../../apimachinery/read.ts';
import { invalid, required, withoutValue } from '../../../apimachinery/validation/errors.ts';
import { validateNotNegative } from '../../../apimachinery/validation/values.ts';
import { type JsonObject, jsonEqual } from '../../../base/index.ts';

const path = 'status';

/** Field errors of a written status: a job that has ended stays so, and says when and why. */
export function validateJobStatus(job: JsonObject, old: JsonObject): FieldError[] {
  const [now, before] = [statusOf(job), statusOf(old)];
  const status = objectAt(job, path);
  const counts = ['active', 'succeeded', 'failed', 'ready', 'terminating'];
  return [
    ...validateNotNegative(status, path, ...counts),
    ...endErrors(now, before),
    ...changeErrors(job, { now, before }),
  ];
}

interface Status {
  readonly complete: boolean;
  readonly failed: boolean;
  readonly failureTarget: boolean;
  readonly criteriaMet: boolean;
  readonly completionTime: string;
  readonly startTime: string;
  readonly status: JsonObject;
}

function statusOf(job: JsonObject): Status {
  const status = objectAt(job, path);
  const says = (type: string) => holds(job, type);
  return {
    complete: says('Complete'),
    failed: says('Failed'),
    failureTarget: says('FailureTarget'),
    criteriaMet: says('SuccessCriteriaMet'),
    completionTime: textAt(status, 'completionTime'),
    startTime: textAt(status, 'startTime'),
    status,
  };
}

/** Only what a write changes is looked at. */
function endErrors(now: Status, before: Status): FieldError[] {
  const errors: FieldError[] = [];
  const refuse = (detail: string) => errors.push(withoutValue(`${path}.conditions`, detail));
  const changed = (member: keyof Status) => now[member] !== before[member];
  const ended = now.complete || now.failed;
  const endChanged = ended !== (before.complete || before.failed);
  const timed = changed('complete') || changed('completionTime');
  if ((changed('complete') || changed('failed')) && now.complete && now.failed) {
    refuse('cannot set Complete=True and Failed=true conditions');
  }
  if ((changed('complete') || changed('failureTarget')) && now.complete && now.failureTarget) {
    refuse('cannot set Complete=True and FailureTarget=true conditions');
  }
  if (timed && now.completionTime && !now.complete) {
    const detail = 'cannot set completionTime when there is no Complete=True condition';
    errors.push(invalid(`${path}.completionTime`, now.completionTime, detail));
  }
  if (timed && !now.completionTime && now.complete) {
    errors.push(required(`${path}.completionTime`, 'completionTime is required for Complete jobs'));
  }
  const times = changed('startTime') || changed('completionTime');
  if (times && now.startTime && now.completionTime && now.completionTime < now.startTime) {
    errors.push(
      invalid(`${path}.completionTime`, now.completionTime, 'must be equal to or after `startTime`'),
    );
  }
  if (changed('failed') && now.failed && !now.failureTarget) {
    refuse('cannot set Failed=True condition without the FailureTarget=true condition');
  }
  if ((changed('complete') || changed('criteriaMet')) && now.complete && !now.criteriaMet) {
    refuse('cannot set Complete=True condition without the SuccessCriteriaMet=true condition');
  }
  const active = numberAt(now.status, 'active');
  if ((endChanged || active !== numberAt(before.status, 'active')) && active > 0 && ended) {
    errors.push(invalid(`${path}.active`, active, 'active>0 is invalid for finished job'));
  }
  return errors;
}

function changeErrors(job: JsonObject, { now, before }: { now: Status; before: Status }): FieldError[] {
  const errors: FieldError[] = [];
  const spec = objectAt(job, 'spec');
  const ends = [
    ['Failed', 'failed'],
    ['Complete', 'complete'],
    ['FailureTarget', 'failureTarget'],
  ] as const;
  for (const [type, member] of ends) {
    if (!before[member] || now[member]) continue;
    errors.push(withoutValue(`${path}.conditions`, `cannot disable the terminal ${type}=True condition`));
  }
  const fewer = (member: string) => {
    const count = numberAt(now.status, member);
    if (count >= numberAt(before.status, member)) return;
    errors.push(invalid(`${path}.${member}`, count, `cannot decrease the ${member} counter`));
  };
  fewer('failed');
  const isElastic =
    spec['completionMode'] === 'Indexed' && jsonEqual(spec['completions'], spec['parallelism']);
  if (!isElastic) fewer('succeeded');
  const moved = now.completionTime !== before.completionTime;
  if (now.completionTime && before.completionTime && moved) {
    errors.push(invalid(`${path}.completionTime`, now.completionTime, 'field is immutable'));
  }
  const restarted = before.startTime !== '' && before.startTime !== now.startTime;
  if (restarted && spec['suspend'] !== true && !isResuming(job)) {
    errors.push(required(`${path}.startTime`, 'startTime cannot be removed for unsuspended job'));
  }
  if (before.criteriaMet && !now.criteriaMet) {
    errors.push(withoutValue(`${path}.conditions`, 'cannot disable the SuccessCriteriaMet=True condition'));
  }
  return errors;
}

/** The controller writes the new start time in the same write that takes the suspension away. */
function isResuming(job: JsonObject): boolean {
  return conditionOf(job, 'Suspended')?.['status'] === 'False';
}
