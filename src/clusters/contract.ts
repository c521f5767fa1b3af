import type { Duplex } from 'node:stream';
import type { JsonObject } from '../base/index.ts';
import type { ClusterClient } from '../reconcile/client.ts';

/** How a cluster comes to be and is reached. `providers` ask for clusters through this; drivers make them. */
export interface ClusterHost {
  /** Makes the cluster or, when it exists, brings it to `spec`. Returns once its API server answers. */
  ensure(spec: ClusterSpec): Promise<ClusterHandle>;
  get(clusterId: string): ClusterHandle | undefined;
  /** Stops the cluster and deletes its data. Nothing happens when there is none. */
  remove(clusterId: string): Promise<void>;
  list(): readonly ClusterHandle[];
}

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
  /** Names of the API server; the first is its FQDN. */
  readonly hostNames: readonly string[];
  /** False: no listener; only tunnels reach it. */
  readonly publicEndpoint: boolean;
  readonly nodes: readonly NodePoolSpec[];
  readonly access: AccessSpec;
}

export interface NodePoolSpec {
  readonly name: string;
  readonly mode: 'control-plane' | 'worker';
  /** Complete node names; the loop that asks chooses them once and keeps them. */
  readonly nodeNames: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly JsonObject[];
  readonly cpuCores: number;
  readonly memoryMiB: number;
  readonly osImage: string;
  readonly maxPods: number;
}

export interface AccessSpec {
  /** Entra groups whose members are cluster admins. */
  readonly adminGroupObjectIds: readonly string[];
  /** The family of roles whose data actions count, or none: then only the cluster's own RBAC and admin groups. */
  readonly roleFamily: 'fleet' | 'aks' | 'arc' | undefined;
  /** The scope at which role assignments are evaluated (a fleet for its hub). */
  readonly roleScope: string;
  readonly localAccounts: boolean;
}

export interface ClusterHandle {
  readonly spec: ClusterSpec;
  readonly state: 'starting' | 'running' | 'stopped';
  /** PEM of the CA that signs the API server's certificate. */
  readonly certificateAuthority: string;
  /** A client with the rights of `system:masters`, for loops. */
  readonly client: ClusterClient;
  /** A byte stream into the API server's TLS listener, for tunnels and relays. */
  dial(): Promise<Duplex>;
  /** A client certificate or token of a cluster administrator, for `listClusterAdminCredential`. */
  adminCredential(): Promise<{ readonly certificate: string; readonly privateKey: string }>;
}
