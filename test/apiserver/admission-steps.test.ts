import assert from 'node:assert/strict';
import { test } from 'node:test';
import { assembleCluster } from '../../src/apiserver/cluster.ts';
import { ResourceRegistry, SharedResources } from '../../src/apiserver/discovery/registry.ts';
import { silentLogger, systemClock, systemRandom } from '../../src/base/index.ts';
import { builtinResources } from '../../src/kinds/index.ts';
import { createMemoryStore } from '../../src/store/index.ts';

test('each admission step is asked about the resources that it concerns, in one order, and none is left unasked', () => {
  const surroundings = { clock: systemClock, random: systemRandom, log: silentLogger };
  const resources = new ResourceRegistry(new SharedResources(builtinResources()));
  const { parts } = assembleCluster(
    {
      ...surroundings,
      store: createMemoryStore(surroundings),
      keyPrefix: '/kube/a',
      version: { display: '1.34.4' },
      authenticators: [],
      authorizers: [],
      bare: false,
    },
    resources,
  );
  const asked: Record<string, string[]> = {};
  for (const served of resources.all()) {
    asked[served.storageKey] = parts.admission.of(served).map(({ name }) => name);
  }
  const everybody = 'namespace-lifecycle';
  const special = Object.entries(asked).filter(([, names]) => names.length > 1);
  assert.deepEqual(Object.fromEntries(special), {
    'core/nodes': [everybody, 'node-taints'],
    'core/persistentvolumeclaims': [everybody, 'storage-protection', 'default-classes'],
    'core/persistentvolumes': [everybody, 'storage-protection', 'volume-phases'],
    'core/pods': [
      everybody,
      'pod-service-account',
      'pod-priority',
      'pod-tolerations',
      'runtime-classes',
      'runtime-scheduling',
    ],
    'core/secrets': [everybody, 'tls-secrets'],
    'core/services': [everybody, 'service-addresses'],
    'apiextensions.k8s.io/customresourcedefinitions': [everybody, 'crd-status'],
    'certificates.k8s.io/certificatesigningrequests': [everybody, 'certificate-requests'],
    'networking.k8s.io/ingresses': [everybody, 'default-classes'],
    'rbac.authorization.k8s.io/clusterrolebindings': [everybody, 'rbac-escalation'],
    'rbac.authorization.k8s.io/clusterroles': [everybody, 'rbac-escalation'],
    'rbac.authorization.k8s.io/rolebindings': [everybody, 'rbac-escalation'],
    'rbac.authorization.k8s.io/roles': [everybody, 'rbac-escalation'],
    'scheduling.k8s.io/priorityclasses': [everybody, 'priority-classes'],
  });
  assert.deepEqual(asked['core/configmaps'], [everybody]);
});
