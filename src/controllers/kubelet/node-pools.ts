import type { JsonObject } from '../../base/index.ts';

/** Nodes of one kind. The shape of a pool in `clusters`' contract. */
export interface NodePool {
  readonly name: string;
  readonly mode: 'control-plane' | 'worker';
  /** Without `v`; undefined: that of the cluster. */
  readonly kubernetesVersion?: string;
  readonly nodeNames: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly JsonObject[];
  readonly cpuCores: number;
  readonly memoryMiB: number;
  readonly osImage: string;
  readonly maxPods: number;
}

/** One node to simulate. */
export interface NodePlan {
  readonly name: string;
  readonly pool: NodePool;
}

export function plansOf(pools: readonly NodePool[]): Map<string, NodePlan> {
  const plans = new Map<string, NodePlan>();
  for (const pool of pools) for (const name of pool.nodeNames) plans.set(name, { name, pool });
  return plans;
}
