import { type IpRange, ipText, parseIpRange } from '../../base/index.ts';
import { type CallSite, define, refused, text, whole } from './definition.ts';

const bits = { 4: 32, 6: 128 } as const;

function range(value: string, site: CallSite): IpRange {
  const found = parseIpRange(value);
  if (!found) throw refused(site, `the value '${value}' is not a valid CIDR notation of a network`);
  return found;
}

/** Networks and addresses. */
export const cidrFunctions = [
  define('parseCidr', [1, 1], ([value], site) => {
    const { address, length, first, last } = range(text(value, site), site);
    const { family } = address;
    const show = (number: bigint) => ipText({ family, value: number });
    const mask = ((1n << BigInt(length)) - 1n) << BigInt(bits[family] - length);
    // The last two prefixes of IPv4 have no address of their own for the network and for everybody (RFC 3021).
    const isWide = family === 4 && length < 31;
    return {
      network: show(first),
      netmask: show(mask),
      ...(family === 4 && { broadcast: show(last) }),
      firstUsable: show(isWide ? first + 1n : first),
      lastUsable: show(isWide ? last - 1n : last),
      cidr: length,
    };
  }),
  define('cidrSubnet', [3, 3], ([value, cidr, index], site) => {
    const { address, length, first } = range(text(value, site), site);
    const [wanted, at] = [whole(cidr, site), whole(index, site)];
    const most = bits[address.family];
    if (wanted < length || wanted > most)
      throw refused(site, `the new CIDR must be between ${length} and ${most}`);
    if (at < 0 || BigInt(at) >= 1n << BigInt(wanted - length))
      throw refused(site, 'the subnet index is out of range');
    const start = first + (BigInt(at) << BigInt(most - wanted));
    return `${ipText({ family: address.family, value: start })}/${wanted}`;
  }),
  define('cidrHost', [2, 2], ([value, index], site) => {
    const { address, length, first, last } = range(text(value, site), site);
    const at = BigInt(whole(index, site));
    const start = address.family === 4 && length < 31 ? first + 1n : first;
    const end = address.family === 4 && length < 31 ? last - 1n : last;
    if (at < 0n || start + at > end) throw refused(site, 'the host index is out of range');
    return ipText({ family: address.family, value: start + at });
  }),
];
