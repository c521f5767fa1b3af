import { cloneJson } from '../../apimachinery/clone.ts';
import { holds } from '../../apimachinery/conditions.ts';
import type { FieldError } from '../../apimachinery/contract.ts';
import { Elapsed, humanDuration } from '../../apimachinery/duration.ts';
import { at, flagAt, maybeObjectAt, nameOf, numberAt, objectAt, textAt } from '../../apimachinery/read.ts';
import { invalid, key, required } from '../../apimachinery/validation/errors.ts';
import { goQuote } from '../../apimachinery/validation/go-text.ts';
import { validateImmutable } from '../../apimachinery/validation/metadata.ts';
import { dnsLabel } from '../../apimachinery/validation/names.ts';
import { selectorMatches, validateSelector } from '../../apimachinery/validation/selectors.ts';
import { type JsonObject, jsonEqual } from '../../base/index.ts';
import type { BuiltInKind } from '../built-in-kind.ts';
import { ensureObject } from '../defaults/fill.ts';
import { ageOf, containerCells, selectorCell } from '../shared/cells.ts';
import { countField } from '../shared/field-selectors.ts';
import { validateJobSpec } from '../shared/job-spec.ts';
import { indexWarnings, ofTemplate } from '../shared/template-warnings.ts';
import { templateOf } from '../shared/workload-cells.ts';
import { templateMismatch } from '../shared/workloads.ts';
import { validateJobStatus } from './job/status.ts';

export const job: BuiltInKind = {
  group: 'batch',
  versions: [{ version: 'v1' }],
  resource: 'jobs',
  kind: 'Job',
  scope: 'Namespaced',
  categories: ['all'],
  subresources: { status: 'get patch update' },
  columns: {
    definitions: [
      'Name|string|name|0',
      'Status',
      'Completions',
      'Duration',
      'Age',
      'Containers|string||1',
      'Images|string||1',
      'Selector|string||1',
    ],
    cells: (object) => [
      nameOf(object),
      jobStatus(object),
      jobCompletions(object),
      jobDuration(object),
      ageOf(object),
      ...containerCells(templateOf(object)),
      selectorCell(objectAt(object, 'spec', 'selector')),
    ],
  },
  selectable: { 'status.successful': countField('status', 'succeeded') },
  unselectable: (path) => `field label ${goQuote(path)} not supported for Job`,
  quirks: { hasGeneration: true },
  deletion: {
    orphans: true,
    orphansWarning:
      'child pods are preserved by default when jobs are deleted; set propagationPolicy=Background to remove them or set propagationPolicy=Orphan to suppress this warning',
  },
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
  warnings: ofTemplate('spec.template', true, indexWarnings('spec')),
};

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
  const old = cloneJson(objectAt(before, 'template'));
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

function jobStatus(job: JsonObject): string {
  const isTrue = (type: string) => holds(job, type);
  if (isTrue('Complete')) return 'Complete';
  if (isTrue('Failed')) return 'Failed';
  if (textAt(job, 'metadata', 'deletionTimestamp')) return 'Terminating';
  if (isTrue('Suspended')) return 'Suspended';
  if (isTrue('FailureTarget')) return 'FailureTarget';
  return isTrue('SuccessCriteriaMet') ? 'SuccessCriteriaMet' : 'Running';
}

function jobCompletions(job: JsonObject): string {
  const succeeded = numberAt(job, 'status', 'succeeded');
  const wanted = at(job, 'spec', 'completions');
  if (typeof wanted === 'number') return `${succeeded}/${wanted}`;
  const parallelism = numberAt(job, 'spec', 'parallelism');
  return parallelism > 1 ? `${succeeded}/1 of ${parallelism}` : `${succeeded}/1`;
}

function jobDuration(job: JsonObject): Elapsed | string {
  const start = textAt(job, 'status', 'startTime');
  if (!start) return '';
  const end = textAt(job, 'status', 'completionTime');
  const startMs = Date.parse(start);
  return end ? humanDuration(Date.parse(end) - startMs) : new Elapsed(startMs);
}
