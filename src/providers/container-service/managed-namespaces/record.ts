import type { ResourceRecord } from '../../../arm/index.ts';
import type { NamespaceOrder, NamespacePlacement, NamespaceTraffic } from '../../cluster-supply.ts';
import { Fields } from '../../fields.ts';

export const managedNamespaceType = 'Microsoft.ContainerService/fleets/managedNamespaces';

export const trafficRules = ['AllowAll', 'DenyAll', 'AllowSameNamespace'] as const;
export const adoptionPolicies = ['Never', 'IfIdentical', 'Always'] as const;
export const deletePolicies = ['Keep', 'Delete'] as const;

/** The fleet that a managed namespace belongs to. */
export function fleetIdOfNamespace(id: string): string {
  return id.slice(0, id.toLowerCase().lastIndexOf('/managednamespaces/'));
}

/** What the members of `defaultResourceQuota` are called in a ResourceQuota. */
export const quotaNames = {
  cpuRequest: 'requests.cpu',
  cpuLimit: 'limits.cpu',
  memoryRequest: 'requests.memory',
  memoryLimit: 'limits.memory',
} as const;

const takeOver = { Never: 'Never', IfIdentical: 'IfNoDiff', Always: 'Always' } as const;

export function adoptionPolicyOf(record: ResourceRecord) {
  return new Fields(record.properties).choice('adoptionPolicy', adoptionPolicies) ?? 'Never';
}

/** Without a policy everything stays. */
export function keepsObjects(record: ResourceRecord): boolean {
  return new Fields(record.properties).choice('deletePolicy', deletePolicies) !== 'Delete';
}

/** What the hub is to hold for a record. */
export function namespaceOrder(record: ResourceRecord, hubId: string): NamespaceOrder {
  const wanted = new Fields(record.properties).object('managedNamespaceProperties');
  const network = wanted.object('defaultNetworkPolicy');
  return {
    resourceId: record.id,
    hubId,
    name: record.name,
    labels: wanted.stringMap('labels'),
    annotations: wanted.stringMap('annotations'),
    quota: quotaOf(wanted.object('defaultResourceQuota')),
    ingress: trafficOf(network, 'ingress'),
    egress: trafficOf(network, 'egress'),
    placement: placementOf(record),
    change: record.operation,
  };
}

function quotaOf(asked: Fields): Record<string, string> {
  const amounts = Object.entries(quotaNames).flatMap(([member, name]) => {
    const amount = asked.string(member);
    return amount === undefined ? [] : [[name, amount] as const];
  });
  return Object.fromEntries(amounts);
}

function trafficOf(network: Fields, direction: 'ingress' | 'egress'): NamespaceTraffic | undefined {
  return network.choice(direction, trafficRules);
}

function placementOf(record: ResourceRecord): NamespacePlacement | undefined {
  const propagation = new Fields(record.properties).object('propagationPolicy');
  const profile = propagation.object('placementProfile');
  if (!profile.has('defaultClusterResourcePlacement')) return undefined;
  const placement = profile.object('defaultClusterResourcePlacement');
  const rollout = placement.object('rolloutStrategy');
  const updateStrategy = rollout.object('clusterUpdateStrategy').string('name');
  return {
    policy: placement.object('policy').value,
    whenToTakeOver: takeOver[adoptionPolicyOf(record)],
    abandons: keepsObjects(record),
    isExternal: rollout.string('type') === 'External',
    ...(updateStrategy !== undefined && { updateStrategy }),
  };
}
