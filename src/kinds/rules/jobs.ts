import type { FieldError } from '../../apimachinery/contract.ts';
import { isTimeZone, parseSchedule } from '../../apimachinery/cron/schedule.ts';
import { at, flagAt, maybeObjectAt, numberAt, objectAt, textAt } from '../../apimachinery/read.ts';
import {
  child,
  invalid,
  key,
  notSupported,
  required,
  tooLong,
} from '../../apimachinery/validation/errors.ts';
import { validateImmutable } from '../../apimachinery/validation/metadata.ts';
import { dnsLabel } from '../../apimachinery/validation/names.ts';
import { selectorMatches, validateSelector } from '../../apimachinery/validation/selectors.ts';
import {
  domainPrefixedPath,
  validateChoice,
  validateNotNegative,
} from '../../apimachinery/validation/values.ts';
import { type JsonObject, jsonEqual } from '../../base/index.ts';
import type { KindRules } from '../built-in-kind.ts';
import { ensureObject } from '../defaults/fill.ts';
import { validateFailurePolicy, validateSuccessPolicy } from './job-policies.ts';
import { validateJobStatus } from './job-status.ts';
import { validatePodTemplate } from './pod-spec.ts';
import { templateMismatch } from './workloads.ts';

const maxCronJobNameLength = 52;

/** A job's pods carry its uid; the server chooses selector and labels so that no two jobs share pods. */
function generateSelector(job: JsonObject): void {
  const spec = ensureObject(job, 'spec');
  const selector = ensureObject(spec, 'selector');
  const metadata = ensureObject(ensureObject(spec, 'template'), 'metadata');
  const labels = ensureObject(metadata, 'labels');
  // What the caller chose himself stays, for validation to refuse.
  for (const [name, value] of Object.entries(generatedLabels(job))) labels[name] ??= value;
  const uid = textAt(job, 'metadata', 'uid');
  selector['matchLabels'] = { [uidLabel]: uid, ...objectAt(selector, 'matchLabels') };
}

const uidLabel = 'batch.kubernetes.io/controller-uid';

function generatedLabels(job: JsonObject): Record<string, string> {
  const uid = textAt(job, 'metadata', 'uid');
  const name = textAt(job, 'metadata', 'name');
  return {
    'controller-uid': uid,
    'job-name': name,
    [uidLabel]: uid,
    'batch.kubernetes.io/job-name': name,
  };
}

/** A job without labels of its own has those of its pods. */
function labelAsPods(job: JsonObject): void {
  const labels = objectAt(job, 'spec', 'template', 'metadata', 'labels');
  const own = objectAt(job, 'metadata', 'labels');
  if (Object.keys(own).length > 0 || Object.keys(labels).length === 0) return;
  ensureObject(job, 'metadata')['labels'] = { ...labels };
}

export const jobRules: KindRules = {
  prepareForCreate(job) {
    if (!flagAt(job, 'spec', 'manualSelector')) generateSelector(job);
    labelAsPods(job);
  },
  validate(job) {
    const spec = objectAt(job, 'spec');
    const selector = maybeObjectAt(spec, 'selector');
    const errors = [...validateGenerated(job), ...validateJobSpec(spec, 'spec')];
    if (!selector) errors.push(required('spec.selector'));
    errors.push(...validateSelector(selector, 'spec.selector'));
    if (!selectorMatches(selector, objectAt(spec, 'template', 'metadata', 'labels'))) {
      const labels = at(spec, 'template', 'metadata', 'labels') ?? null;
      errors.push(invalid('spec.template.metadata.labels', labels, templateMismatch));
    }
    return [...errors, ...validateHostNames(job)];
  },
  validateUpdate(job, old) {
    const spec = objectAt(job, 'spec');
    const before = objectAt(old, 'spec');
    const isIndexed = spec['completionMode'] === 'Indexed';
    const template = { template: templateToCompare(spec, before, canReschedule(before, old)) };
    const fixed = [
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
      ...validateImmutable(spec, before, 'spec.selector', 'selector'),
      ...validateImmutable(spec, template, 'spec.template', 'template'),
      ...fixed.flatMap((member) => validateImmutable(spec, before, `spec.${member}`, member)),
    ];
  },
  validateStatus: validateJobStatus,
};

