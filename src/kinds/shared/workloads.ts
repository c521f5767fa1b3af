import type { FieldError } from '../../apimachinery/contract.ts';
import { at, maybeObjectAt, numberAt, objectAt, textAt } from '../../apimachinery/read.ts';
import { forbidden, invalid, notSupported, required } from '../../apimachinery/validation/errors.ts';
import { validateImmutable } from '../../apimachinery/validation/metadata.ts';
import {
  isEmptySelector,
  isUsableSelector,
  selectorMatches,
  validateSelector,
} from '../../apimachinery/validation/selectors.ts';
import { notNegative } from '../../apimachinery/validation/values.ts';
import type { JsonObject } from '../../base/index.ts';
import { validatePodTemplate } from './pod-spec.ts';

/** Said of labels that a workload would not find its own pods by. */
export const templateMismatch = '`selector` does not match template `labels`';

/** Field errors of a change of the selector. */
export function selectorIsImmutable(object: JsonObject, old: JsonObject): FieldError[] {
  return validateImmutable(objectAt(object, 'spec'), objectAt(old, 'spec'), 'spec.selector', 'selector');
}

/** Field errors of a selector and of the pod template that it is to select. */
export function validateSelectedTemplate(spec: JsonObject, kindInText: string, kind: string): FieldError[] {
  const selector = maybeObjectAt(spec, 'selector');
  const errors: FieldError[] = [];
  if (!selector) errors.push(required('spec.selector'));
  else {
    errors.push(...validateSelector(selector, 'spec.selector'));
    if (isEmptySelector(selector)) {
      errors.push(invalid('spec.selector', selector, `empty selector is invalid for ${kindInText}`));
    }
    if (!isUsableSelector(selector))
      return [...errors, invalid('spec.selector', selector, 'invalid label selector')];
  }
  const isEmpty = selector !== undefined && isEmptySelector(selector);
  if (!isEmpty && !selectorMatches(selector, objectAt(spec, 'template', 'metadata', 'labels'))) {
    errors.push(invalid('spec.template.metadata.labels', shownLabels(spec), templateMismatch));
  }
  return [
    ...errors,
    ...validatePodTemplate(objectAt(spec, 'template'), 'spec.template'),
    ...validateRestart(spec, kind),
  ];
}

/** The template's labels as refusals print them. */
export function shownLabels(spec: JsonObject) {
  return at(spec, 'template', 'metadata', 'labels') ?? null;
}

/** Field errors of pods that would not run for ever. */
export function validateRestart(spec: JsonObject, kind: string): FieldError[] {
  const pod = objectAt(spec, 'template', 'spec');
  const restart = textAt(pod, 'restartPolicy');
  const errors: FieldError[] = [];
  if (restart !== 'Always')
    errors.push(notSupported('spec.template.spec.restartPolicy', restart, ['Always']));
  if (pod['activeDeadlineSeconds'] !== undefined) {
    const detail = `activeDeadlineSeconds in ${kind} is not Supported`;
    errors.push(forbidden('spec.template.spec.activeDeadlineSeconds', detail));
  }
  return errors;
}

/** Refusals print the server's own structure, not the caller's JSON. */
export function shownStrategy(strategy: JsonObject): JsonObject {
  return { Type: textAt(strategy, 'type'), RollingUpdate: strategy['rollingUpdate'] ?? null };
}

/** Field errors of counts in the status that are below zero. */
export function validateCounts(object: JsonObject, ...members: readonly string[]): FieldError[] {
  const status = objectAt(object, 'status');
  return ['observedGeneration', 'replicas', ...members].flatMap((member) =>
    numberAt(status, member) < 0 ? [invalid(`status.${member}`, status[member], notNegative)] : [],
  );
}

/** Field errors of counts in the status that are above another. */
export function validateNoMoreThan(
  object: JsonObject,
  most: string,
  ...members: readonly string[]
): FieldError[] {
  const status = objectAt(object, 'status');
  return members.flatMap((member) =>
    numberAt(status, member) > numberAt(status, most)
      ? [invalid(`status.${member}`, status[member], `cannot be greater than status.${most}`)]
      : [],
  );
}

/** Field errors of more available pods than ready ones. */
export function validateAvailable(object: JsonObject, readyInText: string): FieldError[] {
  const status = objectAt(object, 'status');
  const available = numberAt(status, 'availableReplicas');
  if (available <= numberAt(status, 'readyReplicas')) return [];
  return [invalid('status.availableReplicas', available, `cannot be greater than ${readyInText}`)];
}
