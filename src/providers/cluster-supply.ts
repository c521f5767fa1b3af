import type { JsonObject } from '../base/index.ts';

/** What resource types need from whoever makes clusters; `server` hands the implementation in. */
export interface ClusterSupply {
  /** Makes the cluster or brings it to the order. Resolves once its API server answers. */
  ensure(order: ClusterOrder): Promise<SuppliedCluster>;
  /** Ends the API server and what runs inside; the data stays until the next `ensure`. */
  stop(order: ClusterOrder): Promise<void>;
  /** Makes keys of the cluster anew, once for each `id`; it is down while that is done, and what the old ones signed counts nothing. */
  renew(
    order: ClusterOrder,
    renewal: { readonly change: 'certificates' | 'service-account'; readonly id: string },
  ): Promise<SuppliedCluster>;
  /** A cluster that runs. */
  get(clusterId: string): SuppliedCluster | undefined;
  /** Stops the cluster and deletes its data; nothing happens when there is none. */
  remove(clusterId: string): Promise<void>;
}

export interface SuppliedCluster {
  readonly spec: Pick<ClusterOrder, 'clusterId'>;
  /** FQDN of the API server. */
  readonly hostName: string;
  /** PEM of the CA behind the API server's certificate. */
  readonly certificateAuthority: string;
  /** Client certificate and key (PEM) of a cluster administrator. */
  adminCredential(): Promise<{ readonly certificate: string; readonly privateKey: string }>;
  /** Names of nodes whose Ready condition is True. */
  readyNodes(): Promise<readonly string[]>;
  /** The address of each node in the cluster's network, by name. */
  nodeAddresses(): Promise<ReadonlyMap<string, string>>;
  readonly nodeUpkeep: NodeUpkeep;
  /** Changes who may enter, and nothing else. */
  admit(access: AccessOrder): Promise<void>;
}

/** Runs kubectl, where Drydock runs. */
export interface CommandSupply {
  /**
   * Runs the lines one after the other: what they printed, and the exit code of the one that ran last. Rejects when there is
   * no kubectl, when the time is up, and when too many run.
   */
  run(order: CommandOrder): Promise<{ readonly exitCode: number; readonly logs: string }>;
}

export interface CommandOrder {
  readonly clusterId: string;
  /** Words after `kubectl`. They reach no file but these, start no program and open no port: whoever orders has looked. */
  readonly lines: readonly { readonly words: readonly string[]; readonly afterSuccess: boolean }[];
  /** By path below the folder that kubectl runs in. */
  readonly files: ReadonlyMap<string, Uint8Array>;
  /** An Entra token to enter with; undefined: the administrator's certificate. */
  readonly token?: string;
}

/** What an upgrade does to nodes of a running cluster, through its own API. A node that is gone needs nothing. */
export interface NodeUpkeep {
  /** Closes a node to new pods, or opens it again, and sets labels beside. */
  mark(
    node: string,
    marks: { readonly closed: boolean; readonly labels?: Readonly<Record<string, string>> },
  ): Promise<void>;
  /** Asks once, through the eviction API, for each pod that a drain moves. Answers those still there; none: drained. */
  evict(node: string): Promise<readonly StayingPod[]>;
  /** The disruption budgets that select a pod, each with those of its pods that are not ready. */
  budgetsOf(pod: StayingPod): Promise<readonly BlockingBudget[]>;
  /** An event about a node. */
  tell(node: string, said: { readonly reason: string; readonly message: string }): Promise<void>;
  /** Calls `onChange` when a pod or a disruption budget changed, also once at first. It may end by itself. */
  watch(onChange: () => void): { close(): void };
}

/** A pod that a drain waits for. */
export interface StayingPod {
  readonly namespace: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** Why it was not evicted; none: it is ending. */
  readonly refusal?: string;
}

export interface BlockingBudget {
  readonly name: string;
  readonly unreadyPods: readonly string[];
}

/** The wanted state of one cluster. */
export interface ClusterOrder {
  /** Stable and never reused, a UUID. */
  readonly clusterId: string;
  readonly name: string;
  /** The ARM resource that the cluster belongs to. */
  readonly resourceId: string;
  readonly role: 'hub' | 'member' | 'arc';
  /** Version to display, without `v`. */
  readonly kubernetesVersion: string;
  /** Names of the API server; the first is its FQDN. */
  readonly hostNames: readonly string[];
  /** False: no listener, only tunnels reach it. */
  readonly publicEndpoint: boolean;
  readonly nodes: readonly NodePoolOrder[];
  readonly access: AccessOrder;
  /** The network that the cluster stands in; undefined: one of its own. */
  readonly network?: NetworkOrder;
}

