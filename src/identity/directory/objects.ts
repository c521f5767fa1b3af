import { CodedError } from '../../base/index.ts';
import type { Guard } from '../../store/contract.ts';
import { firstPartyServicePrincipals } from '../first-party.ts';
import type { Database } from '../records/database.ts';
import type {
  ApplicationRecord,
  DirectoryRecord,
  GroupRecord,
  ServicePrincipalRecord,
  SignIn,
  TenantRecord,
  UserRecord,
} from '../records/records.ts';
import { nameOf } from './names.ts';

interface Account {
  readonly accountEnabled: boolean;
}

/** Looks directory objects up, first-party service principals among them. */
export class Objects {
  readonly #db: Database;
  readonly #firstParty = new Map<string, ServicePrincipalRecord>();
  readonly #firstPartyByAppId = new Map<string, ServicePrincipalRecord>();

  readonly #accountListeners = new Set<() => void>();

  constructor(db: Database) {
    this.#db = db;
    db.users.onChange((_id, before, after) => this.#accountChanged(before, after));
    db.servicePrincipals.onChange((_id, before, after) => this.#accountChanged(before, after));
    db.tenant.onChange((_id, _before, tenant) => {
      if (!tenant || this.#firstParty.size > 0) return;
      for (const record of firstPartyServicePrincipals(tenant.tenantId, tenant.createdDateTime)) {
        this.#firstParty.set(record.id, record);
        this.#firstPartyByAppId.set(record.appId, record);
      }
    });
  }

  tenant(): TenantRecord {
    const tenant = this.#db.tenant.get('self');
    if (!tenant)
      throw new CodedError('unavailable', 'The directory is still starting. Try again in a moment.');
    return tenant;
  }

  find(id: string): DirectoryRecord | undefined {
    const key = id.toLowerCase();
    return (
      this.#db.users.get(key) ??
      this.#db.groups.get(key) ??
      this.#db.servicePrincipals.get(key) ??
      this.#firstParty.get(key) ??
      this.#db.applications.get(key)
    );
  }

  user(idOrName: string): UserRecord | undefined {
    const named = this.#db.names.get(nameOf.userPrincipalName(idOrName));
    return this.#db.users.get(named?.objectId ?? idOrName.toLowerCase());
  }

  /** Whether the user or service principal with exactly this id may act; asked for every request. */
  isEnabled(id: string): boolean {
    const account = this.#db.users.get(id) ?? this.#db.servicePrincipals.get(id) ?? this.#firstParty.get(id);
    return account?.accountEnabled === true;
  }

  /** Whether a sign-in of a user that is still there has not been ended since, by another password for example. */
  countsSignIn({ userId, signedInAtMs }: SignIn): boolean {
    const user = this.#db.users.get(userId);
    return user !== undefined && signedInAtMs >= user.sessionsValidFromMs;
  }

  /** Whether a user ended all sign-ins after this second (Unix), which is all that a token says of its own. */
  endedSignInsAfter(userId: string, second: number): boolean {
    const user = this.#db.users.get(userId);
    return (second + 1) * 1000 <= (user?.tokensValidFromMs ?? 0);
  }

  /** Calls after an account came, went, was enabled or disabled. */
  watchAccounts(onChange: () => void): { close(): void } {
    this.#accountListeners.add(onChange);
    return { close: () => this.#accountListeners.delete(onChange) };
  }

  #accountChanged(before: Account | undefined, after: Account | undefined): void {
    if (before?.accountEnabled === after?.accountEnabled) return;
    for (const listener of this.#accountListeners) listener();
  }

  group(id: string): GroupRecord | undefined {
    return this.#db.groups.get(id.toLowerCase());
  }

  application(id: string): ApplicationRecord | undefined {
    return this.#db.applications.get(id.toLowerCase());
  }

  applicationByAppId(appId: string): ApplicationRecord | undefined {
    const named = this.#db.names.get(nameOf.application(appId));
    return named && this.#db.applications.get(named.objectId);
  }

  applicationByUri(uri: string): ApplicationRecord | undefined {
    const named = this.#db.names.get(nameOf.identifierUri(uri));
    return named && this.#db.applications.get(named.objectId);
  }

  servicePrincipal(id: string): ServicePrincipalRecord | undefined {
    const key = id.toLowerCase();
    return this.#db.servicePrincipals.get(key) ?? this.#firstParty.get(key);
  }

  servicePrincipalByAppId(appId: string): ServicePrincipalRecord | undefined {
    const named = this.#db.names.get(nameOf.servicePrincipal(appId));
    if (named) return this.#db.servicePrincipals.get(named.objectId);
    return this.#firstPartyByAppId.get(appId.toLowerCase());
  }

  *servicePrincipals(): IterableIterator<ServicePrincipalRecord> {
    yield* this.#firstParty.values();
    yield* this.#db.servicePrincipals.values();
  }

  /** Holds while the object stays as it is; nothing for objects that cannot change. */
  guards(record: DirectoryRecord): Guard[] {
    if (record.kind === 'servicePrincipal' && record.firstParty) return [];
    return [this.tableOf(record.kind).guard(record.id)];
  }

  tableOf(kind: DirectoryRecord['kind']) {
    const tables = {
      user: this.#db.users,
      group: this.#db.groups,
      application: this.#db.applications,
      servicePrincipal: this.#db.servicePrincipals,
    };
    return tables[kind];
  }
}

/** Graph's sentence for an object that is not there. */
export function objectNotFound(id: string): CodedError {
  return new CodedError(
    'not-found',
    `Resource '${id}' does not exist or one of its queried reference-property objects are not present.`,
  );
}
