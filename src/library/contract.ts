import type { ClusterClient } from '../apimachinery/client.ts';

/** What a server is started with. */
export interface StartOptions {
  /** Where its objects lie: in memory (default), or in an SQLite file, which is made when absent and stays. */
  readonly store?: 'memory' | { readonly sqlite: string };
  /** 0 (default): any free port. */
  readonly port?: number;
  /** The address to listen on; default `127.0.0.1`. Others than loopback ones let other machines in, with the token. */
  readonly host?: string;
  /** The version of Kubernetes that it says it is, such as `1.33.4`; default `1.34.4`. It answers as v1.34 does in any case. */
  readonly version?: string;
  /** Admission plug-ins that are on or off other than usual, by the real server's names. */
  readonly admissionPlugIns?: { readonly enable?: readonly string[]; readonly disable?: readonly string[] };
  /**
   * Features of Kubernetes that are on or off other than usual, by the real server's names, such as `MutatingAdmissionPolicy`.
   * Those without effect are told of in `notices`.
   */
  readonly featureGates?: Readonly<Record<string, boolean>>;
  /**
   * API versions that are served or not, as in the real server's `--runtime-config`: `admissionregistration.k8s.io/v1beta1`,
   * `api/beta`, `batch/v1/cronjobs`.
   */
  readonly runtimeConfig?: Readonly<Record<string, boolean>>;
  /** IPv4 range of the addresses of Services, between `/8` and `/30`; default `10.0.0.0/16`. */
  readonly serviceCidr?: string;
  /**
   * Where Services are reached that webhooks and extension servers lie behind, by `NAMESPACE/NAME` or `NAMESPACE/NAME:PORT`: https
   * URLs. Others are reached at the addresses of their EndpointSlices.
   */
  readonly serviceUrls?: Readonly<Record<string, string>>;
  /**
   * Writes requests to `logFile`, an `audit.k8s.io/v1` Event a line, as the Policy in `policyFile` says. A fork writes to the same
   * file. Default: nothing is written.
   */
  readonly audit?: { readonly policyFile: string; readonly logFile: string };
  /**
   * Also what makes a cluster of a server: garbage collection, namespaces that end, service accounts, workloads, a
   * scheduler and simulated nodes. Default false: nothing changes but by you.
   */
  readonly controllers?: boolean | { readonly nodes: number };
}

/** What a fork has of its own; it is as its parent in everything else. */
export interface ForkOptions {
  /** 0 (default): any free port. */
  readonly port?: number;
}

/** A Kubernetes API server in this process. */
export interface RunningApiServer {
  /** `https://127.0.0.1:PORT`. */
  readonly url: string;
  /** A kubeconfig (YAML) of a member of `system:masters`. */
  readonly kubeconfig: string;
  /** PEM of the authority of the certificate that it shows. */
  readonly ca: string;
  /** The bearer token in the kubeconfig. */
  readonly token: string;
  /** What whoever set `featureGates` and `runtimeConfig` has to know, a sentence each. */
  readonly notices: readonly string[];
  /** Speaks to it without a socket, with the same rights; what it returns is frozen. */
  readonly client: ClusterClient;
  /**
   * Another server whose objects are those of this one at this moment; after that neither sees what is written to the other. The
   * resource versions go on, the authority and tokens are the same, the address is its own. The store is in memory, whatever
   * this one has, and costs what was written to either since. It lives until it is stopped, also when this one is stopped before.
   * Throws CodedError `unavailable` when this one is stopped.
   */
  fork(options?: ForkOptions): Promise<RunningApiServer>;
  /** Ends watches and connections, and frees the port and the memory or file. A second call does nothing. */
  stop(): Promise<void>;
  /** The same, for `await using`. */
  [Symbol.asyncDispose](): Promise<void>;
}

/** In one server; each node is simulated, and costs what its objects cost. */
export const nodesLimit = 100;
