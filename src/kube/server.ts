import type { Clock, Logger, Random } from '../base/index.ts';
import type { Handler } from '../http/contract.ts';
import type { Store } from '../store/contract.ts';
import { Authentication } from './authn/authenticate.ts';
import { decide, mastersAuthorizer } from './authz/authorize.ts';
import { bootstrap } from './bootstrap/bootstrap.ts';
import { InProcessClient } from './client.ts';
import type { ClientErrorConstructor, ClusterClient } from './client-contract.ts';
import type { Authenticator, Authorizer, UserInfo } from './contract.ts';
import { Discovery } from './discovery/documents.ts';
import type { VersionInfo } from './discovery/paths.ts';
import { ResourceRegistry, SharedResources } from './discovery/registry.ts';
import { answerKnown, createHandler, type HandlerParts } from './handler.ts';
import { ClusterStorage } from './storage/cluster-storage.ts';
import { builtinResources } from './types/index.ts';
import type { ClusterParts } from './verbs/call.ts';
import { badRequest } from './wire/status.ts';

export interface ApiServerOptions {
  readonly store: Store;
  /** Everything of this cluster lies under it in the store; no slash at the end. */
  readonly keyPrefix: string;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Logger;
  readonly version: VersionInfo;
  /** Asked in order who a caller is; service account tokens of this cluster are recognised besides. */
  readonly authenticators: readonly Authenticator[];
  /** Asked after the cluster's own RBAC. */
  readonly authorizers: readonly Authorizer[];
  /** PKCS#8 PEM of the key that signs service account tokens (EC P-256 or RSA); without it none are issued. */
  readonly serviceAccountKeyPem?: string;
  /** `iss` of service account tokens; default `https://kubernetes.default.svc`. */
  readonly serviceAccountIssuer?: string;
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
  /** The revision that readers see. */
  resourceVersion(): string;
  close(): Promise<void>;
}

let shared: SharedResources | undefined;

/** Built once in a process, whatever the number of clusters. */
function sharedResources(): SharedResources {
  shared ??= new SharedResources(builtinResources());
  return shared;
}

/** Makes an API server on a store. It costs next to nothing until it is used. */
export function createApiServer(options: ApiServerOptions): ApiServer {
  return new LibraryApiServer(options);
}

class LibraryApiServer implements ApiServer {
  readonly handler: Handler;
  readonly #options: ApiServerOptions;
  readonly #cluster: ClusterParts;
  readonly #handlerParts: HandlerParts;

  constructor(options: ApiServerOptions) {
    this.#options = options;
    const { clock, random, log } = options;
    const resources = new ResourceRegistry(sharedResources());
    const authorizers = [mastersAuthorizer, ...options.authorizers];
    this.#cluster = {
      storage: new ClusterStorage(options.store, options.keyPrefix),
      resources,
      clock,
      random,
      log,
      admission: [],
      authenticators: options.authenticators,
      authorize: (review) => decide(authorizers, review),
      leaseFor: async () => undefined,
    };
    this.#handlerParts = {
      cluster: this.#cluster,
      paths: { discovery: new Discovery(resources), version: options.version },
      authentication: new Authentication(options.authenticators, clock),
      decodeProtobuf: async () => {
        throw badRequest('protobuf bodies are not read yet');
      },
      impersonate: async (_request, user) => user,
      extraPaths: async () => undefined,
    };
    this.handler = createHandler(this.#handlerParts);
  }

  async start(): Promise<void> {
    await this.#cluster.storage.start();
    await bootstrap(this.#cluster, []);
  }

  client(user: UserInfo): ClusterClient {
    return new InProcessClient({
      cluster: this.#cluster,
      user,
      errorClass: this.#options.clientError,
      answer: (request, caller) => answerKnown(this.#handlerParts, request, caller),
    });
  }

  resourceVersion(): string {
    return String(this.#cluster.storage.revision());
  }

  async close(): Promise<void> {
    this.#cluster.storage.close();
  }
}
