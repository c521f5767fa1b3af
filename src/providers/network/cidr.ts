import { type IpRange, parseIpRange, Recent } from '../../base/index.ts';

/** A range of addresses as it was written. */
export interface AddressPrefix extends IpRange {
  readonly text: string;
}

/** The same few ranges stand in most bodies. */
const knownPrefixes = { texts: 1_024, characters: 64 } as const;
const prefixes = new Recent<{ readonly prefix: AddressPrefix | undefined }>(knownPrefixes.texts);

/** Reads `10.1.0.0/16` or `fd00::/48`. Undefined when it is no range or has host bits set. */
export function parseAddressPrefix(text: string): AddressPrefix | undefined {
  const known = prefixes.get(text);
  if (known) return known.prefix;
  const prefix = readAddressPrefix(text);
  if (text.length <= knownPrefixes.characters) prefixes.set(text, { prefix });
  return prefix;
}

function readAddressPrefix(text: string): AddressPrefix | undefined {
  const range = parseIpRange(text);
  return range && range.first === range.address.value ? { ...range, text } : undefined;
}
