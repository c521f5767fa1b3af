import type { JsonObject } from '../../base/index.ts';

/** Members that every directory object has. */
interface ObjectRecord {
  readonly id: string;
  /** RFC 3339. */
  readonly createdDateTime: string;
  readonly displayName: string;
  /** Further members under their Graph names. */
  readonly properties: JsonObject;
}

export interface UserRecord extends ObjectRecord {
  readonly kind: 'user';
  readonly userPrincipalName: string;
  readonly mailNickname: string;
  readonly accountEnabled: boolean;
  /** Unix milliseconds: refresh tokens and sessions from before no longer count. */
  readonly sessionsValidFromMs: number;
  /** The same for access tokens, which outlive a time in which the account was disabled; absent: all count. */
  readonly tokensValidFromMs?: number;
}

export interface GroupRecord extends ObjectRecord {
  readonly kind: 'group';
  readonly mailNickname: string;
}

export interface ApplicationRecord extends ObjectRecord {
  readonly kind: 'application';
  readonly appId: string;
  readonly identifierUris: readonly string[];
  /** Certificates for client assertions, as Graph takes them. */
  readonly certificates: readonly CertificateRecord[];
}

export interface ServicePrincipalRecord extends ObjectRecord {
  readonly kind: 'servicePrincipal';
  readonly appId: string;
  readonly type: 'Application' | 'ManagedIdentity';
  readonly accountEnabled: boolean;
  /** Certificates of its own, besides those of its application. */
  readonly certificates?: readonly CertificateRecord[];
  /** Managed identities: the resource they belong to. */
  readonly resourceId?: string;
  /** One of Microsoft's own, known from the start and not stored. */
  readonly firstParty?: true;
}

export type DirectoryRecord = UserRecord | GroupRecord | ApplicationRecord | ServicePrincipalRecord;

export interface CertificateRecord {
  readonly keyId: string;
  readonly displayName: string | null;
  readonly startDateTime: string;
  readonly endDateTime: string;
  /** Base64 of the DER certificate. */
  readonly key: string;
  /** SHA-1 of the certificate, base64url: the `x5t` of assertions. */
  readonly thumbprint: string;
  readonly thumbprintSha256: string;
}

export interface PasswordRecord {
  readonly hash: string;
  readonly mustChange: boolean;
}

export interface SecretRecord {
  readonly keyId: string;
  readonly displayName: string | null;
  readonly hint: string;
  readonly hash: string;
  readonly startDateTime: string;
  readonly endDateTime: string;
}

export interface TenantRecord {
  readonly tenantId: string;
  readonly displayName: string;
  readonly domain: string;
  readonly createdDateTime: string;
  readonly administratorId: string;
}

/** The user behind a code, session or refresh token, and how the sign-in was done. */
export interface SignIn {
  readonly userId: string;
  readonly signedInAtMs: number;
}

export interface AuthorizationCodeRecord {
  readonly signIn: SignIn;
  readonly clientId: string;
  readonly redirectUri: string;
  readonly scope: string;
  readonly nonce: string | null;
  readonly challenge: { readonly method: 'S256' | 'plain'; readonly value: string } | null;
  readonly expiresAtMs: number;
  /** Redeemed codes are remembered until they expire so that a second use is told apart from a wrong code. */
  readonly redeemed: boolean;
  /** Named in the refresh tokens that it led to; absent in records of earlier versions. */
  readonly family?: string;
  /** It was used again: what it led to is ended. */
  readonly replayed?: true;
}

export interface DeviceCodeRecord {
  /** Network that asked for it; absent in records of earlier versions. */
  readonly source?: string;
  readonly userCode: string;
  readonly clientId: string;
  readonly scope: string;
  readonly expiresAtMs: number;
  readonly state:
    | { readonly type: 'pending' }
    | { readonly type: 'declined' }
    | { readonly type: 'approved'; readonly signIn: SignIn };
}

export interface SessionRecord {
  readonly signIn: SignIn;
  readonly expiresAtMs: number;
}

export interface RefreshTokenRecord {
  readonly signIn: SignIn;
  readonly clientId: string;
  readonly scope: string;
  readonly expiresAtMs: number;
  readonly superseded: boolean;
  /** Given to a client that proved itself, so that it must prove itself again. */
  readonly needsProof?: boolean;
  readonly family?: string;
}

export interface KeyRecord {
  readonly kid: string;
  /** PKCS #8, PEM. */
  readonly privateKey: string;
  readonly n: string;
  readonly e: string;
  readonly createdAtMs: number;
  /** Signs from this moment on, until a younger one does; null: waits for its turn. */
  readonly activeFromMs: number | null;
}
