import type { ResourceRecord } from '../../../arm/index.ts';
import type { Random } from '../../../base/index.ts';
import type { NodePoolOrder } from '../../cluster-supply.ts';
import { Fields } from '../../fields.ts';
import { azureSizes, findSize } from '../../machine-sizes.ts';
import { parseTaint } from '../../taints.ts';
import { isThere, nodeName, nodesOf, type PoolNode } from './pool-nodes.ts';
import { podsPerNode, powerOfPool } from './pools.ts';

const vmssSuffixAlphabet = '0123456789';

/**
 * Node pools for the cluster host. Names are chosen once: `nodePrefixes` of the record maps a pool's name to the prefix of its
 * nodes, and the result repeats it with new pools added. Nodes of one pool that differ are orders of their own.
 */
export function nodePoolOrders(
  record: Pick<ResourceRecord, 'properties' | 'internal' | 'location'>,
  random: Random,
): { readonly orders: NodePoolOrder[]; readonly prefixes: Record<string, string> } {
  const known = new Fields(record.internal).stringMap('nodePrefixes');
  const prefixes: Record<string, string> = {};
  const orders = new Fields(record.properties).objects('agentPoolProfiles').flatMap((pool) => {
    const name = pool.string('name') ?? '';
    const prefix = prefixOf(known, name) ?? `aks-${name}-${random.string(8, vmssSuffixAlphabet)}-vmss`;
    prefixes[name] = prefix;
    const nodes = powerOfPool(pool) === 'Stopped' ? [] : nodesOf(record, pool).filter(isThere);
    return alike(nodes, pool.strings('availabilityZones')).map((nodes) =>
      poolOrder(pool, { prefix, nodes, region: record.location }),
    );
  });
  return { orders, prefixes };
}

function prefixOf(known: Readonly<Record<string, string>>, pool: string): string | undefined {
  return Object.hasOwn(known, pool) ? known[pool] : undefined;
}

/** The names of a pool's nodes begin with it; none until the loop has chosen it. */
export function nodePrefix(record: Pick<ResourceRecord, 'internal'>, pool: string): string {
  return prefixOf(new Fields(record.internal).stringMap('nodePrefixes'), pool) ?? '';
}

/** Nodes by what they run and where they stand; one group at least, also of none. */
function alike(nodes: readonly PoolNode[], zones: readonly string[]): readonly (readonly PoolNode[])[] {
  if (nodes.length === 0) return [[]];
  const whatOf = (node: PoolNode) => `${node.version} ${node.image} ${zoneOf(node, zones) ?? ''}`;
  return [...Map.groupBy(nodes, whatOf).values()];
}

/** A scale set spreads its machines over its zones in turn. */
export function zoneOf({ number }: Pick<PoolNode, 'number'>, zones: readonly string[]): string | undefined {
  return zones[number % zones.length];
}

const regionLabel = 'topology.kubernetes.io/region';
const zoneLabel = 'topology.kubernetes.io/zone';

/** Source: https://learn.microsoft.com/azure/aks/spot-node-pool */
const spotTaint = 'kubernetes.azure.com/scalesetpriority=spot:NoSchedule';

interface Group {
  readonly prefix: string;
  readonly nodes: readonly PoolNode[];
  readonly region: string | undefined;
}

function poolOrder(pool: Fields, { prefix, nodes, region }: Group): NodePoolOrder {
  const name = pool.string('name') ?? '';
  const size = findSize(azureSizes, pool.string('vmSize') ?? '')?.size;
  const [first] = nodes;
  const kubernetesVersion = first?.version || pool.string('currentOrchestratorVersion');
  const image = first?.image || pool.string('nodeImageVersion');
  const placed = first && zoneOf(first, pool.strings('availabilityZones'));
  // Machines of no zone stand in a fault domain of their scale set.
  const zone = placed ? `${region}-${placed}` : '0';
  const isSpot = pool.choice('scaleSetPriority', ['Spot', 'Regular']) === 'Spot';
  return {
    name,
    mode: 'worker',
    nodeNames: nodes.map(({ number }) => nodeName(prefix, number)),
    labels: {
      ...pool.stringMap('nodeLabels'),
      agentpool: name,
      'kubernetes.azure.com/agentpool': name,
      'kubernetes.azure.com/mode': (pool.string('mode') ?? 'User').toLowerCase(),
      ...(image && { 'kubernetes.azure.com/node-image-version': image }),
      'kubernetes.azure.com/role': 'agent',
      'beta.kubernetes.io/instance-type': pool.string('vmSize') ?? '',
      'node.kubernetes.io/instance-type': pool.string('vmSize') ?? '',
      ...(region && { 'failure-domain.beta.kubernetes.io/region': region, [regionLabel]: region }),
      ...{ 'failure-domain.beta.kubernetes.io/zone': zone, [zoneLabel]: zone },
      ...(isSpot && { 'kubernetes.azure.com/scalesetpriority': 'spot' }),
    },
    taints: [...pool.strings('nodeTaints'), ...(isSpot ? [spotTaint] : [])].map(parseTaint),
    cpuCores: size?.cpuCores ?? 2,
    memoryMiB: size?.memoryMiB ?? 8192,
    osImage: 'Ubuntu 22.04.5 LTS',
    maxPods: pool.integer('maxPods', podsPerNode) ?? 110,
    ...(kubernetesVersion && { kubernetesVersion }),
  };
}
