import { isIPv4, isIPv6 } from 'node:net';
import type { Registry } from '../registry.ts';
import { CelError, ListValue, MapValue, OpaqueValue, type Value } from '../values.ts';
import { instance, text } from './arguments.ts';

/** IP addresses, CIDR ranges and URLs. */
export function declareNetwork(registry: Registry): void {
  declareAddresses(registry);
  declareRanges(registry);
  declareUrls(registry);
}

class Address extends OpaqueValue {
  readonly typeName = 'net.IP';
  readonly family: 4 | 6;
  readonly bits: bigint;

  constructor(family: 4 | 6, bits: bigint) {
    super();
    this.family = family;
    this.bits = bits;
  }

  equals(other: OpaqueValue): boolean {
    return other instanceof Address && other.family === this.family && other.bits === this.bits;
  }

  get width(): 32 | 128 {
    return this.family === 4 ? 32 : 128;
  }

  override toString(): string {
    return this.family === 4 ? ipv4Text(this.bits) : ipv6Text(this.bits);
  }

  /** True when the first `length` bits are those of `prefix`. */
  startsWith(prefix: bigint, length: number): boolean {
    return this.bits >> BigInt(this.width - length) === prefix;
  }
}

function ipv4Text(bits: bigint): string {
  return [24n, 16n, 8n, 0n].map((shift) => String((bits >> shift) & 255n)).join('.');
}

/** RFC 5952: the longest run of zero groups is left out. */
function ipv6Text(bits: bigint): string {
  const groups = Array.from({ length: 8 }, (_, i) => (bits >> BigInt(112 - 16 * i)) & 0xffffn);
  let best = { start: -1, length: 1 };
  for (let start = 0; start < 8; start++) {
    let length = 0;
    while (start + length < 8 && groups[start + length] === 0n) length++;
    if (length > best.length) best = { start, length };
  }
  const shown = groups.map((group) => group.toString(16));
  if (best.start < 0) return shown.join(':');
  return `${shown.slice(0, best.start).join(':')}::${shown.slice(best.start + best.length).join(':')}`;
}

function ipv4Bits(value: string): bigint {
  return value.split('.').reduce((bits, part) => (bits << 8n) | BigInt(part), 0n);
}

function ipv6Bits(value: string): bigint {
  const dotted = /^(.*:)(\d+\.\d+\.\d+\.\d+)$/.exec(value);
  const plain = dotted ? `${dotted[1]}${mappedGroups(dotted[2] ?? '')}` : value;
  const [head = '', tail] = plain.split('::');
  const groups = (side: string) => (side === '' ? [] : side.split(':'));
  const left = groups(head);
  const right = tail === undefined ? [] : groups(tail);
  const middle = Array.from({ length: 8 - left.length - right.length }, () => '0');
  return [...left, ...middle, ...right].reduce((bits, group) => (bits << 16n) | BigInt(`0x${group}`), 0n);
}

function mappedGroups(dotted: string): string {
  const bits = ipv4Bits(dotted);
  return `${(bits >> 16n).toString(16)}:${(bits & 0xffffn).toString(16)}`;
}

function parseAddress(value: string): Address | string {
  if (isIPv4(value)) return new Address(4, ipv4Bits(value));
  if (!isIPv6(value))
    return `IP Address '${value}' parse error during conversion from string: ParseAddr(${JSON.stringify(value)}): unable to parse IP`;
  if (value.includes('%')) return `IP address '${value}' with zone value is not allowed`;
  if (/\.\d+$/.test(value) || isMapped(ipv6Bits(value)))
    return `IPv4-mapped IPv6 address '${value}' is not allowed`;
  return new Address(6, ipv6Bits(value));
}

function isMapped(bits: bigint): boolean {
  return bits >> 32n === 0xffffn;
}

function addressOf(value: string): Address {
  const parsed = parseAddress(value);
  if (typeof parsed === 'string') throw new CelError(parsed);
  return parsed;
}

