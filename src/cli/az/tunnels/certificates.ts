import { rootCertificates } from 'node:tls';
import type { Session } from '../session.ts';

/** What the tunnels trust, as one PEM text: the estate's CA, or the machine's where the estate names none. */
export function trustedCertificates(session: Session): string {
  return (session.transport.ca ?? rootCertificates).join('\n');
}
