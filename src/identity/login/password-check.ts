import { identityLimits, lifetimes } from '../limits.ts';
import type { UserRecord } from '../records/records.ts';
import type { Surface } from '../surface.ts';
import { aadsts } from './errors.ts';

/** Checks names and passwords, and locks an account for a while after many wrong ones. */
export class PasswordCheck {
  readonly #surface: Surface;
  readonly #failures = new Map<string, { count: number; lockedUntilMs: number }>();

  constructor(surface: Surface) {
    this.#surface = surface;
  }

  /** The user, or a refusal. `must-change` asks for another password before anything else. */
  async check(
    username: string,
    password: string,
  ): Promise<{ readonly user: UserRecord; readonly mustChange: boolean }> {
    const { objects, directory, clock } = this.#surface;
    const user = objects.user(username.trim());
    if (!user) throw aadsts.unknownUser(objects.tenant().tenantId);
    const failures = this.#failures.get(user.id);
    if (failures && failures.lockedUntilMs > clock.now()) throw aadsts.lockedUser();
    const result = await directory.credentials.checkPassword(user.id, password);
    if (result === 'wrong') {
      this.#failed(user.id);
      throw aadsts.wrongPassword();
    }
    this.#failures.delete(user.id);
    if (!user.accountEnabled) throw aadsts.disabledUser();
    return { user, mustChange: result === 'must-change' };
  }

  #failed(userId: string): void {
    const failures = this.#failures.get(userId) ?? { count: 0, lockedUntilMs: 0 };
    failures.count++;
    if (failures.count >= identityLimits.failedSignInsBeforeLock) {
      failures.lockedUntilMs = this.#surface.clock.now() + lifetimes.signInLockMs;
      failures.count = 0;
    }
    this.#failures.delete(userId);
    this.#failures.set(userId, failures);
    const [oldest] = this.#failures.keys();
    if (oldest !== undefined && this.#failures.size > identityLimits.accountsUnderWatch)
      this.#failures.delete(oldest);
  }
}
