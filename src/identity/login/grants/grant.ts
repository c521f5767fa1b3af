import { isObject, type JsonObject } from '../../../base/index.ts';
import type { TokenAnswer } from '../../contract.ts';
import type { SignIn, UserRecord } from '../../records/records.ts';
import type { Surface } from '../../surface.ts';
import type { Resource } from '../../tokens/audiences.ts';
import { parseScopes, type RequestedScopes } from '../../tokens/scopes.ts';
import type { Checks } from '../checks.ts';
import type { Client } from '../clients.ts';
import { aadsts } from '../errors.ts';
import type { Exchange } from '../exchange.ts';

/** A token request whose client is known. */
export interface GrantRequest {
  readonly surface: Surface;
  readonly exchange: Exchange;
  readonly client: Client;
  readonly checks: Checks;
}

/** One `grant_type`. Throws LoginError. */
export type Grant = (request: GrantRequest) => Promise<TokenAnswer>;

/** The scope that was asked for; `resource`, the older parameter, stands for everything of that resource. */
export function requestedScope(parameters: URLSearchParams): string | undefined {
  const scope = parameters.get('scope') ?? '';
  const resource = parameters.get('resource') ?? '';
  const joined = [resource === '' ? '' : `${resource}/.default`, scope]
    .filter((part) => part !== '')
    .join(' ');
  return joined === '' ? undefined : joined;
}

/** The one resource of a scope, which must exist in the tenant. */
export function resolveScope(
  surface: Surface,
  scope: string,
): { resource: Resource; scopes: RequestedScopes } {
  const scopes = parseScopes(scope);
  if (scopes.otherResources.length > 0) throw aadsts.severalResources(scope);
  const resource = surface.audiences.resolve(scopes.resource);
  if (!resource) throw aadsts.unknownResource(scopes.resource, surface.objects.tenant().displayName);
  return { resource, scopes };
}

/** The key that a proof-of-possession token is bound to: `token_type=pop` with `req_cnf`. */
export function confirmationOf(parameters: URLSearchParams): JsonObject | undefined {
  if (parameters.get('token_type')?.toLowerCase() !== 'pop') return undefined;
  const sent = parameters.get('req_cnf');
  if (!sent) throw aadsts.missingParameter('req_cnf');
  try {
    const value: unknown = JSON.parse(Buffer.from(sent.replace(/(?<!=)=+$/, ''), 'base64url').toString());
    if (isObject(value) && typeof value['kid'] === 'string') return value;
  } catch {
    // Answered below.
  }
  throw aadsts.malformedRequest();
}

/** The user behind a code or refresh token, if the sign-in still counts. */
function liveUser(surface: Surface, signIn: SignIn): UserRecord {
  const user = surface.objects.user(signIn.userId);
  if (!user) throw aadsts.unknownUser(surface.objects.tenant().tenantId);
  if (!user.accountEnabled) throw aadsts.disabledUser();
  if (!surface.objects.countsSignIn(signIn)) throw aadsts.grantRevoked();
  return user;
}

/** Answers a user's sign-in with tokens. */
export function answerUser(
  { surface, exchange, client }: GrantRequest,
  grant: {
    readonly signIn: SignIn;
    readonly scope: string;
    readonly nonce?: string | null;
    /** The code that it all began with. */
    readonly family?: string | undefined;
  },
): Promise<TokenAnswer> {
  const user = liveUser(surface, grant.signIn);
  const confirmation = confirmationOf(exchange.parameters);
  return surface.answers.forUser({
    user,
    signIn: grant.signIn,
    clientId: client.clientId,
    clientProof: client.proof,
    ...resolveScope(surface, grant.scope),
    dialect: exchange.dialect,
    nonce: grant.nonce ?? null,
    ...(grant.family !== undefined && { family: grant.family }),
    ...(confirmation ? { confirmation } : {}),
  });
}