/** A network that several clusters may stand in; those of one name share its addresses. */
export interface NetworkOrder {
  readonly name: string;
  /** What load balancers get. */
  readonly balancers: readonly AddressRangeOrder[];
  /** What nodes get. */
  readonly nodes: readonly AddressRangeOrder[];
  /** Never handed out. */
  readonly reserved: readonly string[];
}

/** IPv4 addresses, both ends included. */
export interface AddressRangeOrder {
  readonly first: string;
  readonly last: string;
}

export interface NodePoolOrder {
  readonly name: string;
  readonly mode: 'control-plane' | 'worker';
  /** Complete names, chosen once and kept. */
  readonly nodeNames: readonly string[];
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly JsonObject[];
  readonly cpuCores: number;
  readonly memoryMiB: number;
  readonly osImage: string;
  readonly maxPods: number;
  /** Release of its kubelets, without `v`; undefined: that of the cluster. */
  readonly kubernetesVersion?: string;
}

export interface AccessOrder {
  /** Entra groups whose members are cluster admins. */
  readonly adminGroupObjectIds: readonly string[];
  /** Whose roles' data actions count; undefined: only admin groups and the cluster's own RBAC. */
  readonly roleFamily: 'fleet' | 'aks' | 'arc' | undefined;
  /** Where role assignments are evaluated. */
  readonly roleScope: string;
  readonly localAccounts: boolean;
  /** Whose Entra tokens the cluster takes; undefined: none. */
  readonly entraAudience: 'kubernetes' | 'arc' | undefined;
}

/** What fleets need from the fleet controllers. */
export interface FleetSupply {
  /** Installs the fleet kinds in a hub and starts its controllers. May be called again. */
  prepareHub(hubId: string): Promise<void>;
  /**
   * Creates or updates the member on the hub and starts its agent; resolves when the member is Joined. Rejects when
   * `signal` aborts.
   */
  join(membership: Membership, signal: AbortSignal): Promise<void>;
  /**
   * Takes the member out of the hub and stops its agent; resolves when the hub has let it go. Without a cluster, or
   * when it does not run, the hub goes on alone. Rejects when `signal` aborts.
   */
  leave(membership: Leaving, signal: AbortSignal): Promise<void>;
}

/** A membership that ends; its cluster may be gone. */
export interface Leaving {
  readonly hubId: string;
  readonly memberName: string;
  readonly memberClusterId?: string;
}

export interface Membership {
  readonly hubId: string;
  readonly memberClusterId: string;
  readonly memberName: string;
  readonly labels: Readonly<Record<string, string>>;
}

/** What managed namespaces need from whoever keeps objects on hubs. */
export interface NamespaceSupply {
  /**
   * What stands in the way of a namespace that is to come under management: objects of its names that somebody else made.
   * Undefined: nothing does, or it is managed already.
   */
  obstacle(order: NamespaceOrder): Promise<NamespaceObstacle | undefined>;
  /** Makes the namespace and what belongs to it, or brings them to the order, whoever made or changed them. */
  provide(order: NamespaceOrder): Promise<void>;
  /**
   * One step of taking a namespace out of management: with everything in it, or, with `keep`, by leaving it to whoever uses
   * it. True when nothing is left to do.
   */
  withdraw(namespace: Pick<NamespaceOrder, 'resourceId' | 'hubId' | 'name'>, keep: boolean): Promise<boolean>;
  /** Calls `onChange` with the resource id of a namespace when something that `provide` made of it changed or went. */
  watch(onChange: (resourceId: string) => void): { close(): void };
}

export interface NamespaceObstacle {
  /** The objects are as they are asked for. */
  readonly isIdentical: boolean;
  /** What is there, e.g. `Namespace team-a`. */
  readonly found: string;
}

/** The wanted state of one managed namespace on its hub. */
export interface NamespaceOrder {
  readonly resourceId: string;
  readonly hubId: string;
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** Amounts by the names of Kubernetes, e.g. `requests.cpu`; empty: no quota. */
  readonly quota: Readonly<Record<string, string>>;
  readonly ingress: NamespaceTraffic | undefined;
  readonly egress: NamespaceTraffic | undefined;
  /** Undefined: it stays on the hub. */
  readonly placement: NamespacePlacement | undefined;
  /** Tells one change of the order from another; undefined: nothing has been ordered anew. */
  readonly change: string | undefined;
}

export type NamespaceTraffic = 'AllowAll' | 'DenyAll' | 'AllowSameNamespace';

export interface NamespacePlacement {
  /** As ClusterResourcePlacements have it. */
  readonly policy: JsonObject;
  readonly whenToTakeOver: 'Never' | 'IfNoDiff' | 'Always';
  /** Who takes the placement away leaves on members what it placed there. */
  readonly abandons: boolean;
  /** Changes are rolled out by staged update runs alone. */
  readonly isExternal: boolean;
  /** A ClusterStagedUpdateStrategy that must be on the hub. */
  readonly updateStrategy?: string;
}
