import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { childrenOf, type Element, malformed, readElement } from './der-reader.ts';

/** What is read of a PKCS#10 request (RFC 2986). */
export interface CertificationRequest {
  readonly organizations: readonly string[];
  /** The last one of the subject; '' when there is none. */
  readonly commonName: string;
  /** The alternative names that it asks for. */
  readonly dnsNames: readonly string[];
  readonly emailAddresses: readonly string[];
  readonly uris: readonly string[];
  /** Each 4 or 16 bytes. */
  readonly ipAddresses: readonly Uint8Array[];
  /** The subject's attributes in their order. */
  readonly subject: readonly Attribute[];
  readonly publicKey: KeyObject;
}

/** One part of a name. */
export interface Attribute {
  /** OID; DER, hex. */
  readonly type: string;
  readonly text: string;
}

const pemBlock = /^[\s\S]*?-----BEGIN ([A-Z0-9 ]+)-----\r?\n([A-Za-z0-9+/=\s]+)-----END \1-----/;
const bmpString = 0x1e;
const organization = '55040a';
const commonName = '550403';

/** Signature algorithms by OID (DER, hex), with the digest that they sign. */
const digests: Readonly<Record<string, string | null | undefined>> = {
  '2a864886f70d01010b': 'sha256',
  '2a864886f70d01010c': 'sha384',
  '2a864886f70d01010d': 'sha512',
  '2a8648ce3d040302': 'sha256',
  '2a8648ce3d040303': 'sha384',
  '2a8648ce3d040304': 'sha512',
  '2b6570': null,
};

/** Reads a request in PEM and checks that it is signed with its own key. Throws an Error with the reason. */
export function readCertificationRequest(pem: string): CertificationRequest {
  const [, type, base64 = ''] = pemBlock.exec(pem) ?? [];
  if (type !== 'CERTIFICATE REQUEST') throw new Error('PEM block type must be CERTIFICATE REQUEST');
  const whole = childrenOf(readElement(Buffer.from(base64, 'base64'), 0));
  const [info, algorithm, signature] = whole;
  if (!info || !algorithm || !signature || whole.length !== 3) throw malformed();
  const [, subject, key, ...attributes] = childrenOf(info);
  const [identifier] = childrenOf(algorithm);
  if (!subject || !key || !identifier) throw malformed();
  const digest = digests[identifier.content.toString('hex')];
  if (digest === undefined) throw new Error('x509: cannot verify signature: algorithm unimplemented');
  const publicKey = keyOf(key.whole);
  const weakness = publicKey && whyWeak(publicKey);
  if (weakness !== undefined) throw new Error(weakness);
  // The first byte counts the unused bits.
  if (!publicKey || !isSigned(info.whole, { digest, publicKey, signature: signature.content.subarray(1) })) {
    throw new Error('x509: signature does not match the key of the request');
  }
  const parts = childrenOf(subject).flatMap(childrenOf).flatMap(readNamePart);
  return {
    organizations: textsOf(parts, organization),
    commonName: textsOf(parts, commonName).at(-1) ?? '',
    ...alternativeNames(attributes),
    subject: parts,
    publicKey,
  };
}

/** The same of `spec.request`, which is the PEM in base64; an Error says why it is none. */
export function readRequest(base64: string): CertificationRequest | Error {
  try {
    return readCertificationRequest(Buffer.from(base64, 'base64').toString('latin1'));
  } catch (thrown) {
    return thrown instanceof Error ? thrown : new Error(String(thrown));
  }
}

function keyOf(der: Buffer): KeyObject | undefined {
  try {
    return createPublicKey({ key: der, format: 'der', type: 'spki' });
  } catch {
    return undefined;
  }
}

const leastRsaBits = 1024;
/** As Node's names them: P-224 to P-521. */
const curves = ['secp224r1', 'prime256v1', 'secp384r1', 'secp521r1'];

