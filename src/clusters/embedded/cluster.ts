import { createPrivateKey } from 'node:crypto';
import type { Duplex } from 'node:stream';
import type { AdmissionStep } from '../../apimachinery/admission.ts';
import type { ClusterClient } from '../../apimachinery/client.ts';
import { holds } from '../../apimachinery/conditions.ts';
import type { Authenticator, Authorizer } from '../../apimachinery/contract.ts';
import type { NotEnforced } from '../../apimachinery/not-enforced.ts';
import {
  type ApiServer,
  type ApiServerOptions,
  certificateAuthenticator,
  createApiServer,
  FrontProxy,
} from '../../apiserver/index.ts';
import type { Clock, Logger, Random } from '../../base/index.ts';
import {
  createDuplexPair,
  createListener,
  type HealthCheck,
  type Listener,
  type RequestSigner,
  requestSigner,
} from '../../http/index.ts';
import type { Guard, Store } from '../../store/index.ts';
import type { AddressClaims } from '../addresses/claims.ts';
import type {
  ClusterAddresses,
  ClusterControllers,
  ClusterHandle,
  ClusterSpec,
  ClusterUser,
} from '../contract.ts';
import { type CertificatePair, type ClusterKeys, loadOrMakeAdministrator } from './keys.ts';
import { StoppableClient } from './stoppable-client.ts';

/** What every embedded cluster shares. */
export interface Surroundings {
  readonly store: Store;
  /** The guard of whoever leads the controllers: what they write carries it. */
  readonly fence?: () => Guard;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  /** Serving certificate for names of API servers, made by the estate's CA. */
  readonly serve: (hostNames: readonly string[]) => Promise<{ readonly cert: string; readonly key: string }>;
  readonly certificateAuthority: string;
  /** Calls `onChange` when somebody's account, groups or roles changed. */
  readonly accessChanges: (onChange: () => void) => { close(): void };
  /** How callers prove who they are, besides client certificates and service account tokens. */
  readonly authenticators: (spec: () => ClusterSpec) => readonly Authenticator[];
  /** What each cluster's `/readyz` asks of the process that it runs in. */
  readonly readyChecks?: readonly HealthCheck[];
  /** What is written of which requests. */
  readonly audit?: (spec: ClusterSpec) => ApiServerOptions['audit'] | undefined;
  /** What stands behind pods and nodes. */
  readonly machines?: ApiServerOptions['machines'];
  /** What each cluster's `/metrics` says of the process that it runs in. */
  readonly processMetrics?: () => Promise<string>;
  /** At work at the same time in each cluster. */
  readonly requestsInFlight?: NonNullable<ApiServerOptions['requestsInFlight']>;
  /** Asked before the cluster's own RBAC, to refuse what no role may give. */
  readonly guards?: (spec: () => ClusterSpec) => readonly Authorizer[];
  /** Asked after the cluster's own RBAC. */
  readonly authorizers: (spec: () => ClusterSpec) => readonly Authorizer[];
  /** What each cluster stores without any effect; writers are warned. */
  readonly notEnforced?: (spec: ClusterSpec) => readonly NotEnforced[];
  /** Where Services of every cluster are reached that this process cannot dial otherwise. */
  readonly serviceUrls?: ApiServerOptions['serviceUrls'];
  /** Of every cluster: what is on or off other than usual. */
  readonly features?: NonNullable<ApiServerOptions['features']>;
  /** Steps of admission that clusters of its role have. */
  readonly admissionSteps?: (spec: ClusterSpec) => readonly AdmissionStep[];
  /** Told of every answer of a cluster's API server, by whatever way the request came. */
  readonly observe?: (spec: () => ClusterSpec) => NonNullable<ApiServerOptions['observe']>;
  readonly controllers: (cluster: {
    readonly spec: ClusterSpec;
    readonly client: ClusterClient;
    readonly certificateAuthority: string;
    readonly addresses: ClusterAddresses;
    /** Signs certificates that the cluster's API server recognises. */
    readonly authority: RequestSigner;
    /** The token that a Secret of a service account gets. */
    readonly secretToken: ApiServer['secretToken'];
    /** What is wrong with the expressions of an admission policy. */
    readonly policyWarnings: ApiServer['policyWarnings'];
  }) => ClusterControllers;
}

