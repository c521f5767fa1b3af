import { maybeObjectAt, objectsAt, textAt } from '../../apimachinery/read.ts';
import { isObject, type Json, type JsonObject } from '../../base/index.ts';
import { labelSelectorProblem, labelSelectorText } from './go-text.ts';
import { nameProblem, requirementsErrors } from './placement-properties.ts';

/** What is wrong with the affinity of a policy that picks by it. */
export function affinityErrors(policy: JsonObject, type: 'PickAll' | 'PickN'): readonly string[] {
  const affinity = maybeObjectAt(policy, 'affinity', 'clusterAffinity');
  if (!affinity) return [];
  const required = objectsAt(
    affinity,
    'requiredDuringSchedulingIgnoredDuringExecution',
    'clusterSelectorTerms',
  );
  const preferred = objectsAt(affinity, 'preferredDuringSchedulingIgnoredDuringExecution');
  const errors = required.flatMap(requiredErrors);
  if (type === 'PickN') return [...errors, ...preferred.flatMap(preferredErrors)];
  if (preferred.length > 0) {
    errors.push(
      'PreferredDuringSchedulingIgnoredDuringExecution will be ignored for placement policy type PickAll',
    );
  }
  return errors;
}

function requiredErrors({ labelSelector, propertySelector, propertySorter }: JsonObject): string[] {
  const errors = labelErrors(labelSelector, 'cluster selector');
  if (isObject(propertySorter)) {
    errors.push('PropertySorter is not allowed for RequiredDuringSchedulingIgnoredDuringExecution affinity');
  }
  if (isObject(propertySelector)) {
    errors.push(...requirementsErrors(objectsAt(propertySelector, 'matchExpressions')));
  }
  return errors;
}

function preferredErrors({ preference }: JsonObject): string[] {
  const { labelSelector, propertySelector, propertySorter } = isObject(preference) ? preference : {};
  const errors = labelErrors(labelSelector, 'preferred cluster selector');
  if (isObject(propertySelector)) {
    errors.push(
      'PropertySelector is not allowed for PreferredDuringSchedulingIgnoredDuringExecution affinity',
    );
  }
  if (isObject(propertySorter)) {
    const problem = nameProblem(textAt(propertySorter, 'name'));
    if (problem !== undefined) errors.push(problem);
    const order = textAt(propertySorter, 'sortOrder');
    if (order !== 'Ascending' && order !== 'Descending') errors.push(`invalid property sort order ${order}`);
  }
  return errors;
}

function labelErrors(selector: Json | undefined, where: string): string[] {
  const problem = labelSelectorProblem(selector);
  if (problem === undefined) return [];
  return [`the labelSelector in ${where} ${labelSelectorText(selector)} is invalid: ${problem}`];
}
