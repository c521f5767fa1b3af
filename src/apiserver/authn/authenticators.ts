import { createPublicKey, type KeyObject, timingSafeEqual, X509Certificate } from 'node:crypto';
import type { Authenticator, UserInfo } from '../../apimachinery/contract.ts';
import { type Clock, utf8 } from '../../base/index.ts';

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
  const keys = splitPem(authoritiesPem).map((pem) => createPublicKey(pem));
  return async ({ clientCertificate }) => {
    if (!clientCertificate) return undefined;
    const certificate = readCertificate(clientCertificate);
    if (!certificate || !isTrusted(certificate, keys, clock.now())) return undefined;
    return userOf(certificate);
  };
}

function readCertificate(der: Uint8Array): X509Certificate | undefined {
  try {
    return new X509Certificate(der);
  } catch {
    return undefined;
  }
}

function isTrusted(certificate: X509Certificate, keys: readonly KeyObject[], nowMs: number): boolean {
  if (certificate.validFromDate.getTime() > nowMs || certificate.validToDate.getTime() < nowMs) return false;
  if (certificate.ca || !isForClients(certificate)) return false;
  return keys.some((key) => verifies(certificate, key));
}

/** Node's name for the extended key usages; without any a certificate is for everything. */
function isForClients({ keyUsage }: X509Certificate): boolean {
  const usages: readonly string[] | undefined = keyUsage;
  return usages === undefined || usages.includes('1.3.6.1.5.5.7.3.2') || usages.includes('2.5.29.37.0');
}

function verifies(certificate: X509Certificate, key: KeyObject): boolean {
  try {
    return certificate.verify(key);
  } catch {
    return false;
  }
}

function userOf(certificate: X509Certificate): UserInfo | undefined {
  let username = '';
  const groups: string[] = [];
  for (const part of certificate.subject.split('\n')) {
    const [name, value = ''] = splitOnce(part, '=');
    if (name === 'CN') username = value;
    if (name === 'O') groups.push(value);
  }
  if (username === '') return undefined;
  return { username, uid: '', groups, extra: {} };
}

function splitOnce(text: string, separator: string): [string, string] {
  const at = text.indexOf(separator);
  return at < 0 ? [text, ''] : [text.slice(0, at), text.slice(at + separator.length)];
}

const pemBegin = '-----BEGIN CERTIFICATE-----';
const pemEnd = '-----END CERTIFICATE-----';

function splitPem(text: string): string[] {
  const [, ...parts] = text.split(pemBegin);
  return parts.flatMap((part) => {
    const end = part.indexOf(pemEnd);
    return end < 0 ? [] : [`${pemBegin}${part.slice(0, end)}${pemEnd}`];
  });
}
