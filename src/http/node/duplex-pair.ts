import { Duplex } from 'node:stream';

/** One end of a pair: what is written to it is read from the other end. */
class PairedEnd extends Duplex {
  #other: PairedEnd | undefined;
  /** The write that waits until the other end is read. */
  #waiting: (() => void) | undefined;

  constructor() {
    super({ allowHalfOpen: true, emitClose: true });
  }

  join(other: PairedEnd): void {
    this.#other = other;
  }

  override _read(): void {
    this.#other?.release();
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: () => void): void {
    const other = this.#other;
    if (!other || other.destroyed) done();
    else if (other.push(chunk)) queueMicrotask(done);
    else this.#waiting = done;
  }

  override _final(done: () => void): void {
    this.#other?.push(null);
    done();
  }

  /** Like a socket: an end that goes away takes the other one along. Bytes that wait there are still read. */
  override _destroy(error: Error | null, done: (error: Error | null) => void): void {
    this.release();
    done(error);
    const other = this.#other;
    if (!other || other.destroyed) return;
    if (this.writableFinished) {
      // What was written went over; the other end closes by itself once it has read and ended.
      other.release();
      if (other.readableEnded) other.destroy();
      else other.once('end', () => other.destroy());
      return;
    }
    other.destroy();
  }

  /** Called when the other end wants more, or no more. */
  release(): void {
    const done = this.#waiting;
    this.#waiting = undefined;
    done?.();
  }
}

/** A byte stream inside this process, with back-pressure, half-close and an end that both sides see. */
export function createDuplexPair(): readonly [Duplex, Duplex] {
  const near = new PairedEnd();
  const far = new PairedEnd();
  near.join(far);
  far.join(near);
  return [near, far];
}
