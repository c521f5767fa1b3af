import type { Duplex } from 'node:stream';
import type { ClusterClient } from '../apimachinery/client.ts';
import type { JsonObject } from '../base/index.ts';
import type { Handler } from '../http/contract.ts';
import type { AddressRange } from './addresses/ipv4.ts';

/** How a cluster comes to be and is reached. Drivers make clusters; `server` hands this to whoever orders them. */
export interface ClusterHost {
  /** Starts the API server of every cluster that the store knows. Call once, before anything else. */
  initialize(): Promise<void>;
  /** Starts what runs inside those clusters; new clusters start theirs by themselves. */
  startControllers(): Promise<void>;
  /** Ends what runs inside the clusters, and starts none in new ones until `startControllers`. */
  stopControllers(): Promise<void>;
  /** Makes the cluster or, when it exists, brings it to `spec`. Resolves once its API server answers. */
  ensure(spec: ClusterSpec): Promise<ClusterHandle>;
  /**
   * Ends the API server and what runs inside; the data stays, also over a restart, until `ensure` starts it again.
   */
  stop(spec: ClusterSpec): Promise<void>;
  /** Stops the cluster, makes keys of it anew and starts it: what the old ones signed counts nothing any more. */
  renew(spec: ClusterSpec, renewal: KeyRenewal): Promise<ClusterHandle>;
  /** A running cluster. */
  get(clusterId: string): ClusterHandle | undefined;
  /** Those that are stopped. */
  stopped(): readonly ClusterSpec[];
  /** True for a cluster that runs or is stopped. */
  knows(clusterId: string): boolean;
  /** The same as the store has it: also of a cluster that another process has just made. */
  exists(clusterId: string): Promise<boolean>;
  /** True for a name of a cluster that is stopped. */
  isStopped(hostName: string): boolean;
  /** The cluster whose API server has this name; for SNI. */
  findByHostName(hostName: string): ClusterHandle | undefined;
  /** Whoever makes or changes a cluster waits for `run`; it is not called for clusters that a start finds. */
  afterEnsure(run: (cluster: ClusterHandle) => Promise<void>): void;
  /**
   * Before a cluster is removed, `stop` ends what works with it from outside; the removal waits for that. Nobody finds the
   * cluster any more by then, and it still answers.
   */
  beforeRemoval(stop: (spec: ClusterSpec) => Promise<void>): void;
  /** The same for a cluster that is stopped; `get` does not find it any more. */
  beforeStop(stop: (cluster: ClusterHandle) => Promise<void>): void;
  /** Stops the cluster and deletes its data. Nothing happens when there is none. */
  remove(clusterId: string): Promise<void>;
  list(): readonly ClusterHandle[];
  /** Stops every cluster; their data stays. */
  close(): Promise<void>;
}

/** What a cluster is to be; kept as long as there is the cluster. */
export interface ClusterSpec {
  /** Stable and never reused, a UUID: the data of the cluster hangs on it. */
  readonly clusterId: string;
  /** For people, e.g. `aks-member-1`. */
  readonly name: string;
  /** The ARM resource that it belongs to; role assignments at or above it apply. */
  readonly resourceId: string;
  readonly role: 'hub' | 'member' | 'arc';
  /** Version to display, e.g. `1.33.4`. */
  readonly kubernetesVersion: string;
  /** Names of the API server, lower case; the first is its FQDN. */
  readonly hostNames: readonly string[];
  /** False: no listener; only tunnels reach it. */
  readonly publicEndpoint: boolean;
  readonly nodes: readonly NodePoolSpec[];
  readonly access: AccessSpec;
  /** The network that the cluster stands in; undefined: one of its own, with balancers on addresses for documentation. */
  readonly network?: NetworkSpec;
}

/** A network that several clusters may stand in; in those of one name no address is handed out twice. */
export interface NetworkSpec {
  /** Printable ASCII without blanks. */
  readonly name: string;
  /** What load balancers get. */
  readonly balancers: readonly AddressRange[];
  /** What nodes get. */
  readonly nodes: readonly AddressRange[];
  /** Never handed out. */
  readonly reserved: readonly string[];
}

/** Nodes that are alike. */
export interface NodePoolSpec {
  readonly name: string;
  /** `control-plane` brings the role labels of the version and the taint `node-role.kubernetes.io/control-plane`. */
  readonly mode: 'control-plane' | 'worker';
  /** Complete node names; whoever asks chooses them once and keeps them. */
  readonly nodeNames: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  /** Beside those that the mode brings. */
  readonly taints: readonly JsonObject[];
  readonly cpuCores: number;
  readonly memoryMiB: number;
  readonly osImage: string;
  readonly maxPods: number;
  /** Release of its kubelets, without `v`; undefined: that of the cluster. */
  readonly kubernetesVersion?: string;
}

