import { timingSafeEqual } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type Clock, type Random, utf8 } from '../base/index.ts';
import { type CertificateAndKey, createAuthority } from '../http/index.ts';
import type { EstateFiles } from './options.ts';

/** Writes a file so that a crash leaves either the old or the new one, readable by its owner only. */
export function writePrivate(file: string, text: string): void {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  const next = `${file}.next`;
  rmSync(next, { force: true });
  // Exclusive: a file that lies there with another mode, or a link, is not written to.
  writeFileSync(next, text, { mode: 0o600, flag: 'wx' });
  renameSync(next, file);
}

/** The estate's CA: made on the first start, then always the same. */
export function loadAuthority(
  files: EstateFiles,
  parts: { readonly clock: Clock; readonly random: Random },
): CertificateAndKey {
  if (existsSync(files.authority) && existsSync(files.authorityKey)) {
    return {
      certificatePem: readFileSync(files.authority, 'utf8'),
      privateKeyPem: readFileSync(files.authorityKey, 'utf8'),
    };
  }
  const authority = createAuthority({ commonName: 'Drydock local CA', ...parts });
  // The key first: a certificate without its key would be of no use to anybody.
  writePrivate(files.authorityKey, authority.privateKeyPem);
  writePrivate(files.authority, authority.certificatePem);
  return authority;
}

const tokenBytes = 32;

/** The token of the control routes; whoever can read the home has it. */
export function loadControlToken(files: EstateFiles, random: Random): string {
  if (existsSync(files.controlToken)) return readFileSync(files.controlToken, 'utf8').trim();
  const token = Buffer.from(random.bytes(tokenBytes)).toString('base64url');
  writePrivate(files.controlToken, token);
  return token;
}

/** Compares two secrets without telling by time how much of them is equal. */
export function sameSecret(a: string, b: string): boolean {
  const left = utf8(a);
  const right = utf8(b);
  return left.length === right.length && timingSafeEqual(left, right);
}
