import { type Controller, Informer, runController, watchKeys } from '../../reconcile/index.ts';
import { ipAddresses, type ServiceCidr, serviceCidrs } from '../kinds/networking.ts';
import type { ClusterContext } from '../shared/context.ts';
import { givenAddresses, holdsAddress, reconcileServiceCidr } from './reconcile.ts';

/** Makes ServiceCIDRs ready, and lets them go once no address is given from them alone. */
export function startServiceCidrController(context: ClusterContext): Controller {
  const { client, clock, log } = context;
  const ranges = context.informers.of(serviceCidrs);
  const addresses = new Informer({
    ...{ client: client.cluster, clock, log },
    kind: ipAddresses,
    select: { labelSelector: givenAddresses },
  });
  context.signal.addEventListener('abort', () => addresses.close(), { once: true });
  const going = (concerns: (cidr: ServiceCidr) => boolean) =>
    [...ranges.list()]
      .filter((each) => each.metadata.deletionTimestamp && concerns(each))
      .map(({ metadata }) => metadata.name ?? '');
  return runController({
    ...context,
    name: 'service-cidr',
    watches: [
      // Another range may hold the addresses of one that goes, or hold them no longer.
      watchKeys(ranges, (one) => [one.metadata.name ?? '', ...going(() => true)]),
      watchKeys(addresses, (address) => going((range) => holdsAddress(range, address))),
    ],
    reconcile: (name) => reconcileServiceCidr(name, { ...context, ranges, addresses }),
  });
}
