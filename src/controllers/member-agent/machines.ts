import type { Node } from '../kinds/core.ts';

/** The label by which AKS tells a node's machine size, and the one that Kubernetes has for it since 1.17. */
const sizeLabels = ['beta.kubernetes.io/instance-type', 'node.kubernetes.io/instance-type'] as const;

/** The machine size of a node; empty when it says none. */
export function machineSizeOf({ metadata: { labels } }: Node): string {
  return sizeLabels.map((name) => labels?.[name]).find(Boolean) ?? '';
}

/** How many nodes there are of each size, as properties. */
export function machineCounts(nodeList: readonly Node[]): Record<string, string> {
  const bySize = Map.groupBy(nodeList, (node) => machineSizeOf(node) || 'undefined');
  return Object.fromEntries(
    [...bySize].map(([size, nodes]) => [`kubernetes.azure.com/vm-sizes/${size}/count`, String(nodes.length)]),
  );
}
