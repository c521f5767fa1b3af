import type { Clock, Random } from '../../../base/index.ts';
import { createAuthority, issueServerCertificate } from '../../../http/index.ts';

/** What a server on 127.0.0.1 shows, and the CA that vouches for it; both live as long as the process. */
export interface LocalIdentity {
  readonly authority: string;
  readonly cert: string;
  readonly key: string;
}

/** Makes a throw-away CA and a certificate of its for this machine's loopback addresses. */
export function createLocalIdentity(issuing: {
  readonly clock: Clock;
  readonly random: Random;
}): LocalIdentity {
  const authority = createAuthority({ ...issuing, commonName: 'Drydock Arc proxy' });
  const server = issueServerCertificate(authority, {
    ...issuing,
    hostNames: ['localhost'],
    ipAddresses: ['127.0.0.1', '::1'],
  });
  return {
    authority: authority.certificatePem,
    cert: server.certificatePem,
    key: server.privateKeyPem,
  };
}
