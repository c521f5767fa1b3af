import type { Clock } from '../../base/index.ts';
import type { Store } from '../../store/contract.ts';
import { identityLimits } from '../limits.ts';
import { Expiring } from './expiring.ts';
import { MirroredTables } from './mirror.ts';
import type {
  ApplicationRecord,
  AuthorizationCodeRecord,
  DeviceCodeRecord,
  GroupRecord,
  KeyRecord,
  PasswordRecord,
  RefreshTokenRecord,
  SecretRecord,
  ServicePrincipalRecord,
  SessionRecord,
  TenantRecord,
  UserRecord,
} from './records.ts';
import { Relation } from './relation.ts';

/** Everything the room keeps, table by table, below `/identity/`. */
export type Database = ReturnType<typeof openTables>;

export function openTables(store: Store, clock: Clock) {
  const mirror = new MirroredTables(store, '/identity/');
  return {
    mirror,
    /** One record, `self`. */
    tenant: mirror.table<TenantRecord>('tenant'),
    users: mirror.table<UserRecord>('users'),
    groups: mirror.table<GroupRecord>('groups'),
    applications: mirror.table<ApplicationRecord>('applications'),
    servicePrincipals: mirror.table<ServicePrincipalRecord>('service-principals'),
    /** Whatever must be unique, to the object that has it: see `names.ts`. */
    names: mirror.table<{ readonly objectId: string }>('names'),
    members: new Relation(mirror.table('members')),
    owners: new Relation(mirror.table('owners')),
    administrators: mirror.table<object>('administrators'),
    passwords: mirror.table<PasswordRecord>('passwords'),
    secrets: mirror.table<{ readonly items: readonly SecretRecord[] }>('secrets'),
    keys: mirror.table<KeyRecord>('keys'),
    authorizationCodes: new Expiring(mirror, mirror.table<AuthorizationCodeRecord>('authorization-codes'), {
      clock,
      limit: identityLimits.outstandingAuthorizationCodes,
      ownerOf: ({ signIn }) => signIn.userId,
      limitOfOwner: identityLimits.outstandingAuthorizationCodesPerUser,
      full: 'drop-oldest',
      goesFirst: ({ redeemed }) => redeemed,
    }),
    deviceCodes: new Expiring(mirror, mirror.table<DeviceCodeRecord>('device-codes'), {
      clock,
      limit: identityLimits.outstandingDeviceCodes,
      ownerOf: ({ source = '' }) => source,
      limitOfOwner: identityLimits.outstandingDeviceCodesPerSource,
      full: 'refuse',
    }),
    sessions: new Expiring(mirror, mirror.table<SessionRecord>('sessions'), {
      clock,
      limit: identityLimits.outstandingSessions,
      ownerOf: ({ signIn }) => signIn.userId,
      limitOfOwner: identityLimits.outstandingSessionsPerUser,
      full: 'drop-oldest',
    }),
    refreshTokens: new Expiring(mirror, mirror.table<RefreshTokenRecord>('refresh-tokens'), {
      clock,
      limit: identityLimits.outstandingRefreshTokens,
      ownerOf: ({ signIn }) => signIn.userId,
      limitOfOwner: identityLimits.outstandingRefreshTokensPerUser,
      full: 'drop-oldest',
      goesFirst: ({ superseded }) => superseded,
    }),
  };
}
