import { CodedError } from '../../base/index.ts';
import type { BodyHolder } from '../../http/contract.ts';

const arrivalLimits = {
  /** Requests of one level whose bodies are on their way; those on top of that take their seats at once. */
  requests: 5_000,
  /** Of one user; those on top of that are refused. */
  ofUser: 1_000,
  /** What bodies of one user may weigh that have come so far; those on top of that are refused. */
  bytesOfUser: 64 * 1024 * 1024,
} as const;

interface Sender {
  requests: number;
  bytes: number;
}

/** One request until it has a seat: its body is on its way, or waits with it. */
class Arrival implements BodyHolder {
  /** Resolves once the body is whole or never will be, as whoever reads it hears. */
  readonly whole: Promise<void>;
  readonly #sender: Sender;
  readonly #left: () => void;
  #bytes = 0;
  #isOver = false;
  #release: (() => void) | undefined;

  constructor(sender: Sender, body: (holder: BodyHolder) => Promise<unknown>, left: () => void) {
    this.#sender = sender;
    this.#left = left;
    this.whole = body(this).then(nothing, nothing);
  }

  receive(bytes: number): void {
    if (this.#sender.bytes + bytes > arrivalLimits.bytesOfUser)
      throw new CodedError('too-many', 'Too many request bodies of one caller at once; try again shortly.');
    this.#sender.bytes += bytes;
    this.#bytes += bytes;
  }

  onOver(release: () => void): void {
    if (this.#isOver) release();
    else this.#release = release;
  }

  /** It has its seat, or gets none. */
  over(): void {
    this.#isOver = true;
    this.#sender.bytes -= this.#bytes;
    this.#left();
    this.#release?.();
  }
}

/**
 * Requests whose bodies are on their way: they take no seat before those are whole, or whoever sends slowly would keep the seats of
 * a level. How long a body may take and what all of them may weigh is limited where they are read.
 */
export class Arrivals {
  readonly #senders = new Map<string, Sender>();
  #count = 0;

  /**
   * Undefined: nobody waits for the body, for very many wait already; many users together get no more of the level than its seats
   * and queues give them.
   */
  begin(username: string, body: (holder: BodyHolder) => Promise<unknown>): Arrival | 'too many' | undefined {
    const known = this.#senders.get(username);
    if (known && known.requests >= arrivalLimits.ofUser) return 'too many';
    if (this.#count >= arrivalLimits.requests) return undefined;
    const sender = known ?? { requests: 0, bytes: 0 };
    if (!known) this.#senders.set(username, sender);
    sender.requests++;
    this.#count++;
    return new Arrival(sender, body, () => {
      this.#count--;
      sender.requests--;
      if (sender.requests === 0) this.#senders.delete(username);
    });
  }
}

function nothing(): void {}
