import { timingSafeEqual } from 'node:crypto';
import type { Authenticator, UserInfo } from '../../apimachinery/contract.ts';
import { type Clock, utf8 } from '../../base/index.ts';
import { verifyIssuedBy } from '../../http/certificates/authority.ts';

/** Recognises fixed bearer tokens. */
export function tokenAuthenticator(users: ReadonlyMap<string, UserInfo>): Authenticator {
  const entries = [...users].map(([token, user]) => ({ token: utf8(token), user }));
  return async ({ bearerToken }) => {
    if (bearerToken === undefined) return undefined;
    const given = utf8(bearerToken);
    return entries.find(({ token }) => token.length === given.length && timingSafeEqual(token, given))?.user;
  };
}

/**
 * Recognises client certificates that one of the certificate authorities (PEM, one or more) signed: the common name
 * is the user, organizations are groups. Authorities are told apart by signature, since names repeat.
 */
export function certificateAuthenticator(authoritiesPem: string, clock: Clock): Authenticator {
  const authorities = splitPem(authoritiesPem);
  return async ({ clientCertificate }) => {
    if (!clientCertificate) return undefined;
    for (const authority of authorities) {
      const subject = verifyIssuedBy(clientCertificate, authority, clock);
      if (subject && subject.commonName !== '') {
        return { username: subject.commonName, uid: '', groups: subject.organizations, extra: {} };
      }
    }
    return undefined;
  };
}

const pemBegin = '-----BEGIN CERTIFICATE-----';
const pemEnd = '-----END CERTIFICATE-----';

/** The certificates in a text, each by itself. */
export function splitPem(text: string): string[] {
  const [, ...parts] = text.split(pemBegin);
  return parts.flatMap((part) => {
    const end = part.indexOf(pemEnd);
    return end < 0 ? [] : [`${pemBegin}${part.slice(0, end)}${pemEnd}`];
  });
}
