import { createHash, randomBytes, randomFillSync } from 'node:crypto';

/** Chance as a value that is handed in: ids, secrets and jitter all come from here. */
export interface Random {
  bytes(count: number): Uint8Array;
  /** A version 4 UUID in lower case. */
  uuid(): string;
  /** A whole number in [0, below). */
  integer(below: number): number;
  /** `length` characters drawn evenly from `alphabet`. */
  string(length: number, alphabet: string): string;
}

/** Letters and digits that Kubernetes uses for generated names: no vowels, nothing easily misread. */
export const kubernetesNameAlphabet = 'bcdfghjklmnpqrstvwxz2456789';

const uuidBytes = 16;
const dash = 0x2d;
const hexDigits = '0123456789abcdef';
/** Where a UUID is written before it is a text. */
const written = Buffer.alloc(36);

/** The operating system's cryptographic source. */
export const systemRandom: Random = randomFromBytes((count) => randomBytes(count), pooledUuids());

/** Everything else that is drawn, from a source of bytes. */
export function randomFromBytes(bytes: (count: number) => Uint8Array, uuid?: () => string): Random {
  const integer = (below: number): number => {
    if (!(below >= 1 && below <= 0x1_0000_0000)) throw new RangeError(`integer(${below}): expected 1..2^32`);
    const ceiling = Math.floor(0x1_0000_0000 / below) * below;
    for (;;) {
      const [a = 0, b = 0, c = 0, d = 0] = bytes(4);
      const value = ((a << 24) | (b << 16) | (c << 8) | d) >>> 0;
      if (value < ceiling) return value % below;
    }
  };
  return {
    bytes,
    integer,
    uuid: uuid ?? (() => formatUuid(bytes(16))),
    string(length, alphabet) {
      let text = '';
      for (let i = 0; i < length; i++) text += alphabet.charAt(integer(alphabet.length));
      return text;
    },
  };
}

/** UUIDs whose chance is fetched for many at a time: each request of a cluster is called by one. */
function pooledUuids(): () => string {
  const pool = Buffer.alloc(uuidBytes * 256);
  let at = pool.length;
  return () => {
    if (at === pool.length) {
      randomFillSync(pool);
      at = 0;
    }
    at += uuidBytes;
    return formatUuid(pool.subarray(at - uuidBytes, at));
  };
}

/** Formats 16 bytes as a version 4 UUID: one text, not a chain of its parts, which would hold several times its memory. */
function formatUuid(raw: Uint8Array): string {
  for (let from = 0, to = 0; from < uuidBytes; from++) {
    if (to === 8 || to === 13 || to === 18 || to === 23) written[to++] = dash;
    let byte = raw[from] ?? 0;
    if (from === 6) byte = (byte & 0x0f) | 0x40;
    else if (from === 8) byte = (byte & 0x3f) | 0x80;
    written[to++] = hexDigits.charCodeAt(byte >> 4);
    written[to++] = hexDigits.charCodeAt(byte & 0x0f);
  }
  return written.toString('latin1');
}

/** A UUID-shaped id that is always the same for the same words: for well-known objects. */
export function namedUuid(...words: string[]): string {
  return formatUuid(createHash('sha256').update(words.join('\0')).digest().subarray(0, 16));
}
