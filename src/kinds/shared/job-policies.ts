import type { FieldError } from '../../apimachinery/contract.ts';
import { at, listAt, objectsAt, textAt } from '../../apimachinery/read.ts';
import {
  child,
  duplicate,
  index,
  invalid,
  invalidEach,
  notSupported,
  required,
  tooLong,
  tooMany,
  withoutValue,
} from '../../apimachinery/validation/errors.ts';
import { qualifiedName } from '../../apimachinery/validation/names.ts';
import { validateNotNegative } from '../../apimachinery/validation/values.ts';
import type { JsonObject } from '../../base/index.ts';

const limits = {
  failureRules: 20,
  exitCodes: 255,
  podConditions: 20,
  successRules: 20,
  succeededIndexesBytes: 64 * 1024,
} as const;
const actions = ['Count', 'FailIndex', 'FailJob', 'Ignore'];
const operators = ['In', 'NotIn'];
const conditionStatuses = ['False', 'True', 'Unknown'];

/** Field errors of what a job does when its pods fail. */
export function validateFailurePolicy(spec: JsonObject, path: string): FieldError[] {
  const rules = objectsAt(spec, 'podFailurePolicy', 'rules');
  const here = child(path, 'podFailurePolicy.rules');
  const errors: FieldError[] = [];
  if (rules.length > limits.failureRules) errors.push(tooMany(here, rules.length, limits.failureRules));
  return [...errors, ...rules.flatMap((rule, i) => validateFailureRule(spec, rule, index(here, i)))];
}

function choiceErrors(value: string, path: string, choices: readonly string[]): FieldError[] {
  if (value === '') return [required(path, `valid values: [${choices.map((c) => `"${c}"`).join(' ')}]`)];
  return choices.includes(value) ? [] : [notSupported(path, value, choices)];
}

function validateFailureRule(spec: JsonObject, rule: JsonObject, path: string): FieldError[] {
  const action = textAt(rule, 'action');
  const here = child(path, 'action');
  const errors: FieldError[] = [];
  if (action === 'FailIndex') {
    if (spec['backoffLimitPerIndex'] === undefined) {
      errors.push(invalid(here, action, 'requires the backoffLimitPerIndex to be set'));
    }
  } else errors.push(...choiceErrors(action, here, actions));
  const hasCodes = rule['onExitCodes'] !== undefined;
  const conditions = objectsAt(rule, 'onPodConditions');
  if (hasCodes) errors.push(...validateExitCodes(spec, rule, child(path, 'onExitCodes')));
  errors.push(...validatePodConditions(conditions, child(path, 'onPodConditions')));
  if (hasCodes && conditions.length > 0) {
    errors.push(withoutValue(path, 'specifying both OnExitCodes and OnPodConditions is not supported'));
  }
  if (!hasCodes && conditions.length === 0) {
    errors.push(withoutValue(path, 'specifying one of OnExitCodes and OnPodConditions is required'));
  }
  return errors;
}

function validatePodConditions(conditions: readonly JsonObject[], path: string): FieldError[] {
  const errors: FieldError[] = [];
  if (conditions.length > limits.podConditions) {
    errors.push(tooMany(path, conditions.length, limits.podConditions));
  }
  for (const [i, condition] of conditions.entries()) {
    const here = index(path, i);
    const type = textAt(condition, 'type');
    errors.push(
      ...invalidEach(child(here, 'type'), type, qualifiedName(type)),
      ...choiceErrors(textAt(condition, 'status'), child(here, 'status'), conditionStatuses),
    );
  }
  return errors;
}

