/** Groups none of whose kinds is ever placed. */
const leftOutGroups = new Set([
  'cluster.kubernetes-fleet.io',
  'events.k8s.io',
  'coordination.k8s.io',
  'metrics.k8s.io',
]);
const networkingGroup = 'networking.fleet.azure.com';
const leftOutNetworking = new Set(['ServiceImport', 'TrafficManagerProfile', 'TrafficManagerBackend']);
const placementGroup = 'placement.kubernetes-fleet.io';
const envelopes = new Set(['ClusterResourceEnvelope', 'ResourceEnvelope']);

/** Whether objects of a kind may be placed at all. */
export function isPlaceable({ group, kind }: { readonly group: string; readonly kind: string }): boolean {
  if (leftOutGroups.has(group)) return false;
  if (group === placementGroup) return envelopes.has(kind);
  if (group === networkingGroup) return !leftOutNetworking.has(kind);
  return group !== '' || !['Pod', 'Node'].includes(kind);
}
