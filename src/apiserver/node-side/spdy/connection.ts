import { constants, createInflate, type Inflate } from 'node:zlib';
import { InputQueue } from '../input-queue.ts';
import type { Transport } from '../transport.ts';
import { dictionaryId, headerDictionary } from './dictionary.ts';

const spdyLimits = {
  frameBytes: 1024 * 1024,
  headerBytes: 64 * 1024,
  streams: 256,
  /** Of data in one frame that is sent. */
  dataBytes: 32 * 1024,
} as const;

const frameTypes = { synStream: 1, synReply: 2, reset: 3, ping: 6, goAway: 7, headers: 8 } as const;
const version = 3;
const finFlag = 1;

/** One stream that a client opened. */
export interface SpdyStream {
  readonly headers: ReadonlyMap<string, string>;
  readonly input: InputQueue;
  write(bytes: Uint8Array): Promise<void>;
  /** Nothing more is written. */
  end(): void;
}

interface OpenStream extends SpdyStream {
  readonly id: number;
  isEnded: boolean;
}

/**
 * The server's side of a SPDY/3.1 connection, as far as Kubernetes uses it: streams that clients open, without windows, which
 * its own library does not count either. What is no SPDY, or over a limit, ends the connection.
 */
export class SpdyConnection {
  readonly #transport: Transport;
  readonly #onStream: (stream: SpdyStream) => void;
  readonly #streams = new Map<number, OpenStream>();
  readonly #inflate: Inflate = createInflate({
    dictionary: headerDictionary,
    finishFlush: constants.Z_SYNC_FLUSH,
  });
  readonly #answers = new HeaderTexts();
  #waiting = Buffer.alloc(0);
  #reading: Promise<void> = Promise.resolve();
  #opened = 0;
  #isClosed = false;

  constructor(transport: Transport, onStream: (stream: SpdyStream) => void) {
    this.#transport = transport;
    this.#onStream = onStream;
    this.#inflate.on('error', () => this.close());
    transport.onClose(() => this.#over());
    transport.onData((bytes) => this.#take(bytes));
  }

  close(): void {
    if (this.#isClosed) return;
    this.#transport.close();
    this.#over();
  }

  #over(): void {
    if (this.#isClosed) return;
    this.#isClosed = true;
    this.#inflate.close();
    for (const stream of this.#streams.values()) stream.input.end();
    this.#streams.clear();
  }

  #take(bytes: Uint8Array): void {
    this.#waiting = Buffer.concat([this.#waiting, bytes]);
    while (this.#waiting.length >= 8) {
      const length = this.#waiting.readUIntBE(5, 3);
      if (length > spdyLimits.frameBytes) {
        this.close();
        return;
      }
      if (this.#waiting.length < 8 + length) return;
      const frame = Buffer.from(this.#waiting.subarray(0, 8 + length));
      this.#waiting = this.#waiting.subarray(8 + length);
      // One after the other: headers are inflated in the order in which they come.
      this.#reading = this.#reading.then(() => this.#read(frame)).catch(() => this.close());
    }
  }

  async #read(frame: Buffer): Promise<void> {
    if (this.#isClosed) return;
    const first = frame.readUInt32BE(0);
    const flags = frame.readUInt8(4);
    const payload = frame.subarray(8);
    if (first < 0x80000000) {
      const stream = this.#streams.get(first);
      stream?.input.push(payload);
      if (flags & finFlag) stream?.input.end();
      return;
    }
    if (((first >>> 16) & 0x7fff) !== version) throw new Error('another version of SPDY');
    const type = first & 0xffff;
    if (type === frameTypes.synStream) await this.#open(payload, flags);
    else if (type === frameTypes.headers) await this.#headers(payload.subarray(4));
    else if (type === frameTypes.reset) this.#reset(payload.readUInt32BE(0));
    else if (type === frameTypes.ping) await this.#transport.write(frame);
    else if (type === frameTypes.goAway && this.#streams.size === 0) this.close();
  }

  async #open(payload: Buffer, flags: number): Promise<void> {
    const id = payload.readUInt32BE(0) & 0x7fffffff;
    const headers = await this.#headers(payload.subarray(10));
    if (++this.#opened > spdyLimits.streams && this.#streams.size >= spdyLimits.streams) {
      const refused = Buffer.alloc(8);
      refused.writeUInt32BE(id, 0);
      refused.writeUInt32BE(3, 4);
      await this.#control(frameTypes.reset, 0, refused);
      return;
    }
    const stream: OpenStream = {
      ...{ id, headers, input: new InputQueue(this.#transport), isEnded: false },
      write: (bytes) => this.#write(stream, bytes),
      end: () => this.#end(stream),
    };
    if (flags & finFlag) stream.input.end();
    this.#streams.set(id, stream);
    const reply = Buffer.alloc(4);
    reply.writeUInt32BE(id, 0);
    await this.#control(frameTypes.synReply, 0, Buffer.concat([reply, this.#answers.none()]));
    this.#onStream(stream);
  }

  #reset(id: number): void {
    const stream = this.#streams.get(id);
    if (!stream) return;
    stream.isEnded = true;
    stream.input.end();
    this.#streams.delete(id);
  }

  async #write(stream: OpenStream, bytes: Uint8Array): Promise<void> {
    for (let at = 0; at < bytes.length && !stream.isEnded && !this.#isClosed; at += spdyLimits.dataBytes) {
      await this.#transport.write(dataFrame(stream.id, 0, bytes.subarray(at, at + spdyLimits.dataBytes)));
    }
  }

  #end(stream: OpenStream): void {
    if (stream.isEnded || this.#isClosed) return;
    stream.isEnded = true;
    void this.#transport.write(dataFrame(stream.id, finFlag, new Uint8Array()));
    this.#streams.delete(stream.id);
  }

  #control(type: number, flags: number, payload: Uint8Array): Promise<void> {
    const head = Buffer.alloc(8);
    head.writeUInt16BE(0x8000 | version, 0);
    head.writeUInt16BE(type, 2);
    head.writeUInt8(flags, 4);
    head.writeUIntBE(payload.length, 5, 3);
    return this.#transport.write(Buffer.concat([head, payload]));
  }

  /** Names and values of a block; all blocks of a connection are one compressed text. */
  #headers(block: Buffer): Promise<Map<string, string>> {
    return new Promise((resolve, reject) => {
      const chunks: Buffer[] = [];
      let bytes = 0;
      const take = (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > spdyLimits.headerBytes) reject(new Error('too many headers'));
        else chunks.push(chunk);
      };
      const fail = (error: Error) => reject(error);
      this.#inflate.on('data', take);
      this.#inflate.once('error', fail);
      this.#inflate.write(block);
      this.#inflate.flush(constants.Z_SYNC_FLUSH, () => {
        this.#inflate.off('data', take);
        this.#inflate.off('error', fail);
        try {
          resolve(headersIn(Buffer.concat(chunks)));
        } catch (thrown) {
          reject(thrown);
        }
      });
    });
  }
}

