import type { JsonObject } from '../../base/index.ts';
import { namespaceObjects } from './namespaces.ts';
import { roleObjects } from './roles.ts';

let common: readonly JsonObject[] | undefined;

/** What a cluster holds from the start; all but the address of the `kubernetes` service is the same everywhere. */
export function bootstrapObjects(kubernetesAddress: string): readonly JsonObject[] {
  common ??= [...namespaceObjects(), ...roleObjects(), ...priorityClasses()];
  return [...common, kubernetesService(kubernetesAddress)];
}

function priorityClasses(): JsonObject[] {
  const classes = [
    [
      'system-node-critical',
      2_000_001_000,
      'Used for system critical pods that must not be moved from their current node.',
    ],
    [
      'system-cluster-critical',
      2_000_000_000,
      'Used for system critical pods that must run in the cluster, but can be moved to another node if necessary.',
    ],
  ] as const;
  return classes.map(([name, value, description]) => ({
    kind: 'PriorityClass',
    apiVersion: 'scheduling.k8s.io/v1',
    metadata: { name, generation: 1 },
    value,
    description,
    preemptionPolicy: 'PreemptLowerPriority',
  }));
}

function kubernetesService(address: string): JsonObject {
  return {
    kind: 'Service',
    apiVersion: 'v1',
    metadata: {
      name: 'kubernetes',
      namespace: 'default',
      labels: { component: 'apiserver', provider: 'kubernetes' },
    },
    spec: {
      ports: [{ name: 'https', protocol: 'TCP', port: 443, targetPort: 6443 }],
      clusterIP: address,
      clusterIPs: [address],
      type: 'ClusterIP',
      sessionAffinity: 'None',
      ipFamilies: ['IPv4'],
      ipFamilyPolicy: 'SingleStack',
      internalTrafficPolicy: 'Cluster',
    },
    status: { loadBalancer: {} },
  };
}
