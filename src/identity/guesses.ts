import { type Clock, CodedError, ipRange, ipText, mappedIpv4, parseIp } from '../base/index.ts';
import { identityLimits, lifetimes } from './limits.ts';

/** Attempts of one source at one account. */
interface Attempts {
  wrong: number;
  /** Counted as wrong until they are judged. */
  underWay: number;
  lockedUntilMs: number;
  readonly waiting: (() => void)[];
}

/**
 * Counts guesses at secrets and locks for a while after many wrong ones: for the source that sent them, so that nobody
 * locks others out from elsewhere. A guess takes its place before it is judged, so that many at once are no more
 * guesses than one after the other. What was tried last is forgotten last.
 */
export class Guesses {
  readonly #clock: Clock;
  readonly #attempts = new Map<string, Attempts>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  /**
   * Runs `judge` when there is room for another guess under this key; it tells whether the guess was right. Throws what
   * `locked` makes while there is none, and `too-many` when too many wait.
   */
  async judge<T extends { readonly isRight: boolean }>(
    key: string,
    locked: () => Error,
    judge: () => Promise<T>,
  ): Promise<T> {
    const attempts = await this.#reserve(key, locked);
    let isWrong = false;
    try {
      const judged = await judge();
      isWrong = !judged.isRight;
      if (judged.isRight) attempts.wrong = 0;
      return judged;
    } finally {
      this.#judged(attempts, isWrong);
    }
  }

  async #reserve(key: string, locked: () => Error): Promise<Attempts> {
    const attempts = this.#attempts.get(key) ?? { wrong: 0, underWay: 0, lockedUntilMs: 0, waiting: [] };
    this.#attempts.delete(key);
    this.#attempts.set(key, attempts);
    this.#forgetOldest();
    for (;;) {
      if (attempts.lockedUntilMs > this.#clock.now()) throw locked();
      if (attempts.wrong + attempts.underWay < identityLimits.failedSignInsBeforeLock) break;
      if (attempts.waiting.length >= identityLimits.waitingSecretChecks) {
        throw new CodedError('too-many', 'Too many sign-ins at once. Try again in a moment.');
      }
      await new Promise<void>((resolve) => attempts.waiting.push(resolve));
    }
    attempts.underWay++;
    return attempts;
  }

  #judged(attempts: Attempts, isWrong: boolean): void {
    attempts.underWay--;
    if (isWrong) attempts.wrong++;
    if (attempts.wrong >= identityLimits.failedSignInsBeforeLock) {
      attempts.lockedUntilMs = this.#clock.now() + lifetimes.signInLockMs;
      attempts.wrong = 0;
    }
    for (const resume of attempts.waiting.splice(0)) resume();
  }

  #forgetOldest(): void {
    if (this.#attempts.size <= identityLimits.accountsUnderWatch) return;
    for (const [key, { underWay }] of this.#attempts) {
      if (underWay > 0) continue;
      this.#attempts.delete(key);
      return;
    }
  }
}

/** One household or machine: an IPv4 address, or the first 64 bits of an IPv6 one. */
export function networkOf(source: string): string {
  const [text = ''] = source.split('%');
  const address = parseIp(text);
  if (!address) return source;
  const plain = mappedIpv4(address) ?? address;
  const range = plain.family === 6 ? ipRange(plain, 64) : undefined;
  return range ? `${ipText({ family: 6, value: range.first })}/64` : ipText(plain);
}
