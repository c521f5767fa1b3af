import { isFinalState, type RecordReader, type ResourceRecord, sameId } from '../../../arm/index.ts';
import { addressCount } from '../../azure-stack-hci/logical-networks/type.ts';
import { workOf } from '../../container-service/managed-clusters/upgrade-work.ts';
import { CannotConverge } from '../../endings.ts';
import { Fields } from '../../fields.ts';
import { instanceType } from './record.ts';
import { rolling } from './upgrade.ts';

const countRange = { min: 0, max: 1000 } as const;

/**
 * Refuses a cluster whose logical network is gone, has no pool of addresses or not enough of them: one for each node, one
 * for the API server, and during an upgrade one for the machine that stands in. What asks for no more than it has gets it.
 * Throws `CannotConverge`.
 * Source: https://github.com/microsoft/azure_arc/issues/2469 (the refusal of a network without a pool)
 */
export async function demandAddresses(instance: ResourceRecord, records: RecordReader): Promise<void> {
  const networkId = networkOf(instance);
  const network = await records.get(networkId);
  if (!network) {
    throw new CannotConverge('BadRequest', `The logical network '${networkId}' was not found.`);
  }
  const pools = poolSizes(network);
  if (pools.length === 0) {
    throw new CannotConverge(
      'BadRequest',
      `admission webhook "vhybridakscluster.kb.io" denied the request: Logical network ${network.name} does not have an ippool.`,
    );
  }
  const available = pools.reduce((sum, size) => sum + size, 0);
  let taken = 0;
  for (const other of await records.list('/', instanceType)) {
    if (sameId(other.id, instance.id) || !sameId(networkOf(other), networkId)) continue;
    taken += other.provisioningState === 'Failed' ? heldBy(other) : addressesOf(other);
  }
  const needed = addressesOf(instance);
  if (taken + needed <= available || needed <= heldBy(instance)) return;
  throw new CannotConverge(
    'BadRequest',
    `Logical network ${network.name} does not have enough available IP addresses: the cluster needs ${needed}, ${Math.max(0, available - taken)} of ${available} are free.`,
  );
}

function networkOf({ properties }: ResourceRecord): string {
  const infra = new Fields(properties).object('cloudProviderProfile').object('infraNetworkProfile');
  return infra.strings('vnetSubnetIds')[0] ?? '';
}

function addressesOf(instance: ResourceRecord): number {
  const fields = new Fields(instance.properties);
  const machines = [fields.object('controlPlane'), ...fields.objects('agentPoolProfiles')];
  const most = machines.reduce((sum, each) => sum + (each.integer('count', countRange) ?? 1), 1);
  const isUpgraded = workOf(instance) && !isFinalState(instance.provisioningState);
  return isUpgraded ? most + rolling.surge : most;
}

/** What a cluster was given before, whatever it asked for since: for its nodes and, when it was made, its API server. */
function heldBy(instance: ResourceRecord): number {
  const names = new Fields(instance.internal).object('nodeNames').value;
  const nodes = Object.values(names).reduce<number>((sum, group) => sum + Object.keys(group ?? {}).length, 0);
  return nodes > 0 ? nodes + 1 : 0;
}

/** Addresses of each pool that nodes may use: those for machines, else those for all. */
function poolSizes({ properties }: ResourceRecord): number[] {
  const subnets = new Fields(properties).objects('subnets').map((subnet) => subnet.object('properties'));
  const pools = subnets.flatMap((subnet) => subnet.objects('ipPools'));
  const forMachines = pools.filter((pool) => pool.string('ipPoolType') === 'vm');
  return (forMachines.length > 0 ? forMachines : pools).map((pool) => {
    return addressCount(pool.string('start') ?? '', pool.string('end') ?? '');
  });
}