function declareAddresses(registry: Registry): void {
  registry.declare('ip(string) IP', (a) => addressOf(text(a)));
  registry.declare('isIP(string) bool', (a) => typeof parseAddress(text(a)) !== 'string');
  registry.declare('ip.isCanonical(string) bool', (a) => addressOf(text(a)).toString() === text(a));
  registry.declare('string(IP) string', (a) => instance(a, Address).toString());
  registry.declare('IP.family() int', (a) => BigInt(instance(a, Address).family));
  for (const [name, holds] of Object.entries(addressTests)) {
    registry.declare(`IP.${name}() bool`, (a) => holds(instance(a, Address)));
  }
}

const isUnspecified = (address: Address) => address.bits === 0n;
const isLoopback = (address: Address) =>
  address.family === 4 ? address.startsWith(127n, 8) : address.bits === 1n;
const isMulticast = (address: Address) =>
  address.family === 4 ? address.startsWith(0xen, 4) : address.startsWith(0xffn, 8);
const isLinkLocalUnicast = (address: Address) =>
  address.family === 4 ? address.startsWith(0xa9fen, 16) : address.startsWith(0x3fan, 10);

const addressTests: Readonly<Record<string, (address: Address) => boolean>> = {
  isUnspecified,
  isLoopback,
  isLinkLocalMulticast: (address) =>
    address.family === 4
      ? address.startsWith(0xe00000n, 24)
      : address.startsWith(0xffn, 8) && ((address.bits >> 112n) & 0xfn) === 2n,
  isLinkLocalUnicast,
  isGlobalUnicast: (address) =>
    !isUnspecified(address) &&
    !isLoopback(address) &&
    !isMulticast(address) &&
    !isLinkLocalUnicast(address) &&
    !(address.family === 4 && address.bits === 0xffffffffn),
};

class Range extends OpaqueValue {
  readonly typeName = 'net.CIDR';
  readonly address: Address;
  readonly length: number;

  constructor(address: Address, length: number) {
    super();
    this.address = address;
    this.length = length;
  }

  equals(other: OpaqueValue): boolean {
    return other instanceof Range && other.length === this.length && other.address.equals(this.address);
  }

  get masked(): Range {
    const shift = BigInt(this.address.width - this.length);
    return new Range(new Address(this.address.family, (this.address.bits >> shift) << shift), this.length);
  }

  contains(address: Address): boolean {
    if (address.family !== this.address.family) return false;
    const shift = BigInt(address.width - this.length);
    return address.bits >> shift === this.address.bits >> shift;
  }

  override toString(): string {
    return `${this.address}/${this.length}`;
  }
}

function parseRange(value: string): Range | undefined {
  const [host = '', bits = '', ...rest] = value.split('/');
  const address = parseAddress(host);
  if (typeof address === 'string' || rest.length > 0 || !/^(?:0|[1-9]\d*)$/.test(bits)) return undefined;
  return Number(bits) <= address.width ? new Range(address, Number(bits)) : undefined;
}

function rangeOf(value: string): Range {
  const range = parseRange(value);
  if (!range)
    throw new CelError(
      `CIDR '${value}' parse error during conversion from string: network address parse error`,
    );
  return range;
}

