import type { FieldError } from '../../apimachinery/contract.ts';
import { objectsAt, textAt } from '../../apimachinery/read.ts';
import {
  child,
  duplicate,
  index,
  invalid,
  invalidEach,
  required,
  tooMany,
} from '../../apimachinery/validation/errors.ts';
import { qualifiedName } from '../../apimachinery/validation/names.ts';
import type { JsonObject } from '../../base/index.ts';
import { type AdmissionExpression, compileCondition } from '../../cel/admission/compile.ts';
import type { AdmissionVariable } from '../../cel/admission/variables.ts';

const most = 64;

/** Field errors of the `matchConditions` of an object: expressions over the variables that say yes or no. */
export function validateMatchConditions(
  holder: JsonObject,
  path: string,
  variables: readonly AdmissionVariable[],
): FieldError[] {
  const conditions = objectsAt(holder, 'matchConditions');
  const errors: FieldError[] = conditions.length > most ? [tooMany(path, conditions.length, most)] : [];
  const names = new Set<string>();
  for (const [position, condition] of conditions.entries()) {
    const here = index(path, position);
    const name = textAt(condition, 'name');
    errors.push(
      ...validateExpression(textAt(condition, 'expression').trim(), child(here, 'expression'), variables),
    );
    if (name === '') errors.push(required(child(here, 'name')));
    else errors.push(...invalidEach(child(here, 'name'), name, qualifiedName(name)));
    if (names.has(name) && name !== '') errors.push(duplicate(child(here, 'name'), name));
    names.add(name);
  }
  return errors;
}

function validateExpression(
  source: string,
  path: string,
  variables: readonly AdmissionVariable[],
): FieldError[] {
  if (source === '') return [required(path)];
  return expressionErrors(path, source, compileCondition(source, variables));
}

/** Why an expression is none, shown as it was given. */
export function expressionErrors(path: string, shown: string, compiled: AdmissionExpression): FieldError[] {
  if (compiled.ok) return [];
  if (!compiled.isInternal) return [invalid(path, shown, compiled.problem)];
  return [{ reason: 'InternalError', field: path, message: `Internal error: ${compiled.problem}` }];
}
