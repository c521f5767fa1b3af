import type { RecordReader, ResourceRecord } from '../../../arm/index.ts';
import { addressCount } from '../../azure-stack-hci/logical-networks/type.ts';
import { CannotConverge } from '../../endings.ts';
import { Fields } from '../../fields.ts';
import { instanceType } from './record.ts';

const countRange = { min: 0, max: 1000 } as const;

/**
 * Refuses a cluster whose logical network is gone, has no pool of addresses or not enough of them: one for each node and
 * one for the API server. Throws `CannotConverge`.
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
    const counts =
      other.id.toLowerCase() !== instance.id.toLowerCase() && other.provisioningState !== 'Failed';
    if (counts && networkOf(other).toLowerCase() === networkId.toLowerCase()) taken += addressesOf(other);
  }
  const needed = addressesOf(instance);
  if (taken + needed <= available) return;
  throw new CannotConverge(
    'BadRequest',
    `Logical network ${network.name} does not have enough available IP addresses: the cluster needs ${needed}, ${Math.max(0, available - taken)} of ${available} are free.`,
  );
}

function networkOf({ properties }: ResourceRecord): string {
  const infra = new Fields(properties).object('cloudProviderProfile').object('infraNetworkProfile');
  return infra.strings('vnetSubnetIds')[0] ?? '';
}

function addressesOf({ properties }: ResourceRecord): number {
  const fields = new Fields(properties);
  const machines = [fields.object('controlPlane'), ...fields.objects('agentPoolProfiles')];
  return machines.reduce((sum, each) => sum + (each.integer('count', countRange) ?? 1), 1);
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
