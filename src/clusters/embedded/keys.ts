import { generateKeyPairSync } from 'node:crypto';
import { type Clock, CodedError, decodeJson, encodeJson, isObject, type Random } from '../../base/index.ts';
import { createAuthority, issueClientCertificate } from '../../http/index.ts';
import type { Entry, Store } from '../../store/index.ts';
import type { KeyRenewal } from '../contract.ts';

export interface CertificatePair {
  readonly certificatePem: string;
  readonly privateKeyPem: string;
}

/** Keys of one cluster, made once: nobody's token or certificate counts in another cluster. */
export interface ClusterKeys {
  /** Signs client certificates of administrators. */
  readonly clientAuthority: CertificatePair;
  /** The administrator's, of clusters that were made when it was kept here. */
  readonly administrator?: CertificatePair;
  /** Signs service account tokens (ECDSA P-256, PKCS#8 PEM). */
  readonly serviceAccountKeyPem: string;
}

export function keysKey(clusterId: string): string {
  return `/cluster-keys/${clusterId}`;
}

export function administratorKey(clusterId: string): string {
  return `${keysKey(clusterId)}/administrator`;
}

export function frontProxyKey(clusterId: string): string {
  return `${keysKey(clusterId)}/front-proxy`;
}

interface Parts {
  readonly store: Pick<Store, 'get' | 'commit'>;
  readonly clock: Clock;
  readonly random: Random;
}

/** `commit` writes them, as long as `owner` is what it was when it is given. */
export async function loadOrMakeKeys(
  clusterId: string,
  parts: Parts & { readonly commit: Store['commit']; readonly owner: Entry | undefined },
): Promise<ClusterKeys> {
  const { store, commit, owner } = parts;
  const key = keysKey(clusterId);
  const stored = await store.get(key);
  if (stored) return readKeys(stored.value);
  const value = encodeJson({ ...makeKeys(clusterId, parts) });
  const kept = { get: (of: string) => store.get(of), commit };
  return readKeys(await keepFirst(kept, { key, value, owner }));
}

/**
 * The authority of what a cluster shows extension servers: made once, as they trust it alone. Apart from the other keys,
 * because clusters had those before.
 */
export async function loadOrMakeFrontProxy(
  clusterId: string,
  parts: Parts & { readonly commit: Store['commit'] },
): Promise<CertificatePair> {
  const { store, commit } = parts;
  const key = frontProxyKey(clusterId);
  const stored = await store.get(key);
  if (stored) return readPair(decodeJson(stored.value));
  const made = createAuthority({ commonName: `drydock front proxy ${clusterId}`, ...parts });
  const owner = await store.get(keysKey(clusterId));
  const kept = { get: (of: string) => store.get(of), commit };
  return readPair(decodeJson(await keepFirst(kept, { key, value: encodeJson({ ...made }), owner })));
}

/**
 * The administrator's own certificate: made when it is first asked for, then always the same one, as clients compare
 * what they merge. Its key is RSA: there are clients that read no other.
 */
export async function loadOrMakeAdministrator(
  clusterId: string,
  keys: ClusterKeys,
  parts: Parts,
): Promise<CertificatePair> {
  if (keys.administrator) return keys.administrator;
  const key = administratorKey(clusterId);
  const stored = await parts.store.get(key);
  if (stored) return readPair(decodeJson(stored.value));
  const owner = await parts.store.get(keysKey(clusterId));
  const made = await issueClientCertificate(keys.clientAuthority, {
    commonName: 'masterclient',
    organizations: ['system:masters'],
    days: administratorDays,
    clock: parts.clock,
    random: parts.random,
  });
  return readPair(decodeJson(await keepFirst(parts.store, { key, value: encodeJson({ ...made }), owner })));
}

/**
 * Makes keys anew: whoever asks names the change, and asked again about the same one nothing happens. The cluster must not
 * run; it trusts what is new from its next start on, and nothing of before.
 */
export async function renewKeys(clusterId: string, { change, id }: KeyRenewal, parts: Parts): Promise<void> {
  const { store } = parts;
  const key = keysKey(clusterId);
  const entry = await store.get(key);
  const kept = entry && decodeJson(entry.value);
  if (!entry || !isObject(kept) || kept['renewed'] === id) return;
  const { clientAuthority, serviceAccountKeyPem } = makeKeys(clusterId, parts);
  const { administrator: _ours, ...others } = kept;
  const renewed =
    change === 'certificates'
      ? { ...others, clientAuthority, renewed: id }
      : { ...kept, serviceAccountKeyPem, renewed: id };
  const result = await store.commit({
    guards: [{ key, revision: entry.revision }],
    writes: [
      { put: key, value: encodeJson({ ...renewed }) },
      ...(change === 'certificates'
        ? [{ delete: administratorKey(clusterId) }, { delete: frontProxyKey(clusterId) }]
        : []),
    ],
  });
  if (!result.ok) throw new CodedError('conflict', 'The keys of the cluster were changed by somebody else.');
}

/** Writes the value unless another one was faster, or its owner is gone; answers the one that is kept. */
async function keepFirst(
  store: Pick<Store, 'get' | 'commit'>,
  { key, value, owner }: { key: string; value: Uint8Array; owner?: Entry | undefined },
): Promise<Uint8Array> {
  const guards = [{ key, revision: 0 }, ...(owner ? [{ key: owner.key, revision: owner.revision }] : [])];
  const result = await store.commit({ guards, writes: [{ put: key, value }] });
  if (result.ok) return value;
  return (await store.get(key))?.value ?? value;
}

/** As long as AKS gives its cluster administrators. */
const administratorDays = 730;

function makeKeys(clusterId: string, { clock, random }: Parts): ClusterKeys {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return {
    clientAuthority: createAuthority({ commonName: `drydock cluster ${clusterId}`, clock, random }),
    serviceAccountKeyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
  };
}

function readKeys(bytes: Uint8Array): ClusterKeys {
  const value = decodeJson(bytes);
  if (!isObject(value)) throw new Error('stored cluster keys are broken');
  return {
    clientAuthority: readPair(value['clientAuthority']),
    ...('administrator' in value && { administrator: readPair(value['administrator']) }),
    serviceAccountKeyPem: String(value['serviceAccountKeyPem']),
  };
}

function readPair(value: unknown): CertificatePair {
  if (!isObject(value)) throw new Error('stored cluster keys are broken');
  return { certificatePem: String(value['certificatePem']), privateKeyPem: String(value['privateKeyPem']) };
}
