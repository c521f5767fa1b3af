import { CodedError } from '../../base/index.ts';
import type { Guard } from '../../store/contract.ts';
import type {
  Directory,
  DirectoryGroup,
  DirectoryServicePrincipal,
  DirectoryUser,
  Tenant,
} from '../contract.ts';
import type { GroupRecord, ServicePrincipalRecord, UserRecord } from '../records/records.ts';
import { generatePassword } from '../secrets.ts';
import { Applications, firstPartyIsFixed } from './applications.ts';
import type { DirectoryContext } from './context.ts';
import { Credentials } from './credentials.ts';
import { Groups } from './groups.ts';
import { Membership } from './membership.ts';
import { nameOf } from './names.ts';
import { objectNotFound } from './objects.ts';
import { Users } from './users.ts';

/** The directory as other rooms use it; the parts are for the login and Graph surfaces of this room. */
export class TenantDirectory implements Directory {
  readonly users: Users;
  readonly groups: Groups;
  readonly applications: Applications;
  readonly credentials: Credentials;
  readonly membership: Membership;
  readonly #context: DirectoryContext;

  constructor(context: DirectoryContext) {
    this.#context = context;
    this.users = new Users(context);
    this.groups = new Groups(context);
    this.applications = new Applications(context);
    this.credentials = new Credentials(context);
    this.membership = new Membership(context.db, context.objects);
  }

  get objects() {
    return this.#context.objects;
  }

  get db() {
    return this.#context.db;
  }

  tenant(): Tenant {
    return this.objects.tenant();
  }

  administrator(): DirectoryUser {
    const user = this.user(this.tenant().administratorId);
    if (!user) throw new CodedError('not-found', 'The administrator made on first start was removed.');
    return user;
  }

  user(idOrName: string): DirectoryUser | undefined {
    const record = this.objects.user(idOrName);
    return record && presentUser(record);
  }

  group(objectId: string): DirectoryGroup | undefined {
    const record = this.objects.group(objectId);
    return record && presentGroup(record);
  }

  servicePrincipal(id: string): DirectoryServicePrincipal | undefined {
    const record = this.objects.servicePrincipal(id) ?? this.objects.servicePrincipalByAppId(id);
    return record && presentServicePrincipal(record);
  }

  async groupsOf(objectId: string): Promise<readonly string[]> {
    return this.membership.groupsOf(objectId);
  }

  watchGroups(onChange: () => void): { close(): void } {
    return this.membership.watch(onChange);
  }

  isActive(objectId: string): boolean {
    return this.objects.isEnabled(objectId.toLowerCase());
  }

  watchAccounts(onChange: () => void): { close(): void } {
    return this.objects.watchAccounts(onChange);
  }

  async principalType(objectId: string): Promise<'User' | 'Group' | 'ServicePrincipal' | undefined> {
    const kind = this.objects.find(objectId)?.kind;
    if (kind === undefined || kind === 'application') return undefined;
    return ({ user: 'User', group: 'Group', servicePrincipal: 'ServicePrincipal' } as const)[kind];
  }

  async createUser(user: {
    userPrincipalName: string;
    displayName: string;
    password: string;
  }): Promise<DirectoryUser> {
    return presentUser(await this.users.create(user));
  }

  async createGroup(group: {
    displayName: string;
    mailNickname?: string;
    description?: string;
  }): Promise<DirectoryGroup> {
    const { displayName, mailNickname = displayName.replace(/[^A-Za-z0-9._-]/g, ''), description } = group;
    const properties = description === undefined ? {} : { description };
    return presentGroup(await this.groups.create({ displayName, mailNickname, properties }));
  }

  addMember(groupId: string, memberId: string): Promise<void> {
    if (!this.objects.group(groupId)) return Promise.reject(objectNotFound(groupId));
    return this.membership.add('members', groupId, [memberId]);
  }

  removeMember(groupId: string, memberId: string): Promise<void> {
    return this.membership.remove('members', groupId, memberId);
  }

  async createServicePrincipal(application: {
    displayName: string;
  }): Promise<DirectoryServicePrincipal & { readonly secret: string }> {
    const created = await this.applications.create(application);
    const record = await this.applications.createServicePrincipal(created.appId);
    const { text } = await this.credentials.addSecret(created.id, { displayName: 'rbac' });
    return { ...presentServicePrincipal(record), secret: text };
  }

  async createManagedIdentity(
    identity: { name: string; resourceId: string },
    fence?: () => Guard,
  ): Promise<{ readonly objectId: string; readonly clientId: string }> {
    const record = await this.applications.createManagedIdentity(identity, fence);
    return { objectId: record.id, clientId: record.appId };
  }

