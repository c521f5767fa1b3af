import { isObject, type Json, type JsonObject } from '../../base/index.ts';
import { type Labels, type Requirement, requirementMatches } from './labels.ts';

/** A `metav1.LabelSelector` object as a test of labels; an empty one matches everything. */
export function readLabelSelector(selector: JsonObject): (labels: Labels) => boolean {
  const requirements = requirementsOf(selector);
  return (labels) => requirements.every((requirement) => requirementMatches(requirement, labels));
}

/** Whether labels satisfy a selector. An absent selector matches nothing, an empty one everything. */
export function matchesLabels(selector: JsonObject | undefined, labels: Labels | undefined): boolean {
  if (!selector) return false;
  return requirementsOf(selector).every((requirement) => requirementMatches(requirement, labels ?? {}));
}

/** One requirement of a label or node selector. */
export function matchesExpression(expression: JsonObject, labels: Labels | undefined): boolean {
  return requirementMatches(readExpression(expression), labels ?? {});
}

const known = new WeakMap<JsonObject, readonly Requirement[]>();

/** Read once for each frozen object: loops ask the same selector about every object there is. */
function requirementsOf(selector: JsonObject): readonly Requirement[] {
  const before = known.get(selector);
  if (before) return before;
  const { matchLabels, matchExpressions } = selector;
  const requirements: Requirement[] = [];
  for (const [key, value] of Object.entries(isObject(matchLabels) ? matchLabels : {})) {
    requirements.push({ key, operator: 'In', values: [String(value)] });
  }
  for (const expression of Array.isArray(matchExpressions) ? matchExpressions : []) {
    if (isObject(expression)) requirements.push(readExpression(expression));
  }
  if (Object.isFrozen(selector)) known.set(selector, requirements);
  return requirements;
}

function readExpression({ key, operator, values }: JsonObject): Requirement {
  const list = Array.isArray(values) ? values.map(String) : [];
  // Validation has refused what nobody understands: it matches nothing.
  if (!isOperator(operator)) return { key: String(key), operator: 'In', values: [] };
  return { key: String(key), operator, values: list };
}

const operators: ReadonlySet<unknown> = new Set(['In', 'NotIn', 'Exists', 'DoesNotExist', 'Gt', 'Lt']);

function isOperator(value: Json | undefined): value is Requirement['operator'] {
  return operators.has(value);
}
