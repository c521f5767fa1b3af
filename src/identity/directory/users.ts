import { CodedError, type JsonObject } from '../../base/index.ts';
import type { Guard, Write } from '../../store/contract.ts';
import type { UserRecord } from '../records/records.ts';
import { isStrongPassword } from '../secrets.ts';
import type { DirectoryContext } from './context.ts';
import { nameOf } from './names.ts';
import { objectNotFound } from './objects.ts';

export interface NewUser {
  readonly userPrincipalName: string;
  readonly displayName: string;
  readonly mailNickname?: string;
  readonly accountEnabled?: boolean;
  readonly password: string;
  readonly mustChangePassword?: boolean;
  readonly properties?: JsonObject;
}

export interface UserChange {
  readonly userPrincipalName?: string;
  readonly displayName?: string;
  readonly mailNickname?: string;
  readonly accountEnabled?: boolean;
  readonly password?: string;
  readonly mustChangePassword?: boolean;
  /** Merged into the stored ones; null removes. */
  readonly properties?: JsonObject;
  readonly endSessions?: boolean;
}

/** Users and their passwords. */
export class Users {
  readonly #context: DirectoryContext;

  constructor(context: DirectoryContext) {
    this.#context = context;
  }

  async create(user: NewUser): Promise<UserRecord> {
    this.#checkName(user.userPrincipalName);
    const hash = await this.#hash(user.password);
    const { db, clock, random } = this.#context;
    const record: UserRecord = {
      kind: 'user',
      id: random.uuid(),
      createdDateTime: new Date(clock.now()).toISOString(),
      displayName: user.displayName,
      userPrincipalName: user.userPrincipalName,
      mailNickname: user.mailNickname ?? user.userPrincipalName.split('@')[0] ?? '',
      accountEnabled: user.accountEnabled ?? true,
      sessionsValidFromMs: clock.now(),
      properties: user.properties ?? {},
    };
    return db.mirror.transact(() => ({
      guards: [this.#freeName(record.userPrincipalName)],
      writes: [
        db.users.put(record.id, record),
        db.names.put(nameOf.userPrincipalName(record.userPrincipalName), { objectId: record.id }),
        db.passwords.put(record.id, { hash, mustChange: user.mustChangePassword ?? false }),
      ],
      result: record,
    }));
  }

  async update(id: string, change: UserChange): Promise<UserRecord> {
    if (change.userPrincipalName !== undefined) this.#checkName(change.userPrincipalName);
    const hash = change.password === undefined ? undefined : await this.#hash(change.password);
    const { db, clock, objects } = this.#context;
    return db.mirror.transact(() => {
      const stored = objects.user(id);
      if (!stored) throw objectNotFound(id);
      const endTokens = change.endSessions || hash !== undefined;
      const endSessions = endTokens || change.accountEnabled === false;
      const record: UserRecord = {
        ...stored,
        displayName: change.displayName ?? stored.displayName,
        mailNickname: change.mailNickname ?? stored.mailNickname,
        accountEnabled: change.accountEnabled ?? stored.accountEnabled,
        userPrincipalName: change.userPrincipalName ?? stored.userPrincipalName,
        sessionsValidFromMs: endSessions ? clock.now() : stored.sessionsValidFromMs,
        ...(endTokens && { tokensValidFromMs: clock.now() }),
        properties: { ...stored.properties, ...change.properties },
      };
      const renamed = this.#rename(stored, record);
      const password = db.passwords.get(stored.id);
      const mustChange = change.mustChangePassword ?? (hash === undefined && (password?.mustChange ?? false));
      return {
        guards: [db.users.guard(stored.id), ...renamed.guards],
        writes: [
          db.users.put(stored.id, record),
          ...(hash || password
            ? [db.passwords.put(stored.id, { hash: hash ?? password?.hash ?? '', mustChange })]
            : []),
          ...renamed.writes,
        ],
        result: record,
      };
    });
  }

  #rename(stored: UserRecord, record: UserRecord): { guards: Guard[]; writes: Write[] } {
    const { names } = this.#context.db;
    const from = nameOf.userPrincipalName(stored.userPrincipalName);
    const to = nameOf.userPrincipalName(record.userPrincipalName);
    if (from === to) return { guards: [], writes: [] };
    return {
      guards: [this.#freeName(record.userPrincipalName), names.guard(from)],
      writes: [names.delete(from), names.put(to, { objectId: record.id })],
    };
  }

  #freeName(userPrincipalName: string): Guard {
    const { names } = this.#context.db;
    const name = nameOf.userPrincipalName(userPrincipalName);
    if (names.get(name)) {
      throw new CodedError(
        'already-exists',
        'Another object with the same value for property userPrincipalName already exists.',
      );
    }
    return names.guard(name);
  }

  #checkName(userPrincipalName: string): void {
    const [name = '', domain, ...rest] = userPrincipalName.split('@');
    if (domain?.toLowerCase() !== this.#context.objects.tenant().domain || rest.length > 0) {
      throw new CodedError(
        'invalid',
        'The domain portion of the userPrincipalName property is invalid. You must use one of the verified domain names in your organization.',
      );
    }
    if (!/^[A-Za-z0-9'._!#^~-]{1,64}$/.test(name) || name.endsWith('.')) {
      throw new CodedError(
        'invalid',
        "Invalid value specified for property 'userPrincipalName' of resource 'User'.",
      );
    }
  }

  #hash(password: string): Promise<string> {
    if (!isStrongPassword(password)) {
      throw new CodedError(
        'invalid',
        'The specified password does not comply with password complexity requirements. Please provide a different password.',
      );
    }
    return this.#context.hasher.hash(password);
  }
}
