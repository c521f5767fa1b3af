import type { FieldError } from '../../apimachinery/contract.ts';
import { scheduleProblem } from '../../apimachinery/cron/cron-schedule.ts';
import { at, flagAt, maybeObjectAt, numberAt, objectAt, textAt } from '../../apimachinery/read.ts';
import { child, invalid, notSupported, required } from '../../apimachinery/validation/errors.ts';
import { validateImmutable } from '../../apimachinery/validation/metadata.ts';
import { selectorMatches, validateSelector } from '../../apimachinery/validation/selectors.ts';
import { validateChoice, validateNotNegative } from '../../apimachinery/validation/values.ts';
import { type JsonObject, jsonEqual } from '../../base/index.ts';
import { ensureObject } from '../defaults/fill.ts';
import type { KindRules } from '../strategy.ts';
import { validatePodTemplate } from './pod-spec.ts';
import { templateMismatch } from './workloads.ts';

const maxCronJobNameLength = 52;

/** A job's pods carry its uid; the server chooses selector and labels so that no two jobs share pods. */
function generateSelector(job: JsonObject): void {
  const spec = ensureObject(job, 'spec');
  const uid = textAt(job, 'metadata', 'uid');
  const name = textAt(job, 'metadata', 'name');
  const metadata = ensureObject(ensureObject(spec, 'template'), 'metadata');
  Object.assign(ensureObject(metadata, 'labels'), {
    'controller-uid': uid,
    'batch.kubernetes.io/controller-uid': uid,
    'job-name': name,
    'batch.kubernetes.io/job-name': name,
  });
  const selector = ensureObject(spec, 'selector');
  selector['matchLabels'] = {
    ...objectAt(selector, 'matchLabels'),
    'batch.kubernetes.io/controller-uid': uid,
  };
}

export const jobRules: KindRules = {
  prepareForCreate(job) {
    if (!flagAt(job, 'spec', 'manualSelector')) generateSelector(job);
  },
  validate(job) {
    const spec = objectAt(job, 'spec');
    const selector = maybeObjectAt(spec, 'selector');
    const errors = validateJobSpec(spec, 'spec');
    if (!selector) errors.push(required('spec.selector'));
    errors.push(...validateSelector(selector, 'spec.selector'));
    if (!selectorMatches(selector, objectAt(spec, 'template', 'metadata', 'labels'))) {
      const labels = at(spec, 'template', 'metadata', 'labels') ?? null;
      errors.push(invalid('spec.template.metadata.labels', labels, templateMismatch));
    }
    return errors;
  },
  validateUpdate(job, old) {
    const spec = objectAt(job, 'spec');
    const before = objectAt(old, 'spec');
    const isIndexed = spec['completionMode'] === 'Indexed';
    const fixed = [
      'selector',
      ...(canChangeTemplate(before, old) ? [] : ['template']),
      'completionMode',
      'podFailurePolicy',
      'backoffLimitPerIndex',
      'managedBy',
      'successPolicy',
    ];
    return [
      ...(isIndexed
        ? validateElastic(spec, before)
        : validateImmutable(spec, before, 'spec.completions', 'completions')),
      ...fixed.flatMap((member) => validateImmutable(spec, before, `spec.${member}`, member)),
    ];
  },
};

/** A job that is suspended and never started may still be told where its pods go. */
function canChangeTemplate(spec: JsonObject, job: JsonObject): boolean {
  return spec['suspend'] === true && at(job, 'status', 'startTime') === undefined;
}

function validateElastic(spec: JsonObject, before: JsonObject): FieldError[] {
  const { completions, parallelism } = spec;
  if (jsonEqual(completions, before['completions']) || completions === parallelism) return [];
  return [invalid('spec.completions', completions, 'can only be modified in tandem with spec.parallelism')];
}

