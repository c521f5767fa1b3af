import { type Clock, isObject } from '../base/index.ts';
import type { ClusterHandle, ClusterHost } from '../clusters/index.ts';
import type { ClusterSupply, SuppliedCluster } from '../providers/cluster-supply.ts';
import { nodeUpkeep } from './node-upkeep.ts';

/** The host of clusters as resource types see it. */
export function clusterSupply(host: ClusterHost, clock: Clock): ClusterSupply {
  const supplied = new WeakMap<ClusterHandle, SuppliedCluster>();
  const supply = (handle: ClusterHandle): SuppliedCluster => {
    const known = supplied.get(handle);
    if (known) return known;
    const made: SuppliedCluster = {
      get spec() {
        return handle.spec;
      },
      get hostName() {
        return handle.hostName;
      },
      certificateAuthority: handle.certificateAuthority,
      adminCredential: () => handle.adminCredential(),
      readyNodes: () => handle.readyNodes(),
      nodeAddresses: () => nodeAddresses(handle),
      nodeUpkeep: nodeUpkeep(handle.client, clock),
      admit: async (access) => void (await host.ensure({ ...handle.spec, access })),
    };
    supplied.set(handle, made);
    return made;
  };
  return {
    ensure: async (order) => supply(await host.ensure(order)),
    get(clusterId) {
      const handle = host.get(clusterId);
      return handle && supply(handle);
    },
    renew: async (order, renewal) => supply(await host.renew(order, renewal)),
    stop: (order) => host.stop(order),
    remove: (clusterId) => host.remove(clusterId),
  };
}

async function nodeAddresses({ client }: ClusterHandle): Promise<ReadonlyMap<string, string>> {
  const { items } = await client.list({ group: '', version: 'v1', resource: 'nodes' });
  const found = new Map<string, string>();
  for (const { metadata, status } of items) {
    const addresses = isObject(status) && Array.isArray(status['addresses']) ? status['addresses'] : [];
    const own = addresses.filter(isObject).find(({ type }) => type === 'InternalIP')?.['address'];
    if (typeof own === 'string' && metadata.name) found.set(metadata.name, own);
  }
  return found;
}
