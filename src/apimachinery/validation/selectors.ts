import type { JsonObject } from '../../base/index.ts';
import type { FieldError } from '../contract.ts';
import { objectAt, objectsAt, textAt, textsAt } from '../read.ts';
import { child, forbidden, index, invalid, invalidEach, required } from './errors.ts';
import { validateLabels } from './metadata.ts';
import { labelValue, qualifiedName } from './names.ts';

const operators = ['In', 'NotIn', 'Exists', 'DoesNotExist'];

/** Field errors of a label selector with `matchLabels` and `matchExpressions`. */
export function validateSelector(selector: JsonObject | undefined, path: string): FieldError[] {
  if (!selector) return [];
  const expressions = objectsAt(selector, 'matchExpressions').flatMap((expression, position) =>
    validateExpression(expression, index(child(path, 'matchExpressions'), position)),
  );
  return [...validateLabels(selector['matchLabels'], child(path, 'matchLabels')), ...expressions];
}

function validateExpression(expression: JsonObject, path: string): FieldError[] {
  const operator = textAt(expression, 'operator');
  const values = textsAt(expression, 'values');
  const name = textAt(expression, 'key');
  const errors: FieldError[] = [];
  if (operator === 'In' || operator === 'NotIn') {
    if (values.length === 0) {
      errors.push(required(child(path, 'values'), "must be specified when `operator` is 'In' or 'NotIn'"));
    }
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    if (values.length > 0) {
      const detail = "may not be specified when `operator` is 'Exists' or 'DoesNotExist'";
      errors.push(forbidden(child(path, 'values'), detail));
    }
  } else errors.push(invalid(child(path, 'operator'), operator, 'not a valid selector operator'));
  errors.push(...invalidEach(child(path, 'key'), name, qualifiedName(name)));
  for (const [position, value] of values.entries()) {
    errors.push(...invalidEach(index(child(path, 'values'), position), value, labelValue(value)));
  }
  return errors;
}

/** True when the selector has no term: it selects everything. */
export function isEmptySelector(selector: JsonObject): boolean {
  return (
    Object.keys(objectAt(selector, 'matchLabels')).length === 0 &&
    objectsAt(selector, 'matchExpressions').length === 0
  );
}

/** True when every expression can be evaluated: a known operator with the values that it needs. */
export function isUsableSelector(selector: JsonObject): boolean {
  return objectsAt(selector, 'matchExpressions').every((expression) => {
    const operator = textAt(expression, 'operator');
    const wantsValues = operator === 'In' || operator === 'NotIn';
    return operators.includes(operator) && wantsValues === textsAt(expression, 'values').length > 0;
  });
}

/** Whether labels fulfil a label selector. An absent selector selects nothing; an empty one everything. */
export function selectorMatches(selector: JsonObject | undefined, labels: JsonObject): boolean {
  if (!selector) return false;
  const terms = Object.entries(objectAt(selector, 'matchLabels'));
  if (terms.some(([name, value]) => labels[name] !== value)) return false;
  return objectsAt(selector, 'matchExpressions').every((expression) => {
    const value = labels[textAt(expression, 'key')];
    const listed = typeof value === 'string' && textsAt(expression, 'values').includes(value);
    switch (expression['operator']) {
      case 'In':
        return listed;
      case 'NotIn':
        return !listed;
      case 'Exists':
        return value !== undefined;
      case 'DoesNotExist':
        return value === undefined;
      default:
        return false;
    }
  });
}
