import { type AuditActor, isObject } from '../../base/index.ts';
import type { UserRecord } from '../records/records.ts';
import type { Surface } from '../surface.ts';
import { asLoginError, type LoginError } from './errors.ts';
import type { Exchange } from './exchange.ts';
import { PasswordCheck } from './password-check.ts';

const knownGrants = ['client_credentials', 'password', 'authorization_code', 'refresh_token', 'device_code'];

/** The grant of a request in one word; what is none of ours is not repeated: people paste secrets anywhere. */
export function grantName(parameters: URLSearchParams): string {
  const type = (parameters.get('grant_type') ?? '').replace('urn:ietf:params:oauth:grant-type:', '');
  return knownGrants.includes(type) ? type : 'unknown';
}

/** Tells of tokens that were given. */
export function tellSignedIn(surface: Surface, exchange: Exchange, token: string): void {
  const actor = actorOfToken(token);
  surface.audit.record({
    event: 'sign-in',
    outcome: 'success',
    actor,
    ...about(exchange),
    details: { way: grantName(exchange.parameters) },
  });
}

/** Tells of a user who signed in on a page, by password. */
export function tellPageSignIn(surface: Surface, exchange: Exchange, user: UserRecord): void {
  surface.audit.record({
    event: 'sign-in',
    outcome: 'success',
    actor: { objectId: user.id, name: user.userPrincipalName },
    ...about(exchange),
    details: { way: 'page' },
  });
}

/**
 * Tells of a try that was refused. The account and the client are named when there are such: a name that nobody has may
 * be a password in the wrong field.
 */
export function tellRefused(
  surface: Surface,
  exchange: Exchange,
  { thrown, way }: { thrown: unknown; way: string },
): void {
  const refusal: LoginError = asLoginError(thrown);
  // A device that asks whether its user is done was not refused.
  if (refusal.error === 'authorization_pending') return;
  const { objects } = surface;
  const account = objects.user(PasswordCheck.nameIn(exchange.parameters))?.userPrincipalName;
  const asked = exchange.parameters.get('client_id')?.toLowerCase();
  const client =
    asked !== undefined && (objects.applicationByAppId(asked) ?? objects.servicePrincipalByAppId(asked))
      ? asked
      : undefined;
  surface.audit.record({
    event: 'sign-in',
    outcome: 'refused',
    reason: `AADSTS${refusal.number}`,
    ...about(exchange),
    details: { way, ...(account !== undefined && { account }), ...(client !== undefined && { client }) },
  });
}

/** Tells of a password that its user changed because he had to. */
export function tellPasswordChanged(surface: Surface, exchange: Exchange, user: UserRecord): void {
  surface.audit.record({
    event: 'directory-change',
    outcome: 'success',
    actor: { objectId: user.id, name: user.userPrincipalName },
    source: exchange.request.connection.remoteAddress,
    target: `/users/${user.id}`,
    details: { changed: 'password' },
  });
}

function about({ request, correlationId }: Exchange) {
  return {
    source: request.connection.remoteAddress,
    target: request.path,
    correlation: correlationId,
  };
}

/** What a token that was just made says of its holder. */
function actorOfToken(token: string): AuditActor {
  const claims: unknown = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString());
  if (!isObject(claims)) return {};
  const { oid, upn, appid } = claims;
  return {
    ...(typeof oid === 'string' && { objectId: oid }),
    ...(typeof upn === 'string' ? { name: upn } : typeof appid === 'string' && { name: appid }),
    ...(typeof appid === 'string' && { client: appid }),
  };
}
