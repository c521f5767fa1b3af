import { createPublicKey, generateKeyPair } from 'node:crypto';
import { promisify } from 'node:util';

/** Bits of generated keys, and the fewest that a given RSA key may have. */
const rsaBits = { generated: 3072, fewest: 2048 } as const;

/** A new RSA key pair: PEM of the private key (PKCS #1) and the line of `authorized_keys`. */
export async function generateRsaPair(): Promise<{
  readonly privateKey: string;
  readonly publicKey: string;
}> {
  const pair = await promisify(generateKeyPair)('rsa', {
    modulusLength: rsaBits.generated,
    publicKeyEncoding: { type: 'spki', format: 'pem' },
    privateKeyEncoding: { type: 'pkcs1', format: 'pem' },
  });
  const { n = '', e = '' } = createPublicKey(pair.publicKey).export({ format: 'jwk' });
  const blob = Buffer.concat([
    field(Buffer.from('ssh-rsa')),
    field(integer(Buffer.from(e, 'base64url'))),
    field(integer(Buffer.from(n, 'base64url'))),
  ]);
  return {
    privateKey: pair.privateKey,
    publicKey: `ssh-rsa ${blob.toString('base64')} generated-by-azure`,
  };
}

/** Why a line is no usable public key, or undefined when it is one. */
export function publicKeyFault(line: string): string | undefined {
  const [kind = '', encoded = ''] = line.trim().split(/\s+/);
  if (kind !== 'ssh-rsa' && kind !== 'ssh-ed25519') return 'the key must begin with ssh-rsa or ssh-ed25519';
  const fields = readFields(Buffer.from(encoded, 'base64'));
  if (fields?.[0]?.toString('latin1') !== kind) return 'the key is not valid base64 of an SSH public key';
  if (kind === 'ssh-ed25519')
    return fields.length === 2 && fields[1]?.length === 32 ? undefined : 'the key is cut off';
  const modulus = fields[2];
  if (fields.length !== 3 || !modulus) return 'the key is cut off';
  const bits = (modulus[0] === 0 ? modulus.length - 1 : modulus.length) * 8;
  return bits < rsaBits.fewest
    ? `an RSA key needs at least ${rsaBits.fewest} bits, this has ${bits}`
    : undefined;
}

function readFields(blob: Buffer): Buffer[] | undefined {
  const fields: Buffer[] = [];
  let at = 0;
  while (at < blob.length) {
    if (at + 4 > blob.length) return undefined;
    const end = at + 4 + blob.readUInt32BE(at);
    if (end > blob.length) return undefined;
    fields.push(blob.subarray(at + 4, end));
    at = end;
  }
  return fields;
}

function field(bytes: Buffer): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32BE(bytes.length);
  return Buffer.concat([length, bytes]);
}

/** A leading zero keeps the number positive (RFC 4251, mpint). */
function integer(bytes: Buffer): Buffer {
  return (bytes[0] ?? 0) & 0x80 ? Buffer.concat([Buffer.alloc(1), bytes]) : bytes;
}
