import { compactVerify } from 'jose/jws/compact/verify';
import { type Clock, Recent } from '../../base/index.ts';
import type { Audience, Principal } from '../contract.ts';
import type { Objects } from '../directory/objects.ts';
import { identityLimits, lifetimes } from '../limits.ts';
import type { Audiences } from './audiences.ts';
import { type AccessTokenClaims, issuerOf, readAccessToken } from './claims.ts';
import type { KeyRing } from './key-ring.ts';
import { refuse } from './refusals.ts';

interface VerifiedToken {
  readonly claims: AccessTokenClaims;
  /** The principal for each audience it was asked for. */
  readonly principals: Map<Audience, Principal>;
}

/**
 * The `az account get-access-token` that kubectl asks hands out what az keeps for an Arc cluster, also a token that it got for its
 * proxy's key: MSAL does not tell them apart.
 */
const takesBound: ReadonlySet<Audience> = new Set(['arc']);

export interface VerifierOptions {
  readonly clock: Clock;
  readonly objects: Objects;
  readonly audiences: Audiences;
  readonly keys: KeyRing;
}

/**
 * Verifies access tokens. The signature is checked once per token; what may change meanwhile (time, and whether the
 * account still exists, is enabled and has not ended its sign-ins) is looked at on every call.
 */
export class Verifier {
  readonly #options: VerifierOptions;
  /** By token, and by the header that it came in. */
  readonly #verified = new Recent<VerifiedToken>(identityLimits.verifiedTokens);

  constructor(options: VerifierOptions) {
    this.#options = options;
  }

  async verify(token: string, audience: Audience): Promise<Principal> {
    const verified = this.#verified.get(token) ?? (await this.#verifySignature(token));
    return this.#admit(verified, audience, token);
  }

  /** `keptAs` is where the token was found. */
  #admit(verified: VerifiedToken, audience: Audience, keptAs: string): Principal {
    const { claims } = verified;
    const now = this.#options.clock.now();
    if (claims.exp * 1000 <= now) {
      this.#verified.delete(keptAs);
      throw refuse.expired(claims.exp * 1000, now);
    }
    if (claims.nbf * 1000 > now + lifetimes.clockSkewMs) throw refuse.early(claims.nbf * 1000, now);
    if (claims.cnf !== undefined && !takesBound.has(audience)) throw refuse.bound();
    const principal = verified.principals.get(audience) ?? this.#principal(verified, audience);
    const { objects } = this.#options;
    if (!objects.isEnabled(claims.oid)) throw refuse.principal();
    const { authTime } = claims;
    if (authTime !== undefined && objects.endedSignInsAfter(claims.oid, authTime)) throw refuse.principal();
    return principal;
  }

  async authenticateHeader(authorization: string | undefined, audience: Audience): Promise<Principal> {
    if (authorization === undefined || authorization === '') throw refuse.missing();
    const known = this.#verified.get(authorization);
    if (known) return this.#admit(known, audience, authorization);
    const scheme = authorization.slice(0, 7);
    if (scheme !== 'Bearer ' && scheme.toLowerCase() !== 'bearer ') throw refuse.otherScheme();
    const token = authorization.slice(scheme.length).trim();
    const verified = this.#verified.get(token) ?? (await this.#verifySignature(token));
    const principal = this.#admit(verified, audience, token);
    if (authorization.length === scheme.length + token.length) this.#verified.set(authorization, verified);
    return principal;
  }

  async #verifySignature(token: string): Promise<VerifiedToken> {
    if (token.length > identityLimits.tokenCharacters) throw refuse.malformed();
    const { kid, claims, issuer } = readAccessToken(token);
    const { tenantId } = this.#options.objects.tenant();
    // Said before the signature: whoever comes with a token of another cloud should read why it is refused.
    if (issuer !== issuerOf(tenantId)) throw refuse.tenant(issuer, tenantId);
    const key = this.#options.keys.publicKey(kid);
    if (!key || !claims) throw refuse.signature();
    await compactVerify(token, key, { algorithms: ['RS256'] }).catch(() => {
      throw refuse.signature();
    });
    const verified = { claims, principals: new Map<Audience, Principal>() };
    this.#verified.set(token, verified);
    return verified;
  }

  #principal({ claims, principals }: VerifiedToken, audience: Audience): Principal {
    const { audiences, objects } = this.#options;
    if (!audiences.accepts(claims.aud, audience)) {
      throw refuse.audience(claims.aud, audiences.allowed(audience));
    }
    const program =
      objects.servicePrincipal(claims.oid)?.type === 'ManagedIdentity'
        ? 'ManagedIdentity'
        : 'ServicePrincipal';
    const principal: Principal = Object.freeze({
      objectId: claims.oid,
      tenantId: claims.tid,
      type: claims.idtyp === 'user' ? 'User' : program,
      name: claims.upn ?? claims.appid,
      applicationId: claims.appid,
      audience: claims.aud,
      expiresAt: claims.exp,
    });
    principals.set(audience, principal);
    return principal;
  }
}
