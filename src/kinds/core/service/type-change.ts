import { listAt, objectsAt, textAt } from '../../../apimachinery/read.ts';
import { type JsonObject, jsonEqual } from '../../../base/index.ts';

/** Members that belong to some types of Service only, with the question whether a spec may have them. */
const dependent: readonly (readonly [member: string, belongs: (spec: JsonObject) => boolean])[] = [
  ['healthCheckNodePort', (spec) => isBalanced(spec) && textAt(spec, 'externalTrafficPolicy') === 'Local'],
  ['allocateLoadBalancerNodePorts', isBalanced],
  ['loadBalancerClass', isBalanced],
  ['externalTrafficPolicy', isExternal],
];

function isBalanced(spec: JsonObject): boolean {
  return textAt(spec, 'type') === 'LoadBalancer';
}

function hasNodePorts(spec: JsonObject): boolean {
  return isBalanced(spec) || textAt(spec, 'type') === 'NodePort';
}

function isExternal(spec: JsonObject): boolean {
  return (
    hasNodePorts(spec) || (textAt(spec, 'type') === 'ClusterIP' && listAt(spec, 'externalIPs').length > 0)
  );
}

/**
 * Takes away what a change of type leaves behind: members that the old type had, the new one has not, and the caller did not
 * touch. What he did change stays, for validation to refuse.
 */
export function dropLeftovers(spec: JsonObject, before: JsonObject): void {
  const nodePorts = (of: JsonObject) => objectsAt(of, 'ports').map((port) => port['nodePort'] ?? 0);
  if (hasNodePorts(before) && !hasNodePorts(spec) && jsonEqual(nodePorts(spec), nodePorts(before))) {
    for (const port of objectsAt(spec, 'ports')) delete port['nodePort'];
  }
  const gone = dependent.filter(
    ([member, belongs]) =>
      belongs(before) &&
      !belongs(spec) &&
      spec[member] !== undefined &&
      jsonEqual(spec[member], before[member] ?? null),
  );
  for (const [member] of gone) delete spec[member];
}
