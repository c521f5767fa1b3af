import {
  createPrivateKey,
  createPublicKey,
  generateKeyPair,
  generateKeyPairSync,
  type KeyObject,
  X509Certificate,
} from 'node:crypto';
import { promisify } from 'node:util';
import { type Clock, CodedError, type Random } from '../../base/index.ts';
import { type CertificateContent, type DistinguishedName, signCertificate } from './certificate.ts';

/** A certificate and its private key (PKCS #8), both PEM. */
export interface CertificateAndKey {
  readonly certificatePem: string;
  readonly privateKeyPem: string;
}

/** How long certificates last. Apple's clients refuse server certificates of more than 825 days. */
export const certificateLimits = {
  authorityDays: 3650,
  serverDays: 820,
  clientDays: 365,
  /** For clients whose clock is behind. */
  backdatedMs: 60 * 60 * 1000,
} as const;

const dayMs = 24 * 60 * 60 * 1000;

interface Issuing {
  readonly clock: Clock;
  readonly random: Random;
}

/** Makes a self-signed certificate authority. */
export function createAuthority(options: Issuing & { readonly commonName: string }): CertificateAndKey {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const name = { commonName: options.commonName, organizations: [] };
  const content: CertificateContent = {
    ...period(options, certificateLimits.authorityDays),
    usage: 'authority',
    subject: name,
    issuer: name,
    publicKey,
    issuerPublicKey: publicKey,
    hostNames: [],
    ipAddresses: [],
  };
  return { certificatePem: signCertificate(content, privateKey), privateKeyPem: exportKey(privateKey) };
}

/** Issues a server certificate for the names and addresses. */
export function issueServerCertificate(
  authority: CertificateAndKey,
  options: Issuing & { readonly hostNames: readonly string[]; readonly ipAddresses: readonly string[] },
): CertificateAndKey {
  const first = options.hostNames[0] ?? options.ipAddresses[0] ?? '';
  return issue(authority, {
    ...period(options, certificateLimits.serverDays),
    usage: 'server',
    // X.509 takes no longer common name; what counts are the alternative names.
    subject: { commonName: first.length <= 64 ? first : '', organizations: ['Drydock'] },
    hostNames: options.hostNames,
    ipAddresses: options.ipAddresses,
  });
}

/** Issues a client certificate for connections of our own, with a key as servers have it. */
export function issueOwnClientCertificate(
  authority: CertificateAndKey,
  options: Issuing & DistinguishedName,
): CertificateAndKey {
  return issue(authority, {
    ...period(options, certificateLimits.clientDays),
    usage: 'client',
    subject: { commonName: options.commonName, organizations: options.organizations },
    hostNames: [],
    ipAddresses: [],
  });
}

/**
 * Issues a client certificate with an RSA key of 2048 bits, which every client reads; the key is made outside the event
 * loop. Kubernetes reads the common name as the user, organizations as groups.
 */
export async function issueClientCertificate(
  authority: CertificateAndKey,
  options: Issuing & DistinguishedName & { readonly days?: number },
): Promise<CertificateAndKey> {
  const pair = await promisify(generateKeyPair)('rsa', { modulusLength: 2048 });
  const content: IssuedContent = {
    ...period(options, options.days ?? certificateLimits.clientDays),
    usage: 'client',
    subject: { commonName: options.commonName, organizations: options.organizations },
    hostNames: [],
    ipAddresses: [],
  };
  return issue(authority, content, pair);
}

/**
 * Who the client certificate names, if the authority signed it, it is within its validity and is meant for clients;
 * else undefined.
 */
export function verifyIssuedBy(
  der: Uint8Array,
  authorityPem: string,
  clock: Clock,
): DistinguishedName | undefined {
  const certificate = parse(der);
  if (!certificate) return undefined;
  const authority = issuerOf(authorityPem).certificate;
  if (!certificate.checkIssued(authority) || !certificate.verify(authority.publicKey)) return undefined;
  const nowMs = clock.now();
  if (nowMs < certificate.validFromDate.getTime() || nowMs > certificate.validToDate.getTime())
    return undefined;
  if (certificate.ca || !isForClients(certificate)) return undefined;
  const subject: Readonly<Record<string, unknown>> = { ...certificate.toLegacyObject().subject };
  const [commonName = ''] = textsOf(subject['CN']);
  return { commonName, organizations: textsOf(subject['O']) };
}

/** Node's name for the extended key usages; without any a certificate is for everything. */
function isForClients({ keyUsage }: X509Certificate): boolean {
  const usages: readonly string[] | undefined = keyUsage;
  return usages === undefined || usages.includes('1.3.6.1.5.5.7.3.2') || usages.includes('2.5.29.37.0');
}

interface Issuer {
  readonly certificate: X509Certificate;
  readonly name: DistinguishedName;
}

const issuers = new Map<string, Issuer>();
const issuersKept = 256;

/** Parsed authorities, so that neither a handshake nor an issue parses PEM again. */
export function issuerOf(certificatePem: string): Issuer {
  const known = issuers.get(certificatePem);
  if (known) return known;
  const certificate = new X509Certificate(certificatePem);
  const subject: Readonly<Record<string, unknown>> = { ...certificate.toLegacyObject().subject };
  const [commonName = ''] = textsOf(subject['CN']);
  const issuer = { certificate, name: { commonName, organizations: textsOf(subject['O']) } };
  if (issuers.size >= issuersKept) issuers.clear();
  issuers.set(certificatePem, issuer);
  return issuer;
}

type IssuedContent = Omit<CertificateContent, 'issuer' | 'publicKey' | 'issuerPublicKey'>;

function issue(
  authority: CertificateAndKey,
  content: IssuedContent,
  pair: { readonly publicKey: KeyObject; readonly privateKey: KeyObject } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
  }),
): CertificateAndKey {
  const { publicKey, privateKey } = pair;
  const issuerKey = createPrivateKey(authority.privateKeyPem);
  const full = {
    ...content,
    issuer: issuerOf(authority.certificatePem).name,
    publicKey,
    issuerPublicKey: createPublicKey(issuerKey),
  };
  return { certificatePem: signCertificate(full, issuerKey), privateKeyPem: exportKey(privateKey) };
}

/** A new serial number: positive and never zero (RFC 5280 section 4.1.2.2). */
export function freshSerial(random: Random): Uint8Array {
  const serial = Uint8Array.from(random.bytes(16));
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40;
  return serial;
}

function period({ clock, random }: Issuing, days: number) {
  const serial = freshSerial(random);
  const nowMs = clock.now();
  return { serial, notBeforeMs: nowMs - certificateLimits.backdatedMs, notAfterMs: nowMs + days * dayMs };
}

function exportKey(key: KeyObject): string {
  const pem = key.export({ type: 'pkcs8', format: 'pem' });
  if (typeof pem !== 'string') throw new CodedError('internal', 'A private key was not exported as text.');
  return pem;
}

function parse(der: Uint8Array): X509Certificate | undefined {
  try {
    return new X509Certificate(der);
  } catch {
    return undefined;
  }
}

/** A part of a name: one text, or a list of them. */
function textsOf(value: unknown): string[] {
  return (Array.isArray(value) ? value : [value]).filter((text) => typeof text === 'string');
}
