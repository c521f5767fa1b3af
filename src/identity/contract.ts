import type { AuditTrail, Clock, Logger, Random } from '../base/index.ts';
import type { Handler, HttpRequest, HttpResponse } from '../http/contract.ts';
import type { Guard, Store } from '../store/contract.ts';

/** A verified token. */
export interface Principal {
  readonly objectId: string;
  readonly tenantId: string;
  readonly type: 'User' | 'ServicePrincipal' | 'ManagedIdentity';
  /** User principal name, or application id. */
  readonly name: string;
  readonly applicationId: string;
  readonly audience: string;
  /** Unix seconds. */
  readonly expiresAt: number;
}

/** Why a token was refused; `detail` of the `unauthenticated` errors of `Tokens`. */
export interface TokenRefusal {
  /** Resource Manager's error code. */
  readonly code:
    | 'AuthenticationFailed'
    | 'InvalidAuthenticationToken'
    | 'ExpiredAuthenticationToken'
    | 'InvalidAuthenticationTokenTenant';
  /** The same for surfaces that word it differently (Graph, Kubernetes). */
  readonly reason:
    | 'missing'
    | 'malformed'
    | 'signature'
    | 'bound'
    | 'audience'
    | 'expired'
    | 'early'
    | 'tenant'
    | 'principal';
}

/** The audiences tokens are issued for; verification names the one it accepts. */
export type Audience = 'resource-manager' | 'graph' | 'kubernetes' | 'arc';

/** Application ids that Azure's own clients and services use. */
export const firstPartyApplications = {
  azureCli: '04b07795-8ddb-461a-bbee-02f9e1bf7b46',
  azurePowerShell: '1950a258-227b-4e31-a9cf-717495945fc2',
  visualStudioCode: 'aebc6443-996d-45c2-90f0-388ff96faa56',
  azurePortal: 'c44b4083-3bb0-49c1-b47d-974e53cbdf3c',
  resourceManager: '797f4846-ba00-4fd7-ba43-dac1f8f63013',
  microsoftGraph: '00000003-0000-0000-c000-000000000000',
  azureActiveDirectory: '00000002-0000-0000-c000-000000000000',
  aksService: '7319c514-987d-4e9b-ac3d-d38c4f427f4c',
  aksServer: '6dae42f8-4368-4678-94ff-3960e28e3630',
  aksClient: '80faf920-1908-4b52-b5ef-a8e7bedfc67a',
  arcServer: '6256c85f-0aad-4d50-b960-e6e9b21efe35',
  fleet: '609d2f62-527f-4451-bfd2-ac2c7850822c',
  customLocations: 'bc313c14-388c-4e7d-a58e-70017303ee3b',
  azureStackHci: '1412d89f-b8a8-4111-b4fd-e82905cbd85d',
} as const;

/** What `createIdentity` needs. */
export interface IdentityOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** Told of sign-ins and refused tries; default: nobody. */
  readonly audit?: AuditTrail;
  /** Hears of each request inside a batch of Graph with its answer, as if it had come alone. */
  readonly onBatched?: (request: HttpRequest, response: HttpResponse) => void;
  /** Used on the first start only; afterwards the store knows. */
  readonly tenant?: TenantOptions;
  /** Origins as clients see them, without a trailing slash, e.g. `https://localhost:8443`. Asked anew for each use. */
  readonly origins: () => IdentityOrigins;
}

export interface TenantOptions {
  /** Default `Drydock`. */
  readonly displayName?: string;
  /** Default domain, whose users sign in as `name@domain`; default `drydock.onmicrosoft.localhost`. */
  readonly domain?: string;
  /** Name part of the administrator; default `admin`. */
  readonly administrator?: string;
}

export interface IdentityOrigins {
  readonly resourceManager: string;
  readonly login: string;
  readonly graph: string;
}

/** One tenant with its directory, its keys and its two HTTP surfaces. */
export interface Identity {
  /** OAuth and OpenID Connect, in Entra ID's dialect. */
  readonly loginHandler: Handler;
  /** Microsoft Graph v1.0. */
  readonly graphHandler: Handler;
  readonly directory: Directory;
  readonly tokens: Tokens;
  readonly keys: Keys;
  /** Loads the tenant, or makes it. Nothing else may be used before. */
  initialize(): Promise<FirstStart | undefined>;
  /**
   * Looks after keys and expired sign-ins from now on, as the process that leads: what that writes carries `fence`. Without it
   * expired sign-ins count as little, but stay in the store, and no new key takes over.
   */
  startLoops(fence?: () => Guard): { stop(): Promise<void> };
  close(): Promise<void>;
}

/** Said once, by the `initialize` that made the tenant. */
export interface FirstStart {
  readonly administrator: string;
  readonly administratorPassword: string;
}

