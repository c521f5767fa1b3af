import type { AddressScope, ClusterSpec } from '../contract.ts';
import type { AddressRange } from './ipv4.ts';

/** Addresses to hand out. Pools of one name are one: what is held in one is held in all. */
export interface AddressPool {
  readonly name: string;
  readonly ranges: readonly AddressRange[];
  /** What may be asked for by address. */
  readonly askable: readonly AddressRange[];
  /** Never handed out. */
  readonly reserved: readonly string[];
  /** `first`: the lowest that is free. `spread`: any. */
  readonly order: 'first' | 'spread';
  /** Taken from when all of `ranges` are held. */
  readonly overflow?: readonly AddressRange[];
  /** How many of it one cluster holds at most, so that none is in the way of the others. Absent: all. */
  readonly mostPerCluster?: number;
}

export const addressLimits = {
  /** As many public addresses as a subscription usually has in one region of Azure. */
  publicPerCluster: 1_000,
} as const;

/** Set aside for documentation (RFC 5737): nothing answers there, and nobody mistakes them for somebody's. */
const documentation = ['192.0.2', '198.51.100', '203.0.113'].map((net) => ({
  first: `${net}.1`,
  last: `${net}.254`,
}));

/** Set aside for benchmarks of network devices (RFC 2544): as silent, and enough for many clusters. */
const benchmarking = [{ first: '198.18.0.1', last: '198.19.255.254' }];

/** The subnet of an AKS cluster that has no other. Its nodes count up from below. */
const subnet = [{ first: '10.224.0.4', last: '10.224.255.254' }];
const upperEnd = [{ first: '10.224.240.1', last: '10.224.255.254' }];

/** Where an address of that scope comes from. A logical network has no inside and outside. */
export function poolOf(spec: ClusterSpec, scope: AddressScope): AddressPool {
  const { network, clusterId } = spec;
  if (network) {
    const ranges = scope === 'node' ? network.nodes : network.balancers;
    return { name: network.name, ranges, askable: ranges, reserved: network.reserved, order: 'first' };
  }
  if (scope === 'public') {
    const ranges = documentation;
    return {
      name: 'documentation',
      ranges,
      overflow: benchmarking,
      askable: [...ranges, ...benchmarking],
      reserved: [],
      order: 'spread',
      mostPerCluster: addressLimits.publicPerCluster,
    };
  }
  const ranges = scope === 'node' ? subnet : upperEnd;
  return { name: `cluster/${clusterId}`, ranges, askable: subnet, reserved: [], order: 'first' };
}
