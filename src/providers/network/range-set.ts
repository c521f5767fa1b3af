import { rangesOverlap } from '../../base/index.ts';
import type { AddressPrefix } from './cidr.ts';

/** Ranges that are taken, to be asked about by address: many of them cost no more than they weigh. */
export class RangeSet {
  /** Of each IP version in order of their addresses; none shares one with another. */
  readonly #ranges: Readonly<Record<4 | 6, AddressPrefix[]>> = { 4: [], 6: [] };

  constructor(ranges: readonly AddressPrefix[] = []) {
    for (const range of ranges) this.add(range);
  }

  /** The first of the taken ranges that shares an address with this one. */
  overlapping(range: AddressPrefix): AddressPrefix | undefined {
    const found = this.#ranges[range.address.family][this.#placeOf(range)];
    return found && rangesOverlap(found, range) ? found : undefined;
  }

  /** Takes a range; what overlaps it already becomes one with it. */
  add(range: AddressPrefix): void {
    const ranges = this.#ranges[range.address.family];
    const from = this.#placeOf(range);
    let to = from;
    let { first, last } = range;
    for (let next = ranges[to]; next && rangesOverlap(next, range); next = ranges[++to]) {
      if (next.first < first) first = next.first;
      if (next.last > last) last = next.last;
    }
    ranges.splice(from, to - from, { ...range, first, last });
  }

  /** Where the first range stands that does not end before this one begins. */
  #placeOf({ address, first }: AddressPrefix): number {
    const ranges = this.#ranges[address.family];
    let [low, high] = [0, ranges.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      const end = ranges[middle]?.last;
      if (end !== undefined && end < first) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
