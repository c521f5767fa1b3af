import type { WatchAdmissions } from '../gateway/index.ts';
import type { Directory } from '../identity/index.ts';
import { networkTypes } from '../providers/network/index.ts';
import type { Providers } from './resource-manager.ts';

/** Records that decide whether a tunnel or relay connection is allowed, beside role assignments. */
const decidingTypes = [
  networkTypes.bastionHosts,
  networkTypes.virtualNetworks,
  networkTypes.subnets,
  networkTypes.peerings,
  'Microsoft.ContainerService/managedClusters',
  'Microsoft.Kubernetes/connectedClusters',
];

/** One stream of changes for every gateway: rights, accounts, networks, hosts and targets. */
export async function watchAdmissions(
  { records, access }: Pick<Providers, 'records' | 'access'>,
  directory: Pick<Directory, 'watchAccounts'>,
): Promise<WatchAdmissions> {
  const listeners = new Set<() => void>();
  const changed = () => {
    for (const listener of listeners) listener();
  };
  const watches = [access.watch(changed), directory.watchAccounts(changed)];
  for (const type of decidingTypes) watches.push(await records.watch(type, changed));
  return (onChange) => {
    listeners.add(onChange);
    return {
      close() {
        listeners.delete(onChange);
        if (listeners.size === 0) for (const watch of watches) watch.close();
      },
    };
  };
}
