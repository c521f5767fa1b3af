import { createPublicKey, verify } from 'node:crypto';

/** What is read of a PKCS#10 request (RFC 2986). */
export interface CertificationRequest {
  readonly organizations: readonly string[];
  /** The last one of the subject; '' when there is none. */
  readonly commonName: string;
}

const pemBlock = /^[\s\S]*?-----BEGIN ([A-Z0-9 ]+)-----\r?\n([A-Za-z0-9+/=\s]+)-----END \1-----/;
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
  const [, subject, key] = childrenOf(info);
  const [identifier] = childrenOf(algorithm);
  if (!subject || !key || !identifier) throw malformed();
  const digest = digests[identifier.content.toString('hex')];
  if (digest === undefined) throw new Error('x509: cannot verify signature: algorithm unimplemented');
  // The first byte counts the unused bits.
  if (!isSigned(info.whole, { digest, key: key.whole, signature: signature.content.subarray(1) })) {
    throw new Error('x509: signature does not match the key of the request');
  }
  return {
    organizations: textsOf(subject, organization),
    commonName: textsOf(subject, commonName).at(-1) ?? '',
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

function isSigned(data: Buffer, by: { digest: string | null; key: Buffer; signature: Buffer }): boolean {
  try {
    const key = createPublicKey({ key: by.key, format: 'der', type: 'spki' });
    return verify(by.digest, data, key, by.signature);
  } catch {
    return false;
  }
}

/** The attributes of a type (OID; DER, hex) in a name. */
function textsOf(subject: Element, wanted: string): string[] {
  const found: string[] = [];
  for (const set of childrenOf(subject)) {
    for (const attribute of childrenOf(set)) {
      const [type, value] = childrenOf(attribute);
      if (type && value && type.content.toString('hex') === wanted) found.push(textOf(value));
    }
  }
  return found;
}

const bmpString = 0x1e;

function textOf({ tag, content }: Element): string {
  return tag === bmpString ? Buffer.from(content).swap16().toString('utf16le') : content.toString('utf8');
}

/** One DER element. */
interface Element {
  readonly tag: number;
  readonly content: Buffer;
  /** With tag and length. */
  readonly whole: Buffer;
}

const longestLengthBytes = 4;

function readElement(bytes: Buffer, start: number): Element {
  const [tag, first] = [bytes[start], bytes[start + 1]];
  if (tag === undefined || first === undefined) throw malformed();
  const extra = first < 0x80 ? 0 : first & 0x7f;
  if (extra > longestLengthBytes || first === 0x80 || start + 2 + extra > bytes.length) throw malformed();
  const length = extra === 0 ? first : bytes.readUIntBE(start + 2, extra);
  const begin = start + 2 + extra;
  if (begin + length > bytes.length) throw malformed();
  return {
    tag,
    content: bytes.subarray(begin, begin + length),
    whole: bytes.subarray(start, begin + length),
  };
}

function childrenOf({ content }: Element): Element[] {
  const children: Element[] = [];
  for (let at = 0; at < content.length; ) {
    const child = readElement(content, at);
    children.push(child);
    at += child.whole.length;
  }
  return children;
}

function malformed(): Error {
  return new Error('asn1: structure error: the request is malformed');
}
