import { CodedError } from '../../base/index.ts';
import { identityLimits, lifetimes } from '../limits.ts';
import type { UserRecord } from '../records/records.ts';
import type { Surface } from '../surface.ts';
import { aadsts } from './errors.ts';

/** Attempts of one source at one account. */
interface Attempts {
  wrong: number;
  /** Counted as wrong until they are judged. */
  underWay: number;
  lockedUntilMs: number;
  readonly waiting: (() => void)[];
}

/**
 * Checks names and passwords, and locks an account for a while after many wrong ones: for the source that sent them, so
 * that nobody locks a user out from elsewhere. An attempt takes its place before it is judged, so that many at once are
 * no more guesses than one after the other.
 */
export class PasswordCheck {
  readonly #surface: Surface;
  readonly #attempts = new Map<string, Attempts>();

  constructor(surface: Surface) {
    this.#surface = surface;
  }

  /** The user, or a refusal. `must-change` asks for another password before anything else. */
  async check(
    username: string,
    password: string,
    source: string,
  ): Promise<{ readonly user: UserRecord; readonly mustChange: boolean }> {
    const { objects, directory } = this.#surface;
    const user = objects.user(username.trim());
    if (!user) throw aadsts.unknownUser(objects.tenant().tenantId);
    const attempts = await this.#reserve(`${user.id} ${networkOf(source)}`);
    let wrong = false;
    try {
      const result = await directory.credentials.checkPassword(user.id, password);
      wrong = result === 'wrong';
      if (wrong) throw aadsts.wrongPassword();
      attempts.wrong = 0;
      if (!user.accountEnabled) throw aadsts.disabledUser();
      return { user, mustChange: result === 'must-change' };
    } finally {
      this.#judged(attempts, wrong);
    }
  }

  async #reserve(key: string): Promise<Attempts> {
    const attempts = this.#attempts.get(key) ?? { wrong: 0, underWay: 0, lockedUntilMs: 0, waiting: [] };
    // What was tried last is forgotten last.
    this.#attempts.delete(key);
    this.#attempts.set(key, attempts);
    this.#forgetOldest();
    for (;;) {
      if (attempts.lockedUntilMs > this.#surface.clock.now()) throw aadsts.lockedUser();
      if (attempts.wrong + attempts.underWay < identityLimits.failedSignInsBeforeLock) break;
      if (attempts.waiting.length >= identityLimits.waitingSecretChecks) {
        throw new CodedError('too-many', 'Too many sign-ins at once. Try again in a moment.');
      }
      await new Promise<void>((resolve) => attempts.waiting.push(resolve));
    }
    attempts.underWay++;
    return attempts;
  }

  #judged(attempts: Attempts, wrong: boolean): void {
    attempts.underWay--;
    if (wrong) attempts.wrong++;
    if (attempts.wrong >= identityLimits.failedSignInsBeforeLock) {
      attempts.lockedUntilMs = this.#surface.clock.now() + lifetimes.signInLockMs;
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
  const plain = source.replace(/^::ffff:(?=\d+\.)/i, '');
  if (!plain.includes(':')) return plain;
  const [head = '', tail] = plain.split('::');
  const before = head === '' ? [] : head.split(':');
  const after = tail === undefined || tail === '' ? [] : tail.split(':');
  const zeros = tail === undefined ? 0 : Math.max(0, 8 - before.length - after.length);
  const groups = [...before, ...Array.from({ length: zeros }, () => '0'), ...after];
  return `${groups.slice(0, 4).join(':')}::/64`;
}
