import type { RecordReader, ResourceRecord } from '../../../arm/index.ts';
import { ipText, isObject, parseIpRange } from '../../../base/index.ts';
import type { AddressRangeOrder, NetworkOrder } from '../../cluster-supply.ts';
import { Fields } from '../../fields.ts';

/**
 * The addresses of the instance's logical network. Load balancers have its pools for virtual addresses, nodes the
 * others; with pools of one kind only both share them, and without any the whole prefix. Undefined when the network has
 * none of its own, because a server outside hands them out.
 */
export async function networkOrder(
  instance: ResourceRecord,
  records: RecordReader,
): Promise<NetworkOrder | undefined> {
  const properties = new Fields(instance.properties);
  const [networkId] = properties
    .object('cloudProviderProfile')
    .object('infraNetworkProfile')
    .strings('vnetSubnetIds');
  const network = networkId === undefined ? undefined : await records.get(networkId);
  if (!network) return undefined;
  const subnets = new Fields(network.properties).objects('subnets').map((one) => one.object('properties'));
  const whole = subnets.flatMap((subnet) => hostsOf(subnet.string('addressPrefix') ?? ''));
  const virtual = poolsOf(subnets, 'vippool');
  const machine = poolsOf(subnets, 'vm');
  const balancers = firstNonEmpty(virtual, machine, whole);
  if (balancers.length === 0) return undefined;
  const hostIp = properties.object('controlPlane').object('controlPlaneEndpoint').string('hostIP');
  const servers = new Fields(network.properties).object('dhcpOptions').strings('dnsServers');
  return {
    name: `network${encodeURI(network.id.toLowerCase())}`,
    balancers,
    nodes: firstNonEmpty(machine, virtual, whole),
    reserved: [...subnets.flatMap(gatewaysOf), ...servers, ...(hostIp ? [hostIp] : [])],
  };
}

function firstNonEmpty(...lists: readonly AddressRangeOrder[][]): AddressRangeOrder[] {
  return lists.find((list) => list.length > 0) ?? [];
}

function poolsOf(subnets: readonly Fields[], type: string): AddressRangeOrder[] {
  return subnets
    .flatMap((subnet) => subnet.objects('ipPools'))
    .filter((pool) => pool.string('ipPoolType') === type)
    .map((pool) => ({ first: pool.string('start') ?? '', last: pool.string('end') ?? '' }));
}

/** Without the first and the last address, which are the network's own. */
function hostsOf(prefix: string): AddressRangeOrder[] {
  const range = parseIpRange(prefix);
  if (range?.address.family !== 4 || range.length > 30) return [];
  const text = (value: bigint) => ipText({ family: 4, value });
  return [{ first: text(range.first + 1n), last: text(range.last - 1n) }];
}

function gatewaysOf(subnet: Fields): string[] {
  const routes = subnet.object('routeTable').object('properties').objects('routes');
  return routes.flatMap((route) => {
    const hop = isObject(route.value['properties'])
      ? route.value['properties']['nextHopIpAddress']
      : undefined;
    return typeof hop === 'string' ? [hop] : [];
  });
}
