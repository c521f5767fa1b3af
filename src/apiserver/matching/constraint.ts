import {
  type ClusterView,
  kindOf,
  toldName,
  type Write,
  type WriteTarget,
} from '../../apimachinery/admission.ts';
import { textAt } from '../../apimachinery/read.ts';
import type { JsonObject } from '../../base/index.ts';
import type { ResourceRegistry } from '../discovery/registry.ts';
import { candidateFor, candidatesOf, type MatchedResource, type Rule, rulesAt } from './rules.ts';
import { type LabelTest, labelTestAt, selectsNamespace, selectsObject } from './selectors.ts';

/** `matchConstraints` of a policy, `matchResources` of a binding. */
export interface Constraint {
  /** None: every resource, as it is requested. */
  readonly rules: readonly Rule[];
  readonly excludes: readonly Rule[];
  readonly takesEquivalent: boolean;
  readonly namespaces: LabelTest;
  readonly objects: LabelTest;
}

export function constraintOf(matchResources: JsonObject): Constraint {
  return {
    rules: rulesAt(matchResources, 'resourceRules'),
    excludes: rulesAt(matchResources, 'excludeResourceRules'),
    takesEquivalent: textAt(matchResources, 'matchPolicy') !== 'Exact',
    namespaces: labelTestAt(matchResources, 'namespaceSelector'),
    objects: labelTestAt(matchResources, 'objectSelector'),
  };
}

/** What is left to be asked of each write of a target. */
export type TargetConstraint = (
  write: Write,
  cluster: Pick<ClusterView, 'find'>,
) => Promise<MatchedResource | undefined> | MatchedResource | undefined;

/** Undefined when no write of the target is meant. */
export function constraintFor(
  { rules, excludes, takesEquivalent, namespaces, objects }: Constraint,
  target: WriteTarget,
  resources: ResourceRegistry,
): TargetConstraint | undefined {
  const included =
    rules.length === 0
      ? [{ definition: target.definition, kind: kindOf(target), names: [] }]
      : candidatesOf({ rules, takesEquivalent }, target, resources);
  if (included.length === 0) return undefined;
  const excluded = candidatesOf({ rules: excludes, takesEquivalent }, target, resources);
  if (excluded.some(({ names }) => names.length === 0)) return undefined;
  return (write, cluster) => {
    const name = toldName(write);
    if (!selectsObject(objects, write) || candidateFor(excluded, name)) return undefined;
    const found = candidateFor(included, name);
    if (!found) return undefined;
    const selected = selectsNamespace(namespaces, write, cluster);
    if (selected instanceof Promise) return selected.then((is) => (is ? found : undefined));
    return selected ? found : undefined;
  };
}
