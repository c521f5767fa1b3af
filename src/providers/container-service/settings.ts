import type { ClusterSupply, CommandSupply, FleetSupply, NamespaceSupply } from '../cluster-supply.ts';
import type { PublicAddress } from '../kubeconfig.ts';
import type { SystemIdentities } from '../system-identity.ts';

/** What the types of Microsoft.ContainerService are handed by `server`. */
export interface ContainerServiceSettings {
  /** Default `usualDurations`. */
  readonly durations?: UpgradeDurations;
  readonly clusters: ClusterSupply;
  readonly commands: CommandSupply;
  readonly fleets: FleetSupply;
  readonly namespaces: NamespaceSupply;
  readonly identities: SystemIdentities;
  readonly tenantId: string;
  /** Domain of API servers with a public endpoint; resolves to this machine. */
  readonly publicDomain: string;
  /** Domain of private API servers; resolves nowhere. */
  readonly privateDomain: string;
  /** Where clients reach the public API server of a cluster. */
  readonly publicAddress: (clusterId: string) => PublicAddress;
  /** Program and leading words of the exec credential plugin that kubeconfigs name. */
  readonly tokenCommand: { readonly command: string; readonly words: readonly string[] };
}

/** How long simulated work lasts, in milliseconds. */
export interface UpgradeDurations {
  /** Until a control plane runs its new version. */
  readonly controlPlaneMs: number;
  /** Until a machine that is added has joined. */
  readonly nodeStartMs: number;
  /** Until a machine has come back with another image. */
  readonly reimageMs: number;
  /** A minute of `drainTimeoutInMinutes` and `nodeSoakDurationInMinutes`. */
  readonly minuteMs: number;
}

export const usualDurations: UpgradeDurations = {
  controlPlaneMs: 2_000,
  nodeStartMs: 1_000,
  reimageMs: 1_000,
  minuteMs: 60_000,
};
