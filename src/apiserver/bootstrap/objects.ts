import { type JsonObject, rfc3339Seconds } from '../../base/index.ts';
import { namespaceObjects } from './namespaces.ts';
import { roleObjects } from './roles.ts';

let common: readonly JsonObject[] | undefined;

/** The range of service addresses, its first address, and the time by the clock. */
interface Network {
  readonly cidr: string;
  readonly first: string;
  readonly nowMs: number;
}

/** What a cluster holds from the start; all but the addresses of services is the same everywhere. */
export function bootstrapObjects(network: Network): readonly JsonObject[] {
  common ??= [...namespaceObjects(), ...roleObjects(), ...priorityClasses()];
  return [...common, kubernetesService(network.first), serviceCidr(network)];
}

/** The name of the range that a server has of itself. */
export const defaultServiceCidrName = 'kubernetes';

/** Ready from the start: nothing else is needed for addresses of it. */
export function serviceCidr({ cidr, nowMs }: Pick<Network, 'cidr' | 'nowMs'>): JsonObject {
  const condition = {
    type: 'Ready',
    status: 'True',
    lastTransitionTime: rfc3339Seconds(nowMs),
    reason: '',
    message: 'Kubernetes default Service CIDR is ready',
  };
  return {
    kind: 'ServiceCIDR',
    apiVersion: 'networking.k8s.io/v1',
    metadata: { name: defaultServiceCidrName },
    spec: { cidrs: [cidr] },
    status: { conditions: [condition] },
  };
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
