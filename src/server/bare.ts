import { generateKeyPairSync } from 'node:crypto';
import { join } from 'node:path';
import type { ClusterClient } from '../apimachinery/client.ts';
import type { UserInfo } from '../apimachinery/contract.ts';
import {
  type ActivePlugIns,
  type ApiServer,
  type Authorizer,
  certificateAuthenticator,
  createApiServer,
  type FeatureSwitches,
  FrontProxy,
  type FrontProxyIdentity,
  featureNotices,
  type PlugInSwitches,
  tokenAuthenticator,
} from '../apiserver/index.ts';
import { parseIp, silentLogger, systemClock, systemRandom } from '../base/index.ts';
import { type RunningControllers, startClusterControllers } from '../controllers/index.ts';
import {
  type CertificateAndKey,
  createAuthority,
  createListener,
  issueServerCertificate,
  type Listener,
  RequestsInFlight,
  requestSigner,
  type TlsIdentity,
} from '../http/index.ts';
import { SimulatedMachines } from '../machines/index.ts';
import { createMemoryStore, openSqliteStore, type Store } from '../store/index.ts';
import { type KubeAudit, type KubeAuditSettings, openKubeAudit } from './kube-audit.ts';
import { processMetrics } from './process-metrics.ts';
import { tooManyRequests } from './refusals.ts';

export type { ActivePlugIns, FeatureSwitches, PlugInSwitches, UserInfo };
export { featureNotices };

/** One Kubernetes API server by itself: no controllers, no estate around it. */
export interface BareServer {
  readonly url: string;
  readonly certificateAuthority: string;
  /** Bearer token of a member of `system:masters`. */
  readonly token: string;
  readonly admissionPlugIns: ActivePlugIns;
  /** What whoever switched features has to know. */
  readonly notices: readonly string[];
  close(): Promise<void>;
}

const surroundings = { clock: systemClock, random: systemRandom, log: silentLogger };
const keyPrefix = '/kube/bare';
const defaultVersion = '1.34.4';
/** What each simulated node has. */
const simulatedPool = {
  name: 'bare',
  mode: 'worker',
  labels: {},
  taints: [],
  cpuCores: 4,
  memoryMiB: 16_384,
  osImage: 'Ubuntu 22.04.5 LTS',
  maxPods: 110,
} as const;
const tokenBytes = 32;
const administrator: UserInfo = { username: 'admin', uid: '', groups: ['system:masters'], extra: {} };

/** Without controllers nobody makes the accounts that pods would wait for; who wants that says so. */
function withoutAccounts({ enable = [], disable = [] }: PlugInSwitches): PlugInSwitches {
  const plugIn = 'ServiceAccount';
  return enable.includes(plugIn) ? { enable, disable } : { enable, disable: [...disable, plugIn] };
}

/** What clients of a bare server know it by, and what it knows itself by. Servers with the same one take each other's tokens. */
export interface BareIdentity {
  readonly certificateAuthority: string;
  /** Bearer token of a member of `system:masters`. */
  readonly token: string;
  readonly tls: TlsIdentity;
  /** PKCS#8 PEM. */
  readonly serviceAccountKeyPem: string;
  /** Signs client certificates. */
  readonly clientAuthority: CertificateAndKey;
  /** Signs what the server shows extension servers. */
  readonly frontProxyAuthority: CertificateAndKey;
}

/** A new identity for a server that listens on loopback addresses, and on `host`. */
export function createBareIdentity(host?: string): BareIdentity {
  const authority = createAuthority({ commonName: 'Drydock bare server CA', ...surroundings });
  const isAddress = host !== undefined && parseIp(host) !== undefined;
  const serving = issueServerCertificate(authority, {
    hostNames: ['localhost', ...(host === undefined || isAddress ? [] : [host])],
    ipAddresses: [...new Set(['127.0.0.1', '::1', ...(isAddress ? [host] : [])])],
    ...surroundings,
  });
  const { privateKey } = generateKeyPairSync('ec', {
    namedCurve: 'P-256',
    privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
    publicKeyEncoding: { type: 'spki', format: 'pem' },
  });
  return {
    certificateAuthority: authority.certificatePem,
    token: Buffer.from(systemRandom.bytes(tokenBytes)).toString('base64url'),
    tls: { cert: serving.certificatePem, key: serving.privateKeyPem },
    serviceAccountKeyPem: privateKey,
    clientAuthority: createAuthority({ commonName: 'Drydock bare client CA', ...surroundings }),
    frontProxyAuthority: createAuthority({ commonName: 'Drydock bare front proxy CA', ...surroundings }),
  };
}

