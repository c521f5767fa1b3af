import { isIP } from 'node:net';
import { isNumber, type Json, type JsonObject } from '../../base/index.ts';
import type { FieldError } from '../contract.ts';
import { compareQuantities, formatQuantity, parseQuantity } from '../quantity.ts';
import { at, textAt } from '../read.ts';
import { child, invalid, invalidEach, notSupported, required } from './errors.ts';
import { between, percent, portName } from './names.ts';

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

export const ipRule = 'must be a valid IP address, (e.g. 10.9.8.7 or 2001:db8::ffff)';

export function validateIp(value: string, path: string): FieldError[] {
  return isIP(value) === 0 ? [invalid(path, value, ipRule)] : [];
}

/** True for `address/prefix-length`. */
export function isCidr(text: string): boolean {
  const [address = '', length = '', ...rest] = text.split('/');
  const family = isIP(address);
  if (family === 0 || rest.length > 0 || !/^\d{1,3}$/.test(length)) return false;
  return Number(length) <= (family === 4 ? 32 : 128);
}

export const cidrRule = 'must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)';

export function validateCidr(value: string, path: string): FieldError[] {
  return isCidr(value) ? [] : [invalid(path, value, cidrRule)];
}
