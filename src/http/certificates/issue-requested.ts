import { createPrivateKey, createPublicKey } from 'node:crypto';
import { CodedError, type Random } from '../../base/index.ts';
import { type CertificateAndKey, freshSerial, issuerOf } from './authority.ts';
import { authorityKeyExtension, critical, extension, signContent } from './certificate.ts';
import { bitString, implicit, objectIdentifier, sequence, set, utf8String } from './der.ts';
import { type CertificationRequest, readRequest } from './request.ts';

/** An authority that signs what it is asked for with a request (PEM in base64). */
export interface RequestSigner {
  /** Reads a request; an Error says why it is none. */
  read(request: string): CertificationRequest | Error;
  /**
   * The certificate that was asked for, PEM: subject, alternative names and key of the request, nothing else of it, and never an
   * authority's. Its end is brought forward to that of the authority. Throws an Error for what is no request, and `invalid`
   * when the authority itself has expired.
   */
  sign(
    request: string,
    content: {
      readonly notBeforeMs: number;
      readonly notAfterMs: number;
      /** As `certificates.k8s.io/v1` names them, e.g. `client auth`; others are left out. */
      readonly usages: readonly string[];
    },
  ): string;
}

/** Makes an authority sign requests. */
export function requestSigner(authority: CertificateAndKey, random: Random): RequestSigner {
  return {
    read: readRequest,
    sign(request, content) {
      const read = readRequest(request);
      if (read instanceof Error) throw read;
      return issue(authority, read, { ...content, random });
    },
  };
}

type Content = Parameters<RequestSigner['sign']>[1] & { readonly random: Random };

function issue(authority: CertificateAndKey, request: CertificationRequest, content: Content): string {
  const issuer = issuerOf(authority.certificatePem);
  const endMs = issuer.certificate.validToDate.getTime();
  if (content.notBeforeMs >= endMs) {
    throw new CodedError('invalid', `the signer has expired: NotAfter=${new Date(endMs).toISOString()}`);
  }
  const issuerKey = createPrivateKey(authority.privateKeyPem);
  return signContent(
    {
      serial: freshSerial(content.random),
      issuer: issuer.name,
      notBeforeMs: content.notBeforeMs,
      notAfterMs: Math.min(content.notAfterMs, endMs),
      publicKey: request.publicKey,
      subject: subjectOf(request),
      extensions: [
        ...usageExtensions(content.usages),
        critical('2.5.29.19', sequence()),
        authorityKeyExtension(createPublicKey(issuerKey)),
        ...alternativeNames(request),
      ],
    },
    issuerKey,
  );
}

/** Parts of a subject that certificates have, in their order: OIDs (DER, hex) of X.520. */
const subjectParts = ['6', '8', '7', '9', '11', 'a', 'b', '3', '5'].map(
  (last) => `5504${last.padStart(2, '0')}`,
);
const singleParts = new Set(['550403', '550405']);

/** Values of one type stand in one set, as Go writes them; of names and serial numbers the last one counts. */
function subjectOf({ subject }: CertificationRequest): Buffer {
  const parts = subjectParts.flatMap((type) => {
    const values = subject.filter((part) => part.type === type);
    const kept = singleParts.has(type) ? values.slice(-1) : values;
    if (kept.length === 0) return [];
    const oid = Buffer.from(type, 'hex');
    const identifier = Buffer.concat([Uint8Array.of(0x06, oid.length), oid]);
    // DER sorts the members of a set.
    return [set(...kept.map(({ text }) => sequence(identifier, utf8String(text))).sort(Buffer.compare))];
  });
  return sequence(...parts);
}

/** Bits of the key usage, the first one first (RFC 5280 section 4.2.1.3). */
const keyUsageBits = [
  ['digital signature', 'signing'],
  ['content commitment'],
  ['key encipherment'],
  ['data encipherment'],
  ['key agreement'],
  ['cert sign'],
  ['crl sign'],
  ['encipher only'],
  ['decipher only'],
];

const extendedUsages: readonly (readonly [id: string, ...names: string[]])[] = [
  ['2.5.29.37.0', 'any'],
  ['1.3.6.1.5.5.7.3.1', 'server auth'],
  ['1.3.6.1.5.5.7.3.2', 'client auth'],
  ['1.3.6.1.5.5.7.3.3', 'code signing'],
  ['1.3.6.1.5.5.7.3.4', 'email protection', 's/mime'],
  ['1.3.6.1.5.5.7.3.5', 'ipsec end system'],
  ['1.3.6.1.5.5.7.3.6', 'ipsec tunnel'],
  ['1.3.6.1.5.5.7.3.7', 'ipsec user'],
  ['1.3.6.1.5.5.7.3.8', 'timestamping'],
  ['1.3.6.1.5.5.7.3.9', 'ocsp signing'],
  ['1.3.6.1.4.1.311.10.3.3', 'microsoft sgc'],
  ['2.16.840.1.113730.4.1', 'netscape sgc'],
];

function usageExtensions(usages: readonly string[]): Buffer[] {
  const bits = keyUsageBits.map((names) => names.some((name) => usages.includes(name)));
  const extended = extendedUsages.filter(([, ...names]) => names.some((name) => usages.includes(name)));
  return [
    ...(bits.includes(true) ? [critical('2.5.29.15', namedBits(bits))] : []),
    ...(extended.length > 0
      ? [extension('2.5.29.37', sequence(...extended.map(([id]) => objectIdentifier(id))))]
      : []),
  ];
}

/** Without the zeros at its end, as DER writes a list of named bits. */
function namedBits(bits: readonly boolean[]): Buffer {
  const length = bits.lastIndexOf(true) + 1;
  const bytes = new Uint8Array(Math.ceil(length / 8));
  for (let bit = 0; bit < length; bit++) {
    if (bits[bit]) bytes[bit >> 3] = (bytes[bit >> 3] ?? 0) | (0x80 >> (bit & 7));
  }
  return bitString(bytes, bytes.length * 8 - length);
}

const [emailTag, dnsTag, uriTag, ipTag] = [1, 2, 6, 7];

function alternativeNames(request: CertificationRequest): Buffer[] {
  const text = (tag: number) => (name: string) => implicit(tag, Buffer.from(name, 'latin1'));
  const names = [
    ...request.dnsNames.map(text(dnsTag)),
    ...request.emailAddresses.map(text(emailTag)),
    ...request.ipAddresses.map((address) => implicit(ipTag, address)),
    ...request.uris.map(text(uriTag)),
  ];
  if (names.length === 0) return [];
  const isNamed = request.subject.some(({ type }) => subjectParts.includes(type));
  return [(isNamed ? extension : critical)('2.5.29.17', sequence(...names))];
}
