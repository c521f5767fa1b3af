/** The number of an IPv4 address in its one dotted form, without leading zeros; undefined for anything else. */
export function ipv4Number(text: string): number | undefined {
  const parts = text.split('.');
  if (parts.length !== 4 || parts.some((part) => !/^(0|[1-9]\d{0,2})$/.test(part) || Number(part) > 255)) {
    return undefined;
  }
  return parts.reduce((value, part) => value * 256 + Number(part), 0);
}

export function ipv4Text(value: number): string {
  return [24, 16, 8, 0].map((bits) => (value >>> bits) & 255).join('.');
}

/** From `first` to `last`, both included. */
export interface AddressRange {
  readonly first: string;
  readonly last: string;
}

/** Counts through the addresses of several ranges as if they were one; a range that is none has none. */
export class AddressSequence {
  readonly #ranges: readonly { readonly start: number; readonly size: number }[];
  readonly size: number;

  constructor(ranges: readonly AddressRange[]) {
    this.#ranges = ranges.map(({ first, last }) => {
      const start = ipv4Number(first) ?? 1;
      return { start, size: Math.max(0, (ipv4Number(last) ?? 0) - start + 1) };
    });
    this.size = this.#ranges.reduce((sum, range) => sum + range.size, 0);
  }

  /** The address number `index`, in [0, size). */
  at(index: number): string {
    let rest = index;
    for (const { start, size } of this.#ranges) {
      if (rest < size) return ipv4Text(start + rest);
      rest -= size;
    }
    throw new RangeError(`there is no address number ${index}`);
  }

  includes(address: string): boolean {
    const value = ipv4Number(address);
    return (
      value !== undefined && this.#ranges.some(({ start, size }) => value >= start && value < start + size)
    );
  }
}
