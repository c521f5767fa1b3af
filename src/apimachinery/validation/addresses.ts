import { isIPv6 } from 'node:net';

/** An IP address as lenient readers take it: numbers of IPv4 may have leading zeros. */
export interface IpAddress {
  readonly family: 4 | 6;
  readonly value: bigint;
  /** As it should be written. */
  readonly canonical: string;
  /** Written with leading zeros, or as an IPv4 address within IPv6. */
  readonly isOdd: boolean;
}

/** Undefined for what is no address. */
export function parseIpAddress(text: string): IpAddress | undefined {
  if (/^\d{1,15}(\.\d{1,15}){3}$/.test(text)) return parseIpv4(text, text);
  if (!isIPv6(text) || text.includes('%')) return undefined;
  const mapped = /^::ffff:(\d+\.\d+\.\d+\.\d+)$/i.exec(text)?.[1];
  if (mapped !== undefined) return parseIpv4(mapped, '');
  const canonical = new URL(`http://[${text}]`).hostname.slice(1, -1);
  return { family: 6, value: valueOfIpv6(canonical), canonical, isOdd: false };
}

function parseIpv4(text: string, written: string): IpAddress | undefined {
  const parts = text.split('.').map(Number);
  if (parts.some((part) => part > 255)) return undefined;
  const canonical = parts.join('.');
  const value = parts.reduce((sum, part) => sum * 256n + BigInt(part), 0n);
  return { family: 4, value, canonical, isOdd: canonical !== written };
}

function valueOfIpv6(canonical: string): bigint {
  const [head = '', tail] = canonical.split('::');
  const groups = (text: string) => (text === '' ? [] : text.split(':'));
  const [before, after] = [groups(head), groups(tail ?? '')];
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0');
  return [...before, ...zeros, ...after].reduce((sum, group) => sum * 65_536n + BigInt(`0x${group}`), 0n);
}

/** An address with the length of a prefix. */
export interface Cidr {
  readonly address: IpAddress;
  readonly bits: number;
  /** The range with nothing beyond the prefix. */
  readonly canonical: string;
  /** Bits are set beyond the prefix. */
  readonly hasHost: boolean;
  readonly isOdd: boolean;
}

/** Undefined for what is no range of addresses. */
export function parseCidr(text: string): Cidr | undefined {
  const [written = '', length = '', ...rest] = text.split('/');
  const address = parseIpAddress(written);
  if (!address || rest.length > 0 || !/^\d{1,4}$/.test(length)) return undefined;
  const size = address.family === 4 ? 32 : 128;
  const bits = Number(length);
  if (bits > size) return undefined;
  const host = BigInt(size - bits);
  const base = (address.value >> host) << host;
  const canonical = `${textOf(base, address.family)}/${bits}`;
  const isOdd = address.isOdd || String(bits) !== length;
  return { address, bits, canonical, hasHost: base !== address.value, isOdd };
}

function textOf(value: bigint, family: 4 | 6): string {
  if (family === 4) return [24n, 16n, 8n, 0n].map((shift) => String((value >> shift) & 255n)).join('.');
  const groups = Array.from({ length: 8 }, (_, at) =>
    ((value >> BigInt(112 - 16 * at)) & 65_535n).toString(16),
  );
  return new URL(`http://[${groups.join(':')}]`).hostname.slice(1, -1);
}

/** What is told about an address that is taken as it is, although it is not written as it should be. */
export function ipWarnings(path: string, text: string): string[] {
  const address = parseIpAddress(text);
  if (!address) return [];
  if (address.isOdd) {
    return [
      `${path}: non-standard IP address "${text}" will be considered invalid in a future Kubernetes release: use "${address.canonical}"`,
    ];
  }
  if (address.canonical === text) return [];
  return [`${path}: IPv6 address "${text}" should be in RFC 5952 canonical format ("${address.canonical}")`];
}

/** The same about a range of addresses. */
export function cidrWarnings(path: string, text: string): string[] {
  const cidr = parseCidr(text);
  if (!cidr) return [];
  const { address, canonical } = cidr;
  const warnings: string[] = [];
  if (cidr.hasHost) {
    const single = `${address.canonical}/${address.family === 4 ? 32 : 128}`;
    const should = `should be "${canonical}" or "${single}"?`;
    warnings.push(`${path}: CIDR value "${text}" is ambiguous in this context (${should})`);
  }
  if (cidr.isOdd) {
    warnings.push(
      `${path}: non-standard CIDR value "${text}" will be considered invalid in a future Kubernetes release: use "${canonical}"`,
    );
  }
  if (warnings.length > 0 || canonical === text) return warnings;
  return [`${path}: IPv6 CIDR value "${text}" should be in RFC 5952 canonical format ("${canonical}")`];
}
