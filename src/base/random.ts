import { createHash, randomBytes, randomUUID } from 'node:crypto';

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

/** The operating system's cryptographic source. */
export const systemRandom: Random = randomFromBytes((count) => randomBytes(count), randomUUID);

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

/** Formats 16 bytes as a version 4 UUID. */
function formatUuid(raw: Uint8Array): string {
  const b = Buffer.from(raw);
  b[6] = ((b[6] ?? 0) & 0x0f) | 0x40;
  b[8] = ((b[8] ?? 0) & 0x3f) | 0x80;
  const hex = b.toString('hex');
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** A UUID-shaped id that is always the same for the same words: for well-known objects. */
export function namedUuid(...words: string[]): string {
  return formatUuid(createHash('sha256').update(words.join('\0')).digest().subarray(0, 16));
}