  managedIdentities(): { readonly objectId: string; readonly resourceId: string }[] {
    return [...this.#context.db.servicePrincipals.values()].flatMap(({ id, resourceId }) =>
      resourceId === undefined ? [] : [{ objectId: id, resourceId }],
    );
  }

  async removePrincipal(objectId: string, fence?: () => Guard): Promise<void> {
    await this.removeObject(objectId, fence);
  }

  /** Removes any directory object; an application takes its service principal along. Tells whether there was one. */
  async removeObject(objectId: string, fence?: () => Guard): Promise<boolean> {
    const record = this.objects.find(objectId);
    if (!record) return false;
    if (record.kind === 'servicePrincipal' && record.firstParty) throw firstPartyIsFixed(record);
    this.demandNotLastAdministrator(record.id);
    if (record.kind === 'application') {
      const standIn = this.objects.servicePrincipalByAppId(record.appId);
      if (standIn) await this.removeObject(standIn.id, fence);
    }
    const { db } = this.#context;
    await db.mirror.transact(() => {
      const current = this.objects.find(record.id);
      if (!current) return { writes: [], result: undefined };
      const rows = [
        { table: this.objects.tableOf(current.kind), id: current.id },
        { table: db.passwords, id: current.id },
        { table: db.secrets, id: current.id },
        { table: db.administrators, id: current.id },
        ...this.#namesOf(current.id).map((id) => ({ table: db.names, id })),
      ].filter(({ table, id }) => table.revision(id) > 0);
      return {
        guards: rows.map(({ table, id }) => table.guard(id)),
        writes: rows.map(({ table, id }) => table.delete(id)),
        result: undefined,
      };
    }, fence);
    await this.membership.forget(record.id, fence);
    return true;
  }

  async resetPassword(objectId: string): Promise<string> {
    const password = generatePassword(this.#context.random);
    await this.users.update(objectId, { password });
    return password;
  }

  directoryAdministrators(): readonly string[] {
    return [...this.db.administrators.entries()].map(([id]) => id);
  }

  async setDirectoryAdministrator(objectId: string, may: boolean): Promise<void> {
    const { administrators, mirror } = this.db;
    await mirror.transact(() => {
      const record = this.objects.find(objectId);
      if (may && (!record || record.kind === 'application')) throw objectNotFound(objectId);
      const id = record?.id ?? objectId.toLowerCase();
      if (!may) this.demandNotLastAdministrator(id);
      if (administrators.revision(id) > 0 === may) return { writes: [], result: undefined };
      return {
        guards: [administrators.guard(id)],
        writes: [may ? administrators.put(id, {}) : administrators.delete(id)],
        result: undefined,
      };
    });
  }

  /** Somebody must be left who can undo things. */
  demandNotLastAdministrator(objectId: string): void {
    if (this.db.administrators.size > 1 || !this.db.administrators.get(objectId)) return;
    throw new CodedError('forbidden', 'The last directory administrator cannot be removed or disabled.');
  }

  /** True for directory administrators, also by way of a group. */
  isAdministrator(objectId: string): boolean {
    const { administrators } = this.db;
    if (administrators.get(objectId)) return true;
    return this.membership.groupsOf(objectId).some((group) => administrators.get(group));
  }

  #namesOf(objectId: string): string[] {
    const record = this.objects.find(objectId);
    switch (record?.kind) {
      case 'user':
        return [nameOf.userPrincipalName(record.userPrincipalName)];
      case 'application':
        return [
          nameOf.application(record.appId),
          ...new Set(record.identifierUris.map(nameOf.identifierUri)),
        ];
      case 'servicePrincipal':
        return [
          nameOf.servicePrincipal(record.appId),
          ...(record.resourceId === undefined ? [] : [nameOf.managedIdentity(record.resourceId)]),
        ];
      default:
        return [];
    }
  }
}

function presentUser(record: UserRecord): DirectoryUser {
  const { id, userPrincipalName, displayName, accountEnabled } = record;
  return { objectId: id, userPrincipalName, displayName, accountEnabled };
}

function presentGroup(record: GroupRecord): DirectoryGroup {
  return { objectId: record.id, displayName: record.displayName };
}

function presentServicePrincipal(record: ServicePrincipalRecord): DirectoryServicePrincipal {
  const { id, appId, displayName, type, accountEnabled } = record;
  return { objectId: id, applicationId: appId, displayName, type, accountEnabled };
}
