import { CodedError } from '../../base/index.ts';

export const wireTypes = { varint: 0, fixed64: 1, bytes: 2, fixed32: 5 } as const;

// A byte order mark is a character like others.
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });
const maxVarintBytes = 10;

/** Reads the fields of one protobuf message. Every step is checked against the end of the message. */
export class ProtoReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #position = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get done(): boolean {
    return this.#position >= this.#bytes.length;
  }

  /** Number and wire type of the next field. */
  tag(): { readonly number: number; readonly wireType: number } {
    const key = Number(this.varint());
    const number = Math.floor(key / 8);
    if (number < 1) throw malformed('a field number is zero');
    return { number, wireType: key % 8 };
  }

  /** A varint as an unsigned 64-bit number. */
  varint(): bigint {
    let value = 0n;
    for (let i = 0; i < maxVarintBytes; i++) {
      const byte = this.#bytes[this.#position];
      if (byte === undefined) throw malformed('it ends within a number');
      this.#position++;
      value |= BigInt(byte & 0x7f) << BigInt(7 * i);
      if (byte < 0x80) return BigInt.asUintN(64, value);
    }
    throw malformed('a number is longer than ten bytes');
  }

  /** A varint as a signed number, as int32 and int64 fields carry it. */
  signed(): number | bigint {
    const exact = BigInt.asIntN(64, this.varint());
    const value = Number(exact);
    return Number.isSafeInteger(value) ? value : exact;
  }

  double(): number {
    this.#need(8);
    const value = this.#view.getFloat64(this.#position, true);
    this.#position += 8;
    return value;
  }

  /** A length-delimited value; a view, not a copy. */
  bytes(): Uint8Array {
    const length = Number(this.varint());
    this.#need(length);
    const value = this.#bytes.subarray(this.#position, this.#position + length);
    this.#position += length;
    return value;
  }

  text(): string {
    try {
      return decoder.decode(this.bytes());
    } catch (thrown) {
      if (thrown instanceof CodedError) throw thrown;
      throw malformed('a text is not UTF-8');
    }
  }

  skip(wireType: number): void {
    switch (wireType) {
      case wireTypes.varint:
        this.varint();
        return;
      case wireTypes.fixed64:
        this.#advance(8);
        return;
      case wireTypes.bytes:
        this.bytes();
        return;
      case wireTypes.fixed32:
        this.#advance(4);
        return;
      default:
        throw malformed(`wire type ${wireType} is not served`);
    }
  }

  #advance(count: number): void {
    this.#need(count);
    this.#position += count;
  }

  #need(count: number): void {
    if (count > this.#bytes.length - this.#position) throw malformed('it ends within a field');
  }
}

/** The refusal of bytes that are no protobuf message. */
export function malformed(why: string): CodedError {
  return new CodedError('invalid', `the protobuf message cannot be read: ${why}`);
}
