import { decodeJson, encodeJson, isObject } from '../../base/index.ts';
import type { Entry, Store, Write } from '../../store/index.ts';

/**
 * What makes the clusters of a copied store those of another estate: without their keys, which the first start makes
 * anew, and without tokens that the old ones signed. Tokens of service accounts are filled in again.
 */
export async function clusterKeysRemoved(store: Pick<Store, 'range'>): Promise<readonly Write[]> {
  const keys = await store.range({ prefix: '/cluster-keys/' });
  const clusters = await store.range({ prefix: '/clusters/' });
  const writes: Write[] = keys.entries.map(({ key }) => ({ delete: key }));
  for (const { key } of clusters.entries) {
    const id = key.slice('/clusters/'.length);
    const { entries } = await store.range({ prefix: `/kube/${id}/core/secrets/` });
    writes.push(...entries.flatMap(withoutToken));
  }
  return writes;
}

function withoutToken({ key, value }: Entry): Write[] {
  const secret = decodeJson(value);
  if (!isObject(secret)) return [];
  if (secret['type'] === 'bootstrap.kubernetes.io/token') return [{ delete: key }];
  if (secret['type'] !== 'kubernetes.io/service-account-token' || !isObject(secret['data'])) return [];
  const { token: _token, 'ca.crt': _authority, ...data } = secret['data'];
  return [{ put: key, value: encodeJson({ ...secret, data }) }];
}
