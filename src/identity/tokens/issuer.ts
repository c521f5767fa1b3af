import { createHash } from 'node:crypto';
import { SignJWT } from 'jose/jwt/sign';
import type { Clock, JsonObject, Random } from '../../base/index.ts';
import type { IssuedToken } from '../contract.ts';
import type { Objects } from '../directory/objects.ts';
import { lifetimes } from '../limits.ts';
import type { ServicePrincipalRecord, UserRecord } from '../records/records.ts';
import type { Resource } from './audiences.ts';
import { issuerOf } from './claims.ts';
import type { KeyRing } from './key-ring.ts';

export interface AccessTokenRequest {
  readonly subject: UserRecord | ServicePrincipalRecord;
  readonly clientId: string;
  readonly resource: Resource;
  /** How the client proved itself: nothing, a secret, a certificate. */
  readonly clientProof: 'none' | 'secret' | 'certificate';
  /** Unix milliseconds of the sign-in, for users. */
  readonly signedInAtMs?: number;
  readonly confirmation?: JsonObject;
}

export interface IdTokenRequest {
  readonly user: UserRecord;
  readonly clientId: string;
  readonly issuer: string;
  readonly nonce?: string | null;
}

export interface IssuerOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly objects: Objects;
  readonly keys: KeyRing;
}

/** Writes tokens with the claims that Entra's have. */
export class Issuer {
  readonly #options: IssuerOptions;

  constructor(options: IssuerOptions) {
    this.#options = options;
  }

  async accessToken(request: AccessTokenRequest): Promise<IssuedToken> {
    const { subject, clientId, resource } = request;
    const { tenantId } = this.#options.objects.tenant();
    const dates = this.#dates();
    const claims: JsonObject = {
      aud: resource.identifier,
      iss: issuerOf(tenantId),
      ...dates,
      acr: subject.kind === 'user' ? '1' : undefined,
      amr: subject.kind === 'user' ? ['pwd'] : undefined,
      appid: clientId,
      appidacr: { none: '0', secret: '1', certificate: '2' }[request.clientProof],
      auth_time: request.signedInAtMs === undefined ? undefined : Math.floor(request.signedInAtMs / 1000),
      cnf: request.confirmation,
      ...(subject.kind === 'user' ? userClaims(subject) : programClaims(subject, tenantId)),
      oid: subject.id,
      sub: subject.kind === 'user' ? pairwise(tenantId, subject.id, resource.identifier) : subject.id,
      tid: tenantId,
      uti: this.#uniqueId(),
      ver: '1.0',
      xms_cc: ['CP1'],
    };
    return { token: await this.#sign(claims), expiresAt: dates.exp };
  }

  idToken({ user, clientId, issuer, nonce }: IdTokenRequest): Promise<string> {
    const { tenantId } = this.#options.objects.tenant();
    const email = user.properties['mail'];
    return this.#sign({
      aud: clientId,
      iss: issuer,
      ...this.#dates(),
      email: typeof email === 'string' ? email : undefined,
      name: user.displayName,
      nonce: nonce ?? undefined,
      oid: user.id,
      preferred_username: user.userPrincipalName,
      sub: pairwise(tenantId, user.id, clientId),
      tid: tenantId,
      upn: user.userPrincipalName,
      uti: this.#uniqueId(),
      ver: '2.0',
    });
  }

  async #sign(claims: JsonObject): Promise<string> {
    const { kid, privateKey } = await this.#options.keys.signingKey();
    return new SignJWT(claims)
      .setProtectedHeader({ typ: 'JWT', alg: 'RS256', x5t: kid, kid })
      .sign(privateKey);
  }

  #dates() {
    const now = this.#options.clock.now();
    const from = Math.floor((now - lifetimes.backdateMs) / 1000);
    return { iat: from, nbf: from, exp: Math.floor((now + lifetimes.accessTokenMs) / 1000) };
  }

  #uniqueId(): string {
    return Buffer.from(this.#options.random.bytes(16)).toString('base64url');
  }
}

function userClaims(user: UserRecord): JsonObject {
  return {
    idtyp: 'user',
    name: user.displayName,
    scp: 'user_impersonation',
    unique_name: user.userPrincipalName,
    upn: user.userPrincipalName,
  };
}

function programClaims(program: ServicePrincipalRecord, tenantId: string): JsonObject {
  return { idp: issuerOf(tenantId), idtyp: 'app', xms_mirid: program.resourceId };
}

/** Entra names a user differently to each application. */
function pairwise(tenantId: string, userId: string, reader: string): string {
  return createHash('sha256').update(`${tenantId}\0${userId}\0${reader}`).digest('base64url');
}
