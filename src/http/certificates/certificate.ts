import { createHash, type KeyObject, sign } from 'node:crypto';
import { CodedError, ipBytes, parseIp } from '../../base/index.ts';
import {
  bitString,
  boolean,
  implicit,
  integer,
  objectIdentifier,
  octetString,
  sequence,
  set,
  tagged,
  time,
  utf8String,
} from './der.ts';

/** What a certificate of ours says (RFC 5280); issuers' keys are ECDSA P-256, signatures ECDSA with SHA-256. */
export interface CertificateContent {
  readonly serial: Uint8Array;
  readonly subject: DistinguishedName;
  readonly issuer: DistinguishedName;
  readonly notBeforeMs: number;
  readonly notAfterMs: number;
  readonly publicKey: KeyObject;
  readonly issuerPublicKey: KeyObject;
  readonly usage: 'authority' | 'server' | 'client';
  readonly hostNames: readonly string[];
  readonly ipAddresses: readonly string[];
}

export interface DistinguishedName {
  readonly commonName: string;
  readonly organizations: readonly string[];
}

/** Makes the certificate and signs it with the issuer's key; PEM. */
export function signCertificate(content: CertificateContent, issuerKey: KeyObject): string {
  const subject = nameOf(content.subject);
  return signContent({ ...content, subject, extensions: extensionsOf(content) }, issuerKey);
}

/** A certificate whose subject and extensions are DER already. */
export interface EncodedContent
  extends Pick<CertificateContent, 'serial' | 'issuer' | 'notBeforeMs' | 'notAfterMs' | 'publicKey'> {
  readonly subject: Uint8Array;
  readonly extensions: readonly Uint8Array[];
}

/** Signs it with the issuer's key; PEM. */
export function signContent(content: EncodedContent, issuerKey: KeyObject): string {
  const toBeSigned = sequence(
    tagged(0, integer(Uint8Array.of(2))),
    integer(content.serial),
    ecdsaWithSha256,
    nameOf(content.issuer),
    sequence(time(content.notBeforeMs), time(content.notAfterMs)),
    content.subject,
    content.publicKey.export({ type: 'spki', format: 'der' }),
    tagged(3, sequence(...content.extensions)),
  );
  const signature = sign('sha256', toBeSigned, issuerKey);
  return pem(sequence(toBeSigned, ecdsaWithSha256, bitString(signature)));
}

const ecdsaWithSha256 = sequence(objectIdentifier('1.2.840.10045.4.3.2'));
const commonNameType = objectIdentifier('2.5.4.3');
const organizationType = objectIdentifier('2.5.4.10');

function nameOf({ commonName, organizations }: DistinguishedName): Buffer {
  const part = (type: Buffer, value: string) => set(sequence(type, utf8String(value)));
  return sequence(
    ...organizations.map((organization) => part(organizationType, organization)),
    ...(commonName === '' ? [] : [part(commonNameType, commonName)]),
  );
}

const extendedKeyUsages = { server: '1.3.6.1.5.5.7.3.1', client: '1.3.6.1.5.5.7.3.2' } as const;

function extensionsOf(content: CertificateContent): Buffer[] {
  const { usage, hostNames, ipAddresses } = content;
  const isAuthority = usage === 'authority';
  const extensions = [
    critical('2.5.29.19', isAuthority ? sequence(boolean(true)) : sequence()),
    critical('2.5.29.15', isAuthority ? authorityKeyUsage : leafKeyUsage),
    extension('2.5.29.14', octetString(keyIdentifier(content.publicKey))),
    authorityKeyExtension(content.issuerPublicKey),
  ];
  if (!isAuthority)
    extensions.push(extension('2.5.29.37', sequence(objectIdentifier(extendedKeyUsages[usage]))));
  if (hostNames.length + ipAddresses.length > 0) {
    const names = hostNames.map((name) => implicit(2, Buffer.from(name, 'ascii')));
    const addresses = ipAddresses.map((address) => implicit(7, addressBytes(address)));
    extensions.push(extension('2.5.29.17', sequence(...names, ...addresses)));
  }
  return extensions;
}

/** Throws `invalid` for what is no address. */
function addressBytes(address: string): Uint8Array {
  const ip = parseIp(address);
  if (!ip) throw new CodedError('invalid', `${address} is not an IP address.`);
  return Uint8Array.from(ipBytes(ip));
}

const p256PointBytes = 65;

/** digitalSignature, keyCertSign, cRLSign. */
const authorityKeyUsage = bitString(Uint8Array.of(0b1000_0110), 1);
/** digitalSignature. */
const leafKeyUsage = bitString(Uint8Array.of(0b1000_0000), 7);

/** Names the issuer's key. */
export function authorityKeyExtension(issuer: KeyObject): Buffer {
  return extension('2.5.29.35', sequence(implicit(0, keyIdentifier(issuer))));
}

/** An extension of a certificate that readers may pass over. */
export function extension(id: string, value: Uint8Array): Buffer {
  return sequence(objectIdentifier(id), octetString(value));
}

/** An extension that readers who do not know it refuse. */
export function critical(id: string, value: Uint8Array): Buffer {
  return sequence(objectIdentifier(id), boolean(true), octetString(value));
}

/**
 * RFC 7093 section 2: the left 160 bits of the SHA-256 of a P-256 point (method 1), of other keys with their algorithm
 * (method 4).
 */
function keyIdentifier(key: KeyObject): Buffer {
  const whole = key.export({ type: 'spki', format: 'der' });
  const identified = key.asymmetricKeyType === 'ec' ? whole.subarray(-p256PointBytes) : whole;
  return createHash('sha256').update(identified).digest().subarray(0, 20);
}

function pem(der: Buffer): string {
  const lines = der.toString('base64').replace(/(.{64})(?=.)/g, '$1\n');
  return `-----BEGIN CERTIFICATE-----\n${lines}\n-----END CERTIFICATE-----\n`;
}
