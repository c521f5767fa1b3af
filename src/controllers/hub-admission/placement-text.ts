import { objectsAt, textAt, textsAt } from '../../apimachinery/read.ts';
import { isObject, type JsonObject } from '../../base/index.ts';
import { labelSelectorText, struct } from './go-text.ts';

/** Parts of placements as Go's `%+v` prints them. */

export function resourceTermText(term: JsonObject): string {
  const [group, version] = [textAt(term, 'group'), textAt(term, 'version')];
  const [kind, name, scope] = [textAt(term, 'kind'), textAt(term, 'name'), textAt(term, 'selectionScope')];
  const labels = labelSelectorText(term['labelSelector']);
  return `{Group:${group} Version:${version} Kind:${kind} Name:${name} LabelSelector:${labels} SelectionScope:${scope}}`;
}

export function tolerationText(toleration: JsonObject): string {
  return struct(toleration, { Key: 'key', Operator: 'operator', Value: 'value', Effect: 'effect' });
}

/** Upstream prints addresses for the properties: what they point to tells more. */
export function clusterTermText({ labelSelector, propertySelector, propertySorter }: JsonObject): string {
  const selector = isObject(propertySelector)
    ? `&{MatchExpressions:[${objectsAt(propertySelector, 'matchExpressions').map(requirementText).join(' ')}]}`
    : '<nil>';
  const sorter = isObject(propertySorter)
    ? `&${struct(propertySorter, { Name: 'name', SortOrder: 'sortOrder' })}`
    : '<nil>';
  return `{LabelSelector:${labelSelectorText(labelSelector)} PropertySelector:${selector} PropertySorter:${sorter}}`;
}

function requirementText(requirement: JsonObject): string {
  const [name, operator] = [textAt(requirement, 'name'), textAt(requirement, 'operator')];
  return `{Name:${name} Operator:${operator} Values:[${textsAt(requirement, 'values').join(' ')}]}`;
}