/** Verifies and issues access tokens. */
export interface Tokens {
  /**
   * Of what a bearer presents: a token that is bound to a key (`cnf`) is taken by Arc clusters alone. Rejects with CodedError `unauthenticated`; its
   * message is Resource Manager's text, its detail a `TokenRefusal`.
   */
  verify(token: string, audience: Audience): Promise<Principal>;
  /** The same for the value of an `Authorization` header. */
  authenticateHeader(authorization: string | undefined, audience: Audience): Promise<Principal>;
  /** A token for a user or service principal, without credentials: for callers inside this process only. */
  issueFor(objectId: string, audience: Audience): Promise<IssuedToken>;
  /**
   * What a completed sign-in of a user answers (access, refresh and id token): for writing the profile of a local
   * client. `scope` defaults to Resource Manager with `offline_access openid profile`.
   */
  signIn(request: {
    readonly objectId: string;
    readonly applicationId: string;
    readonly scope?: string;
  }): Promise<TokenAnswer>;
}

export interface IssuedToken {
  readonly token: string;
  /** Unix seconds. */
  readonly expiresAt: number;
}

/** The body of a token endpoint's answer. */
export interface TokenAnswer {
  [member: string]: string | number | undefined;
  token_type: string;
  scope?: string;
  expires_in: number | string;
  access_token: string;
  refresh_token?: string;
  id_token?: string;
  client_info?: string;
}

/** The signing keys (RSA 2048, RS256). */
export interface Keys {
  /** RFC 7517 key set of every key whose tokens may still live. */
  jwks(): Promise<{ keys: PublicKey[] }>;
  /** Signs with a new key from now on; tokens of the old one stay valid until they expire. */
  rotate(): Promise<void>;
}

export interface PublicKey {
  readonly kty: 'RSA';
  readonly use: 'sig';
  readonly alg: 'RS256';
  readonly kid: string;
  readonly x5t: string;
  readonly n: string;
  readonly e: string;
}

export interface Tenant {
  readonly tenantId: string;
  readonly displayName: string;
  readonly domain: string;
  /** RFC 3339. */
  readonly createdDateTime: string;
  readonly administratorId: string;
}

/** A user as other rooms see it. */
export interface DirectoryUser {
  readonly objectId: string;
  readonly userPrincipalName: string;
  readonly displayName: string;
  readonly accountEnabled: boolean;
}

export interface DirectoryGroup {
  readonly objectId: string;
  readonly displayName: string;
}

export interface DirectoryServicePrincipal {
  readonly objectId: string;
  readonly applicationId: string;
  readonly displayName: string;
  readonly type: 'Application' | 'ManagedIdentity';
  readonly accountEnabled: boolean;
}

/** The people, groups and programs of the tenant. Failures are CodedErrors. */
export interface Directory {
  tenant(): Tenant;
  administrator(): DirectoryUser;
  /** By object id or user principal name. */
  user(idOrName: string): DirectoryUser | undefined;
  group(objectId: string): DirectoryGroup | undefined;
  /** By object id or application id. */
  servicePrincipal(id: string): DirectoryServicePrincipal | undefined;
  /** Object ids of all groups that hold the principal, nested ones included; empty when there is no such principal. */
  groupsOf(objectId: string): Promise<readonly string[]>;
  /** Calls after every change of who is in which group; the answers of `groupsOf` are the new ones then. */
  watchGroups(onChange: () => void): { close(): void };
  /** Whether the user or service principal exists and is enabled. */
  isActive(objectId: string): boolean;
  /** Calls after an account was disabled, enabled, made or removed. */
  watchAccounts(onChange: () => void): { close(): void };
  principalType(objectId: string): Promise<'User' | 'Group' | 'ServicePrincipal' | undefined>;
  createUser(user: {
    readonly userPrincipalName: string;
    readonly displayName: string;
    readonly password: string;
  }): Promise<DirectoryUser>;
  createGroup(group: {
    readonly displayName: string;
    readonly mailNickname?: string;
    readonly description?: string;
  }): Promise<DirectoryGroup>;
  addMember(groupId: string, memberId: string): Promise<void>;
  removeMember(groupId: string, memberId: string): Promise<void>;
  /** An application with its service principal and one secret, like `az ad sp create-for-rbac`. */
  createServicePrincipal(application: {
    readonly displayName: string;
  }): Promise<DirectoryServicePrincipal & { readonly secret: string }>;
  /** The service principal of a managed identity. Asked again for the same resource, it answers the one it made. `fence` as below. */
  createManagedIdentity(
    identity: { readonly name: string; readonly resourceId: string },
    fence?: () => Guard,
  ): Promise<{ readonly objectId: string; readonly clientId: string }>;
  /** The service principals of managed identities, with the ids of their resources. */
  managedIdentities(): readonly { readonly objectId: string; readonly resourceId: string }[];
  /**
   * Removes a user, group or service principal with its memberships and credentials; nothing to remove is no error. With `fence`
   * nothing is written unless that guard holds: `unavailable`.
   */
  removePrincipal(objectId: string, fence?: () => Guard): Promise<void>;
  /** Gives a user a new generated password and ends its sessions. */
  resetPassword(objectId: string): Promise<string>;
  /** Who may write through Graph besides owners: users, groups or service principals. */
  directoryAdministrators(): readonly string[];
  setDirectoryAdministrator(objectId: string, may: boolean): Promise<void>;
}
