import { type Clock, CodedError, type Timer } from '../../base/index.ts';

/** What a process may hold in memory for its clients, whatever their number. */
export interface TrafficLimits {
  /** Request bodies that are being received. Above it a body is refused with `too-many`. */
  readonly requestBytes: number;
  /** Answers that their readers have not taken. Above it whoever has taken nothing for the longest time is cut off. */
  readonly answerBytes: number;
  /** A reader that takes nothing for so long, although something waits for it, is cut off. */
  readonly readerStallMs: number;
}

export const trafficLimits: TrafficLimits = {
  requestBytes: 256 * 1024 * 1024,
  answerBytes: 512 * 1024 * 1024,
  readerStallMs: 60_000,
};

/** How often stalled readers are looked for, in parts of `readerStallMs`. */
const sweepsPerStall = 4;

/** Who reads one answer, and what of it waits for him. */
export interface Reader {
  /** Breaks the answer off; called once at most. */
  readonly cut: () => void;
  /** Bytes that wait; kept by `Traffic`. */
  bytes: number;
  /** Clock's monotonic time when the reader last took something; kept by `Traffic`. */
  sinceMs: number;
  /** Whoever took something just before and just after, of those that wait; kept by `Traffic`. */
  before: Reader | undefined;
  after: Reader | undefined;
  waits: boolean;
}

export function readerOf(cut: () => void): Reader {
  return { cut, bytes: 0, sinceMs: 0, before: undefined, after: undefined, waits: false };
}

/** Counts what is held for clients, and cuts off whoever makes it too much. One for a process. */
export class Traffic {
  readonly #limits: TrafficLimits;
  readonly #clock: Clock;
  /** Those that wait hang together in order of their last progress: a `Set` would be built anew every few answers. */
  #oldest: Reader | undefined;
  #newest: Reader | undefined;
  #answerBytes = 0;
  #requestBytes = 0;
  #cutReaders = 0;
  #sweep: Timer | undefined;

  constructor(clock: Clock, limits: Partial<TrafficLimits> = {}) {
    this.#clock = clock;
    this.#limits = { ...trafficLimits, ...limits };
  }

  /** Bytes of answers that wait for their readers; stored bytes that an answer only refers to do not count. */
  get answerBytes(): number {
    return this.#answerBytes;
  }

  /** Bytes of request bodies that have come but are not whole. */
  get requestBytes(): number {
    return this.#requestBytes;
  }

  /** Readers that were cut off since the start. */
  get cutReaders(): number {
    return this.#cutReaders;
  }

  /** So many bytes wait for the reader now; fewer or more than before is no sign of life unless `took` says so. */
  wait(reader: Reader, bytes: number): void {
    this.#answerBytes += bytes - reader.bytes;
    reader.bytes = bytes;
    if (!reader.waits) this.took(reader);
    while (this.#answerBytes > this.#limits.answerBytes) {
      const longest = this.#oldest;
      if (longest === undefined || longest === reader) return;
      this.#cut(longest);
    }
  }

  /** The reader took something. */
  took(reader: Reader): void {
    reader.sinceMs = this.#clock.monotonic();
    this.#unlink(reader);
    reader.waits = true;
    reader.before = this.#newest;
    if (this.#newest) this.#newest.after = reader;
    else this.#oldest = reader;
    this.#newest = reader;
    this.#sweep ??= this.#sweepLater();
  }

  /** Nothing waits for the reader any more. */
  done(reader: Reader): void {
    this.#answerBytes -= reader.bytes;
    reader.bytes = 0;
    this.#unlink(reader);
  }

  #unlink(reader: Reader): void {
    if (!reader.waits) return;
    const { before, after } = reader;
    if (before) before.after = after;
    else this.#oldest = after;
    if (after) after.before = before;
    else this.#newest = before;
    reader.waits = false;
    reader.before = undefined;
    reader.after = undefined;
  }

  /** Throws `too-many` when there is no room for another `bytes` of request bodies. */
  receive(bytes: number): void {
    if (this.#requestBytes + bytes > this.#limits.requestBytes)
      throw new CodedError('too-many', 'Too many request bodies at once; try again shortly.');
    this.#requestBytes += bytes;
  }

  received(bytes: number): void {
    this.#requestBytes -= bytes;
  }

  #cut(reader: Reader): void {
    this.done(reader);
    this.#cutReaders++;
    reader.cut();
  }

  #sweepLater(): Timer {
    return this.#clock.after(this.#limits.readerStallMs / sweepsPerStall, () => {
      const latest = this.#clock.monotonic() - this.#limits.readerStallMs;
      while (this.#oldest && this.#oldest.sinceMs <= latest) this.#cut(this.#oldest);
      this.#sweep = this.#oldest ? this.#sweepLater() : undefined;
    });
  }
}
