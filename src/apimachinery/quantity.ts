import type { Json } from '../base/index.ts';

/**
 * Resource quantities (`500m`, `2Gi`, `1e3`), as decimal fractions of whole nano-units. What a quantity is and how it
 * is printed: https://kubernetes.io/docs/reference/kubernetes-api/common-definitions/quantity/
 */
export interface Quantity {
  /** The amount in billionths. */
  readonly nano: bigint;
  /** The family of suffixes that it was written with, and is printed with. */
  readonly format: 'decimal' | 'binary' | 'exponent';
}

const form = /^([+-]?)(\d+(?:\.\d*)?|\.\d+)(?:([numkMGTPE])|([KMGTPE]i)|[eE]([+-]?\d+))?$/;
/** What `Quantity.nano` counts in one unit. */
export const nanoPerUnit = 1_000_000_000n;
const maxExponent = 30;

const decimalPowers: Readonly<Record<string, number>> = {
  n: -9,
  u: -6,
  m: -3,
  '': 0,
  k: 3,
  M: 6,
  G: 9,
  T: 12,
  P: 15,
  E: 18,
};
const decimalSuffixes = Object.entries(decimalPowers).map(([suffix, power]) => [power, suffix] as const);
const binarySuffixes = ['', 'Ki', 'Mi', 'Gi', 'Ti', 'Pi', 'Ei'];

/** The message of a Go server for text that is no quantity. */
export const quantityRule =
  "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'";

/** Parses a quantity from its JSON form, text or number; undefined when it is none. */
export function parseQuantity(value: Json | undefined): Quantity | undefined {
  if (typeof value === 'bigint') return parseText(String(value));
  if (typeof value === 'number') return Number.isFinite(value) ? parseText(String(value)) : undefined;
  return typeof value === 'string' ? parseText(value) : undefined;
}

function parseText(text: string): Quantity | undefined {
  const match = form.exec(text);
  if (!match) return undefined;
  const [, sign = '', digits = '', decimal, binary, exponent] = match;
  const [whole = '', fraction = ''] = digits.split('.');
  const mantissa = BigInt(whole + fraction) * (sign === '-' ? -1n : 1n);
  if (binary) {
    const power = BigInt(binarySuffixes.indexOf(binary));
    const scaled = mantissa * nanoPerUnit * 1024n ** power;
    return { nano: divideUp(scaled, 10n ** BigInt(fraction.length)), format: 'binary' };
  }
  const power = exponent === undefined ? (decimalPowers[decimal ?? ''] ?? 0) : Number(exponent);
  if (Math.abs(power) > maxExponent) return undefined;
  const shift = power + 9 - fraction.length;
  const nano = shift >= 0 ? mantissa * 10n ** BigInt(shift) : divideUp(mantissa, 10n ** BigInt(-shift));
  return { nano, format: exponent === undefined ? 'decimal' : 'exponent' };
}

/** The amount in units, as near as a double comes; undefined when it is none. */
export function parseAmount(value: Json | undefined): number | undefined {
  const quantity = parseQuantity(value);
  if (!quantity) return undefined;
  const { nano } = quantity;
  return Number(nano / nanoPerUnit) + Number(nano % nanoPerUnit) / Number(nanoPerUnit);
}

/** A quantity of so many units, to a thousandth. */
export function quantityOf(units: number, format: Quantity['format']): Quantity {
  return { nano: BigInt(Math.round(units * 1_000)) * (nanoPerUnit / 1_000n), format };
}

/** Division that rounds away from zero: parts below a billionth count as a whole one. */
function divideUp(dividend: bigint, divisor: bigint): bigint {
  const quotient = dividend / divisor;
  if (dividend % divisor === 0n) return quotient;
  return dividend < 0n ? quotient - 1n : quotient + 1n;
}

/** The shortest whole-number form in the quantity's own suffix family, e.g. `1500m`, `1536Mi`. */
export function formatQuantity(quantity: Quantity): string {
  const { nano, format } = quantity;
  if (nano === 0n) return '0';
  if (format === 'binary' && nano % nanoPerUnit === 0n && absolute(nano) >= 1024n * nanoPerUnit) {
    return formatBinary(nano / nanoPerUnit);
  }
  return formatDecimal(nano, format === 'exponent');
}

function formatBinary(units: bigint): string {
  let amount = units;
  let step = 0;
  while (step < binarySuffixes.length - 1 && amount % 1024n === 0n) {
    amount /= 1024n;
    step++;
  }
  return `${amount}${binarySuffixes[step]}`;
}

function formatDecimal(nano: bigint, asExponent: boolean): string {
  let amount = nano;
  let power = -9;
  while (amount % 1000n === 0n && power < 18) {
    amount /= 1000n;
    power += 3;
  }
  if (asExponent) return power === 0 ? `${amount}` : `${amount}e${power}`;
  const suffix = decimalSuffixes.find(([other]) => other === power)?.[1] ?? '';
  return `${amount}${suffix}`;
}

function absolute(value: bigint): bigint {
  return value < 0n ? -value : value;
}

const plain = /^(0|[1-9]\d*)$/;

/** The canonical text of a quantity given as JSON, or undefined when it is none. */
export function canonicalQuantity(value: Json | undefined): string | undefined {
  // Whole numbers without zeros to fold away are most of what is written; they are canonical as they stand.
  if (typeof value === 'string' && plain.test(value) && !value.endsWith('000')) return value;
  const quantity = parseQuantity(value);
  return quantity && formatQuantity(quantity);
}

/** Below zero, zero, above zero: as `a` is less than, equal to, greater than `b`. */
export function compareQuantities(a: Quantity, b: Quantity): number {
  return a.nano < b.nano ? -1 : a.nano > b.nano ? 1 : 0;
}
