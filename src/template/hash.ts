/**
 * The hash of 64 bits behind `uniqueString` and template hashes: two halves of MurmurHash3 mixed with each other.
 * Its values are those of Bicep.
 */
export function hash64(bytes: Uint8Array): bigint {
  const [c1, c2] = [0x239b961b, 0xab0e9789];
  const length = bytes.length;
  let h1 = 0;
  let h2 = 0;
  let at = 0;
  const view = new DataView(bytes.buffer, bytes.byteOffset, length);
  for (; at + 7 < length; at += 8) {
    const k1 = Math.imul(rotated(Math.imul(view.getUint32(at, true), c1), 15), c2);
    h1 = (Math.imul(rotated(h1 ^ k1, 19) + h2, 5) + 0x561ccd1b) >>> 0;
    const k2 = Math.imul(rotated(Math.imul(view.getUint32(at + 4, true), c2), 17), c1);
    h2 = (Math.imul(rotated(h2 ^ k2, 13) + h1, 5) + 0x0bcaa747) >>> 0;
  }
  const rest = length - at;
  if (rest > 0) {
    h1 ^= Math.imul(rotated(Math.imul(tail(bytes, at, Math.min(rest, 4)), c1), 15), c2);
    if (rest > 4) h2 ^= Math.imul(rotated(Math.imul(tail(bytes, at + 4, rest - 4), c2), 17), c1);
  }
  h1 = (h1 ^ length) + (h2 ^ length);
  h2 = (h2 ^ length) + h1;
  h1 = mixed(h1);
  h2 = mixed(h2);
  h1 += h2;
  h2 += h1;
  return (BigInt(h2 >>> 0) << 32n) | BigInt(h1 >>> 0);
}

function tail(bytes: Uint8Array, at: number, count: number): number {
  let value = 0;
  for (let offset = count - 1; offset >= 0; offset--) value = (value << 8) | (bytes[at + offset] ?? 0);
  return value;
}

function rotated(value: number, by: number): number {
  return (value << by) | (value >>> (32 - by));
}

function mixed(value: number): number {
  let h = value >>> 0;
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

const alphabet = 'abcdefghijklmnopqrstuvwxyz234567';

/** 13 letters and digits. */
export function hashText(bytes: Uint8Array): string {
  let value = hash64(bytes);
  let made = '';
  for (let count = 0; count < 13; count++) {
    made += alphabet.charAt(Number(value >> 59n));
    value = BigInt.asUintN(64, value << 5n);
  }
  return made;
}
