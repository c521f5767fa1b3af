import { isObject, type Json } from '../base/index.ts';

/** A store in etcd instead of the home: where it is; absolute paths of PEM files. */
export interface EtcdSettings {
  readonly endpoints: readonly string[];
  readonly prefix: string;
  readonly ca?: string;
  readonly cert?: string;
  readonly key?: string;
}

/** What a start left in the home, when it is that. */
export function savedEtcd(saved: Json | undefined): EtcdSettings | undefined {
  if (!isObject(saved) || !Array.isArray(saved['endpoints']) || typeof saved['prefix'] !== 'string')
    return undefined;
  const endpoints = saved['endpoints'].filter((endpoint) => typeof endpoint === 'string');
  if (endpoints.length === 0) return undefined;
  const { ca, cert, key } = saved;
  return {
    endpoints,
    prefix: saved['prefix'],
    ...(typeof ca === 'string' && { ca }),
    ...(typeof cert === 'string' && { cert }),
    ...(typeof key === 'string' && { key }),
  };
}