export interface BareOptions {
  readonly identity: BareIdentity;
  /** Belongs to the server from now on, which closes it. */
  readonly store: Store;
  readonly host?: string;
  /** 0: any free port. */
  readonly port: number;
  readonly admissionPlugIns?: PlugInSwitches;
  readonly features?: FeatureSwitches;
  /** Where Services are reached that webhooks and APIs lie behind, by `NAMESPACE/NAME[:PORT]`; https. */
  readonly serviceUrls?: ReadonlyMap<string, URL>;
  /** IPv4 range of service addresses. */
  readonly serviceCidr?: string;
  /** What it says it is, such as `1.34.4`. */
  readonly version?: string;
  /** What is written of which requests, closed with the server. */
  readonly audit?: KubeAudit;
  /** The names of the simulated nodes of a cluster with controllers; undefined: no controllers. */
  readonly nodes?: readonly string[];
}

/** A bare server, and what its maker does with it in this process. */
export interface BareParts extends BareServer {
  readonly client: ClusterClient;
}

/** Starts a server on a store. When it cannot, the store is closed, and the reason thrown. */
export async function startBare(options: BareOptions): Promise<BareParts> {
  const { identity, store, serviceCidr, nodes, version = defaultVersion } = options;
  const host = options.host ?? '127.0.0.1';
  try {
    const switches = options.admissionPlugIns ?? {};
    const server = createApiServer({
      store,
      keyPrefix,
      ...surroundings,
      version: { display: version },
      processMetrics,
      authenticators: [
        tokenAuthenticator(new Map([[identity.token, administrator]])),
        certificateAuthenticator(identity.clientAuthority.certificatePem, surroundings.clock),
      ],
      clientAuthority: { ...identity.clientAuthority, isTrusted: () => true },
      frontProxy: new FrontProxy(identity.frontProxyAuthority, surroundings),
      authorizers: [],
      serviceAccountKeyPem: identity.serviceAccountKeyPem,
      admissionPlugIns: nodes ? switches : withoutAccounts(switches),
      features: options.features ?? {},
      ...(nodes && { machines: new SimulatedMachines(surroundings.clock), servesNodeMetrics: true }),
      ...(options.serviceUrls && { serviceUrls: options.serviceUrls }),
      ...(options.audit?.options && { audit: options.audit.options }),
      ...(serviceCidr === undefined ? {} : { serviceCidr }),
    });
    const started = await serve({ server, store, identity: identity.tls, host, port: options.port });
    const client = server.client(administrator);
    const controllers = nodes && runControllers(server, { client, nodes, version, identity });
    return {
      url: `https://${host.includes(':') ? `[${host}]` : host}:${started.port}`,
      certificateAuthority: identity.certificateAuthority,
      token: identity.token,
      admissionPlugIns: server.admissionPlugIns,
      notices: server.notices,
      client,
      async close() {
        await controllers?.close();
        await started.close();
        options.audit?.close();
      },
    };
  } catch (thrown) {
    await store.close();
    options.audit?.close();
    throw thrown;
  }
}

/** What a cluster does by itself, on nodes of the same size. */
function runControllers(
  server: ApiServer,
  parts: {
    readonly client: ClusterClient;
    readonly nodes: readonly string[];
    readonly version: string;
    readonly identity: BareIdentity;
  },
): RunningControllers {
  return startClusterControllers({
    client: parts.client,
    ...surroundings,
    profile: 'member',
    kubernetesVersion: parts.version,
    certificateAuthority: parts.identity.certificateAuthority,
    authority: requestSigner(parts.identity.clientAuthority, surroundings.random),
    secretToken: (account) => server.secretToken(account),
    policyWarnings: (policy) => server.policyWarnings(policy),
    nodes: [{ ...simulatedPool, nodeNames: parts.nodes }],
  });
}

/** A throw-away server whose data lies in `folder`, as durable as a full one's. */
export async function startBareServer(options: {
  readonly folder: string;
  readonly port: number;
  readonly admissionPlugIns?: PlugInSwitches;
  readonly features?: FeatureSwitches;
  readonly serviceUrls?: ReadonlyMap<string, URL>;
  readonly audit?: KubeAuditSettings;
}): Promise<BareServer & { readonly warnings: readonly string[] }> {
  const { folder, audit, ...rest } = options;
  const audited = openKubeAudit(audit ?? {}, surroundings);
  const store = openSqliteStore({ file: join(folder, 'kube.db'), ...surroundings });
  const server = await startBare({ ...rest, audit: audited, store, identity: createBareIdentity() });
  return { ...server, warnings: audited.warnings };
}

