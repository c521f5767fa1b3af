const documented =
  /^(\/+subscriptions\/[^/]+\/resourcegroups\/[^/]+)\/providers\/+microsoft\.hybridcontainerservice\/provisionedclusterinstances\/([^/]+)(.*)$/i;

/**
 * The REST how-to addresses an instance as if it were a resource of its own, named after its cluster. That path
 * stands for the instance `default` of the connected cluster of the same name and group.
 */
export function canonicalPath(path: string): string {
  const [, group, name, rest] = documented.exec(path) ?? [];
  if (!group || !name) return path;
  return `${group}/providers/Microsoft.Kubernetes/connectedClusters/${name}/providers/Microsoft.HybridContainerService/provisionedClusterInstances/default${rest ?? ''}`;
}
