import ipaddr from 'ipaddr.js';

/** An IP address as a number. */
export interface IpAddress {
  readonly family: 4 | 6;
  readonly value: bigint;
}

/** The addresses that begin with the first `length` bits of `address`, which may have bits beyond them. */
export interface IpRange {
  readonly address: IpAddress;
  readonly length: number;
  /** The first and the last of these addresses. */
  readonly first: bigint;
  readonly last: bigint;
}

const longestTextLength = 45;
const fourNumbers = /^(?:0|[1-9]\d{0,2})(?:\.(?:0|[1-9]\d{0,2})){3}$/;
const bitsOf = { 4: 32, 6: 128 } as const;

/**
 * Reads an address as Go's `netip.ParseAddr` does: no leading zeros in IPv4, at most four digits in a group of IPv6,
 * and an address of IPv4 at its end. Undefined for anything else, zones included.
 */
export function parseIp(text: string): IpAddress | undefined {
  if (text.length > longestTextLength) return undefined;
  if (!text.includes(':')) return parseIpv4(text);
  const groups = withGroupsOnly(text);
  if (groups === undefined || groups.includes('%') || !ipaddr.IPv6.isValid(groups)) return undefined;
  return { family: 6, value: joined(ipaddr.IPv6.parse(groups).parts) };
}

/** An address of IPv4 at the end as two groups: the library has its own idea of what `::1.2.3.4` is. */
function withGroupsOnly(text: string): string | undefined {
  if (!text.includes('.')) return text;
  const colon = text.lastIndexOf(':');
  const end = parseIp(text.slice(colon + 1));
  if (!end) return undefined;
  return `${text.slice(0, colon + 1)}${(end.value >> 16n).toString(16)}:${(end.value & 0xffffn).toString(16)}`;
}

/** Without the library, which reads it three times over: services are placed among the addresses of all others. */
function parseIpv4(text: string): IpAddress | undefined {
  if (!fourNumbers.test(text)) return undefined;
  let value = 0;
  for (const part of text.split('.')) {
    if (Number(part) > 255) return undefined;
    value = value * 256 + Number(part);
  }
  return { family: 4, value: BigInt(value) };
}

function joined(groups: readonly number[]): bigint {
  return groups.reduce((value, group) => (value << 16n) | BigInt(group), 0n);
}

/** True for an address of either family. */
export function isIp(text: string): boolean {
  return parseIp(text) !== undefined;
}

/** The 4 or 16 bytes of an address, the first one first. */
export function ipBytes({ family, value }: IpAddress): number[] {
  const last = bitsOf[family] - 8;
  return Array.from({ length: bitsOf[family] / 8 }, (_, at) =>
    Number((value >> BigInt(last - 8 * at)) & 255n),
  );
}

/** The one text of an address: RFC 5952 for IPv6. */
export function ipText(address: IpAddress): string {
  return ipaddr.fromByteArray(ipBytes(address)).toString();
}

/** The address of IPv4 that one of IPv6 stands for (`::ffff:1.2.3.4`); undefined for every other. */
export function mappedIpv4({ family, value }: IpAddress): IpAddress | undefined {
  return family === 6 && value >> 32n === 0xffffn ? { family: 4, value: value & 0xffff_ffffn } : undefined;
}

/** Reads `10.1.0.0/16` or `fd00::/48` as Go's `netip.ParsePrefix` does. Undefined for anything else. */
export function parseIpRange(text: string): IpRange | undefined {
  const slash = text.lastIndexOf('/');
  const length = text.slice(slash + 1);
  const address = slash < 0 ? undefined : parseIp(text.slice(0, slash));
  if (!address || !/^(?:0|[1-9]\d{0,2})$/.test(length)) return undefined;
  return ipRange(address, Number(length));
}

/** The range of an address and a length; undefined when the family has fewer bits. */
export function ipRange(address: IpAddress, length: number): IpRange | undefined {
  const free = bitsOf[address.family] - length;
  if (length < 0 || free < 0) return undefined;
  const first = (address.value >> BigInt(free)) << BigInt(free);
  return { address, length, first, last: first + (1n << BigInt(free)) - 1n };
}

export function isInRange({ family, value }: IpAddress, { address, first, last }: IpRange): boolean {
  return family === address.family && first <= value && value <= last;
}

/** True when every address of `inner` lies in `outer`. */
export function rangeContains(outer: IpRange, inner: IpRange): boolean {
  return (
    outer.address.family === inner.address.family && outer.first <= inner.first && inner.last <= outer.last
  );
}

/** True when the ranges share an address. */
export function rangesOverlap(a: IpRange, b: IpRange): boolean {
  return a.address.family === b.address.family && a.first <= b.last && b.first <= a.last;
}

/** The address `steps` after another; undefined beyond the last of its family. */
export function ipAfter({ family, value }: IpAddress, steps: number): IpAddress | undefined {
  const next = value + BigInt(steps);
  return next < 0n || next >> BigInt(bitsOf[family]) > 0n ? undefined : { family, value: next };
}