function headersIn(text: Buffer): Map<string, string> {
  const headers = new Map<string, string>();
  let at = 4;
  const word = () => {
    const length = text.readUInt32BE(at);
    if (at + 4 + length > text.length) throw new RangeError('a header is longer than its block');
    const read = text.toString('latin1', at + 4, at + 4 + length);
    at += 4 + length;
    return read;
  };
  for (let left = text.readUInt32BE(0); left > 0; left--) {
    const name = word();
    headers.set(name.toLowerCase(), word());
  }
  return headers;
}

function dataFrame(id: number, flags: number, bytes: Uint8Array): Buffer {
  const frame = Buffer.alloc(8 + bytes.length);
  frame.writeUInt32BE(id, 0);
  frame.writeUInt8(flags, 4);
  frame.writeUIntBE(bytes.length, 5, 3);
  frame.set(bytes, 8);
  return frame;
}

/** Header blocks that are sent: stored as they are, which is a compressed text too (RFC 1950, RFC 1951 section 3.2.4). */
class HeaderTexts {
  #hasBegun = false;

  /** A block without headers. */
  none(): Buffer {
    // An empty piece at the end has readers hand over what they have.
    const stored = Buffer.from([0, 4, 0, 0xfb, 0xff, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff]);
    const begin = this.#hasBegun ? [] : [0x78, 0xbb, ...dictionaryId];
    this.#hasBegun = true;
    return Buffer.concat([Buffer.from(begin), stored]);
  }
}
