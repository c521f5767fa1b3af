import type { Random } from '../../../src/base/index.ts';
import type { Form } from '../target.ts';
import { hostileSize, hostileTexts, partOf, partsOf, pick, type Range } from './hostile.ts';

const longestBytes = 20_000;
const hostileBytes = [
  0x00, 0x01, 0x7f, 0x80, 0xff, 0x08, 0x0a, 0x0b, 0x12, 0x22, 0x30, 0x31, 0x5c, 0x7b, 0xc0, 0xed,
];
const hostileRuns: readonly Uint8Array[] = [
  Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01),
  Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x7f),
  Uint8Array.of(0x80, 0x80, 0x80, 0x80, 0x10),
  Uint8Array.of(0x00, 0x00, 0x00, 0x00),
  Uint8Array.of(0x7f, 0xff, 0xff, 0xff),
  Uint8Array.of(0x80, 0x00),
  Uint8Array.of(0xed, 0xa0, 0x80),
  ...hostileTexts.map((text) => Buffer.from(text)),
];

function joined(...parts: readonly Uint8Array[]): Uint8Array {
  return Uint8Array.from(Buffer.concat(parts));
}

function replaced(bytes: Uint8Array, { start, end }: Range, by: Uint8Array): Uint8Array {
  return joined(bytes.subarray(0, start), by, bytes.subarray(end));
}

type Change = (random: Random, bytes: Uint8Array, others: readonly Uint8Array[]) => Uint8Array;

function withByte(random: Random, bytes: Uint8Array, next: (byte: number) => number): Uint8Array {
  const changed = Uint8Array.from(bytes);
  const place = random.integer(Math.max(1, bytes.length));
  if (place < changed.length) changed[place] = next(changed[place] ?? 0);
  return changed;
}

const changes: readonly Change[] = [
  (random, bytes) => withByte(random, bytes, (byte) => byte ^ (1 << random.integer(8))),
  (random, bytes) => withByte(random, bytes, () => pick(random, hostileBytes)),
  (random, bytes) => withByte(random, bytes, (byte) => byte + 1 + random.integer(8) - 4),
  (random, bytes) => replaced(bytes, partOf(random, bytes), new Uint8Array()),
  (random, bytes) => replaced(bytes, partOf(random, bytes), pick(random, hostileRuns)),
  (random, bytes) => {
    const { start, end } = partOf(random, bytes);
    return replaced(bytes, { start: end, end }, bytes.slice(start, end));
  },
  (random, bytes) => {
    const { start, end } = partOf(random, bytes);
    const times = hostileSize(random);
    return replaced(bytes, { start: end, end }, joined(...Array(times).fill(bytes.slice(start, end))));
  },
  (random, bytes) => bytes.slice(0, random.integer(bytes.length + 1)),
  (random, bytes, others) => {
    const other = others.length === 0 ? bytes : pick(random, others);
    const { start, end } = partOf(random, other);
    return replaced(bytes, partOf(random, bytes), other.slice(start, end));
  },
];

/** Bytes as they are. */
export const bytesForm: Form<Uint8Array> = {
  mutate: (random, input, others) => pick(random, changes)(random, input, others).slice(0, longestBytes),
  *shrink(input) {
    for (const part of partsOf(input)) yield replaced(input, part, new Uint8Array());
  },
  pump(random, input) {
    const short = input.subarray(0, 400);
    const { start, end } = partOf(random, short);
    const piece = start === end ? Uint8Array.of(pick(random, hostileBytes)) : short.slice(start, end);
    return (times) => replaced(short, { start: end, end }, joined(...Array(times).fill(piece)));
  },
  show: (input) =>
    `base64 ${Buffer.from(input).toString('base64')} (${JSON.stringify(Buffer.from(input).toString('latin1')).slice(0, 300)})`,
};
