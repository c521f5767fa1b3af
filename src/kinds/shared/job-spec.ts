import type { FieldError } from '../../apimachinery/contract.ts';
import { objectAt, textAt } from '../../apimachinery/read.ts';
import { child, invalid, notSupported, required, tooLong } from '../../apimachinery/validation/errors.ts';
import { domainPrefixedPath, validateNotNegative } from '../../apimachinery/validation/values.ts';
import type { JsonObject } from '../../base/index.ts';
import { validateFailurePolicy, validateSuccessPolicy } from './job-policies.ts';
import { validatePodTemplate } from './pod-spec.ts';

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

/** Field errors of a job, on its own or as a template. */
export function validateJobSpec(spec: JsonObject, path: string): FieldError[] {
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
