import { scrypt, timingSafeEqual } from 'node:crypto';
import { CodedError, type Random } from '../base/index.ts';
import { identityLimits } from './limits.ts';

/**
 * Cheap on purpose (4 MiB, about 10 ms): secrets made here carry 200 bits and more, and the store that holds the
 * hashes is readable by its owner only. Each hash names its parameters, so they can be raised at any time.
 */
const cost = { N: 4096, r: 8, p: 1 };
const hashBytes = 32;
const saltBytes = 16;

/** Hashes and checks passwords and client secrets, a few at a time. */
export class SecretHasher {
  readonly #random: Random;
  #running = 0;
  #derivations = 0;
  readonly #waiting: (() => void)[] = [];

  constructor(random: Random) {
    this.#random = random;
  }

  /** How many secrets were hashed or checked so far: the work that callers can see by its time. */
  get derivations(): number {
    return this.#derivations;
  }

  /** `scrypt$N$r$p$salt$hash`. */
  async hash(secret: string): Promise<string> {
    const salt = Buffer.from(this.#random.bytes(saltBytes));
    const hash = await this.#derive(secret, salt, cost);
    return `scrypt$${cost.N}$${cost.r}$${cost.p}$${salt.toString('base64url')}$${hash.toString('base64url')}`;
  }

  async matches(secret: string, stored: string): Promise<boolean> {
    const [scheme, n, r, p, salt = '', hash = ''] = stored.split('$');
    if (scheme !== 'scrypt') return false;
    const parameters = { N: Number(n), r: Number(r), p: Number(p) };
    const expected = Buffer.from(hash, 'base64url');
    const actual = await this.#derive(secret, Buffer.from(salt, 'base64url'), parameters);
    return expected.length === actual.length && timingSafeEqual(expected, actual);
  }

  async #derive(secret: string, salt: Buffer, parameters: typeof cost): Promise<Buffer> {
    await this.#enter();
    this.#derivations++;
    try {
      return await new Promise((resolve, reject) => {
        scrypt(secret.normalize('NFC'), salt, hashBytes, parameters, (error, key) =>
          error ? reject(error) : resolve(key),
        );
      });
    } finally {
      this.#leave();
    }
  }

  async #enter(): Promise<void> {
    if (this.#running < identityLimits.concurrentSecretChecks) {
      this.#running++;
      return;
    }
    if (this.#waiting.length >= identityLimits.waitingSecretChecks) {
      throw new CodedError('too-many', 'Too many sign-ins at once. Try again in a moment.');
    }
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Hands its place to the next in line, so the count stays. */
  #leave(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#running--;
  }
}

const letters = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz';
const digits = '23456789';

/** A password a person can type: 20 characters in groups of five, with every class that Entra asks for. */
export function generatePassword(random: Random): string {
  const group = () => random.string(4, letters) + random.string(1, digits);
  return `${random.string(1, 'ABCDEFGHJKLMNPQRSTUVWXYZ')}${random.string(3, 'abcdefghijkmnopqrstuvwxyz')}${random.string(1, digits)}-${group()}-${group()}-${group()}`;
}

/** A client secret in Entra's form: 40 characters, `8Q~` after the first three. */
export function generateClientSecret(random: Random): string {
  return `${random.string(3, letters)}8Q~${random.string(34, `${letters}${digits}01-_.~`)}`;
}

/** Entra's rule: 8 to 256 characters of three of the classes lower, upper, digit, symbol. */
export function isStrongPassword(password: string): boolean {
  if (password.length < 8 || password.length > identityLimits.passwordCharacters) return false;
  const classes = [/[a-z]/, /[A-Z]/, /[0-9]/, /[^A-Za-z0-9]/];
  return classes.filter((one) => one.test(password)).length >= 3;
}
