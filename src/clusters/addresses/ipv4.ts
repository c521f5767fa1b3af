import { ipText, parseIp } from '../../base/index.ts';

function ipv4Number(text: string): number | undefined {
  const ip = parseIp(text);
  return ip?.family === 4 ? Number(ip.value) : undefined;
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
      if (rest < size) return ipText({ family: 4, value: BigInt(start + rest) });
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