function declareRanges(registry: Registry): void {
  registry.declare('cidr(string) CIDR', (a) => rangeOf(text(a)));
  registry.declare('isCIDR(string) bool', (a) => parseRange(text(a)) !== undefined);
  registry.declare('CIDR.containsIP(string) bool', (a, b) => instance(a, Range).contains(addressOf(text(b))));
  registry.declare('CIDR.containsIP(IP) bool', (a, b) => instance(a, Range).contains(instance(b, Address)));
  const containsRange = (outer: Range, inner: Range) =>
    inner.length >= outer.length && outer.contains(inner.address);
  registry.declare('CIDR.containsCIDR(string) bool', (a, b) =>
    containsRange(instance(a, Range), rangeOf(text(b))),
  );
  registry.declare('CIDR.containsCIDR(CIDR) bool', (a, b) =>
    containsRange(instance(a, Range), instance(b, Range)),
  );
  registry.declare('CIDR.ip() IP', (a) => instance(a, Range).address);
  registry.declare('CIDR.prefixLength() int', (a) => BigInt(instance(a, Range).length));
  registry.declare('CIDR.masked() CIDR', (a) => instance(a, Range).masked);
  registry.declare('string(CIDR) string', (a) => instance(a, Range).toString());
}

class UrlValue extends OpaqueValue {
  readonly typeName = 'kubernetes.URL';
  readonly source: string;
  readonly parts: UrlParts;

  constructor(source: string, parts: UrlParts) {
    super();
    this.source = source;
    this.parts = parts;
  }

  equals(other: OpaqueValue): boolean {
    return other instanceof UrlValue && other.source === this.source;
  }
}

interface UrlParts {
  readonly scheme: string;
  readonly host: string;
  readonly path: string;
  readonly query: string;
}

/** An absolute URI or an absolute path, as Go's `url.ParseRequestURI` reads it. */
function parseUrl(value: string): UrlValue | undefined {
  if (value === '' || !/^[\x20-\x7e\u0080-\uffff]+$/.test(value)) return undefined;
  const match = /^(?:([a-zA-Z][a-zA-Z0-9+.-]*):)?(?:\/\/([^/?#]*))?([^?]*)(?:\?(.*))?$/.exec(value);
  if (!match) return undefined;
  const [, scheme = '', authority, path = '', query = ''] = match;
  if (scheme === '' && !path.startsWith('/')) return undefined;
  if (scheme !== '' && authority === undefined && !path.startsWith('/')) return undefined;
  if (/%(?![0-9a-fA-F]{2})/.test(path)) return undefined;
  const host = (authority ?? '').replace(/^[^@]*@/, '');
  if (/:[^\]:]*$/.test(host) && !/:\d*$/.test(host)) return undefined;
  return new UrlValue(value, { scheme: scheme.toLowerCase(), host, path: escapedPath(path), query });
}

function escapedPath(path: string): string {
  return path.replace(/[^!-~]+/g, (part) => encodeURIComponent(part));
}

function declareUrls(registry: Registry): void {
  registry.declare('url(string) URL', (a) => {
    const url = parseUrl(text(a));
    if (!url)
      throw new CelError(
        `URL parse error during conversion from string: parse ${JSON.stringify(text(a))}: invalid URI for request`,
      );
    return url;
  });
  registry.declare('isURL(string) bool', (a) => parseUrl(text(a)) !== undefined);
  const part = (name: string, read: (parts: UrlParts) => Value) => {
    registry.declare(name, (a) => read(instance(a, UrlValue).parts));
  };
  part('URL.getScheme() string', ({ scheme }) => scheme);
  part('URL.getHost() string', ({ host }) => host);
  part('URL.getHostname() string', ({ host }) => hostname(host));
  part('URL.getPort() string', ({ host }) => /:(\d+)$/.exec(host)?.[1] ?? '');
  part('URL.getEscapedPath() string', ({ path }) => path);
  part('URL.getQuery() map(string, list(string))', ({ query }) => queryMap(query));
}

function hostname(host: string): string {
  const bracketed = /^\[([^\]]*)\]/.exec(host)?.[1];
  return bracketed ?? host.replace(/:\d*$/, '');
}

function queryMap(query: string): MapValue {
  const values = new Map<string, string[]>();
  for (const [name, value] of new URLSearchParams(query))
    values.set(name, [...(values.get(name) ?? []), value]);
  return new MapValue([...values].map(([name, list]): [Value, Value] => [name, new ListValue(list)]));
}
