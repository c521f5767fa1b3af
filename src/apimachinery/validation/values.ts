import {
  type IpRange,
  isInRange,
  isNumber,
  type Json,
  type JsonObject,
  mappedIpv4,
  parseIp,
  parseIpRange,
} from '../../base/index.ts';
import type { FieldError } from '../contract.ts';
import { compareQuantities, formatQuantity, parseQuantity } from '../quantity.ts';
import { at, textAt } from '../read.ts';
import { parseCidr, parseIpAddress } from './addresses.ts';
import { child, invalid, invalidEach, notSupported, required } from './errors.ts';
import { between, dnsSubdomain, percent, portName } from './names.ts';

export const notNegative = 'must be greater than or equal to 0';
const maxPort = 65535;
const zero = { nano: 0n, format: 'decimal' } as const;

export function validateNotNegative(
  object: JsonObject,
  path: string,
  ...members: readonly string[]
): FieldError[] {
  return members.flatMap((member) => {
    const value = object[member];
    return isNumber(value) && value < 0 ? [invalid(child(path, member), value, notNegative)] : [];
  });
}

export function validatePortNumber(value: Json | undefined, path: string): FieldError[] {
  const isPort = typeof value === 'number' && Number.isInteger(value) && value >= 1 && value <= maxPort;
  return isPort ? [] : [invalid(path, value ?? 0, between(1, maxPort))];
}

export function validatePortNumberOrName(value: Json | undefined, path: string): FieldError[] {
  if (typeof value === 'string') return invalidEach(path, value, portName(value));
  return validatePortNumber(value, path);
}

/** `Unsupported value`, or `Required value` when the member is empty. */
export function validateChoice(
  object: JsonObject,
  path: string,
  member: string,
  supported: readonly string[],
): FieldError[] {
  const value = textAt(object, member);
  if (value === '') return [required(child(path, member))];
  return supported.includes(value) ? [] : [notSupported(child(path, member), value, supported)];
}

/** Like `validateChoice` for a member that may be absent. */
export function validateOptionalChoice(
  object: JsonObject,
  path: string,
  member: string,
  supported: readonly string[],
): FieldError[] {
  return at(object, member) === undefined ? [] : validateChoice(object, path, member, supported);
}

export function validateQuantityNotNegative(value: Json | undefined, path: string): FieldError[] {
  const quantity = parseQuantity(value);
  if (!quantity || compareQuantities(quantity, zero) >= 0) return [];
  return [invalid(path, formatQuantity(quantity), notNegative)];
}

export function validateIntOrPercent(value: Json | undefined, path: string): FieldError[] {
  if (typeof value === 'string') return invalidEach(path, value, percent(value));
  return isNumber(value) && value < 0 ? [invalid(path, value, notNegative)] : [];
}

export function validateAtMostAll(value: Json | undefined, path: string): FieldError[] {
  const share = percentOf(value);
  return share !== undefined && share > 100 ? [invalid(path, value, 'must not be greater than 100%')] : [];
}

/** The number, or the number before `%`; anything else counts as 0. */
export function intOrPercentValue(value: Json | undefined): number {
  if (typeof value === 'number') return value;
  return percentOf(value) ?? (typeof value === 'string' ? Number.parseInt(value, 10) || 0 : 0);
}

function percentOf(value: Json | undefined): number | undefined {
  return typeof value === 'string' && percent(value).length === 0 ? Number.parseInt(value, 10) : undefined;
}

const ipRule = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';

export function validateIp(value: string, path: string): FieldError[] {
  return parseIpAddress(value) ? [] : [invalid(path, value, ipRule)];
}

/** An address that may stand for one machine: not unspecified, of this machine, of this link, or of many. */
export function validateSpecificIp(value: string, path: string): FieldError[] {
  const address = parseIpAddress(value);
  if (!address) return [invalid(path, value, ipRule)];
  return unspecific
    .filter(([, ranges]) => ranges.some((range) => range && isInRange(address, range)))
    .map(([detail]) => invalid(path, value, detail.replace('VALUE', value)));
}

const unspecific: readonly (readonly [detail: string, ranges: readonly (IpRange | undefined)[]])[] = [
  ['may not be unspecified (VALUE)', ['0.0.0.0/32', '::/128'].map(parseIpRange)],
  ['may not be in the loopback range (127.0.0.0/8, ::1/128)', ['127.0.0.0/8', '::1/128'].map(parseIpRange)],
  [
    'may not be in the link-local range (169.254.0.0/16, fe80::/10)',
    ['169.254.0.0/16', 'fe80::/10'].map(parseIpRange),
  ],
  [
    'may not be in the link-local multicast range (224.0.0.0/24, ff02::/10)',
    ['224.0.0.0/24', 'ff02::/16'].map(parseIpRange),
  ],
];

/** What keeps a text from being the one text of an address. */
export function strictIpFaults(text: string): string[] {
  const address = parseIpAddress(text);
  if (!address) return [ipRule];
  const strict = parseIp(text);
  if (!strict) return ['must not have leading 0s'];
  if (mappedIpv4(strict)) return ['must not be an IPv4-mapped IPv6 address'];
  return address.canonical === text ? [] : [`must be in canonical form ("${address.canonical}")`];
}

/** True for `address/prefix-length`. */
function isCidr(text: string): boolean {
  return parseCidr(text) !== undefined;
}

const cidrRule = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)';

export function validateCidr(value: string, path: string): FieldError[] {
  return isCidr(value) ? [] : [invalid(path, value, cidrRule)];
}

/** `example.com/name`: who takes care of something. */
export function domainPrefixedPath(path: string, value: string): FieldError[] {
  if (value === '') return [required(path)];
  const slash = value.indexOf('/');
  const [host, rest] = [value.slice(0, slash), value.slice(slash + 1)];
  if (slash <= 0 || rest === '') {
    return [invalid(path, value, 'must be a domain-prefixed path (such as "acme.io/foo")')];
  }
  const errors = invalidEach(path, host, dnsSubdomain(host));
  if (!/^[A-Za-z0-9/\-._~%!$&'()*+,;=:]+$/.test(rest)) {
    const form = "[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+";
    errors.push(invalid(path, rest, `Invalid path (regex used for validation is '${form}')`));
  }
  return errors;
}
