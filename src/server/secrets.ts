import { createPrivateKey, timingSafeEqual, X509Certificate } from 'node:crypto';
import { existsSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Clock, CodedError, errorMessage, makeFolder, type Random, utf8 } from '../base/index.ts';
import { type CertificateAndKey, createAuthority } from '../http/index.ts';
import type { EstateFiles } from './options.ts';

/** Writes a file so that a crash or a power cut leaves either the old or the new one, readable by its owner only. */
export function writePrivate(file: string, text: string): void {
  makeFolder(dirname(file));
  const next = `${file}.next`;
  rmSync(next, { force: true });
  // Exclusive: a file that lies there with another mode, or a link, is not written to.
  writeFileSync(next, text, { mode: 0o600, flag: 'wx', flush: true });
  renameSync(next, file);
}

/**
 * The estate's CA: made on the first start, then always the same. Throws `unavailable` with the way out when one of its
 * two files is gone or cannot be used: another CA would shut out everybody who trusts this one.
 */
export function loadAuthority(
  files: EstateFiles,
  parts: { readonly clock: Clock; readonly random: Random; readonly isNew: boolean },
): CertificateAndKey {
  const there = [files.authority, files.authorityKey].filter((file) => existsSync(file));
  // A first start that was cut off may have left the key alone.
  if (there.length > 0 && !(parts.isNew && there.length === 1)) return checkAuthority(files);
  const authority = createAuthority({ commonName: 'Drydock local CA', ...parts });
  // The key first: a certificate without its key would be of no use to anybody.
  writePrivate(files.authorityKey, authority.privateKeyPem);
  writePrivate(files.authority, authority.certificatePem);
  return authority;
}

/** The CA as it lies in a home. Throws `unavailable` with the reason and the way out. */
export function checkAuthority(files: Pick<EstateFiles, 'authority' | 'authorityKey'>): CertificateAndKey {
  const { authority, authorityKey } = files;
  const certificatePem = readNeeded(authority, authorityAdvice(files));
  const privateKeyPem = readNeeded(authorityKey, authorityAdvice(files));
  let fits = false;
  try {
    fits = new X509Certificate(certificatePem).checkPrivateKey(createPrivateKey(privateKeyPem));
  } catch (thrown) {
    throw new CodedError(
      'unavailable',
      `the CA in ${authority} and ${authorityKey} cannot be read: ${errorMessage(thrown)}. ${authorityAdvice(files)}`,
      thrown,
    );
  }
  if (fits) return { certificatePem, privateKeyPem };
  throw new CodedError(
    'unavailable',
    `${authorityKey} is not the key of ${authority}. ${authorityAdvice(files)}`,
  );
}

function authorityAdvice({
  authority,
  authorityKey,
}: Pick<EstateFiles, 'authority' | 'authorityKey'>): string {
  return `Put both files back from a backup ('drydock restore' into another folder shows them). Or delete both, ${authority} and ${authorityKey}: then the start makes a new CA, and every client must be given its certificate and fetch its credentials again.`;
}

function readNeeded(file: string, advice: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (thrown) {
    throw new CodedError('unavailable', `${file} cannot be read: ${errorMessage(thrown)}. ${advice}`, thrown);
  }
}

const tokenBytes = 32;
const tokenForm = /^[\w-]{43}$/;

/** The token of the control routes; whoever can read the home has it. Throws `unavailable` for a file that holds none. */
export function loadControlToken(files: EstateFiles, random: Random): string {
  const file = files.controlToken;
  if (existsSync(file)) {
    const advice = 'Delete it: the start makes a new one.';
    const token = readNeeded(file, advice).trim();
    // An empty one would open the control routes to everybody.
    if (tokenForm.test(token)) return token;
    throw new CodedError('unavailable', `${file} does not hold a control token. ${advice}`);
  }
  const token = Buffer.from(random.bytes(tokenBytes)).toString('base64url');
  writePrivate(file, token);
  return token;
}

/** Compares two secrets without telling by time how much of them is equal. */
export function sameSecret(a: string, b: string): boolean {
  const left = utf8(a);
  const right = utf8(b);
  return left.length === right.length && timingSafeEqual(left, right);
}
