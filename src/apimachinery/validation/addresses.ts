import { type IpAddress, type IpRange, ipRange, ipText, mappedIpv4, parseIp } from '../../base/index.ts';

/** An IP address as lenient readers take it: its numbers may have leading zeros. */
export interface WrittenAddress extends IpAddress {
  /** As it should be written. */
  readonly canonical: string;
  /** Written with leading zeros, or as an IPv4 address within IPv6. */
  readonly isOdd: boolean;
}

const longestTextLength = 64;

/** Undefined for what is no address. */
export function parseIpAddress(text: string): WrittenAddress | undefined {
  if (text.length > longestTextLength) return undefined;
  const strict = parseIp(text);
  // IPv4 has one text only.
  if (strict?.family === 4) return { ...strict, canonical: text, isOdd: false };
  const address = strict ?? parseIp(withoutLeadingZeros(text));
  if (!address) return undefined;
  const mapped = mappedIpv4(address);
  const plain = mapped ?? address;
  return { ...plain, canonical: ipText(plain), isOdd: !strict || mapped !== undefined };
}

function withoutLeadingZeros(text: string): string {
  return text.replace(/(^|[:.])0+(?=[0-9a-fA-F])/g, '$1');
}

/** An address with the length of a prefix. */
export interface WrittenCidr extends IpRange {
  readonly address: WrittenAddress;
  /** The range with nothing beyond the prefix. */
  readonly canonical: string;
  /** Bits are set beyond the prefix. */
  readonly hasHost: boolean;
  readonly isOdd: boolean;
}

/** Undefined for what is no range of addresses. */
export function parseCidr(text: string): WrittenCidr | undefined {
  const [written = '', bits = '', ...rest] = text.split('/');
  const address = parseIpAddress(written);
  if (!address || rest.length > 0 || !/^\d{1,4}$/.test(bits)) return undefined;
  // The prefix of an IPv4 address within IPv6 counts all its bits.
  const length = Number(bits) - (address.family === 4 && written.includes(':') ? 96 : 0);
  const range = ipRange(address, length);
  if (!range) return undefined;
  const canonical = `${ipText({ family: address.family, value: range.first })}/${length}`;
  const isOdd = address.isOdd || String(Number(bits)) !== bits;
  return { ...range, address, canonical, hasHost: range.first !== address.value, isOdd };
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
