import { generateKeyPairSync } from 'node:crypto';
import { type Clock, decodeJson, encodeJson, isObject, type Random } from '../../base/index.ts';
import { createAuthority } from '../../http/index.ts';
import type { Store } from '../../store/index.ts';

/** Keys of one cluster, made once: nobody's token or certificate counts in another cluster. */
export interface ClusterKeys {
  /** Signs client certificates of administrators. */
  readonly clientAuthority: { readonly certificatePem: string; readonly privateKeyPem: string };
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
  const made = await makeKeys(clusterId, parts);
  const result = await parts.store.commit({
    guards: [{ key, revision: 0 }],
    writes: [{ put: key, value: encodeJson(made) }],
  });
  if (result.ok) return made;
  const winner = await parts.store.get(key);
  return winner ? readKeys(winner.value) : made;
}

async function makeKeys(
  clusterId: string,
  parts: { readonly clock: Clock; readonly random: Random },
): Promise<ClusterKeys> {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    clientAuthority: await createAuthority({ commonName: `drydock cluster ${clusterId}`, ...parts }),
    serviceAccountKeyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

function readKeys(bytes: Uint8Array): ClusterKeys {
  const value = decodeJson(bytes);
  if (!isObject(value) || !isObject(value['clientAuthority']))
    throw new Error('stored cluster keys are broken');
  const { clientAuthority } = value;
  return {
    clientAuthority: {
      certificatePem: String(clientAuthority['certificatePem']),
      privateKeyPem: String(clientAuthority['privateKeyPem']),
    },
    serviceAccountKeyPem: String(value['serviceAccountKeyPem']),
  };
}
