/** Folders of etcd that are not called as the resource. */
const folders: Readonly<Record<string, string | undefined>> = {
  nodes: 'minions',
  services: 'services/specs',
  endpoints: 'services/endpoints',
  replicationcontrollers: 'controllers',
  ingresses: 'ingress',
};

/** Where a real server keeps an object in etcd: some of its refusals name the key. */
export function registryPath(
  definition: { readonly group: string; readonly resource: string; readonly namespaced: boolean },
  namespace: string,
  name: string,
): string {
  const { group, resource, namespaced } = definition;
  const builtIn = !group.includes('.') || group.endsWith('.k8s.io');
  const own = Object.hasOwn(folders, resource) ? folders[resource] : undefined;
  const aggregated = group === 'apiextensions.k8s.io' || group === 'apiregistration.k8s.io';
  const folder = builtIn && !aggregated ? (own ?? resource) : `${group}/${resource}`;
  return ['/registry', folder, ...(namespaced ? [namespace] : []), name].join('/');
}
