import type { Json, JsonObject } from '../base/index.ts';
import { compareQuantities, formatQuantity, parseQuantity, type Quantity } from './quantity.ts';
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

/** The amounts as an object stores them. */
export function writtenAmounts(amounts: Amounts): JsonObject {
  const written: JsonObject = {};
  for (const name of [...amounts.keys()].sort()) {
    const quantity = amounts.get(name);
    if (quantity) written[name] = formatQuantity(quantity);
  }
  return written;
}

/** The sum for each resource; one that only one side names is as it says. */
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

/** What `a` is above `b`, and zero where it is not. */
export function excessOf(a: Amounts, b: Amounts): Map<string, Quantity> {
  const excess = new Map<string, Quantity>();
  for (const [name, quantity] of a) {
    const less = b.get(name);
    const left = less ? added(quantity, { ...less, nano: -less.nano }) : quantity;
    excess.set(name, left.nano > 0n ? left : { ...left, nano: 0n });
  }
  for (const [name, quantity] of b) if (!a.has(name)) excess.set(name, { ...quantity, nano: 0n });
  return excess;
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

/** The amounts of the named resources alone. */
export function onlyOf(amounts: Amounts, names: Iterable<string>): Map<string, Quantity> {
  const kept = new Set(names);
  return new Map([...amounts].filter(([name]) => kept.has(name)));
}

/** True for the same resources with the same amounts, however they are written. */
export function sameAmounts(a: Amounts, b: Amounts): boolean {
  if (a.size !== b.size) return false;
  for (const [name, quantity] of a) if (b.get(name)?.nano !== quantity.nano) return false;
  return true;
}