export const cronJobRules: KindRules = {
  validate(cronJob) {
    const spec = objectAt(cronJob, 'spec');
    const job = objectAt(spec, 'jobTemplate', 'spec');
    const path = 'spec.jobTemplate.spec';
    const errors = [
      ...validateSchedule(spec),
      ...validateNotNegative(spec, 'spec', 'startingDeadlineSeconds'),
      ...validateTimeZone(spec),
      ...validateChoice(spec, 'spec', 'concurrencyPolicy', ['Allow', 'Forbid', 'Replace']),
      ...validateJobSpec(job, path),
      ...validateNotNegative(spec, 'spec', 'successfulJobsHistoryLimit', 'failedJobsHistoryLimit'),
    ];
    if (job['selector'] !== undefined) {
      errors.push(invalid(child(path, 'selector'), job['selector'], '`selector` will be auto-generated'));
    }
    if (job['manualSelector'] === true) {
      errors.push(notSupported(child(path, 'manualSelector'), true, ['nil', 'false']));
    }
    return errors;
  },
  validateCreate(cronJob) {
    const name = textAt(cronJob, 'metadata', 'name');
    if (name.length <= maxCronJobNameLength) return [];
    return [invalid('metadata.name', name, `must be no more than ${maxCronJobNameLength} characters`)];
  },
};

function validateSchedule(spec: JsonObject): FieldError[] {
  const schedule = textAt(spec, 'schedule');
  if (!schedule) return [required('spec.schedule')];
  const problem = scheduleProblem(schedule);
  const errors = problem ? [invalid('spec.schedule', schedule, problem)] : [];
  if (schedule.includes('TZ')) {
    const detail = 'cannot use TZ or CRON_TZ in schedule, use timeZone field instead';
    errors.push(invalid('spec.schedule', schedule, detail));
  }
  return errors;
}

function validateTimeZone(spec: JsonObject): FieldError[] {
  const zone = spec['timeZone'];
  if (typeof zone !== 'string') return [];
  if (zone === '') return [invalid('spec.timeZone', zone, 'timeZone must be nil or non-empty string')];
  if (zone.toLowerCase() === 'local') {
    return [
      invalid(
        'spec.timeZone',
        zone,
        'timeZone must be an explicit time zone as defined in https://www.iana.org/time-zones',
      ),
    ];
  }
  try {
    new Intl.DateTimeFormat('en', { timeZone: zone });
    return [];
  } catch {
    return [invalid('spec.timeZone', zone, `unknown time zone ${zone}`)];
  }
}

function validateJobSpec(spec: JsonObject, path: string): FieldError[] {
  const template = child(path, 'template');
  return [
    ...validateNotNegative(
      spec,
      path,
      'parallelism',
      'completions',
      'activeDeadlineSeconds',
      'backoffLimit',
      'ttlSecondsAfterFinished',
      'backoffLimitPerIndex',
      'maxFailedIndexes',
    ),
    ...validateCompletionMode(spec, path),
    ...validatePodTemplate(objectAt(spec, 'template'), template),
    ...validateJobRestart(spec, child(template, 'spec.restartPolicy')),
  ];
}

function validateCompletionMode(spec: JsonObject, path: string): FieldError[] {
  const mode = textAt(spec, 'completionMode');
  const errors: FieldError[] = [];
  if (mode === 'Indexed') {
    if (spec['completions'] === undefined) {
      errors.push(required(child(path, 'completions'), 'when completion mode is Indexed'));
    }
    const most = spec['maxFailedIndexes'];
    if (
      typeof most === 'number' &&
      spec['completions'] !== undefined &&
      most > numberAt(spec, 'completions')
    ) {
      errors.push(
        invalid(child(path, 'maxFailedIndexes'), most, 'must be less than or equal to completions'),
      );
    }
    return errors;
  }
  if (mode && mode !== 'NonIndexed') {
    return [notSupported(child(path, 'completionMode'), mode, ['NonIndexed', 'Indexed'])];
  }
  for (const member of ['backoffLimitPerIndex', 'maxFailedIndexes', 'successPolicy']) {
    const value = spec[member];
    if (value !== undefined)
      errors.push(invalid(child(path, member), value, 'requires indexed completion mode'));
  }
  return errors;
}

function validateJobRestart(spec: JsonObject, path: string): FieldError[] {
  const restart = textAt(spec, 'template', 'spec', 'restartPolicy');
  if (restart === '' || restart === 'Always') return [required(path, 'valid values: "OnFailure", "Never"')];
  if (restart !== 'OnFailure' && restart !== 'Never')
    return [notSupported(path, restart, ['OnFailure', 'Never'])];
  if (spec['podFailurePolicy'] !== undefined && restart !== 'Never') {
    return [invalid(path, restart, 'only "Never" is supported when podFailurePolicy is specified')];
  }
  return [];
}
