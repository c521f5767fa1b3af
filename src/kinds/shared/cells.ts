import { type Elapsed, since } from '../../apimachinery/duration.ts';
import { nameOf, objectAt, objectsAt, textAt, textsAt } from '../../apimachinery/read.ts';
import type { JsonObject } from '../../base/index.ts';
import type { Cells } from '../built-in-kind.ts';

/** Printed where there is nothing. */
export const none = '<none>';
/** Printed where nobody chose. */
export const unset = '<unset>';

/** How long there has been the object. */
export function ageOf(object: JsonObject): Elapsed | string {
  return since(object['metadata'] && textAt(object, 'metadata', 'creationTimestamp'));
}

/** Kinds that show nothing else. */
export const nameAndAgeCells: Cells = (object) => [nameOf(object), ageOf(object)];

/** Labels as `a=1,b=2`, or `<none>`. */
export function labelsText(labels: JsonObject): string {
  const names = Object.keys(labels).sort();
  return names.length === 0 ? none : names.map((name) => `${name}=${labels[name]}`).join(',');
}

/** A label selector as kubectl prints it: `a=1,b in (x,y),!c`; '' when it selects everything. */
export function selectorText(selector: JsonObject): string {
  const terms = Object.entries(objectAt(selector, 'matchLabels')).map(
    ([key, value]) => [key, `${key}=${value}`] as const,
  );
  const expressions = objectsAt(selector, 'matchExpressions').map(
    (expression) => [textAt(expression, 'key'), expressionText(expression)] as const,
  );
  return [...terms, ...expressions]
    .sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0))
    .map(([, text]) => text)
    .join(',');
}

/** Like `selectorText`, with `<none>` for the empty one. */
export function selectorCell(selector: JsonObject): string {
  return selectorText(selector) || none;
}

function expressionText(expression: JsonObject): string {
  const key = textAt(expression, 'key');
  const values = [...textsAt(expression, 'values')].sort().join(',');
  switch (expression['operator']) {
    case 'In':
      return `${key} in (${values})`;
    case 'NotIn':
      return `${key} notin (${values})`;
    case 'DoesNotExist':
      return `!${key}`;
    default:
      return key;
  }
}

/** Names and images of a pod template's containers, each joined by commas. */
export function containerCells(podSpec: JsonObject): readonly [names: string, images: string] {
  const containers = objectsAt(podSpec, 'containers');
  return [
    containers.map((container) => textAt(container, 'name')).join(','),
    containers.map((container) => textAt(container, 'image')).join(','),
  ];
}

/** `a,b,c + 2 more...` when there are more than `max`. */
export function listWithMore(items: readonly string[], max: number): string {
  const shown = items.slice(0, max).join(',');
  return items.length > max ? `${shown} + ${items.length - max} more...` : shown;
}
