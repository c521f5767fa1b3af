import { isObject, type JsonObject } from '../../base/index.ts';
import { type Labels, type Requirement, requirementMatches } from './labels.ts';

/** A `metav1.LabelSelector` object as a test of labels; an empty one matches everything. */
export function readLabelSelector(selector: JsonObject): (labels: Labels) => boolean {
  const requirements: Requirement[] = [];
  const { matchLabels, matchExpressions } = selector;
  if (isObject(matchLabels)) {
    for (const [key, value] of Object.entries(matchLabels)) {
      requirements.push({ key, operator: 'In', values: [String(value)] });
    }
  }
  if (Array.isArray(matchExpressions)) {
    for (const expression of matchExpressions) {
      if (isObject(expression)) requirements.push(readExpression(expression));
    }
  }
  return (labels) => requirements.every((requirement) => requirementMatches(requirement, labels));
}

function readExpression({ key, operator, values }: JsonObject): Requirement {
  const list = Array.isArray(values) ? values.map(String) : [];
  switch (operator) {
    case 'In':
    case 'NotIn':
    case 'Exists':
    case 'DoesNotExist':
      return { key: String(key), operator, values: list };
    default:
      // Validation has refused it: nothing matches what nobody understands.
      return { key: String(key), operator: 'In', values: [] };
  }
}
