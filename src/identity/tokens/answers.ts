import type { Clock, JsonObject, Random } from '../../base/index.ts';
import type { IdentityOrigins, TokenAnswer } from '../contract.ts';
import type { Objects } from '../directory/objects.ts';
import { lifetimes } from '../limits.ts';
import type { Database } from '../records/database.ts';
import type { ServicePrincipalRecord, SignIn, UserRecord } from '../records/records.ts';
import type { Resource } from './audiences.ts';
import type { Issuer } from './issuer.ts';
import { grantedScope, type RequestedScopes } from './scopes.ts';

/** The dialect of the endpoint that was asked: v1 names a resource and answers numbers as text. */
export interface Dialect {
  readonly version: 'v1' | 'v2';
  /** Requested under `/adfs`: id tokens carry that issuer. */
  readonly adfs: boolean;
}

export interface ClientGrant {
  readonly clientId: string;
  readonly clientProof: 'none' | 'secret' | 'certificate';
  readonly resource: Resource;
  readonly scopes: RequestedScopes;
  readonly dialect: Dialect;
  readonly confirmation?: JsonObject;
}

export interface UserGrant extends ClientGrant {
  readonly user: UserRecord;
  readonly signIn: SignIn;
  readonly nonce?: string | null;
  /** Its refresh tokens are ended together when the code is used again. */
  readonly family?: string;
}

export interface AnswerOptions {
  readonly clock: Clock;
  readonly random: Random;
  readonly objects: Objects;
  readonly db: Database;
  readonly issuer: Issuer;
  readonly origins: () => IdentityOrigins;
}

/** Builds the bodies of token answers, and keeps the refresh tokens in them. */
export class TokenAnswers {
  readonly #options: AnswerOptions;

  constructor(options: AnswerOptions) {
    this.#options = options;
  }

  /** For a program that signs in as itself: an access token only. */
  async forProgram(grant: ClientGrant, subject: ServicePrincipalRecord): Promise<TokenAnswer> {
    const { token, expiresAt } = await this.#options.issuer.accessToken({ ...grant, subject });
    return { ...this.#common(grant, expiresAt), access_token: token };
  }

  async forUser(grant: UserGrant): Promise<TokenAnswer> {
    const { user, scopes, dialect, clientId } = grant;
    const { issuer } = this.#options;
    const access = await issuer.accessToken({
      ...grant,
      subject: user,
      signedInAtMs: grant.signIn.signedInAtMs,
    });
    const v1 = dialect.version === 'v1';
    const answer: TokenAnswer = {
      ...this.#common(grant, access.expiresAt),
      scope: v1 ? 'user_impersonation' : grantedScope(scopes),
      access_token: access.token,
    };
    if (v1 || scopes.openId.has('offline_access')) answer.refresh_token = await this.#refreshToken(grant);
    if (v1 || scopes.openId.has('openid')) {
      const { nonce = null } = grant;
      answer.id_token = await issuer.idToken({ user, clientId, nonce, issuer: this.idTokenIssuer(dialect) });
    }
    answer.client_info = this.#clientInfo(user);
    return answer;
  }

  /** The issuer that the discovery document of the same endpoint names. */
  idTokenIssuer({ version, adfs }: Dialect): string {
    const { tenantId } = this.#options.objects.tenant();
    const { login } = this.#options.origins();
    if (adfs) return `${login}/adfs`;
    return version === 'v1' ? `https://sts.windows.net/${tenantId}/` : `${login}/${tenantId}/v2.0`;
  }

  #common(grant: ClientGrant, expiresAt: number): TokenAnswer {
    const token_type = grant.confirmation ? 'pop' : 'Bearer';
    const seconds = Math.floor(lifetimes.accessTokenMs / 1000) - 1;
    if (grant.dialect.version === 'v2') {
      return { token_type, expires_in: seconds, ext_expires_in: seconds, access_token: '' };
    }
    return {
      token_type,
      expires_in: String(seconds),
      ext_expires_in: String(seconds),
      expires_on: String(expiresAt),
      not_before: String(Math.floor((this.#options.clock.now() - lifetimes.backdateMs) / 1000)),
      resource: grant.resource.identifier,
      access_token: '',
    };
  }

  async #refreshToken({ signIn, clientId, clientProof, scopes, family }: UserGrant): Promise<string> {
    const { db, random, clock } = this.#options;
    const text = `1.${Buffer.from(random.bytes(48)).toString('base64url')}`;
    await db.refreshTokens.add(text, {
      signIn,
      clientId,
      scope: [...scopes.permissions, ...scopes.openId].join(' '),
      expiresAtMs: clock.now() + lifetimes.refreshTokenMs,
      superseded: false,
      ...(clientProof !== 'none' && { needsProof: true }),
      ...(family !== undefined && { family }),
    });
    return text;
  }

  /** Names the account to MSAL: `uid` and `utid` make its cache key. */
  #clientInfo(user: UserRecord): string {
    const { tenantId } = this.#options.objects.tenant();
    return Buffer.from(JSON.stringify({ uid: user.id, utid: tenantId })).toString('base64url');
  }
}
