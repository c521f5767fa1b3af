import { type IpRange, parseIpRange } from '../../base/index.ts';

/** A range of addresses as it was written. */
export interface AddressPrefix extends IpRange {
  readonly text: string;
}

/** Reads `10.1.0.0/16` or `fd00::/48`. Undefined when it is no range or has host bits set. */
export function parseAddressPrefix(text: string): AddressPrefix | undefined {
  const range = parseIpRange(text);
  return range && range.first === range.address.value ? { ...range, text } : undefined;
}