const administrator = { name: 'system:drydock', groups: ['system:masters'] } as const;

/** The prefix of everything that a cluster keeps in the store, without a slash at the end. */
export function dataPrefix(clusterId: string): string {
  return `/kube/${clusterId}`;
}

/** One API server in this process, with what runs inside it. */
export class EmbeddedCluster implements ClusterHandle {
  #spec: ClusterSpec;
  #state: ClusterHandle['state'] = 'starting';
  /** Set after the cluster's own controllers have ended: they clean up while they do. */
  #over = false;
  #isBehind = false;
  readonly #parts: Surroundings;
  readonly #keys: ClusterKeys;
  readonly #claims: AddressClaims;
  readonly #server: ApiServer;
  readonly client: ClusterClient;
  readonly serving: ClusterHandle['serving'];
  #controllers: ClusterControllers | undefined;
  #tunnels: Listener | undefined;
  #accessChanges: { close(): void } | undefined;

  private constructor(
    spec: ClusterSpec,
    parts: Surroundings,
    made: {
      readonly keys: ClusterKeys;
      readonly frontProxy: CertificatePair;
      readonly claims: AddressClaims;
      readonly serving: ClusterHandle['serving'];
    },
  ) {
    this.#spec = spec;
    this.#parts = parts;
    this.#keys = made.keys;
    this.#claims = made.claims;
    this.serving = made.serving;
    const audit = parts.audit?.(spec);
    this.#server = createApiServer({
      ...(audit && { audit }),
      store: parts.store,
      keyPrefix: dataPrefix(spec.clusterId),
      clock: parts.clock,
      random: parts.random,
      log: parts.log.with({ cluster: spec.name }),
      version: versionOf(() => this.#spec),
      authenticators: [this.#localAccounts(), ...parts.authenticators(() => this.#spec)],
      guards: parts.guards?.(() => this.#spec) ?? [],
      authorizers: parts.authorizers(() => this.#spec),
      serviceAccountKeyPem: made.keys.serviceAccountKeyPem,
      serviceAccountIssuer: `https://${spec.hostNames[0]}`,
      readyChecks: parts.readyChecks ?? [],
      notEnforced: parts.notEnforced?.(spec) ?? [],
      admissionSteps: parts.admissionSteps?.(spec) ?? [],
      ...(parts.processMetrics && { processMetrics: parts.processMetrics }),
      ...(parts.requestsInFlight && { requestsInFlight: parts.requestsInFlight }),
      ...(parts.observe && { observe: parts.observe(() => this.#spec) }),
      frontProxy: new FrontProxy(made.frontProxy, parts),
      clientAuthority: {
        certificatePem: made.keys.clientAuthority.certificatePem,
        isTrusted: () => this.#spec.access.localAccounts,
      },
      ...(parts.machines && { machines: parts.machines, servesNodeMetrics: true }),
      ...(parts.serviceUrls && { serviceUrls: parts.serviceUrls }),
      ...(parts.features && { features: parts.features }),
      keepsWhenTold: true,
    });
    this.client = this.#clientAs(administrator, parts.fence);
  }

  /** Resolves once the API server answers; nothing runs in the cluster before `startControllers`. */
  static async start(
    spec: ClusterSpec,
    parts: Surroundings,
    own: {
      readonly keys: ClusterKeys;
      readonly frontProxy: CertificatePair;
      readonly claims: AddressClaims;
      /** What the cluster's first objects are written under. */
      readonly fence: (() => Guard) | undefined;
    },
  ): Promise<EmbeddedCluster> {
    const serving = await parts.serve(spec.hostNames);
    const cluster = new EmbeddedCluster(spec, parts, { ...own, serving });
    try {
      await cluster.#server.start(own.fence);
      cluster.#accessChanges = parts.accessChanges(() => cluster.#server.accessChanged());
    } catch (thrown) {
      // The next try makes another one; this one follows the store no longer.
      await cluster.#server.close();
      throw thrown;
    }
    cluster.#state = 'running';
    return cluster;
  }

  startControllers(): void {
    if (this.#controllers || this.#state !== 'running') return;
    this.#server.startKeeping(this.#parts.fence);
    this.#controllers = this.#parts.controllers({
      spec: this.#spec,
      client: this.client,
      certificateAuthority: this.#parts.certificateAuthority,
      addresses: this.#claims.ofCluster(() => this.#spec),
      authority: requestSigner(this.#keys.clientAuthority, this.#parts.random),
      secretToken: (account) => this.#server.secretToken(account),
      policyWarnings: (policy) => this.#server.policyWarnings(policy),
    });
  }

  async stopControllers(): Promise<void> {
    const controllers = this.#controllers;
    if (!controllers) return;
    await controllers.close();
    await this.#server.stopKeeping();
    if (this.#controllers === controllers) this.#controllers = undefined;
  }

  /** True while what runs inside has not followed the last change: it failed halfway. */
  get isBehind(): boolean {
    return this.#isBehind;
  }

  get spec(): ClusterSpec {
    return this.#spec;
  }

  get hostName(): string {
    return this.#spec.hostNames[0] ?? '';
  }

  get state(): ClusterHandle['state'] {
    return this.#state;
  }

  get handler(): ClusterHandle['handler'] {
    return this.#server.handler;
  }

  get certificateAuthority(): string {
    return this.#parts.certificateAuthority;
  }

  clientAs(user: ClusterUser): ClusterClient {
    return this.#clientAs(user);
  }

  loopClientAs(user: ClusterUser): ClusterClient {
    return this.#clientAs(user, this.#parts.fence);
  }

  #clientAs({ name, groups }: ClusterUser, fence?: () => Guard): ClusterClient {
    const user = { username: name, uid: '', groups: [...groups, 'system:authenticated'], extra: {} };
    const client = this.#server.client(user, fence);
    return new StoppableClient(client, () => this.#over);
  }

  async update(spec: ClusterSpec): Promise<void> {
    this.#spec = spec;
    this.#isBehind = true;
    this.#server.accessChanged();
    await this.#controllers?.update(spec);
    this.#isBehind = false;
  }

  /** The far end is served by the API server's own TLS, whatever name the client asks for. */
  async dial(): Promise<Duplex> {
    this.#tunnels ??= createListener({
      handler: this.#server.handler,
      upgrade: this.#server.handler,
      clock: this.#parts.clock,
      log: this.#parts.log,
      tls: { contextFor: () => this.serving, requestClientCertificate: true },
    });
    const [near, far] = createDuplexPair();
    this.#tunnels.accept(far, this.#spec.clusterId);
    return near;
  }

  async adminCredential(): Promise<{ certificate: string; privateKey: string }> {
    const { clusterId } = this.#spec;
    const pair = await loadOrMakeAdministrator(clusterId, this.#keys, this.#parts);
    return { certificate: pair.certificatePem, privateKey: asTraditional(pair.privateKeyPem) };
  }

  async readyNodes(): Promise<readonly string[]> {
    const { items } = await this.client.list({ group: '', version: 'v1', resource: 'nodes' });
    return items.filter((node) => holds(node, 'Ready')).map((node) => node.metadata.name ?? '');
  }

  async close(): Promise<void> {
    this.#state = 'stopped';
    await this.stopControllers();
    this.#over = true;
    this.#accessChanges?.close();
    await this.#tunnels?.close();
    await this.#server.close();
  }

  /** The certificates of local accounts, as long as the cluster has such. */
  #localAccounts(): Authenticator {
    const { certificatePem } = this.#keys.clientAuthority;
    const byCertificate = certificateAuthenticator(certificatePem, this.#parts.clock);
    return async (credentials) => (this.#spec.access.localAccounts ? byCertificate(credentials) : undefined);
  }
}

/** An upgrade moves the API server first: it says the new version from then on. */
function versionOf(spec: () => ClusterSpec): { readonly display: string } {
  return {
    get display() {
      return spec().kubernetesVersion;
    },
  };
}

/** `RSA PRIVATE KEY` or `EC PRIVATE KEY`, which also clients read that do not know PKCS#8. */
function asTraditional(pem: string): string {
  const key = createPrivateKey(pem);
  const type = key.asymmetricKeyType === 'rsa' ? 'pkcs1' : 'sec1';
  return key.export({ type, format: 'pem' }).toString();
}
