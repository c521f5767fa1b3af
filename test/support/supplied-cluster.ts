import type { SuppliedCluster } from '../../src/providers/cluster-supply.ts';

/** A cluster that only answers to orders; its nodes have no pods. */
export function suppliedCluster(clusterId: string): SuppliedCluster {
  return {
    spec: { clusterId },
    hostName: '',
    certificateAuthority: '',
    adminCredential: async () => ({ certificate: '', privateKey: '' }),
    readyNodes: async () => [],
    nodeAddresses: async () => new Map(),
    admit: async () => undefined,
    nodeUpkeep: {
      mark: async () => undefined,
      evict: async () => [],
      budgetsOf: async () => [],
      tell: async () => undefined,
      watch: () => ({ close: () => undefined }),
    },
  };
}

/** For tests that wait for nothing. */
export const noDurations = { controlPlaneMs: 0, nodeStartMs: 0, reimageMs: 0, minuteMs: 60_000 } as const;
