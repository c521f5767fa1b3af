import { createPrivateKey, X509Certificate } from 'node:crypto';
import { type AdmissionStep, writesOf } from '../../apimachinery/admission.ts';
import { textOf } from '../../apimachinery/metadata.ts';
import { isObject, type Json } from '../../base/index.ts';

/** Writers of a TLS secret are told when its key does not fit its certificate. */
export const tlsSecrets: AdmissionStep = {
  name: 'tls-secrets',
  concerns: writesOf(['/secrets'], 'CREATE', 'UPDATE'),
  validate({ object, warnings }) {
    if (object?.['type'] !== 'kubernetes.io/tls') return;
    const problem = problemOf(object['data']);
    if (problem !== undefined) warnings.push(problem);
  },
};

function problemOf(data: Json | undefined): string | undefined {
  const decoded = (name: string) =>
    Buffer.from(isObject(data) ? textOf(data[name]) : '', 'base64').toString('latin1');
  const [certificate, privateKey] = [decoded('tls.crt'), decoded('tls.key')];
  const marker = '-----BEGIN ';
  if (!certificate.includes(marker)) return 'tls: failed to find any PEM data in certificate input';
  if (!privateKey.includes(marker)) return 'tls: failed to find any PEM data in key input';
  try {
    const fits = new X509Certificate(certificate).checkPrivateKey(createPrivateKey(privateKey));
    return fits ? undefined : 'tls: private key does not match public key';
  } catch {
    return 'tls: failed to parse private key';
  }
}
