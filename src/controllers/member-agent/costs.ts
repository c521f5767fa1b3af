import type { NewCondition } from '../../apimachinery/conditions.ts';
import { parseAmount } from '../../apimachinery/quantity.ts';
import type { Node } from '../kinds/core.ts';
import { machineSizeOf } from './machines.ts';

/** US dollars for an hour of a machine of this size in this region; undefined when it has no price. */
export type HourlyPrice = (machineSize: string, region: string) => number | undefined;

export interface Costs {
  readonly properties: Readonly<Record<string, string>>;
  readonly conditions: readonly NewCondition[];
}

const region = 'topology.kubernetes.io/region';
const gib = 1024 ** 3;
/** Less than this many cores or bytes is no capacity to divide by. */
const least = { cpuCores: 0.001, memoryBytes: 1 } as const;

/**
 * What a core and a GiB of memory of a cluster cost on average in an hour, by the prices of its nodes' sizes. The region
 * is that of the first node that has one; nodes outside all regions are nobody's to pay for, and nothing is said of them.
 */
export function costsOf(nodeList: readonly Node[], hourlyPrice: HourlyPrice): Costs {
  if (nodeList.length === 0) return succeeded(0, 0);
  const place = nodeList.map((node) => node.metadata.labels?.[region]).find(Boolean);
  if (place === undefined) return { properties: {}, conditions: [] };
  let total = 0;
  const unpriced = new Set<string>();
  for (const node of nodeList) {
    const size = machineSizeOf(node);
    const price = hourlyPrice(size, place);
    if (price === undefined) unpriced.add(size);
    else total += price;
  }
  const names = `[${[...unpriced].sort().join(' ')}]`;
  if (total === 0)
    return failed(`nodes are present, but no pricing data is available for any node SKUs (${names})`);
  if (unpriced.size > 0) {
    return failed(`no pricing data is available for one or more of the node SKUs (${names}) in the cluster`);
  }
  const cores = capacityOf(nodeList, 'cpu');
  if (cores <= least.cpuCores) return failed(invalid('cpu', cores));
  const bytes = capacityOf(nodeList, 'memory');
  if (bytes <= least.memoryBytes) return failed(invalid('memory', bytes));
  return succeeded(total / cores, total / (bytes / gib));
}

function capacityOf(nodeList: readonly Node[], resource: string): number {
  return nodeList.reduce((sum, { status }) => sum + (parseAmount(status?.capacity?.[resource]) ?? 0), 0);
}

function invalid(resource: string, amount: number): string {
  return `failed to calculate costs: ${resource} quantity is of an invalid value: ${amount}`;
}

const type = 'AKSClusterCostPropertiesCollectionSucceeded';

function succeeded(perCore: number, perGib: number): Costs {
  return {
    properties: {
      'kubernetes.azure.com/per-cpu-core-cost': perCore.toFixed(3),
      'kubernetes.azure.com/per-gb-memory-cost': perGib.toFixed(3),
    },
    conditions: [
      {
        type,
        status: 'True',
        reason: 'CostsCalculated',
        message: 'All cost properties have been collected successfully',
      },
    ],
  };
}

function failed(problem: string): Costs {
  const message = `An error has occurred when collecting cost properties: ${problem}`;
  return {
    properties: {},
    conditions: [{ type, status: 'False', reason: 'CostsCalculationFailed', message }],
  };
}
