import type { Writable } from 'node:stream';
import type { ByteSink, HttpResponse } from '../contract.ts';
import type { Reader, Traffic } from './traffic.ts';

/** How much of a body is handed to Node before its reader takes some. */
const aheadBytes = 512 * 1024;
const copyBelowBytes = 16 * 1024;
const packBytes = 64 * 1024;

/** Whom an answer is for. Whoever hands it out says `traffic.done` when the answer is over. */
export interface Recipient {
  readonly traffic: Traffic;
  readonly reader: Reader;
  /** Called when the bytes of an answer that went out at once have left. */
  readonly onOut?: () => void;
}

/** A body that is known as a whole. */
export interface WholeBody {
  readonly chunks: readonly Uint8Array[];
  readonly bytes: number;
  /** The bytes are this answer's alone, and count as waiting until they are through; else they belong to somebody else. */
  readonly own: boolean;
}

export function wholeBody(body: Uint8Array | readonly Uint8Array[]): WholeBody {
  if (body instanceof Uint8Array) return { chunks: [body], bytes: body.length, own: true };
  let bytes = 0;
  for (const chunk of body) bytes += chunk.length;
  return { chunks: body, bytes, own: false };
}

/** Writes a whole body at the pace of its reader and ends the stream. */
export function writeBody(stream: Writable, body: WholeBody, recipient: Recipient): void {
  const { traffic, reader } = recipient;
  if (body.bytes <= packBytes) {
    traffic.wait(reader, body.bytes);
    const bytes = join(body.chunks, body.bytes);
    if (recipient.onOut) {
      stream.write(bytes, recipient.onOut);
      stream.end();
    } else stream.end(bytes);
    return;
  }
  const own = body.own ? body.bytes : 0;
  const slices = slicesOf(body.chunks);
  const pump = () => {
    if (stream.destroyed) return;
    const last = writeAhead(stream, slices);
    traffic.wait(reader, Math.max(own, stream.writableLength));
    if (last) return;
    stream.once('drain', () => {
      traffic.took(reader);
      pump();
    });
  };
  pump();
}

/** True when everything is written and the stream ended; false: go on after its `drain`. */
function writeAhead(stream: Writable, slices: Iterator<Uint8Array>): boolean {
  stream.cork();
  let written = 0;
  let full = false;
  for (let next = slices.next(); ; next = slices.next()) {
    if (next.done) {
      stream.end();
      stream.uncork();
      return true;
    }
    full = !stream.write(next.value) || full;
    written += next.value.length;
    if (full && written >= aheadBytes) break;
  }
  stream.uncork();
  return false;
}

/** Small chunks joined, because copying them costs less than handing each to the socket; large ones in parts. */
function* slicesOf(chunks: readonly Uint8Array[]): Generator<Uint8Array> {
  let run: Uint8Array[] = [];
  let runBytes = 0;
  for (const chunk of chunks) {
    const large = chunk.length >= copyBelowBytes;
    if (runBytes > 0 && (large || runBytes + chunk.length > packBytes)) {
      yield join(run, runBytes);
      run = [];
      runBytes = 0;
    }
    if (large) {
      for (let at = 0; at < chunk.length; at += aheadBytes) yield chunk.subarray(at, at + aheadBytes);
    } else {
      run.push(chunk);
      runBytes += chunk.length;
    }
  }
  if (runBytes > 0) yield join(run, runBytes);
}

function join(chunks: readonly Uint8Array[], bytes: number): Uint8Array {
  const [only] = chunks;
  return chunks.length === 1 && only ? only : Buffer.concat(chunks, bytes);
}

/**
 * A sink into a Node stream. The first chunk goes out at once and alone; what comes before it is through waits in the
 * stream and goes out together.
 */
export class StreamSink implements ByteSink {
  readonly #stream: Writable;
  readonly #recipient: Recipient;

  constructor(stream: Writable, recipient: Recipient) {
    this.#stream = stream;
    this.#recipient = recipient;
    const { traffic, reader } = recipient;
    stream.on('drain', () => traffic.done(reader));
  }

  get closed(): boolean {
    return this.#stream.destroyed || this.#stream.writableEnded;
  }

  write(chunk: Uint8Array): boolean {
    if (this.closed) return true;
    const more = this.#stream.write(chunk);
    // Until it drains: whoever takes the last byte in time has been fast enough.
    if (!more) {
      const { traffic, reader } = this.#recipient;
      traffic.wait(reader, this.#stream.writableLength);
    }
    return more;
  }

  end(): void {
    if (!this.closed) this.#stream.end();
  }

  cut(): void {
    if (!this.closed) this.#recipient.reader.cut();
  }

  onDrain(run: () => void): void {
    this.#stream.once('drain', run);
  }

  onClose(run: () => void): void {
    if (this.#stream.destroyed) queueMicrotask(run);
    else this.#stream.once('close', run);
  }
}

/** Lets go of an answer that nobody will read: what is produced over time gives back what it holds. */
export function abandon({
  body,
  switched,
  webSocket,
}: Pick<HttpResponse, 'body' | 'switched' | 'webSocket'>): void {
  if (body !== undefined && 'start' in body) body.start(closedSink);
  switched?.(undefined);
  webSocket?.abandon?.();
}

const closedSink: ByteSink = {
  closed: true,
  write: () => true,
  end: ignore,
  cut: ignore,
  onDrain: ignore,
  onClose: (run) => queueMicrotask(run),
};

function ignore(): void {}