const allowEverything: Authorizer = () => ({ decision: 'allow', reason: '' });

export interface EnvtestOptions {
  readonly host: string;
  readonly port: number;
  readonly identity: TlsIdentity;
  /** PEM of the authority whose certificates are users. */
  readonly clientAuthority: string | undefined;
  /** Users by their bearer tokens. */
  readonly tokens: ReadonlyMap<string, UserInfo>;
  /** Whoever is recognised may do anything. */
  readonly allowsEverything: boolean;
  /** IPv4 range of service addresses. */
  readonly serviceCidr: string | undefined;
  readonly serviceAccountIssuer: string | undefined;
  /** PEM. */
  readonly serviceAccountSigningKey: string | undefined;
  /** At work at the same time; 0: any number, where priority and fairness are off. */
  readonly requestsInFlight: { readonly reads: number; readonly writes: number };
  readonly priorityAndFairness: boolean;
  readonly admissionPlugIns?: PlugInSwitches;
  readonly features?: FeatureSwitches;
  /** What is shown extension servers; undefined: something of its own. */
  readonly frontProxy: FrontProxyIdentity | undefined;
  readonly audit?: KubeAuditSettings;
}

/** A server with the certificates that envtest wrote; its data lives as long as the process. */
export async function startEnvtestServer(options: EnvtestOptions): Promise<{
  readonly admissionPlugIns: ActivePlugIns;
  readonly notices: readonly string[];
  readonly warnings: readonly string[];
  close(): Promise<void>;
}> {
  const audit = openKubeAudit(options.audit ?? {}, surroundings);
  const store = createMemoryStore(surroundings);
  const { identity, clientAuthority, serviceAccountSigningKey: signingKey } = options;
  const server = createApiServer({
    store,
    keyPrefix,
    ...surroundings,
    version: { display: defaultVersion },
    processMetrics,
    authenticators: [
      tokenAuthenticator(options.tokens),
      ...(clientAuthority ? [certificateAuthenticator(clientAuthority, surroundings.clock)] : []),
    ],
    authorizers: options.allowsEverything ? [allowEverything] : [],
    ...(clientAuthority && {
      clientAuthority: { certificatePem: clientAuthority, isTrusted: () => true },
    }),
    ...(options.frontProxy && { frontProxy: options.frontProxy }),
    ...(options.serviceCidr === undefined ? {} : { serviceCidr: options.serviceCidr }),
    ...(signingKey === undefined ? {} : { serviceAccountKeyPem: signingKey }),
    ...(options.serviceAccountIssuer === undefined
      ? {}
      : { serviceAccountIssuer: options.serviceAccountIssuer }),
    admissionPlugIns: options.admissionPlugIns ?? {},
    features: options.features ?? {},
    ...(audit.options && { audit: audit.options }),
    requestsInFlight: options.requestsInFlight,
    priorityAndFairness: options.priorityAndFairness,
  });
  const { close } = await serve({ server, store, identity, host: options.host, port: options.port });
  return {
    admissionPlugIns: server.admissionPlugIns,
    notices: server.notices,
    warnings: audit.warnings,
    async close() {
      await close();
      audit.close();
    },
  };
}

async function serve(parts: {
  server: ApiServer;
  store: Store;
  identity: TlsIdentity;
  host: string;
  port: number;
}): Promise<{ port: number; close(): Promise<void> }> {
  await parts.server.start();
  const handler = new RequestsInFlight(surroundings.clock).limit(
    parts.server.handler,
    () => tooManyRequests('kubernetes', surroundings.random),
    () => true,
  );
  const listener: Listener = createListener({
    handler,
    upgrade: handler,
    clock: surroundings.clock,
    log: surroundings.log,
    tls: { contextFor: () => parts.identity, requestClientCertificate: true },
  });
  const port = await listener.listen({ host: parts.host, port: parts.port }).catch(async (thrown) => {
    await parts.server.close();
    throw thrown;
  });
  return {
    port,
    async close() {
      // Watches end with the server: a listener that waits for their readers first takes its whole grace.
      const quiet = listener.close();
      await parts.server.close();
      await quiet;
      await parts.store.close();
    },
  };
}
