import type { ClientErrorConstructor, ClusterClient } from '../apimachinery/cluster-client.ts';
import type { Authenticator, Authorizer, UserInfo } from '../apimachinery/contract.ts';
import type { Clock, Logger, Random } from '../base/index.ts';
import type { Handler } from '../http/contract.ts';
import type { HealthCheck } from '../http/health.ts';
import { builtinResources } from '../kinds/index.ts';
import type { Store } from '../store/contract.ts';
import { firstServiceAddress } from './admission/service-addresses.ts';
import { bootstrap } from './bootstrap/bootstrap.ts';
import { bootstrapObjects } from './bootstrap/objects.ts';
import type { NotEnforced } from './call/not-enforced.ts';
import { InProcessClient } from './client.ts';
import { assembleCluster, type Cluster, defaultServiceCidr } from './cluster.ts';
import { customResourceDefinitionResource } from './crd/index.ts';
import { Discovery } from './discovery/documents.ts';
import { healthEndpoints } from './discovery/health.ts';
import type { VersionInfo } from './discovery/paths.ts';
import { ResourceRegistry, SharedResources } from './discovery/registry.ts';
import { extraPath } from './extra-paths.ts';
import { answerKnown, createHandler, type HandlerParts } from './handler.ts';
import { impersonate } from './impersonate.ts';

export interface ApiServerOptions {
  readonly store: Store;
  /** Everything of this cluster lies under it in the store; no slash at the end. */
  readonly keyPrefix: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly version: VersionInfo;
  /** Asked in order who a caller is, after the cluster's own service account tokens. */
  readonly authenticators: readonly Authenticator[];
  /** Asked after the cluster's own RBAC. */
  readonly authorizers: readonly Authorizer[];
  /** PKCS#8 PEM of the key that signs service account tokens (EC P-256 or RSA); without it none are issued. */
  readonly serviceAccountKeyPem?: string;
  /** `iss` of service account tokens; default `https://kubernetes.default.svc.cluster.local`. */
  readonly serviceAccountIssuer?: string;
  /** IPv4 range of service addresses; default `10.0.0.0/16`. */
  readonly serviceCidr?: string;
  /** What `/readyz` asks besides its own checks. */
  readonly readyChecks?: readonly HealthCheck[];
  /** What this cluster stores without any effect; writers are warned. */
  readonly notEnforced?: readonly NotEnforced[];
  /** No service account injection into pods: nothing but an API server. */
  readonly bare: boolean;
  /** Class of the errors of `client()`: `ClusterError` of `reconcile`, so that its users recognise them. */
  readonly clientError: ClientErrorConstructor;
}

/** One Kubernetes API server. */
export interface ApiServer {
  /** Completes what a new cluster needs and begins to serve. */
  start(): Promise<void>;
  /** Answers HTTP requests; the listener belongs to the caller. */
  readonly handler: Handler;
  /** A client in this process with the rights of `user`. */
  client(user: UserInfo): ClusterClient;
  /** Somebody outside changed who callers are or what they may: what goes on is asked about again. */
  accessChanged(): void;
  /** The revision that readers see. */
  resourceVersion(): string;
  close(): Promise<void>;
}

let shared: SharedResources | undefined;

/** Built once in a process, whatever the number of clusters. */
function sharedResources(): SharedResources {
  shared ??= new SharedResources(
    builtinResources().map((definition) =>
      definition.kind === 'CustomResourceDefinition' ? customResourceDefinitionResource() : definition,
    ),
  );
  return shared;
}

/** Makes an API server on a store. It costs next to nothing until it is used. */
export function createApiServer(options: ApiServerOptions): ApiServer {
  return new LibraryApiServer(options);
}

class LibraryApiServer implements ApiServer {
  readonly handler: Handler;
  readonly #options: ApiServerOptions;
  readonly #cluster: Cluster;
  readonly #handlerParts: HandlerParts;

  constructor(options: ApiServerOptions) {
    this.#options = options;
    const resources = new ResourceRegistry(sharedResources());
    this.#cluster = assembleCluster(options, resources);
    const { parts, authentication } = this.#cluster;
    this.#handlerParts = {
      cluster: parts,
      authentication,
      health: healthEndpoints(options.readyChecks ?? []),
      paths: { discovery: new Discovery(resources), version: options.version },
      impersonate: (request, user) => impersonate(parts, request, user),
      extraPaths: (request) => extraPath(request, { tokens: parts.tokens, resources }),
    };
    this.handler = createHandler(this.#handlerParts);
  }

  async start(): Promise<void> {
    const { parts, registrar } = this.#cluster;
    await parts.storage.start();
    const address = firstServiceAddress(this.#options.serviceCidr ?? defaultServiceCidr);
    await bootstrap(parts, bootstrapObjects(address));
    await registrar.start();
  }

  client(user: UserInfo): ClusterClient {
    return new InProcessClient({
      cluster: this.#cluster.parts,
      user,
      errorClass: this.#options.clientError,
      answer: (request, caller) => answerKnown(this.#handlerParts, request, caller),
    });
  }

  accessChanged(): void {
    this.#cluster.parts.lasting.identitiesChanged();
  }

  resourceVersion(): string {
    return String(this.#cluster.parts.storage.revision());
  }

  async close(): Promise<void> {
    this.#cluster.registrar.close();
    this.#cluster.parts.lasting.close();
    this.#cluster.parts.storage.close();
  }
}
