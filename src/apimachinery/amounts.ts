import type { Json } from '../base/index.ts';
import { compareQuantities, parseQuantity, type Quantity } from './quantity.ts';
import { objectAt } from './read.ts';

/** How much of each resource, by the resource's name. */
export type Amounts = ReadonlyMap<string, Quantity>;

/** What an object of quantities says; members that are none are left out. */
export function amountsAt(value: Json | undefined, ...path: readonly string[]): Map<string, Quantity> {
  const amounts = new Map<string, Quantity>();
  for (const [name, text] of Object.entries(objectAt(value, ...path))) {
    const quantity = parseQuantity(text);
    if (quantity) amounts.set(name, quantity);
  }
  return amounts;
}

export function addAmounts(a: Amounts, b: Amounts): Map<string, Quantity> {
  const sum = new Map(a);
  for (const [name, quantity] of b) {
    const before = sum.get(name);
    sum.set(name, before ? added(before, quantity) : quantity);
  }
  return sum;
}

/** A sum is written as its first part is, unless that is nothing. */
function added(a: Quantity, b: Quantity): Quantity {
  return { nano: a.nano + b.nano, format: a.nano === 0n ? b.format : a.format };
}

/** The greater of both for each resource. */
export function greatestOf(a: Amounts, b: Amounts): Map<string, Quantity> {
  const greatest = new Map(a);
  for (const [name, quantity] of b) {
    const other = greatest.get(name);
    if (!other || compareQuantities(quantity, other) > 0) greatest.set(name, quantity);
  }
  return greatest;
}
