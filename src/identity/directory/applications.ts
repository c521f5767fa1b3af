import { CodedError, type JsonObject } from '../../base/index.ts';
import type { Guard, Write } from '../../store/contract.ts';
import { identityLimits } from '../limits.ts';
import type { ApplicationRecord, CertificateRecord, ServicePrincipalRecord } from '../records/records.ts';
import type { DirectoryContext } from './context.ts';
import { nameOf } from './names.ts';
import { objectNotFound } from './objects.ts';

export interface NewApplication {
  readonly displayName: string;
  readonly identifierUris?: readonly string[];
  readonly certificates?: readonly CertificateRecord[];
  readonly properties?: JsonObject;
}

export type ApplicationChange = Partial<NewApplication>;

export interface ServicePrincipalChange {
  readonly displayName?: string;
  readonly accountEnabled?: boolean;
  readonly certificates?: readonly CertificateRecord[];
  readonly properties?: JsonObject;
}

/** Applications and the service principals that stand for them. */
export class Applications {
  readonly #context: DirectoryContext;

  constructor(context: DirectoryContext) {
    this.#context = context;
  }

  create(application: NewApplication): Promise<ApplicationRecord> {
    const { db, clock, random } = this.#context;
    const record: ApplicationRecord = {
      kind: 'application',
      id: random.uuid(),
      appId: random.uuid(),
      createdDateTime: new Date(clock.now()).toISOString(),
      displayName: application.displayName,
      identifierUris: application.identifierUris ?? [],
      certificates: application.certificates ?? [],
      properties: application.properties ?? {},
    };
    return db.mirror.transact(() => {
      const uris = this.#moveUris(record.id, [], record.identifierUris);
      const name = nameOf.application(record.appId);
      return {
        guards: [db.applications.guard(record.id), db.names.guard(name), ...uris.guards],
        writes: [
          db.applications.put(record.id, record),
          db.names.put(name, { objectId: record.id }),
          ...uris.writes,
        ],
        result: record,
      };
    });
  }

  update(id: string, change: ApplicationChange): Promise<ApplicationRecord> {
    const { db, objects } = this.#context;
    return db.mirror.transact(() => {
      const stored = objects.application(id);
      if (!stored) throw objectNotFound(id);
      const record: ApplicationRecord = {
        ...stored,
        displayName: change.displayName ?? stored.displayName,
        identifierUris: change.identifierUris ?? stored.identifierUris,
        certificates: change.certificates ?? stored.certificates,
        properties: { ...stored.properties, ...change.properties },
      };
      const uris = this.#moveUris(stored.id, stored.identifierUris, record.identifierUris);
      return {
        guards: [db.applications.guard(stored.id), ...uris.guards],
        writes: [db.applications.put(stored.id, record), ...uris.writes],
        result: record,
      };
    });
  }

  createServicePrincipal(
    appId: string,
    change: ServicePrincipalChange = {},
  ): Promise<ServicePrincipalRecord> {
    const { db, objects, clock, random } = this.#context;
    const id = random.uuid();
    return db.mirror.transact(() => {
      if (objects.servicePrincipalByAppId(appId)) {
        throw new CodedError(
          'conflict',
          `The service principal cannot be created, updated, or restored because the service principal name ${appId} is already in use.`,
        );
      }
      const application = objects.applicationByAppId(appId);
      if (!application) {
        throw new CodedError(
          'invalid',
          `The appId '${appId}' of the service principal does not reference a valid application object.`,
        );
      }
      const record: ServicePrincipalRecord = {
        kind: 'servicePrincipal',
        id,
        appId: application.appId,
        createdDateTime: new Date(clock.now()).toISOString(),
        displayName: application.displayName,
        type: 'Application',
        accountEnabled: change.accountEnabled ?? true,
        certificates: change.certificates ?? [],
        properties: change.properties ?? {},
      };
      const name = nameOf.servicePrincipal(appId);
      return {
        guards: [db.names.guard(name), db.applications.guard(application.id)],
        writes: [db.servicePrincipals.put(id, record), db.names.put(name, { objectId: id })],
        result: record,
      };
    });
  }

  updateServicePrincipal(id: string, change: ServicePrincipalChange): Promise<ServicePrincipalRecord> {
    const { db, objects } = this.#context;
    return db.mirror.transact(() => {
      const stored = objects.servicePrincipal(id);
      if (!stored) throw objectNotFound(id);
      if (stored.firstParty) throw firstPartyIsFixed(stored);
      const record: ServicePrincipalRecord = {
        ...stored,
        displayName: change.displayName ?? stored.displayName,
        accountEnabled: change.accountEnabled ?? stored.accountEnabled,
        certificates: change.certificates ?? stored.certificates ?? [],
        properties: { ...stored.properties, ...change.properties },
      };
      return {
        guards: [db.servicePrincipals.guard(stored.id)],
        writes: [db.servicePrincipals.put(stored.id, record)],
        result: record,
      };
    });
  }

  /** One service principal per resource, however often it is asked for. */
  createManagedIdentity(
    identity: { readonly name: string; readonly resourceId: string },
    fence?: () => Guard,
  ): Promise<ServicePrincipalRecord> {
    const { db, clock, random } = this.#context;
    const fresh: ServicePrincipalRecord = {
      kind: 'servicePrincipal',
      id: random.uuid(),
      appId: random.uuid(),
      createdDateTime: new Date(clock.now()).toISOString(),
      displayName: identity.name,
      type: 'ManagedIdentity',
      accountEnabled: true,
      resourceId: identity.resourceId,
      properties: {},
    };
    const names = [nameOf.managedIdentity(identity.resourceId), nameOf.servicePrincipal(fresh.appId)];
    return db.mirror.transact(() => {
      const known = db.names.get(names[0] ?? '');
      const existing = known && db.servicePrincipals.get(known.objectId);
      if (existing) return { writes: [], result: existing };
      return {
        guards: names.map((name) => db.names.guard(name)),
        writes: [
          db.servicePrincipals.put(fresh.id, fresh),
          ...names.map((name) => db.names.put(name, { objectId: fresh.id })),
        ],
        result: fresh,
      };
    }, fence);
  }

  #moveUris(
    id: string,
    from: readonly string[],
    to: readonly string[],
  ): { guards: Guard[]; writes: Write[] } {
    const { names } = this.#context.db;
    const before = new Set(from.map(nameOf.identifierUri));
    const after = new Set(to.map(nameOf.identifierUri));
    if (after.size > Math.max(before.size, identityLimits.identifierUrisPerApplication)) {
      throw new CodedError(
        'invalid',
        `The property 'identifierUris' takes ${identityLimits.identifierUrisPerApplication} values at most.`,
      );
    }
    const added = [...after].filter((name) => !before.has(name));
    const removed = [...before].filter((name) => !after.has(name));
    if (added.some((name) => names.get(name))) {
      throw new CodedError(
        'already-exists',
        'Another object with the same value for property identifierUris already exists.',
      );
    }
    return {
      guards: [...added, ...removed].map((name) => names.guard(name)),
      writes: [
        ...added.map((name) => names.put(name, { objectId: id })),
        ...removed.map((name) => names.delete(name)),
      ],
    };
  }
}

/** First-party service principals are part of every tenant. */
export function firstPartyIsFixed(record: ServicePrincipalRecord): CodedError {
  return new CodedError(
    'forbidden',
    `'${record.displayName}' is one of Microsoft's own service principals. It cannot be changed or removed.`,
  );
}
