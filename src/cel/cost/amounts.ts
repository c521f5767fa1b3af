/** How long a text, how many the items of a list or the entries of a map may be. */
export interface Size {
  readonly min: number;
  readonly max: number;
}

/** Amounts saturate at 64 bits without sign. Above 2^53 they are only compared with limits far below. */
export const mostUnits = 2 ** 64;

export const unknownSize: Size = { min: 0, max: mostUnits };

export function fixedSize(units: number): Size {
  return { min: units, max: units };
}

export function plus(a: number, b: number): number {
  return Math.min(a + b, mostUnits);
}

export function times(a: number, b: number): number {
  return Math.min(a * b, mostUnits);
}

/** A share of an amount, rounded up. */
export function scaled(units: number, factor: number): number {
  return Math.min(Math.ceil(units * factor), mostUnits);
}

export function sumOf(a: Size, b: Size): Size {
  return { min: plus(a.min, b.min), max: plus(a.max, b.max) };
}

export function productOf(a: Size, b: Size): Size {
  return { min: times(a.min, b.min), max: times(a.max, b.max) };
}

/** What encloses both. */
export function unionOf(a: Size, b: Size): Size {
  return { min: Math.min(a.min, b.min), max: Math.max(a.max, b.max) };
}

/** Cost of looking at one character of a text. */
export const traversalFactor = 0.1;
/** Cost of one character of a pattern for each unit of the text it is tried on. */
export const patternFactor = 0.25;
/** Cost of making a list. */
export const listCost = 10;
/** Cost of making a map. */
export const mapCost = 30;
