import { resolve } from 'node:path';
import type { EtcdSettings } from '../../server/etcd-settings.ts';
import { UsageError, type VerbCall, type VerbOption } from './declaration.ts';

const defaultPrefix = '/drydock/';

/** Where the store of `up` is. */
export const storeOptions: Readonly<Record<string, VerbOption>> = {
  store: { type: 'string', value: 'KIND', summary: 'sqlite (in the home, the default) or etcd' },
  'etcd-endpoints': {
    type: 'string',
    value: 'ENDPOINTS',
    summary: 'where etcd is: HOST:PORT or URL, with commas between',
  },
  'etcd-ca': {
    type: 'string',
    value: 'FILE',
    summary: "certificates that sign those of etcd's servers, PEM",
  },
  'etcd-cert': { type: 'string', value: 'FILE', summary: 'certificate of this client, PEM' },
  'etcd-key': { type: 'string', value: 'FILE', summary: 'its private key, PEM' },
  'etcd-prefix': {
    type: 'string',
    value: 'PREFIX',
    summary: `what all keys begin with (default: ${defaultPrefix})`,
  },
};

/** What `up` is asked for; `sqlite` when it is the home's own, undefined when nothing is said. Throws UsageError. */
export function storeChoice(options: VerbCall['options']): EtcdSettings | 'sqlite' | undefined {
  const flag = (name: string) => {
    const value = options[name];
    return typeof value === 'string' ? value : undefined;
  };
  const kind = flag('store');
  const given = Object.keys(storeOptions).filter((name) => name !== 'store' && flag(name) !== undefined);
  if (kind !== undefined && kind !== 'sqlite' && kind !== 'etcd') {
    throw new UsageError(`--store takes sqlite or etcd, not '${kind}'.`);
  }
  if (kind !== 'etcd') {
    const [first] = given;
    if (first !== undefined) throw new UsageError(`--${first} goes with --store etcd.`);
    return kind;
  }
  const endpoints = (flag('etcd-endpoints') ?? '').split(',').filter((endpoint) => endpoint !== '');
  if (endpoints.length === 0) throw new UsageError('--store etcd needs --etcd-endpoints.');
  for (const endpoint of endpoints) checkEndpoint(endpoint);
  const [ca, cert, key] = [flag('etcd-ca'), flag('etcd-cert'), flag('etcd-key')];
  if ((cert === undefined) !== (key === undefined)) {
    throw new UsageError('--etcd-cert and --etcd-key go together.');
  }
  const prefix = flag('etcd-prefix') ?? defaultPrefix;
  if (!/^[\x21-\x7e]{1,200}$/.test(prefix)) {
    throw new UsageError('--etcd-prefix takes 1 to 200 printable ASCII characters without blanks.');
  }
  return {
    endpoints,
    prefix,
    ...(ca !== undefined && { ca: resolve(ca) }),
    ...(cert !== undefined && { cert: resolve(cert) }),
    ...(key !== undefined && { key: resolve(key) }),
  };
}

/** The options of `up` that ask for it. */
export function storeWords(store: EtcdSettings | 'sqlite'): string[] {
  if (store === 'sqlite') return ['--store', store];
  const { endpoints, prefix, ca, cert, key } = store;
  return [
    ...['--store', 'etcd', '--etcd-endpoints', endpoints.join(','), '--etcd-prefix', prefix],
    ...(ca === undefined ? [] : ['--etcd-ca', ca]),
    ...(cert === undefined ? [] : ['--etcd-cert', cert]),
    ...(key === undefined ? [] : ['--etcd-key', key]),
  ];
}

function checkEndpoint(endpoint: string): void {
  const url = endpoint.includes('://') ? endpoint : `http://${endpoint}`;
  if (URL.canParse(url) && /^https?:/.test(url) && new URL(url).hostname !== '') return;
  throw new UsageError(`--etcd-endpoints takes HOST:PORT or URLs of http or https, not '${endpoint}'.`);
}
