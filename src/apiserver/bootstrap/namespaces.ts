import type { JsonObject } from '../../base/index.ts';

const names = ['default', 'kube-system', 'kube-public', 'kube-node-lease'];

/** The namespaces that every cluster has, with and without controllers. */
export function namespaceObjects(): JsonObject[] {
  return names.map((name) => ({
    kind: 'Namespace',
    apiVersion: 'v1',
    metadata: { name, labels: { 'kubernetes.io/metadata.name': name } },
    spec: { finalizers: ['kubernetes'] },
    status: { phase: 'Active' },
  }));
}
