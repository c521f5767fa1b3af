import type { RecordReader, ResourceRecord } from '../../../arm/index.ts';
import { isObject } from '../../../base/index.ts';
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
  const match = /^(\d+)\.(\d+)\.(\d+)\.(\d+)\/(\d+)$/.exec(prefix);
  if (!match) return [];
  const [a = 0, b = 0, c = 0, d = 0, bits = 32] = match.slice(1).map(Number);
  const size = 2 ** (32 - bits);
  const base = Math.floor((((a * 256 + b) * 256 + c) * 256 + d) / size) * size;
  if (size < 4) return [];
  return [{ first: dotted(base + 1), last: dotted(base + size - 2) }];
}

function dotted(value: number): string {
  return [24, 16, 8, 0].map((bits) => (value >>> bits) & 255).join('.');
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