/** Why a key is none that a certificate is issued for, in Go's words: whoever can guess it would be who the certificate names. */
function whyWeak({
  asymmetricKeyType: type,
  asymmetricKeyDetails: details = {},
}: KeyObject): string | undefined {
  const { modulusLength = 0, namedCurve = '' } = details;
  if (type === 'rsa' && modulusLength < leastRsaBits) {
    const see = 'see https://go.dev/pkg/crypto/rsa#hdr-Minimum_key_size';
    return `crypto/rsa: ${modulusLength}-bit keys are insecure (${see})`;
  }
  if (type === 'ec') return curves.includes(namedCurve) ? undefined : 'x509: unsupported elliptic curve';
  const isKnown = type === 'rsa' || type === 'ed25519';
  return isKnown ? undefined : 'x509: cannot verify signature: algorithm unimplemented';
}

function isSigned(
  data: Buffer,
  by: { digest: string | null; publicKey: KeyObject; signature: Buffer },
): boolean {
  try {
    return verify(by.digest, data, by.publicKey, by.signature);
  } catch {
    return false;
  }
}

interface ReadAttribute {
  readonly type: string;
  readonly value: Element;
}

function readAttribute(attribute: Element): ReadAttribute[] {
  const [type, value] = childrenOf(attribute);
  return type && value ? [{ type: type.content.toString('hex'), value }] : [];
}

/** Forms of a text in a name: UTF-8, numeric, printable, Teletex, IA5. */
const textTags = new Set([0x0c, 0x12, 0x13, 0x14, 0x16]);

/** A text in another form is not seen, here or in what is issued: readers of certificates take some of them for texts. */
function readNamePart(attribute: Element): Attribute[] {
  return readAttribute(attribute).flatMap(({ type, value: { tag, content } }) => {
    if (textTags.has(tag)) return [{ type, text: content.toString('utf8') }];
    if (tag !== bmpString || content.length % 2 !== 0) return [];
    return [{ type, text: Buffer.from(content).swap16().toString('utf16le') }];
  });
}

/** The texts of a type (OID; DER, hex) in a name. */
function textsOf(parts: readonly Attribute[], wanted: string): string[] {
  return parts.flatMap(({ type, text }) => (type === wanted ? [text] : []));
}

const extensionRequest = '2a864886f70d01090e';
const subjectAlternativeName = '551d11';
/** Context tags of RFC 5280's GeneralName. */
const nameTags = { email: 0x81, dns: 0x82, uri: 0x86, ip: 0x87 } as const;

type AlternativeNames = Pick<CertificationRequest, 'dnsNames' | 'emailAddresses' | 'uris' | 'ipAddresses'>;

/** What the extensions among a request's attributes ask for (RFC 2985 section 5.4.2). */
function alternativeNames(attributes: readonly Element[]): AlternativeNames {
  const extensions = attributes
    .flatMap(childrenOf)
    .flatMap(readAttribute)
    .filter(({ type }) => type === extensionRequest)
    .flatMap(({ value }) => childrenOf(value).flatMap(childrenOf))
    .map(childrenOf);
  const names = extensions.flatMap((extension) => {
    const value = extension.at(-1);
    if (extension[0]?.content.toString('hex') !== subjectAlternativeName || !value) return [];
    return childrenOf(readElement(value.content, 0));
  });
  const ofTag = (tag: number) => names.filter((name) => name.tag === tag).map(({ content }) => content);
  const texts = (tag: number) => ofTag(tag).map((content) => content.toString('latin1'));
  const ipAddresses = ofTag(nameTags.ip);
  if (ipAddresses.some(({ length }) => length !== 4 && length !== 16))
    throw new Error('x509: cannot parse IP address');
  const [dnsNames, emailAddresses, uris] = [texts(nameTags.dns), texts(nameTags.email), texts(nameTags.uri)];
  return { dnsNames, emailAddresses, uris, ipAddresses };
}
