import type { Place } from '../../apimachinery/admission.ts';
import { holds } from '../../apimachinery/conditions.ts';
import { readMetadata } from '../../apimachinery/metadata.ts';
import { textsAt } from '../../apimachinery/read.ts';
import { ipText, type JsonObject, parseIpRange } from '../../base/index.ts';

/** Where ServiceCIDRs lie. */
export const rangesPlace: Place = { group: 'networking.k8s.io', resource: 'servicecidrs', namespace: '' };

/** IPv4 addresses that services may have, the first and the last one included. */
export interface ServiceRange {
  readonly first: bigint;
  readonly last: bigint;
}

/** The ranges of ServiceCIDRs that are ready and stay; `preferred` comes first when it is among them. */
export function readyRanges(serviceCidrs: readonly JsonObject[], preferred: string): ServiceRange[] {
  const cidrs = serviceCidrs.flatMap((one) => {
    const isGoing = readMetadata(one)['deletionTimestamp'] !== undefined;
    return isGoing || !holds(one, 'Ready') ? [] : textsAt(one, 'spec', 'cidrs');
  });
  const inOrder = cidrs.includes(preferred) ? [preferred, ...cidrs] : cidrs;
  return [...new Set(inOrder)].flatMap((cidr) => readRange(cidr) ?? []);
}

/** All of a range of IPv4 addresses but its own address and the last, which mean the network; undefined for another. */
function readRange(cidr: string): ServiceRange | undefined {
  const parsed = parseIpRange(cidr);
  if (parsed?.address.family !== 4) return undefined;
  const range = { first: parsed.first + 1n, last: parsed.last - 1n };
  return range.first > range.last ? { first: parsed.first, last: parsed.last } : range;
}

export function textOfAddress(value: bigint): string {
  return ipText({ family: 4, value });
}

/** The address of the `kubernetes` service: the first of the range. Throws an Error for what is no range of IPv4 addresses. */
export function firstServiceAddress(cidr: string): string {
  const range = readRange(cidr);
  if (!range) throw new Error(`${cidr} is no range of IPv4 addresses`);
  return textOfAddress(range.first);
}