/** What the server generates is there, and nothing else in its place. */
function validateGenerated(job: JsonObject): FieldError[] {
  const selector = maybeObjectAt(job, 'spec', 'selector');
  if (flagAt(job, 'spec', 'manualSelector') || !selector) return [];
  const generated = generatedLabels(job);
  const labels = objectAt(job, 'spec', 'template', 'metadata', 'labels');
  const errors: FieldError[] = [];
  for (const [name, value] of Object.entries(generated)) {
    const path = key('spec.template.metadata.labels', name);
    if (labels[name] === undefined) errors.push(required(path, `must be '${value}'`));
    if (labels[name] !== value) errors.push(invalid(path, inOrder(labels), `must be '${value}'`));
  }
  if (!selectorMatches(selector, generated)) {
    errors.push(invalid('spec.selector', selector, '`selector` not auto-generated'));
  }
  return errors;
}

function inOrder(labels: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(labels).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The pods of an indexed job are called after it and their number. */
function validateHostNames(job: JsonObject): FieldError[] {
  const completions = numberAt(job, 'spec', 'completions');
  if (textAt(job, 'spec', 'completionMode') !== 'Indexed' || completions <= 0) return [];
  const name = textAt(job, 'metadata', 'name');
  const host = `${name}-${completions - 1}`;
  if (dnsLabel(host).length === 0) return [];
  return [invalid('metadata.name', name, `will not able to create pod with invalid DNS label: ${host}`)];
}

/** A job that was suspended and never started may still be told where its pods go. */
function canReschedule(spec: JsonObject, job: JsonObject): boolean {
  return spec['suspend'] === true && at(job, 'status', 'startTime') === undefined;
}

/** The old template with those members taken from the new one that may change. */
function templateToCompare(spec: JsonObject, before: JsonObject, reschedulable: boolean): JsonObject {
  const old = structuredClone(objectAt(before, 'template'));
  if (!reschedulable) return old;
  const next = objectAt(spec, 'template');
  const pod = ensureObject(old, 'spec');
  for (const member of ['nodeSelector', 'tolerations', 'schedulingGates']) {
    takeMember(pod, objectAt(next, 'spec'), member);
  }
  for (const member of ['annotations', 'labels']) {
    takeMember(ensureObject(old, 'metadata'), objectAt(next, 'metadata'), member);
  }
  const affinity = { ...objectAt(pod, 'affinity') };
  takeMember(affinity, objectAt(next, 'spec', 'affinity'), 'nodeAffinity');
  if (Object.keys(affinity).length > 0 || maybeObjectAt(next, 'spec', 'affinity')) pod['affinity'] = affinity;
  else delete pod['affinity'];
  return old;
}

function takeMember(target: JsonObject, source: JsonObject, member: string): void {
  const value = source[member];
  if (value === undefined) delete target[member];
  else target[member] = value;
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
  const parsed = parseSchedule(schedule);
  const errors = 'problem' in parsed ? [invalid('spec.schedule', schedule, parsed.problem)] : [];
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
  return isTimeZone(zone) ? [] : [invalid('spec.timeZone', zone, `unknown time zone ${zone}`)];
}

const indexedLimits = {
  parallelism: 100_000,
  maxFailedIndexes: 100_000,
  /** From here on with a backoff limit for each index, the others are lower. */
  completions: 100_000,
  parallelismOfMany: 10_000,
  maxFailedIndexesOfMany: 10_000,
} as const;
const managedByCharacters = 63;
const replacementPolicies = ['Failed', 'TerminatingOrFailed'];

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
    ...validateManager(spec, path),
    ...validateCompletionMode(spec, path),
    ...(spec['podFailurePolicy'] === undefined ? [] : validateFailurePolicy(spec, path)),
    ...validateSuccess(spec, path),
    ...validateReplacement(spec, child(path, 'podReplacementPolicy')),
    ...validatePodTemplate(objectAt(spec, 'template'), template),
    ...validateJobRestart(spec, child(template, 'spec.restartPolicy')),
  ];
}

