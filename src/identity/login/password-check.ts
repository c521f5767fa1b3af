import { Guesses, networkOf } from '../guesses.ts';
import type { UserRecord } from '../records/records.ts';
import type { Surface } from '../surface.ts';
import { aadsts } from './errors.ts';

/**
 * Checks names and passwords. A name that nobody has is answered like a wrong password, after the same work and with
 * the same lock: it tells nobody who has an account.
 */
export class PasswordCheck {
  readonly #surface: Surface;
  readonly #ofUsers: Guesses;
  /** Apart, so that made-up names cannot crowd out what is known of real ones. */
  readonly #ofNobody: Guesses;

  constructor(surface: Surface) {
    this.#surface = surface;
    this.#ofUsers = new Guesses(surface.clock);
    this.#ofNobody = new Guesses(surface.clock);
  }

  /** The name that a request tries. */
  static nameIn(parameters: URLSearchParams): string {
    return (parameters.get('username') ?? '').trim();
  }

  /** The user, or a refusal. `must-change` asks for another password before anything else. */
  async check(
    username: string,
    password: string,
    source: string,
  ): Promise<{ readonly user: UserRecord; readonly mustChange: boolean }> {
    const { objects, directory } = this.#surface;
    const name = username.trim();
    const user = objects.user(name);
    const account = user?.id ?? name.slice(0, accountCharacters).toLowerCase();
    const guesses = user ? this.#ofUsers : this.#ofNobody;
    const { result } = await guesses.judge(`${account} ${networkOf(source)}`, aadsts.lockedUser, async () => {
      const judged = await directory.credentials.checkPassword(user?.id, password);
      return { result: judged, isRight: judged !== 'wrong' };
    });
    if (result === 'wrong' || !user) throw aadsts.wrongPassword();
    if (!user.accountEnabled) throw aadsts.disabledUser();
    return { user, mustChange: result === 'must-change' };
  }
}

/** Longer names than a user can have are cut: they only have to be told apart roughly. */
const accountCharacters = 256;
