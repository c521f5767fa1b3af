import { X509Certificate } from 'node:crypto';

const block = /-----BEGIN ([A-Z0-9 ]+)-----[ \t]*\r?\n([^-]*)-----END \1-----/g;
const header = /^[^\n:]+:/m;

/** Why this (PEM in base64) is no certificate, nor several, that a signer may have issued; undefined: it is. */
export function whyNoCertificate(base64: string): string | undefined {
  const blocks = [...Buffer.from(base64, 'base64').toString('latin1').matchAll(block)];
  for (const [, type = '', body = ''] of blocks) {
    if (type !== 'CERTIFICATE')
      return `only CERTIFICATE PEM blocks are allowed, found ${JSON.stringify(type)}`;
    if (header.test(body)) return 'no PEM block headers are permitted';
    if (!isCertificate(Buffer.from(body, 'base64'))) return 'x509: malformed certificate';
  }
  return blocks.length === 0 ? 'must contain at least one CERTIFICATE PEM block' : undefined;
}

function isCertificate(der: Buffer): boolean {
  try {
    new X509Certificate(der);
    return true;
  } catch {
    return false;
  }
}
