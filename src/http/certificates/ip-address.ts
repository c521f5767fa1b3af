import { isIPv4, isIPv6 } from 'node:net';
import { CodedError } from '../../base/index.ts';

/** The 4 or 16 bytes of an address. Throws `invalid`. */
export function addressBytes(address: string): Uint8Array {
  if (isIPv4(address)) return Uint8Array.from(address.split('.').map(Number));
  if (!isIPv6(address) || address.includes('%')) {
    throw new CodedError('invalid', `${address} is not an IP address.`);
  }
  const [head = '', tail] = address.split('::');
  const front = groupsOf(head);
  const back = groupsOf(tail ?? '');
  const zeros = tail === undefined ? [] : new Array<number>(16 - front.length - back.length).fill(0);
  return Uint8Array.from([...front, ...zeros, ...back]);
}

function groupsOf(part: string): number[] {
  if (part === '') return [];
  return part.split(':').flatMap((group) => {
    if (group.includes('.')) return group.split('.').map(Number);
    const value = Number.parseInt(group, 16);
    return [value >> 8, value & 0xff];
  });
}
