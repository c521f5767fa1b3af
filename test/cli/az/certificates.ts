import { systemClock } from '../../../src/base/index.ts';
import { createAuthority, issueServerCertificate } from '../../../src/http/certificates/authority.ts';
import { seededRandom } from '../../support/seeded-random.ts';

/** A throw-away authority and a certificate of its for localhost. */
export function localhostCertificate(): { authority: string; certificate: string; key: string } {
  const issuing = { clock: systemClock, random: seededRandom('certificates') };
  const authority = createAuthority({ ...issuing, commonName: 'az test' });
  const server = issueServerCertificate(authority, {
    ...issuing,
    hostNames: ['localhost'],
    ipAddresses: ['127.0.0.1'],
  });
  return {
    authority: authority.certificatePem,
    certificate: server.certificatePem,
    key: server.privateKeyPem,
  };
}
