import type { JsonObject } from '../../base/index.ts';
import type { ClusterSupply } from '../cluster-supply.ts';
import type { UpgradeDurations } from '../container-service/settings.ts';
import type { PublicAddress } from '../kubeconfig.ts';
import type { SystemIdentities } from '../system-identity.ts';

/** What the types around AKS Arc are handed by `server`. */
export interface ArcSettings {
  /** Default `usualDurations`. */
  readonly durations?: UpgradeDurations;
  readonly clusters: ClusterSupply;
  readonly identities: SystemIdentities;
  readonly tenantId: string;
  /** Domain of API servers with a public endpoint; resolves to this machine. */
  readonly publicDomain: string;
  /** Where clients reach the public API server of a cluster. */
  readonly publicAddress: (clusterId: string) => PublicAddress;
  readonly tokenCommand: { readonly command: string; readonly words: readonly string[] };
  /** Mints what `az connectedk8s proxy` needs to reach a cluster through the relay. */
  readonly relay: (clusterId: string, holderObjectId: string) => RelayCredential;
}

/** `hybridConnectionConfig` of listClusterUserCredential. */
export interface RelayCredential extends JsonObject {
  /** Unix seconds. */
  expirationTime: number;
  hybridConnectionName: string;
  relay: string;
  token: string;
  relayTid: string;
  relayType: string;
}
