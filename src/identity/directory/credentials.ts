import { CodedError } from '../../base/index.ts';
import { identityLimits, lifetimes } from '../limits.ts';
import type { SecretRecord } from '../records/records.ts';
import { generateClientSecret } from '../secrets.ts';
import { firstPartyIsFixed } from './applications.ts';
import type { DirectoryContext } from './context.ts';
import { objectNotFound } from './objects.ts';

export interface NewSecret {
  readonly displayName?: string | null;
  /** RFC 3339. */
  readonly startDateTime?: string;
  readonly endDateTime?: string;
}

export type SecretCheck = 'valid' | 'wrong' | 'expired' | 'none';

/** Passwords of people and secrets of programs, kept as hashes. */
export class Credentials {
  readonly #context: DirectoryContext;
  #nobody: Promise<string> | undefined;

  constructor(context: DirectoryContext) {
    this.#context = context;
  }

  secretsOf(objectId: string): readonly SecretRecord[] {
    return this.#context.db.secrets.get(objectId)?.items ?? [];
  }

  /** The secret's text is answered this once. */
  async addSecret(
    objectId: string,
    secret: NewSecret,
  ): Promise<{ readonly record: SecretRecord; readonly text: string }> {
    const { db, objects, clock, random, hasher } = this.#context;
    const text = generateClientSecret(random);
    const startMs = secret.startDateTime === undefined ? clock.now() : Date.parse(secret.startDateTime);
    const endMs =
      secret.endDateTime === undefined ? startMs + lifetimes.secretMs : Date.parse(secret.endDateTime);
    if (!(endMs > startMs))
      throw new CodedError(
        'invalid',
        'Credential lifetime is invalid: endDateTime must be after startDateTime.',
      );
    const record: SecretRecord = {
      keyId: random.uuid(),
      displayName: secret.displayName ?? null,
      hint: text.slice(0, 3),
      hash: await hasher.hash(text),
      startDateTime: new Date(startMs).toISOString(),
      endDateTime: new Date(endMs).toISOString(),
    };
    return db.mirror.transact(() => {
      const owner = objects.find(objectId);
      if (owner?.kind !== 'application' && owner?.kind !== 'servicePrincipal') throw objectNotFound(objectId);
      if (owner.kind === 'servicePrincipal' && owner.firstParty) throw firstPartyIsFixed(owner);
      const items = this.secretsOf(owner.id);
      if (items.length >= identityLimits.secretsPerObject) {
        throw new CodedError(
          'too-many',
          `The object has ${items.length} passwords, which is the most. Remove one first.`,
        );
      }
      return {
        guards: [...objects.guards(owner), db.secrets.guard(owner.id)],
        writes: [db.secrets.put(owner.id, { items: [...items, record] })],
        result: { record, text },
      };
    });
  }

  removeSecret(objectId: string, keyId: string): Promise<void> {
    const { db, objects } = this.#context;
    return db.mirror.transact(() => {
      const owner = objects.find(objectId);
      if (!owner) throw objectNotFound(objectId);
      const items = this.secretsOf(owner.id);
      if (!items.some((item) => item.keyId === keyId)) {
        throw new CodedError('invalid', `No password credential found with keyId '${keyId}'.`);
      }
      return {
        guards: [db.secrets.guard(owner.id)],
        writes: [db.secrets.put(owner.id, { items: items.filter((item) => item.keyId !== keyId) })],
        result: undefined,
      };
    });
  }

  /** Tries `text` against the secrets of the application and of its service principal. */
  async checkSecret(appId: string, text: string): Promise<SecretCheck> {
    const { objects, hasher, clock } = this.#context;
    const owners = [objects.applicationByAppId(appId), objects.servicePrincipalByAppId(appId)];
    const secrets = owners.flatMap((owner) => (owner ? this.secretsOf(owner.id) : []));
    if (secrets.length === 0) return 'none';
    // The hint is public; it spares hashing against every secret of the application.
    for (const secret of secrets.filter((one) => text.startsWith(one.hint))) {
      if (!(await hasher.matches(text, secret.hash))) continue;
      const now = clock.now();
      if (Date.parse(secret.endDateTime) <= now) return 'expired';
      if (Date.parse(secret.startDateTime) > now + lifetimes.clockSkewMs) return 'wrong';
      return 'valid';
    }
    return 'wrong';
  }

  /** For nobody (undefined), or a user without a password, the work is the same and the answer `wrong`. */
  async checkPassword(userId: string | undefined, text: string): Promise<'valid' | 'wrong' | 'must-change'> {
    const stored = userId === undefined ? undefined : this.#context.db.passwords.get(userId);
    if (text.length > identityLimits.passwordCharacters) return 'wrong';
    const isRight = await this.#context.hasher.matches(text, stored?.hash ?? (await this.#hashOfNobody()));
    if (!stored || !isRight) return 'wrong';
    return stored.mustChange ? 'must-change' : 'valid';
  }

  #hashOfNobody(): Promise<string> {
    const { hasher, random } = this.#context;
    this.#nobody ??= hasher.hash(generateClientSecret(random));
    return this.#nobody;
  }
}
