import type { Guesses } from '../guesses.ts';
import type { PasswordCheck } from './password-check.ts';

/** What judges guesses at secrets; one for all requests. */
export interface Checks {
  readonly passwords: PasswordCheck;
  /** Guesses at the secrets and certificates of programs. */
  readonly clients: Guesses;
}
