import { createHash, X509Certificate } from 'node:crypto';
import type { JsonObject } from '../../base/index.ts';
import type { CertificateRecord } from '../records/records.ts';
import type { BodyReader } from './bodies.ts';
import { graphErrors } from './errors.ts';

/** Secrets are made by the directory, never taken from a caller. */
export function refusePasswords(body: BodyReader): void {
  if ((body.objects('passwordCredentials') ?? []).length > 0) {
    throw graphErrors.badRequest(
      'New password credentials must be generated with service actions: use addPassword.',
    );
  }
}

/** Certificates of `keyCredentials`; entries without a key stand for those that are there already. */
export function readCertificates(
  body: BodyReader,
  stored: readonly CertificateRecord[],
  newId: () => string,
): CertificateRecord[] | undefined {
  return body.objects('keyCredentials')?.map((credential) => {
    if (typeof credential['key'] === 'string') return readCertificate(credential, newId);
    const known = stored.find((one) => one.keyId === credential['keyId']);
    if (!known)
      throw graphErrors.badRequest(
        'Credential type not supported: a key credential needs its certificate as key.',
      );
    return known;
  });
}

function readCertificate(credential: JsonObject, newId: () => string): CertificateRecord {
  const { key, keyId, displayName, type } = credential;
  if (type !== undefined && type !== 'AsymmetricX509Cert') {
    throw graphErrors.badRequest('Credential type not supported. Drydock takes AsymmetricX509Cert.');
  }
  try {
    const bytes = Buffer.from(typeof key === 'string' ? key : '', 'base64');
    const { raw, validFromDate, validToDate } = new X509Certificate(bytes);
    return {
      keyId: typeof keyId === 'string' ? keyId : newId(),
      displayName: typeof displayName === 'string' ? displayName : null,
      startDateTime: validFromDate.toISOString(),
      endDateTime: validToDate.toISOString(),
      key: raw.toString('base64'),
      thumbprint: createHash('sha1').update(raw).digest('base64url'),
      thumbprintSha256: createHash('sha256').update(raw).digest('base64url'),
    };
  } catch {
    throw graphErrors.badRequest(
      'Key credential is invalid: its key must be a certificate, base64 of DER or PEM.',
    );
  }
}