/** Which keys of a cluster are made anew. */
export interface KeyRenewal {
  /** Those behind client certificates, or those that sign tokens of service accounts. */
  readonly change: 'certificates' | 'service-account';
  /** Asked for again under the same id, nothing is made anew. */
  readonly id: string;
}

/** Who of the directory may do what in a cluster. */
export interface AccessSpec {
  /** Entra groups whose members are cluster admins. */
  readonly adminGroupObjectIds: readonly string[];
  /** The family of roles whose data actions count; undefined: only admin groups and the cluster's own RBAC. */
  readonly roleFamily: 'fleet' | 'aks' | 'arc' | undefined;
  /** The scope at which role assignments are evaluated (a fleet for its hub). */
  readonly roleScope: string;
  readonly localAccounts: boolean;
  /** Whose Entra tokens are taken: those for AKS (hubs too) or those for Arc; undefined: none, there is no profile. */
  readonly entraAudience: 'kubernetes' | 'arc' | undefined;
}

/** A cluster that runs, or begins to or has ended, and the ways into it. */
export interface ClusterHandle {
  readonly spec: ClusterSpec;
  /** FQDN of the API server. */
  readonly hostName: string;
  readonly state: 'starting' | 'running' | 'stopped';
  /** PEM of the CA that signs the API server's certificate. */
  readonly certificateAuthority: string;
  /** PEM certificate chain and key of the API server, for a listener that serves it by name. */
  readonly serving: { readonly cert: string; readonly key: string };
  /** Answers requests that reached the cluster's endpoint. */
  readonly handler: Handler;
  /** A client with the rights of `system:masters`, for loops. */
  readonly client: ClusterClient;
  /** A client that acts as `user`, subject to the cluster's own authorization. */
  clientAs(user: ClusterUser): ClusterClient;
  /** The same for loops: what it writes carries their guard. */
  loopClientAs(user: ClusterUser): ClusterClient;
  /** A byte stream into the API server's TLS listener, for tunnels and relays. */
  dial(): Promise<Duplex>;
  /** A client certificate (PEM) of a cluster administrator. */
  adminCredential(): Promise<{ readonly certificate: string; readonly privateKey: string }>;
  /** Names of nodes whose Ready condition is True. */
  readyNodes(): Promise<readonly string[]>;
}

/** The addresses that one cluster holds; they stay over restarts and go with the cluster. */
export interface ClusterAddresses {
  /**
   * An address for the holder: the one that it has in the pool (and asks for, when it asks), or a free one, or why
   * there is none. It stays the holder's until `settle`.
   */
  claim(holder: AddressHolder, request: AddressRequest): Promise<AddressAnswer>;
  /** Gives back all that the holder has, but for `address`. */
  settle(holder: AddressHolder, address: string | undefined): Promise<void>;
  isHeld(scope: AddressScope, address: string): boolean;
  holders(): readonly AddressHolder[];
  holdersNamed(name: string): readonly AddressHolder[];
  /** Calls `listener` whenever an address of any cluster became free. Returns how to stop that. */
  onFreed(listener: () => void): () => void;
}

/** A Service or a node that has an address. */
export interface AddressHolder {
  readonly name: string;
  /** Tells apart holders that had a name one after the other. */
  readonly uid: string;
}

/** For a load balancer seen from everywhere, one seen from the cluster's network, or a node. */
export type AddressScope = 'public' | 'internal' | 'node';

/** An address that is looked for. */
export interface AddressRequest {
  readonly scope: AddressScope;
  /** The one address that will do. */
  readonly asked?: string;
  /** Addresses that others have without a claim. */
  readonly avoid: ReadonlySet<string>;
}

/** An address, or why there is none, in words for people. */
export type AddressAnswer = { readonly address: string } | { readonly refusal: string };

/** As whom a client acts; `system:authenticated` is added. */
export interface ClusterUser {
  readonly name: string;
  readonly groups: readonly string[];
}

/** What runs inside a cluster besides its API server. */
export interface ClusterControllers {
  /** Called when the cluster's spec changed. */
  update(spec: ClusterSpec): Promise<void>;
  close(): Promise<void>;
}
