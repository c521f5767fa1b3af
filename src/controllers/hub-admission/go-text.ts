import { objectAt, objectsAt, textAt, textsAt } from '../../apimachinery/read.ts';
import { firstTold } from '../../apimachinery/told.ts';
import { aggregated, goJson, goQuote } from '../../apimachinery/validation/go-text.ts';
import { labelValue, qualifiedName } from '../../apimachinery/validation/names.ts';
import { isObject, type Json, type JsonObject } from '../../base/index.ts';

/** Texts as Go's `%+v` and its aggregated errors print them: clients compare messages by the letter. */

/** Several errors as one text; each is told once, as far as an answer has room. Undefined for none. */
export function aggregate(errors: readonly string[]): string | undefined {
  const different = [...new Set(errors)];
  if (different.length < 2) return different[0];
  const shown = [...firstTold(different, (error) => error.length)];
  if (shown.length < different.length) shown.push(`and ${different.length - shown.length} more`);
  return aggregated(shown);
}

/** The errors under a heading, as one error. */
export function headed(heading: string, errors: readonly string[]): string[] {
  const all = aggregate(errors);
  return all === undefined ? [] : [`${heading}${all}`];
}

/** A struct of texts, its members in the order of the Go type. */
export function struct(object: JsonObject, members: Readonly<Record<string, string>>): string {
  const shown = Object.entries(members).map(([go, json]) => `${go}:${textAt(object, json)}`);
  return `{${shown.join(' ')}}`;
}

export function labelSelectorText(selector: Json | undefined): string {
  if (!isObject(selector)) return 'nil';
  const labels = objectAt(selector, 'matchLabels');
  const pairs = Object.keys(labels)
    .sort()
    .map((key) => `${key}: ${String(labels[key])},`);
  const expressions = objectsAt(selector, 'matchExpressions').map((expression) => {
    const [key, operator] = [textAt(expression, 'key'), textAt(expression, 'operator')];
    return `LabelSelectorRequirement{Key:${key},Operator:${operator},Values:[${textsAt(expression, 'values').join(' ')}],},`;
  });
  return `&LabelSelector{MatchLabels:map[string]string{${pairs.join('')}},MatchExpressions:[]LabelSelectorRequirement{${expressions.join('')}},}`;
}

/** Why no label selector can be made of it, or undefined. */
export function labelSelectorProblem(selector: Json | undefined): string | undefined {
  if (!isObject(selector)) return undefined;
  for (const [key, value] of Object.entries(objectAt(selector, 'matchLabels'))) {
    const problem = requirementProblem(key, [String(value)], undefined);
    if (problem !== undefined) return problem;
  }
  for (const expression of objectsAt(selector, 'matchExpressions')) {
    const operator = textAt(expression, 'operator');
    if (!Object.hasOwn(valueRules, operator))
      return `${goQuote(operator)} is not a valid label selector operator`;
    const values = textsAt(expression, 'values');
    const problem = requirementProblem(textAt(expression, 'key'), values, valueRules[operator]?.(values));
    if (problem !== undefined) return problem;
  }
  return undefined;
}

const wantsValues = (values: readonly string[]) =>
  values.length > 0
    ? undefined
    : "values: Invalid value: null: for 'in', 'notin' operators, values set can't be empty";
const wantsNone = (values: readonly string[]) =>
  values.length === 0
    ? undefined
    : `values: Invalid value: ${goJson([...values])}: values set must be empty for exists and does not exist`;
const valueRules: Readonly<Record<string, (values: readonly string[]) => string | undefined>> = {
  In: wantsValues,
  NotIn: wantsValues,
  Exists: wantsNone,
  DoesNotExist: wantsNone,
};

function requirementProblem(
  key: string,
  values: readonly string[],
  countProblem: string | undefined,
): string | undefined {
  const problems: string[] = [];
  const tell = (field: string, value: string, why: readonly string[]) =>
    problems.push(`${field}: Invalid value: ${goQuote(value)}: ${why.join('; ')}`);
  const badKey = qualifiedName(key);
  if (badKey.length > 0) tell('key', key, badKey);
  if (countProblem !== undefined) problems.push(countProblem);
  const badValues = [...values.entries()].filter(([, value]) => labelValue(value).length > 0);
  // Each value is told with the key, which may be long.
  for (const [at, value] of firstTold(badValues, ([, value]) => key.length + value.length)) {
    tell(`values[${at}][${key}]`, value, labelValue(value));
  }
  return aggregate(problems);
}
