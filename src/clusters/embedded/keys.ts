import { generateKeyPairSync } from 'node:crypto';
import { type Clock, decodeJson, encodeJson, isObject, type Random } from '../../base/index.ts';
import { createAuthority, issueClientCertificate } from '../../http/index.ts';
import type { Store } from '../../store/index.ts';

/** Keys of one cluster, made once: nobody's token or certificate counts in another cluster. */
export interface ClusterKeys {
  /** Signs client certificates of administrators. */
  readonly clientAuthority: { readonly certificatePem: string; readonly privateKeyPem: string };
  /** The administrator's own certificate: always the same one, as clients compare what they merge. */
  readonly administrator: { readonly certificatePem: string; readonly privateKeyPem: string };
  /** Signs service account tokens (ECDSA P-256, PKCS#8 PEM). */
  readonly serviceAccountKeyPem: string;
}

export function keysKey(clusterId: string): string {
  return `/cluster-keys/${clusterId}`;
}

export async function loadOrMakeKeys(
  clusterId: string,
  parts: { readonly store: Store; readonly clock: Clock; readonly random: Random },
): Promise<ClusterKeys> {
  const key = keysKey(clusterId);
  const stored = await parts.store.get(key);
  if (stored) return readKeys(stored.value);
  const made = makeKeys(clusterId, parts);
  const result = await parts.store.commit({
    guards: [{ key, revision: 0 }],
    writes: [{ put: key, value: encodeJson(made) }],
  });
  if (result.ok) return made;
  const winner = await parts.store.get(key);
  return winner ? readKeys(winner.value) : made;
}

/** As long as AKS gives its cluster administrators. */
const administratorDays = 730;

function makeKeys(clusterId: string, parts: { readonly clock: Clock; readonly random: Random }): ClusterKeys {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const clientAuthority = createAuthority({ commonName: `drydock cluster ${clusterId}`, ...parts });
  return {
    clientAuthority,
    administrator: issueClientCertificate(clientAuthority, {
      commonName: 'masterclient',
      organizations: ['system:masters'],
      days: administratorDays,
      ...parts,
    }),
    serviceAccountKeyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

function readKeys(bytes: Uint8Array): ClusterKeys {
  const value = decodeJson(bytes);
  if (!isObject(value)) throw new Error('stored cluster keys are broken');
  return {
    clientAuthority: readPair(value['clientAuthority']),
    administrator: readPair(value['administrator']),
    serviceAccountKeyPem: String(value['serviceAccountKeyPem']),
  };
}

function readPair(value: unknown): ClusterKeys['clientAuthority'] {
  if (!isObject(value)) throw new Error('stored cluster keys are broken');
  return { certificatePem: String(value['certificatePem']), privateKeyPem: String(value['privateKeyPem']) };
}
