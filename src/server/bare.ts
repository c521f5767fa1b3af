import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { UserInfo } from '../apimachinery/contract.ts';
import {
  type ActivePlugIns,
  type ApiServer,
  certificateAuthenticator,
  createApiServer,
  type PlugInSwitches,
  tokenAuthenticator,
} from '../apiserver/index.ts';
import { silentLogger, systemClock, systemRandom } from '../base/index.ts';
import {
  createAuthority,
  createListener,
  issueServerCertificate,
  type Listener,
  RequestsInFlight,
  type TlsIdentity,
} from '../http/index.ts';
import { createMemoryStore, openSqliteStore, type Store } from '../store/index.ts';
import { tooManyRequests } from './refusals.ts';

export type { ActivePlugIns, PlugInSwitches };

/** One Kubernetes API server by itself: no controllers, no estate around it. */
export interface BareServer {
  readonly url: string;
  readonly certificateAuthority: string;
  /** Bearer token of a member of `system:masters`. */
  readonly token: string;
  readonly admissionPlugIns: ActivePlugIns;
  close(): Promise<void>;
}

const surroundings = { clock: systemClock, random: systemRandom, log: silentLogger };
const keyPrefix = '/kube/bare';
const version = { display: '1.34.4' };
const tokenBytes = 32;
const administrator: UserInfo = { username: 'admin', uid: '', groups: ['system:masters'], extra: {} };

/** Without controllers nobody makes the accounts that pods would wait for; who wants that says so. */
function withoutAccounts({ enable = [], disable = [] }: PlugInSwitches): PlugInSwitches {
  const plugIn = 'ServiceAccount';
  return enable.includes(plugIn) ? { enable, disable } : { enable, disable: [...disable, plugIn] };
}

/** A throw-away server whose data lies in `folder`, as durable as a full one's. */
export async function startBareServer(options: {
  readonly folder: string;
  readonly port: number;
  readonly admissionPlugIns?: PlugInSwitches;
}): Promise<BareServer> {
  const authority = createAuthority({ commonName: 'Drydock bare server CA', ...surroundings });
  const serving = issueServerCertificate(authority, {
    hostNames: ['localhost'],
    ipAddresses: ['127.0.0.1', '::1'],
    ...surroundings,
  });
  const token = Buffer.from(systemRandom.bytes(tokenBytes)).toString('base64url');
  const store = await openSqliteStore({ file: join(options.folder, 'kube.db'), ...surroundings });
  const server = createApiServer({
    store,
    keyPrefix,
    ...surroundings,
    version,
    authenticators: [tokenAuthenticator(new Map([[token, administrator]]))],
    authorizers: [],
    admissionPlugIns: withoutAccounts(options.admissionPlugIns ?? {}),
  });
  const identity = { cert: serving.certificatePem, key: serving.privateKeyPem };
  const started = await serve({ server, store, identity, host: '127.0.0.1', port: options.port });
  return {
    url: `https://127.0.0.1:${started.port}`,
    certificateAuthority: authority.certificatePem,
    token,
    admissionPlugIns: server.admissionPlugIns,
    close: started.close,
  };
}

export interface EnvtestOptions {
  readonly host: string;
  readonly port: number;
  /** Holds `apiserver.crt` and `apiserver.key`. */
  readonly certificateFolder: string;
  readonly clientAuthorityFile: string | undefined;
  readonly serviceAccountIssuer: string | undefined;
  readonly serviceAccountSigningKeyFile: string | undefined;
  readonly admissionPlugIns?: PlugInSwitches;
}

/** A server with the certificates that envtest wrote; its data lives as long as the process. */
export async function startEnvtestServer(
  options: EnvtestOptions,
): Promise<{ readonly admissionPlugIns: ActivePlugIns; close(): Promise<void> }> {
  const store = createMemoryStore(surroundings);
  const read = (file: string | undefined) =>
    file && existsSync(file) ? readFileSync(file, 'utf8') : undefined;
  const signingKey = read(options.serviceAccountSigningKeyFile);
  const clientAuthority = read(options.clientAuthorityFile);
  const server = createApiServer({
    store,
    keyPrefix,
    ...surroundings,
    version,
    authenticators: clientAuthority ? [certificateAuthenticator(clientAuthority, surroundings.clock)] : [],
    authorizers: [],
    ...(signingKey === undefined ? {} : { serviceAccountKeyPem: signingKey }),
    ...(options.serviceAccountIssuer === undefined
      ? {}
      : { serviceAccountIssuer: options.serviceAccountIssuer }),
    admissionPlugIns: options.admissionPlugIns ?? {},
  });
  const identity = {
    cert: readFileSync(join(options.certificateFolder, 'apiserver.crt'), 'utf8'),
    key: readFileSync(join(options.certificateFolder, 'apiserver.key'), 'utf8'),
  };
  const { close } = await serve({ server, store, identity, host: options.host, port: options.port });
  return { admissionPlugIns: server.admissionPlugIns, close };
}

async function serve(parts: {
  server: ApiServer;
  store: Store;
  identity: TlsIdentity;
  host: string;
  port: number;
}): Promise<{ port: number; close(): Promise<void> }> {
  await parts.server.start();
  const handler = new RequestsInFlight(surroundings.clock).limit(parts.server.handler, () =>
    tooManyRequests('kubernetes', surroundings.random),
  );
  const listener: Listener = createListener({
    handler,
    upgrade: handler,
    clock: surroundings.clock,
    log: surroundings.log,
    tls: { contextFor: () => parts.identity, requestClientCertificate: true },
  });
  const port = await listener.listen({ host: parts.host, port: parts.port });
  return {
    port,
    async close() {
      await listener.close();
      await parts.server.close();
      await parts.store.close();
    },
  };
}
