import type { ResourceAction, ResourceRecord } from '../../../arm/index.ts';
import { Fields } from '../../fields.ts';
import { nodePrefix } from '../managed-clusters/node-orders.ts';
import { nodeName, nodesOf, withNodes } from '../managed-clusters/pool-nodes.ts';
import { demandSystemPool, poolNamed } from '../managed-clusters/pools.ts';
import { withProfile } from '../managed-clusters/upgrade-subject.ts';
import { profilesOf, systemNodes } from './profiles.ts';
import { clusterThatTakesWishes } from './wishes.ts';

/**
 * Takes named machines out of a pool, which is so many smaller then.
 * Source: https://learn.microsoft.com/azure/aks/delete-node-pool#remove-specific-vms-in-the-existing-node-pool
 */
export const deleteMachines: ResourceAction = {
  mode: 'converged',
  async change({ record, body, context }) {
    const asked = new Fields(body).strings('machineNames');
    if (asked.length === 0) throw new Fields(body).wrong('machineNames', 'expected one name at least');
    const cluster = await clusterThatTakesWishes(record, context);
    const names = machineNames(cluster, record.name);
    const numbers = asked.map((name, at) => {
      const number = names.get(name.toLowerCase());
      if (number !== undefined) return number;
      throw new Fields(body).wrong(
        `machineNames[${at}]`,
        `the agent pool '${record.name}' has no machine '${name}'`,
      );
    });
    const machines = [...new Set(numbers)];
    const left = profilesOf(cluster).map(({ value }) => systemNodes(value));
    const at = profilesOf(cluster).findIndex((pool) => pool.string('name') === record.name);
    demandSystemPool(
      left.map((pool, index) => (index === at ? { ...pool, count: pool.count - machines.length } : pool)),
      new Fields(undefined, 'properties'),
    );
    return {
      ...record,
      provisioningState: 'DeletingMachines',
      internal: { ...record.internal, machinesToGo: machines },
    };
  },
};

/** The numbers of a pool's machines by name, in lower case. */
function machineNames(cluster: ResourceRecord, pool: string): ReadonlyMap<string, number> {
  const profile = poolNamed(profilesOf(cluster), pool);
  const prefix = nodePrefix(cluster, pool);
  const nodes = profile && prefix ? nodesOf(cluster, profile) : [];
  return new Map(nodes.map(({ number }) => [nodeName(prefix, number).toLowerCase(), number]));
}

/** Numbers of the machines that the pool was asked to give up and its cluster still has. */
export function machinesToGo({ internal }: Pick<ResourceRecord, 'internal'>): readonly number[] {
  const wish = internal?.['machinesToGo'];
  return Array.isArray(wish) ? wish.filter((number) => typeof number === 'number') : [];
}

/** The cluster without machines of a pool; it is as it was when they are gone already. */
export function withoutMachines(
  cluster: ResourceRecord,
  name: string,
  numbers: readonly number[],
): ResourceRecord | undefined {
  const profile = poolNamed(profilesOf(cluster), name);
  if (!profile) return undefined;
  const before = nodesOf(cluster, profile);
  const nodes = before.filter(({ number }) => !numbers.includes(number));
  if (nodes.length === before.length) return undefined;
  const count = nodes.filter((node) => !node.surge && node.step !== 'blocked').length;
  return {
    ...withProfile(cluster, name, { ...profile.value, count }),
    internal: withNodes(cluster.internal, profile, nodes),
    provisioningState: 'Updating',
  };
}
