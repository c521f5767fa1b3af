import { objectAt, objectsAt, textAt, textsAt } from '../../apimachinery/read.ts';
import { child, index, key } from '../../apimachinery/validation/errors.ts';
import { labelValue } from '../../apimachinery/validation/names.ts';
import type { JsonObject } from '../../base/index.ts';

const since = (version: string, label: string) => `deprecated since ${version}; use "${label}" instead`;

/** Labels of nodes that have another name now. */
const deprecated: ReadonlyMap<string, string> = new Map([
  ['beta.kubernetes.io/arch', since('v1.14', 'kubernetes.io/arch')],
  ['beta.kubernetes.io/os', since('v1.14', 'kubernetes.io/os')],
  ['failure-domain.beta.kubernetes.io/region', since('v1.17', 'topology.kubernetes.io/region')],
  ['failure-domain.beta.kubernetes.io/zone', since('v1.17', 'topology.kubernetes.io/zone')],
  ['beta.kubernetes.io/instance-type', since('v1.17', 'node.kubernetes.io/instance-type')],
  ['app.kubernetes.io/created-by', 'deprecated since v1.9'],
  [
    'scheduler.alpha.kubernetes.io/preferAvoidPods',
    'deprecated since v1.22; use Taints and Tolerations instead',
  ],
  ['node-role.kubernetes.io/master', 'use "node-role.kubernetes.io/control-plane" instead'],
]);

/** What is told of a node label that is out of use; undefined for all others. */
export function nodeLabelAdvice(label: string): string | undefined {
  return deprecated.get(label);
}

/** Of the keys of a map of node labels. */
export function nodeSelectorWarnings(selector: JsonObject, path: string): string[] {
  return Object.keys(selector).flatMap((label) => {
    const advice = deprecated.get(label);
    return advice === undefined ? [] : [`${key(path, label)}: ${advice}`];
  });
}

/** Of one term of a node affinity; preferences are told of values, too, that no label can have. */
export function nodeTermWarnings(term: JsonObject, path: string, preferred: boolean): string[] {
  return objectsAt(term, 'matchExpressions').flatMap((expression, at) => {
    const here = index(child(path, 'matchExpressions'), at);
    const label = textAt(expression, 'key');
    const advice = deprecated.get(label);
    const warnings = advice === undefined ? [] : [`${child(here, 'key')}: ${label} is ${advice}`];
    if (!preferred) return warnings;
    for (const [i, value] of textsAt(expression, 'values').entries()) {
      const place = index(child(here, 'values'), i);
      warnings.push(...labelValue(value).map((why) => `${place}: ${value} is invalid, ${why}`));
    }
    return warnings;
  });
}

/** Of the node affinity of a pod. */
export function nodeAffinityWarnings(podSpec: JsonObject, path: string): string[] {
  const affinity = objectAt(podSpec, 'affinity', 'nodeAffinity');
  const required = 'requiredDuringSchedulingIgnoredDuringExecution';
  const preferred = 'preferredDuringSchedulingIgnoredDuringExecution';
  const here = child(path, 'affinity.nodeAffinity');
  return [
    ...objectsAt(affinity, required, 'nodeSelectorTerms').flatMap((term, at) =>
      nodeTermWarnings(term, index(child(here, `${required}.nodeSelectorTerms`), at), false),
    ),
    ...objectsAt(affinity, preferred).flatMap((term, at) =>
      nodeTermWarnings(
        objectAt(term, 'preference'),
        child(index(child(here, preferred), at), 'preference'),
        true,
      ),
    ),
  ];
}
