import type { ResourceDefinition } from '../../apimachinery/contract.ts';

/** Where a real server keeps an object in etcd: some of its refusals name the key. */
export function registryPath(
  definition: Pick<ResourceDefinition, 'group' | 'resource' | 'namespaced' | 'registryFolder'>,
  namespace: string,
  name: string,
): string {
  const { group, resource, namespaced, registryFolder } = definition;
  const builtIn = !group.includes('.') || group.endsWith('.k8s.io');
  const aggregated = group === 'apiextensions.k8s.io' || group === 'apiregistration.k8s.io';
  const folder = builtIn && !aggregated ? (registryFolder ?? resource) : `${group}/${resource}`;
  return ['/registry', folder, ...(namespaced ? [namespace] : []), name].join('/');
}
