import { CodedError } from '../../base/index.ts';
import {
  type Audience,
  firstPartyApplications,
  type IssuedToken,
  type Principal,
  type TokenAnswer,
  type Tokens,
} from '../contract.ts';
import { type Objects, objectNotFound } from '../directory/objects.ts';
import type { TokenAnswers } from './answers.ts';
import type { Audiences } from './audiences.ts';
import type { Issuer } from './issuer.ts';
import { parseScopes } from './scopes.ts';
import type { Verifier } from './verifier.ts';

export interface TokenParts {
  readonly objects: Objects;
  readonly audiences: Audiences;
  readonly issuer: Issuer;
  readonly verifier: Verifier;
  readonly answers: TokenAnswers;
  readonly now: () => number;
}

/** Tokens as other rooms use them. */
export class TenantTokens implements Tokens {
  readonly #parts: TokenParts;

  constructor(parts: TokenParts) {
    this.#parts = parts;
  }

  verify(token: string, audience: Audience): Promise<Principal> {
    return this.#parts.verifier.verify(token, audience);
  }

  authenticateHeader(authorization: string | undefined, audience: Audience): Promise<Principal> {
    return this.#parts.verifier.authenticateHeader(authorization, audience);
  }

  async issueFor(objectId: string, audience: Audience): Promise<IssuedToken> {
    const { objects, issuer, audiences, now } = this.#parts;
    const subject = objects.user(objectId) ?? objects.servicePrincipal(objectId);
    if (!subject) throw objectNotFound(objectId);
    const user = subject.kind === 'user';
    return issuer.accessToken({
      subject,
      clientId: user ? firstPartyApplications.azureCli : subject.appId,
      resource: audiences.resourceOf(audience),
      clientProof: user ? 'none' : 'certificate',
      ...(user ? { signedInAtMs: now() } : {}),
    });
  }

  async signIn(request: {
    readonly objectId: string;
    readonly applicationId: string;
    readonly scope?: string;
  }): Promise<TokenAnswer> {
    const { objects, audiences, answers, now } = this.#parts;
    const user = objects.user(request.objectId);
    if (!user) throw objectNotFound(request.objectId);
    const standard = `${audiences.resourceOf('resource-manager').identifier}/.default offline_access openid profile`;
    const scopes = parseScopes(request.scope ?? standard);
    const resource = audiences.resolve(scopes.resource);
    if (!resource)
      throw new CodedError('invalid', `There is no resource '${scopes.resource}' in the tenant.`);
    return answers.forUser({
      user,
      signIn: { userId: user.id, signedInAtMs: now() },
      clientId: request.applicationId,
      clientProof: 'none',
      resource,
      scopes,
      dialect: { version: 'v2', adfs: false },
    });
  }
}
