import type { Writable } from 'node:stream';
import type { ByteSink } from '../contract.ts';
import type { ReaderAccount, Traffic } from './traffic.ts';

/** How much of a body is handed to Node before its reader takes some. */
const aheadBytes = 256 * 1024;
const copyBelowBytes = 16 * 1024;
const packBytes = 64 * 1024;

/**
 * Writes a whole body at the pace of its reader and ends the stream. `cut` breaks the answer off when the reader is
 * too slow. Chunks are taken to belong to somebody else; a single array belongs to the answer and counts as waiting
 * until it is through.
 */
export function writeBody(
  stream: Writable,
  body: Uint8Array | readonly Uint8Array[],
  use: { readonly traffic: Traffic; readonly cut: () => void },
): void {
  const account = use.traffic.reader(use.cut);
  stream.once('close', account.done);
  // An answer over HTTP/1.1 closes late; what it wrote is gone when it has finished.
  stream.once('finish', account.done);
  const own = body instanceof Uint8Array ? body.length : 0;
  const slices = slicesOf(body instanceof Uint8Array ? [body] : body);
  const pump = () => {
    if (stream.destroyed) return;
    const last = writeAhead(stream, slices);
    account.wait(Math.max(own, stream.writableLength));
    if (last) return;
    stream.once('drain', () => {
      account.progress();
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
      for (let at = 0; at < chunk.length; at += packBytes) yield chunk.subarray(at, at + packBytes);
    } else {
      run.push(chunk);
      runBytes += chunk.length;
    }
  }
  if (runBytes > 0) yield join(run, runBytes);
}

function join(chunks: Uint8Array[], bytes: number): Uint8Array {
  const [only] = chunks;
  return chunks.length === 1 && only ? only : Buffer.concat(chunks, bytes);
}

export function totalBytes(chunks: readonly Uint8Array[]): number {
  let total = 0;
  for (const chunk of chunks) total += chunk.length;
  return total;
}

/** A sink into a Node stream. What is written in one turn of the event loop goes out together. */
export class StreamSink implements ByteSink {
  readonly #stream: Writable;
  readonly #account: ReaderAccount;
  #corked = false;

  constructor(stream: Writable, use: { readonly traffic: Traffic; readonly cut: () => void }) {
    this.#stream = stream;
    this.#account = use.traffic.reader(use.cut);
    stream.once('close', this.#account.done);
    stream.on('drain', this.#account.done);
  }

  get closed(): boolean {
    return this.#stream.destroyed || this.#stream.writableEnded;
  }

  write(chunk: Uint8Array): boolean {
    if (this.closed) return true;
    if (!this.#corked) {
      this.#corked = true;
      this.#stream.cork();
      setImmediate(() => this.#uncork());
    }
    const more = this.#stream.write(chunk);
    // Until it drains: whoever takes the last byte in time has been fast enough.
    if (!more) this.#account.wait(this.#stream.writableLength);
    return more;
  }

  end(): void {
    if (this.closed) return;
    this.#uncork();
    this.#stream.end();
  }

  onDrain(run: () => void): void {
    this.#stream.once('drain', run);
  }

  onClose(run: () => void): void {
    if (this.#stream.destroyed) queueMicrotask(run);
    else this.#stream.once('close', run);
  }

  #uncork(): void {
    if (!this.#corked) return;
    this.#corked = false;
    this.#stream.uncork();
  }
}
