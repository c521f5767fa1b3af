import type { FirstStart, TenantOptions } from '../contract.ts';
import type { TenantRecord, UserRecord } from '../records/records.ts';
import { generatePassword } from '../secrets.ts';
import type { DirectoryContext } from './context.ts';
import { nameOf } from './names.ts';

/** The top-level domain `localhost` never leaves the machine (RFC 6761), so the tenant's names are nobody else's. */
const defaultDomain = 'drydock.onmicrosoft.localhost';

/** Makes the tenant and its administrator unless the store has them. */
export async function ensureTenant(
  { db, clock, random, hasher }: DirectoryContext,
  options: TenantOptions = {},
): Promise<FirstStart | undefined> {
  if (db.tenant.get('self')) return undefined;
  const { displayName = 'Drydock', domain = defaultDomain, administrator = 'admin' } = options;
  const createdDateTime = new Date(clock.now()).toISOString();
  const user: UserRecord = {
    kind: 'user',
    id: random.uuid(),
    createdDateTime,
    displayName: 'Administrator',
    userPrincipalName: `${administrator}@${domain.toLowerCase()}`,
    mailNickname: administrator,
    accountEnabled: true,
    sessionsValidFromMs: clock.now(),
    properties: {},
  };
  const tenant: TenantRecord = {
    tenantId: random.uuid(),
    displayName,
    domain: domain.toLowerCase(),
    createdDateTime,
    administratorId: user.id,
  };
  const password = generatePassword(random);
  const hash = await hasher.hash(password);
  return db.mirror.transact<FirstStart | undefined>(() => {
    if (db.tenant.get('self')) return { writes: [], result: undefined };
    return {
      guards: [db.tenant.guard('self')],
      writes: [
        db.tenant.put('self', tenant),
        db.users.put(user.id, user),
        db.names.put(nameOf.userPrincipalName(user.userPrincipalName), { objectId: user.id }),
        db.passwords.put(user.id, { hash, mustChange: false }),
        db.administrators.put(user.id, {}),
      ],
      result: { administrator: user.userPrincipalName, administratorPassword: password },
    };
  });
}
