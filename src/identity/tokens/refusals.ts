import { CodedError } from '../../base/index.ts';
import type { TokenRefusal } from '../contract.ts';

/** The texts of Resource Manager's 401 answers, in one place. */
export const refuse = {
  missing: () =>
    refusal(
      'AuthenticationFailed',
      'missing',
      "Authentication failed. The 'Authorization' header is missing.",
    ),

  otherScheme: () =>
    refusal(
      'AuthenticationFailed',
      'malformed',
      "Authentication failed. The 'Authorization' header is provided in an invalid format.",
    ),

  malformed: () => refusal('InvalidAuthenticationToken', 'malformed', 'The access token is invalid.'),

  signature: () => refusal('InvalidAuthenticationToken', 'signature', 'The access token is invalid.'),

  /** The user or application was removed or disabled since. */
  principal: () => refusal('InvalidAuthenticationToken', 'principal', 'The access token is invalid.'),

  /** What is bound to a key opens nothing for whoever only holds the token. */
  bound: () =>
    refusal(
      'InvalidAuthenticationToken',
      'bound',
      'The access token is bound to a key and is not taken without a proof that its bearer holds it.',
    ),

  audience: (audience: string, allowed: readonly string[]) =>
    refusal(
      'InvalidAuthenticationToken',
      'audience',
      `The access token has been obtained for wrong audience or resource '${audience}'. It should exactly match with one of the allowed audiences '${allowed.join("','")}'.`,
    ),

  expired: (expiresAtMs: number, nowMs: number) =>
    refusal(
      'ExpiredAuthenticationToken',
      'expired',
      `The access token expiry UTC time '${usTime(expiresAtMs)}' is earlier than current UTC time '${usTime(nowMs)}'.`,
    ),

  early: (validFromMs: number, nowMs: number) =>
    refusal(
      'InvalidAuthenticationToken',
      'early',
      `The access token is not yet valid: it starts at UTC time '${usTime(validFromMs)}', which is later than current UTC time '${usTime(nowMs)}'.`,
    ),

  tenant: (issuer: string, tenantId: string) =>
    refusal(
      'InvalidAuthenticationTokenTenant',
      'tenant',
      `The access token is from the wrong issuer '${issuer}'. It must match the tenant 'https://sts.windows.net/${tenantId}/' associated with this subscription. Please use the authority (URL) 'https://login.windows.net/${tenantId}' to get the token. Note, if the subscription is transferred to another tenant there is no impact to the services, but information about new tenant could take time to propagate (up to an hour). If you just transferred your subscription and see this error message, please try back later.`,
    ),
};

function refusal(code: TokenRefusal['code'], reason: TokenRefusal['reason'], message: string): CodedError {
  const detail: TokenRefusal = { code, reason };
  return new CodedError('unauthenticated', message, detail);
}

/** `M/D/YYYY h:mm:ss AM` in UTC. */
function usTime(epochMs: number): string {
  const at = new Date(epochMs);
  const two = (value: number) => String(value).padStart(2, '0');
  const hours = at.getUTCHours();
  const clock = `${hours % 12 || 12}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())} ${hours < 12 ? 'AM' : 'PM'}`;
  return `${at.getUTCMonth() + 1}/${at.getUTCDate()}/${at.getUTCFullYear()} ${clock}`;
}
