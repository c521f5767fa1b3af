import { wireTypes } from './reader.ts';

const firstCapacityBytes = 512;
const encoder = new TextEncoder();

/** Writes protobuf fields into one growing buffer. */
export class ProtoWriter {
  #bytes = new Uint8Array(firstCapacityBytes);
  #length = 0;

  /** What was written so far; a view that the next write may move away from. */
  finish(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  raw(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  text(number: number, value: string): void {
    this.#tag(number, wireTypes.bytes);
    const most = value.length * 3;
    if (most < 0x80) {
      // Short texts are encoded in place: their length fits into one byte.
      this.#reserve(most + 1);
      const { written } = encoder.encodeInto(value, this.#bytes.subarray(this.#length + 1));
      this.#bytes[this.#length] = written;
      this.#length += written + 1;
      return;
    }
    const bytes = encoder.encode(value);
    this.#varint(bytes.length);
    this.raw(bytes);
  }

  bytes(number: number, value: Uint8Array): void {
    this.#tag(number, wireTypes.bytes);
    this.#varint(value.length);
    this.raw(value);
  }

  /** Tag and length of a field whose bytes stand elsewhere. */
  head(number: number, length: number): void {
    this.#tag(number, wireTypes.bytes);
    this.#varint(length);
  }

  /** An int32, int64 or bool; negative numbers take ten bytes. */
  integer(number: number, value: number | bigint): void {
    this.#tag(number, wireTypes.varint);
    if (typeof value === 'bigint') this.#wideVarint(BigInt.asUintN(64, value));
    else if (value >= 0 && Number.isSafeInteger(value)) this.#varint(value);
    else this.#wideVarint(BigInt.asUintN(64, BigInt(Math.trunc(value))));
  }

  double(number: number, value: number): void {
    this.#tag(number, wireTypes.fixed64);
    this.#reserve(8);
    new DataView(this.#bytes.buffer).setFloat64(this.#length, value, true);
    this.#length += 8;
  }

  /** A nested message: `write` puts its fields into this writer. */
  message(number: number, write: () => void): void {
    this.#tag(number, wireTypes.bytes);
    this.#reserve(1);
    const lengthAt = this.#length;
    this.#length += 1;
    write();
    const size = this.#length - lengthAt - 1;
    const extra = varintBytes(size) - 1;
    if (extra > 0) {
      this.#reserve(extra);
      this.#bytes.copyWithin(lengthAt + 1 + extra, lengthAt + 1, this.#length);
    }
    const end = this.#length + extra;
    this.#length = lengthAt;
    this.#varint(size);
    this.#length = end;
  }

  #tag(number: number, wireType: number): void {
    this.#varint(number * 8 + wireType);
  }

  #varint(value: number): void {
    this.#reserve(10);
    let rest = value;
    while (rest >= 0x80) {
      this.#bytes[this.#length++] = (rest % 0x80) | 0x80;
      rest = Math.floor(rest / 0x80);
    }
    this.#bytes[this.#length++] = rest;
  }

  #wideVarint(value: bigint): void {
    this.#reserve(10);
    let rest = value;
    while (rest >= 0x80n) {
      this.#bytes[this.#length++] = Number(rest & 0x7fn) | 0x80;
      rest >>= 7n;
    }
    this.#bytes[this.#length++] = Number(rest);
  }

  #reserve(count: number): void {
    const needed = this.#length + count;
    if (needed <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(needed, this.#bytes.length * 2));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
  }
}

function varintBytes(value: number): number {
  let count = 1;
  for (let rest = value; rest >= 0x80; rest = Math.floor(rest / 0x80)) count++;
  return count;
}
