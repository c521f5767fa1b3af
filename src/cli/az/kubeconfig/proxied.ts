import { createHash } from 'node:crypto';
import { isObject, type Json, type JsonObject } from '../../../base/index.ts';
import { AzError } from '../errors.ts';
import { kubeconfigText, readKubeconfig } from './merge.ts';

/** Every API server's certificate names it so; a kubeconfig with `tls-server-name` says otherwise. */
const defaultServerName = 'kubernetes';

/** A kubeconfig of the service whose cluster is reached through a proxy on this machine. */
export interface ProxiedKubeconfig {
  /** Name in the certificate of the cluster. */
  readonly serverName: string;
  /** PEM of the CA of the cluster, when it names one. */
  readonly authority: string | undefined;
  /** The same kubeconfig, as YAML, with the proxy in place of the cluster. */
  leadTo(proxy: ProxyPlace): string;
}

interface ProxyPlace {
  readonly server: string;
  /** PEM of the CA of the proxy. */
  readonly authority: string;
  /** Token of a service account, in place of who is signed in. */
  readonly token?: string | undefined;
}

/** Throws AzError when the text is no kubeconfig with a cluster and a user. */
export function readProxied(text: string): ProxiedKubeconfig {
  const config = readKubeconfig(text, 'the kubeconfig of the service') ?? {};
  const cluster = entryOf(config, 'clusters', 'cluster');
  const user = entryOf(config, 'users', 'user');
  const authority = cluster['certificate-authority-data'];
  const serverName = cluster['tls-server-name'];
  return {
    serverName: typeof serverName === 'string' ? serverName : defaultServerName,
    authority: typeof authority === 'string' ? Buffer.from(authority, 'base64').toString('utf8') : undefined,
    leadTo(proxy) {
      cluster['server'] = proxy.server;
      cluster['certificate-authority-data'] = Buffer.from(proxy.authority).toString('base64');
      delete cluster['tls-server-name'];
      if (proxy.token !== undefined) user['token'] = proxy.token;
      return kubeconfigText(config);
    },
  };
}

/** The path segment that stands for a cluster: SHA-256 of its lower-cased id. */
export function clusterPathOf(resourceId: string): string {
  return createHash('sha256').update(resourceId.toLowerCase()).digest('hex');
}

/** The inner object of a section's first entry, e.g. `clusters[0].cluster`. */
function entryOf(config: JsonObject, section: string, member: string): JsonObject {
  const list: Json | undefined = config[section];
  const first = Array.isArray(list) ? list[0] : undefined;
  const inner = isObject(first) ? first[member] : undefined;
  if (!isObject(inner)) throw new AzError(`Failed to load kubeconfig: it has no ${section}.`);
  return inner;
}
