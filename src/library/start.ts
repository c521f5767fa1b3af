import { CodedError, silentLogger, systemClock, systemRandom } from '../base/index.ts';
import { type BareIdentity, type BareParts, createBareIdentity, startBare } from '../server/bare.ts';
import { type KubeAudit, openKubeAudit } from '../server/kube-audit.ts';
import { createMemoryStore, type ForkableStore, openSqliteStore } from '../store/index.ts';
import type { ForkOptions, RunningApiServer, StartOptions } from './contract.ts';
import { kubeconfigText } from './kubeconfig.ts';
import { type ReadOptions, readForkOptions, readOptions } from './options.ts';

const surroundings = { clock: systemClock, random: systemRandom, log: silentLogger };

/**
 * Starts a Kubernetes API server in this process; it answers requests when this resolves. Two share nothing but code. Throws
 * CodedError: `invalid` for wrong options, `unavailable` for an address that cannot be had, and what `openSqliteStore` throws.
 */
export async function startApiServer(options: StartOptions = {}): Promise<RunningApiServer> {
  const read = readOptions(options);
  // What cannot be audited as it is asked for is refused before anything is opened.
  const audit = auditFor(read);
  const identity = createBareIdentity(read.host);
  const store =
    read.sqliteFile === undefined
      ? createMemoryStore(surroundings)
      : openSqliteStore({ file: read.sqliteFile, ...surroundings });
  return serving({ read, identity, store, audit, port: read.port });
}

interface Serving {
  readonly read: ReadOptions;
  readonly identity: BareIdentity;
  readonly store: ForkableStore;
  /** Closed with the server. */
  readonly audit: KubeAudit;
  readonly port: number;
}

function auditFor({ audit }: ReadOptions): KubeAudit {
  if (!audit) return openKubeAudit({}, surroundings);
  const { policyFile, logFile } = audit;
  const limits = { maxAgeDays: 0, maxBackups: 0, maxSizeMiB: 0 };
  return openKubeAudit({ policyFile, log: { path: logFile, format: 'json', ...limits } }, surroundings);
}

async function serving(parts: Serving): Promise<RunningApiServer> {
  const { read, identity, store, audit, port } = parts;
  const server = await startBare({
    identity,
    store,
    port,
    audit,
    admissionPlugIns: read.admissionPlugIns,
    features: read.features,
    serviceUrls: read.serviceUrls,
    ...(read.host === undefined ? {} : { host: read.host }),
    ...(read.version === undefined ? {} : { version: read.version }),
    ...(read.serviceCidr === undefined ? {} : { serviceCidr: read.serviceCidr }),
    ...(read.nodes === undefined ? {} : { nodes: read.nodes }),
  });
  return new LibraryServer(parts, server);
}

class LibraryServer implements RunningApiServer {
  readonly #parts: Serving;
  readonly #server: BareParts;
  #stopping: Promise<void> | undefined;

  constructor(parts: Serving, server: BareParts) {
    this.#parts = parts;
    this.#server = server;
  }

  get url(): string {
    return this.#server.url;
  }

  get kubeconfig(): string {
    return kubeconfigText(this.#server);
  }

  get ca(): string {
    return this.#server.certificateAuthority;
  }

  get token(): string {
    return this.#server.token;
  }

  get notices(): readonly string[] {
    return this.#server.notices;
  }

  get client(): BareParts['client'] {
    return this.#server.client;
  }

  async fork(options: ForkOptions = {}): Promise<RunningApiServer> {
    const { port } = readForkOptions(options);
    if (this.#stopping) throw new CodedError('unavailable', 'The server is stopped: it cannot be forked.');
    const audit = auditFor(this.#parts.read);
    return serving({ ...this.#parts, store: this.#parts.store.fork(), audit, port });
  }

  stop(): Promise<void> {
    this.#stopping ??= this.#server.close();
    return this.#stopping;
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.stop();
  }
}
