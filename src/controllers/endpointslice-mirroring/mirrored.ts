import { canonicalJson, parseIp } from '../../base/index.ts';
import type { EndpointAddress, Endpoints, SliceEndpoint, SlicePort } from '../kinds/discovery.ts';

/** `--mirroring-max-endpoints-per-subset`, and how many a slice holds. */
const addressesLimit = 1000;

/** What one slice says of Endpoints: addresses of one family behind the same ports. */
export interface Mirrored {
  readonly addressType: 'IPv4' | 'IPv6';
  readonly ports: SlicePort[];
  readonly endpoints: SliceEndpoint[];
}

/** What slices say of Endpoints; subsets with the same ports share one. */
export function mirrored({ subsets = [] }: Endpoints): Mirrored[] {
  const slices: Mirrored[] = [];
  /** The last slice of each family and ports. */
  const last = new Map<string, Mirrored>();
  for (const { addresses = [], notReadyAddresses = [], ports = [] } of subsets) {
    const all = [
      ...addresses.map((address) => ({ address, ready: true })),
      ...notReadyAddresses.map((address) => ({ address, ready: false })),
    ];
    const text = canonicalJson(ports);
    for (const { address, ready } of all.slice(0, addressesLimit)) {
      const family = parseIp(address.ip)?.family;
      if (family === undefined) continue;
      const addressType = family === 4 ? 'IPv4' : 'IPv6';
      const place = addressType + text;
      let slice = last.get(place);
      if (!slice || slice.endpoints.length >= addressesLimit) {
        slice = { addressType, ports: [...ports], endpoints: [] };
        slices.push(slice);
        last.set(place, slice);
      }
      slice.endpoints.push(endpointOf(address, ready));
    }
  }
  return slices;
}

function endpointOf({ ip, hostname, nodeName, targetRef }: EndpointAddress, ready: boolean): SliceEndpoint {
  return {
    addresses: [ip],
    conditions: { ready },
    ...(hostname && { hostname }),
    ...(targetRef && { targetRef }),
    ...(nodeName && { nodeName }),
  };
}
