import { nameOf, objectAt, objectsAt, textAt } from '../../../apimachinery/read.ts';
import type { JsonObject } from '../../../base/index.ts';
import { type Standard, standardText } from './policy.ts';
import { violations } from './standards.ts';

/** More pods than these nobody waits for. */
const checkedPods = 3_000;

/** Warnings about pods that are in a namespace already when it gets a stricter standard: they stay. */
export function existingPods(namespace: string, standard: Standard, pods: readonly JsonObject[]): string[] {
  const byReason = new Map<string, string[]>();
  for (const pod of oneOfEachOwner(pods).slice(0, checkedPods)) {
    const annotations = objectAt(pod, 'metadata', 'annotations');
    const found = violations(standard, { annotations, spec: objectAt(pod, 'spec') });
    if (found.length === 0) continue;
    const reasons = found.map(({ reason }) => reason).join(', ');
    const names = byReason.get(reasons);
    if (names) names.push(nameOf(pod));
    else byReason.set(reasons, [nameOf(pod)]);
  }
  const warnings: string[] = [];
  if (pods.length > checkedPods) {
    const count = `the first ${checkedPods} of ${pods.length} existing pods`;
    warnings.push(`new PodSecurity enforce level only checked against ${count}`);
  }
  if (byReason.size > 0) {
    const which = `the new PodSecurity enforce level "${standardText(standard)}"`;
    warnings.push(`existing pods in namespace "${namespace}" violate ${which}`);
  }
  const lines = [...byReason].map(([reasons, names]) => `${shownPods(names)}: ${reasons}`);
  return [...warnings, ...lines.sort()];
}

/** Pods that one owner made are alike: the others come last. */
function oneOfEachOwner(pods: readonly JsonObject[]): JsonObject[] {
  const seen = new Set<string>();
  const others: JsonObject[] = [];
  const ones = pods.filter((pod) => {
    const owner = objectsAt(pod, 'metadata', 'ownerReferences').find((each) => each['controller'] === true);
    if (!owner) return true;
    const uid = textAt(owner, 'uid');
    if (!seen.has(uid)) return seen.add(uid);
    others.push(pod);
    return false;
  });
  return [...ones, ...others];
}

function shownPods(names: readonly string[]): string {
  const [first = ''] = [...names].sort();
  const others = names.length - 1;
  if (others === 0) return first;
  return `${first} (and ${others} other ${others === 1 ? 'pod' : 'pods'})`;
}
