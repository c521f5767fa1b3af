import { isObject } from '../../base/index.ts';
import { refuse } from './refusals.ts';

/** What Drydock reads in an access token (Entra's v1.0 form). */
export interface AccessTokenClaims {
  readonly aud: string;
  readonly oid: string;
  readonly tid: string;
  readonly appid: string;
  readonly idtyp: 'user' | 'app';
  /** Unix seconds. */
  readonly exp: number;
  readonly nbf: number;
  readonly upn: string | undefined;
  /** Unix seconds of the sign-in, for users. */
  readonly authTime: number | undefined;
  readonly cnf: { readonly kid: string } | undefined;
}

/** The issuer of v1.0 tokens is the same name in every cloud. */
export function issuerOf(tenantId: string): string {
  return `https://sts.windows.net/${tenantId}/`;
}

/** Reads a token without trusting it. `claims` is undefined when it is a JWT, but not one of ours. */
export function readAccessToken(token: string): {
  readonly kid: string;
  readonly issuer: string;
  readonly claims: AccessTokenClaims | undefined;
} {
  const parts = token.split('.');
  const header = readPart(parts[0]);
  const payload = readPart(parts[1]);
  if (parts.length !== 3 || !header || !payload) throw refuse.malformed();
  const text = (name: string) => (typeof payload[name] === 'string' ? payload[name] : '');
  const { exp, nbf, cnf, auth_time: authTime } = payload;
  // An id token has the same issuer and signature, and is none of these: it names no application that acts.
  const isAccessToken = text('appid') !== '' && text('oid') !== '';
  const claims: AccessTokenClaims | undefined =
    isAccessToken && typeof exp === 'number' && typeof nbf === 'number'
      ? {
          aud: text('aud'),
          oid: text('oid'),
          tid: text('tid'),
          appid: text('appid'),
          idtyp: text('idtyp') === 'user' ? 'user' : 'app',
          exp,
          nbf,
          upn: text('upn') || undefined,
          authTime: typeof authTime === 'number' ? authTime : undefined,
          cnf: isObject(cnf) && typeof cnf['kid'] === 'string' ? { kid: cnf['kid'] } : undefined,
        }
      : undefined;
  return { kid: typeof header['kid'] === 'string' ? header['kid'] : '', issuer: text('iss'), claims };
}

function readPart(part: string | undefined) {
  if (part === undefined) return undefined;
  try {
    const value: unknown = JSON.parse(Buffer.from(part, 'base64url').toString());
    return isObject(value) ? value : undefined;
  } catch {
    return undefined;
  }
}