function validateManager(spec: JsonObject, path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (spec['maxFailedIndexes'] !== undefined && spec['backoffLimitPerIndex'] === undefined) {
    errors.push(required(child(path, 'backoffLimitPerIndex'), 'when maxFailedIndexes is specified'));
  }
  const manager = spec['managedBy'];
  if (typeof manager !== 'string') return errors;
  const here = child(path, 'managedBy');
  errors.push(...domainPrefixedPath(here, manager));
  if (manager.length > managedByCharacters) errors.push(tooLong(here, managedByCharacters));
  return errors;
}

function validateSuccess(spec: JsonObject, path: string): FieldError[] {
  const policy = spec['successPolicy'];
  if (policy === undefined) return [];
  if (spec['completionMode'] === 'Indexed') return validateSuccessPolicy(spec, path);
  return [invalid(child(path, 'successPolicy'), policy, 'requires indexed completion mode')];
}

function validateReplacement(spec: JsonObject, path: string): FieldError[] {
  const policy = textAt(spec, 'podReplacementPolicy');
  const choices = spec['podFailurePolicy'] === undefined ? replacementPolicies : ['Failed'];
  return policy === '' || choices.includes(policy) ? [] : [notSupported(path, policy, choices)];
}

function validateCompletionMode(spec: JsonObject, path: string): FieldError[] {
  const mode = textAt(spec, 'completionMode');
  const errors: FieldError[] = [];
  if (mode === 'Indexed') return validateIndexed(spec, path);
  if (mode && mode !== 'NonIndexed') {
    return [notSupported(child(path, 'completionMode'), mode, ['NonIndexed', 'Indexed'])];
  }
  for (const member of ['backoffLimitPerIndex', 'maxFailedIndexes']) {
    const value = spec[member];
    if (value !== undefined)
      errors.push(invalid(child(path, member), value, 'requires indexed completion mode'));
  }
  return errors;
}

function validateIndexed(spec: JsonObject, path: string): FieldError[] {
  const { completions, parallelism, maxFailedIndexes: failed } = spec;
  const errors: FieldError[] = [];
  const atMost = (member: string, most: number, why: string) => {
    const value = spec[member];
    if (typeof value !== 'number' || value <= most) return;
    errors.push(invalid(child(path, member), value, `must be less than or equal to ${most}${why}`));
  };
  if (completions === undefined) {
    errors.push(required(child(path, 'completions'), 'when completion mode is Indexed'));
  }
  if (parallelism !== undefined)
    atMost('parallelism', indexedLimits.parallelism, ' when completion mode is Indexed');
  if (typeof failed === 'number' && typeof completions === 'number' && failed > completions) {
    errors.push(
      invalid(child(path, 'maxFailedIndexes'), failed, 'must be less than or equal to completions'),
    );
  }
  atMost('maxFailedIndexes', indexedLimits.maxFailedIndexes, '');
  const many = typeof completions === 'number' && completions > indexedLimits.completions;
  if (!many || spec['backoffLimitPerIndex'] === undefined) return errors;
  const above = `completions are above ${indexedLimits.completions} and used with backoff limit per index`;
  if (failed === undefined) {
    const detail = `must be specified when completions is above ${indexedLimits.completions}`;
    errors.push(required(child(path, 'maxFailedIndexes'), detail));
  }
  atMost('parallelism', indexedLimits.parallelismOfMany, ` when ${above}`);
  atMost('maxFailedIndexes', indexedLimits.maxFailedIndexesOfMany, ` when ${above}`);
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