function validateExitCodes(spec: JsonObject, rule: JsonObject, path: string): FieldError[] {
  const operator = textAt(rule, 'onExitCodes', 'operator');
  const errors = choiceErrors(operator, child(path, 'operator'), operators);
  const container = at(rule, 'onExitCodes', 'containerName');
  const pod = ['containers', 'initContainers'].flatMap((list) => objectsAt(spec, 'template', 'spec', list));
  if (typeof container === 'string' && !pod.some(({ name }) => name === container)) {
    const detail = 'must be one of the container or initContainer names in the pod template';
    errors.push(invalid(child(path, 'containerName'), container, detail));
  }
  const values = listAt(rule, 'onExitCodes', 'values');
  const here = child(path, 'values');
  if (values.length === 0) errors.push(invalid(here, null, 'at least one value is required'));
  else if (values.length > limits.exitCodes) errors.push(tooMany(here, values.length, limits.exitCodes));
  let ordered = true;
  const seen = new Set<unknown>();
  for (const [i, code] of values.entries()) {
    if (operator === 'In' && code === 0) {
      errors.push(invalid(index(here, i), code, 'must not be 0 for the In operator'));
    }
    if (seen.has(code)) errors.push(duplicate(index(here, i), code));
    seen.add(code);
    if (i > 0 && Number(values[i - 1]) > Number(code)) ordered = false;
  }
  if (!ordered) errors.push(invalid(here, [...values], 'must be ordered'));
  return errors;
}

/** Field errors of when an indexed job has succeeded. */
export function validateSuccessPolicy(spec: JsonObject, path: string): FieldError[] {
  const rules = objectsAt(spec, 'successPolicy', 'rules');
  const here = child(path, 'successPolicy.rules');
  const errors: FieldError[] = [];
  if (rules.length === 0) {
    errors.push(required(here, 'at least one rules must be specified when the successPolicy is specified'));
  }
  if (rules.length > limits.successRules) errors.push(tooMany(here, rules.length, limits.successRules));
  const completions = Number(spec['completions'] ?? 0);
  return [...errors, ...rules.flatMap((rule, i) => validateSuccessRule(rule, completions, index(here, i)))];
}

function validateSuccessRule(rule: JsonObject, completions: number, path: string): FieldError[] {
  const { succeededCount: count, succeededIndexes: indexes } = rule;
  const errors: FieldError[] = [];
  if (count === undefined && indexes === undefined) {
    errors.push(required(path, 'at least one of succeededCount or succeededIndexes must be specified'));
  }
  let total = 0;
  if (typeof indexes === 'string') {
    const here = child(path, 'succeededIndexes');
    const most = limits.succeededIndexesBytes;
    if (Buffer.byteLength(indexes) > most) errors.push(tooLong(here, most));
    const counted = countIndexes(indexes, completions);
    if (typeof counted === 'number') total = counted;
    else errors.push(invalid(here, indexes, `error parsing succeededIndexes: ${counted.message}`));
  }
  if (typeof count !== 'number') return errors;
  const here = child(path, 'succeededCount');
  errors.push(...validateNotNegative(rule, path, 'succeededCount'));
  if (count > completions) {
    const detail = `must be less than or equal to ${completions} (the number of specified completions)`;
    errors.push(invalid(here, count, detail));
  }
  if (indexes !== undefined && count > total) {
    const what = 'the number of indexes in the specified succeededIndexes field';
    errors.push(invalid(here, count, `must be less than or equal to ${total} (${what})`));
  }
  return errors;
}

/** How many indexes `0,2-5` names, or what is wrong with it. */
function countIndexes(text: string, completions: number): number | Error {
  let total = 0;
  let last: number | undefined;
  if (text === '') return 0;
  for (const interval of text.split(',')) {
    const limitsOf = interval.split('-');
    if (limitsOf.length > 2) {
      const why =
        "violates the requirement that an index interval can have at most two parts separated by '-'";
      return new Error(`the fragment ${JSON.stringify(interval)} ${why}`);
    }
    const numbers: number[] = [];
    for (const limit of limitsOf) {
      const shown = JSON.stringify(limit);
      if (!/^[+-]?\d+$/.test(limit)) return new Error(`cannot convert string to integer for index: ${shown}`);
      if (Number(limit) >= completions) return new Error(`too large index: ${shown}`);
      numbers.push(Number(limit));
    }
    const [first = 0, end = first] = numbers;
    if (numbers.length > 1 && first >= end) return nonIncreasing(first, end);
    if (last !== undefined && last >= first) return nonIncreasing(last, first);
    total += end - first + 1;
    last = end;
  }
  return total;
}

function nonIncreasing(previous: number, current: number): Error {
  return new Error(`non-increasing order, previous: ${previous}, current: ${current}`);
}
