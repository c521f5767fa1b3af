import {
  type IpAddress,
  type IpRange,
  ipText,
  isInRange,
  mappedIpv4,
  parseIp,
  parseIpRange,
  rangeContains,
} from '../../base/index.ts';
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
  readonly ip: IpAddress;

  constructor(ip: IpAddress) {
    super();
    this.ip = ip;
  }

  equals(other: OpaqueValue): boolean {
    return other instanceof Address && other.ip.family === this.ip.family && other.ip.value === this.ip.value;
  }

  override toString(): string {
    return ipText(this.ip);
  }
}

function parseAddress(value: string): Address | string {
  const zone = value.indexOf('%');
  const ip = parseIp(zone < 0 ? value : value.slice(0, zone));
  if (!ip || (zone >= 0 && (ip.family === 4 || zone === value.length - 1)))
    return `IP Address ${JSON.stringify(value)} parse error during conversion from string: ParseAddr(${JSON.stringify(value)}): unable to parse IP`;
  if (zone >= 0) return `IP address ${JSON.stringify(value)} with zone value is not allowed`;
  if (mappedIpv4(ip)) return `IPv4-mapped IPv6 address ${JSON.stringify(value)} is not allowed`;
  return new Address(ip);
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
  registry.declare('IP.family() int', (a) => BigInt(instance(a, Address).ip.family));
  for (const [name, holds] of Object.entries(addressTests)) {
    registry.declare(`IP.${name}() bool`, (a) => holds(instance(a, Address).ip));
  }
}

/** True for addresses that lie in one of the ranges. */
function within(...texts: readonly string[]): (ip: IpAddress) => boolean {
  const ranges = texts.map(parseIpRange);
  return (ip) => ranges.some((range) => range && isInRange(ip, range));
}

const isLinkLocalUnicast = within('169.254.0.0/16', 'fe80::/10');
const isNoUnicast = within(
  '0.0.0.0/32',
  '255.255.255.255/32',
  '127.0.0.0/8',
  '224.0.0.0/4',
  '::/127',
  'ff00::/8',
);

const addressTests: Readonly<Record<string, (ip: IpAddress) => boolean>> = {
  isUnspecified: within('0.0.0.0/32', '::/128'),
  isLoopback: within('127.0.0.0/8', '::1/128'),
  // Go asks for scope 2 whatever the flags of the group are.
  isLinkLocalMulticast: (ip) =>
    ip.family === 4
      ? within('224.0.0.0/24')(ip)
      : ip.value >> 120n === 0xffn && ((ip.value >> 112n) & 0xfn) === 2n,
  isLinkLocalUnicast,
  isGlobalUnicast: (ip) => !isNoUnicast(ip) && !isLinkLocalUnicast(ip),
};

class Range extends OpaqueValue {
  readonly typeName = 'net.CIDR';
  readonly range: IpRange;

  constructor(range: IpRange) {
    super();
    this.range = range;
  }

  equals(other: OpaqueValue): boolean {
    if (!(other instanceof Range) || other.range.length !== this.range.length) return false;
    return other.address.equals(this.address);
  }

  get address(): Address {
    return new Address(this.range.address);
  }

  get masked(): Range {
    const { address, first } = this.range;
    return new Range({ ...this.range, address: { family: address.family, value: first } });
  }

  override toString(): string {
    return `${this.address}/${this.range.length}`;
  }
}

function parseRange(value: string): Range | undefined {
  const range = parseIpRange(value);
  return range && !mappedIpv4(range.address) ? new Range(range) : undefined;
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
  registry.declare('CIDR.containsIP(string) bool', (a, b) =>
    isInRange(addressOf(text(b)).ip, instance(a, Range).range),
  );
  registry.declare('CIDR.containsIP(IP) bool', (a, b) =>
    isInRange(instance(b, Address).ip, instance(a, Range).range),
  );
  registry.declare('CIDR.containsCIDR(string) bool', (a, b) =>
    rangeContains(instance(a, Range).range, rangeOf(text(b)).range),
  );
  registry.declare('CIDR.containsCIDR(CIDR) bool', (a, b) =>
    rangeContains(instance(a, Range).range, instance(b, Range).range),
  );
  registry.declare('CIDR.ip() IP', (a) => instance(a, Range).address);
  registry.declare('CIDR.prefixLength() int', (a) => BigInt(instance(a, Range).range.length));
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

  override get weight(): number {
    return 1 + this.source.length / 10;
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
  for (const [name, value] of new URLSearchParams(query)) {
    const known = values.get(name);
    if (known) known.push(value);
    else values.set(name, [value]);
  }
  return new MapValue([...values].map(([name, list]): [Value, Value] => [name, new ListValue(list)]));
}
