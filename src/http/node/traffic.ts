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

interface Waiting {
  bytes: number;
  /** Clock's monotonic time when its reader last took something. */
  sinceMs: number;
  readonly cut: () => void;
}

/** The bytes that wait for one reader. */
export interface ReaderAccount {
  /** So many bytes wait now; fewer or more than before is a sign of life only when `progress` says so. */
  wait(bytes: number): void;
  /** The reader took something. */
  progress(): void;
  /** Nothing waits any more. */
  done(): void;
}

/** Counts what is held for clients, and cuts off whoever makes it too much. One for a process. */
export class Traffic {
  readonly #limits: TrafficLimits;
  readonly #clock: Clock;
  /** In order of their last progress, the oldest first. */
  readonly #waiting = new Set<Waiting>();
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

  /** `cut` breaks the reader's answer off; it is called once at most. */
  reader(cut: () => void): ReaderAccount {
    const account: Waiting = { bytes: 0, sinceMs: 0, cut };
    return {
      wait: (bytes) => this.#wait(account, bytes),
      progress: () => this.#progress(account),
      done: () => this.#done(account),
    };
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

  #wait(account: Waiting, bytes: number): void {
    this.#answerBytes += bytes - account.bytes;
    account.bytes = bytes;
    if (!this.#waiting.has(account)) this.#progress(account);
    while (this.#answerBytes > this.#limits.answerBytes) {
      const [longest] = this.#waiting;
      if (longest === undefined || longest === account) return;
      this.#cut(longest);
    }
  }

  #progress(account: Waiting): void {
    account.sinceMs = this.#clock.monotonic();
    this.#waiting.delete(account);
    this.#waiting.add(account);
    this.#sweep ??= this.#sweepLater();
  }

  #done(account: Waiting): void {
    this.#answerBytes -= account.bytes;
    account.bytes = 0;
    this.#waiting.delete(account);
  }

  #cut(account: Waiting): void {
    this.#done(account);
    this.#cutReaders++;
    account.cut();
  }

  #sweepLater(): Timer {
    return this.#clock.after(this.#limits.readerStallMs / sweepsPerStall, () => {
      const latest = this.#clock.monotonic() - this.#limits.readerStallMs;
      for (const account of [...this.#waiting]) {
        if (account.sinceMs > latest) break;
        this.#cut(account);
      }
      this.#sweep = this.#waiting.size > 0 ? this.#sweepLater() : undefined;
    });
  }
}
