import { type Clock, isIp, type Random } from '../base/index.ts';
import type { ClusterHost } from '../clusters/index.ts';
import { type CertificateAndKey, issueServerCertificate, type TlsIdentity } from '../http/index.ts';
import { wildcards } from './listen-on.ts';
import { isClusterName } from './refusals.ts';

/** What the shared listener shows for a server name; undefined: the handshake ends. */
export function servedIdentities(parts: {
  readonly authority: CertificateAndKey;
  readonly clusters: Pick<ClusterHost, 'findByHostName' | 'isStopped'>;
  /** Address besides the loopback ones. */
  readonly listen: string | undefined;
  readonly clock: Clock;
  readonly random: Random;
}): (serverName: string | undefined) => TlsIdentity | undefined {
  const { authority, clusters, listen, clock, random } = parts;
  const issue = (names: ReturnType<typeof servedNames>): TlsIdentity => {
    const issued = issueServerCertificate(authority, { ...names, clock, random });
    return { cert: issued.certificatePem, key: issued.privateKeyPem };
  };
  const own = issue(servedNames(listen));
  const strangers = strangerIdentities((name) => issue({ hostNames: [name], ipAddresses: [] }));
  return (serverName) => {
    if (serverName === undefined) return own;
    const cluster = clusters.findByHostName(serverName);
    if (cluster) return cluster.spec.publicEndpoint ? cluster.serving : undefined;
    // As from the outside of a real one: the connection ends before anything is said.
    if (clusters.isStopped(serverName)) return undefined;
    return isClusterName(serverName) ? strangers(serverName) : own;
  };
}

/** What the server certificate names: localhost and its addresses, and the address asked for. */
export function servedNames(asked: string | undefined): { hostNames: string[]; ipAddresses: string[] } {
  const hostNames = new Set(['localhost']);
  const ipAddresses = new Set(['127.0.0.1', '::1']);
  if (asked !== undefined && !wildcards.includes(asked)) (isIp(asked) ? ipAddresses : hostNames).add(asked);
  return { hostNames: [...hostNames], ipAddresses: [...ipAddresses] };
}

const strangerIdentityLimit = 100;

/** Certificates for names that no cluster has, so that clients of a deleted cluster get to read that it is gone. */
function strangerIdentities(issue: (name: string) => TlsIdentity): (name: string) => TlsIdentity {
  const made = new Map<string, TlsIdentity>();
  return (name) => {
    const known = made.get(name);
    if (known) return known;
    const identity = issue(name);
    if (made.size >= strangerIdentityLimit) made.clear();
    made.set(name, identity);
    return identity;
  };
}
