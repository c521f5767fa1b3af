import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Operation } from '../../src/apimachinery/admission.ts';
import { assembleCluster } from '../../src/apiserver/cluster.ts';
import { ResourceRegistry, SharedResources } from '../../src/apiserver/discovery/registry.ts';
import { featuresOf } from '../../src/apiserver/switches/index.ts';
import { silentLogger, systemClock, systemRandom } from '../../src/base/index.ts';
import { builtinResources } from '../../src/kinds/index.ts';
import { createMemoryStore } from '../../src/store/index.ts';

/** What looks at nearly every write, by what the cluster holds. */
const askedOfAll = ['MutatingAdmissionWebhook', 'ValidatingAdmissionPolicy', 'ValidatingAdmissionWebhook'];

/** Names of the steps of admission that writes of a resource meet, in their order; '' for those that meet the usual ones alone. */
function admissionOf(operation: Operation): Record<string, string[]> {
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
    },
    resources,
    { used: () => {}, features: featuresOf({}, { priorityAndFairness: true }) },
  );
  const usual = new Set(parts.courses.of(find('configmaps'), '', operation).prepare.map(({ name }) => name));
  for (const name of askedOfAll) usual.add(name);
  function find(plural: string) {
    const found = resources.anyVersion('', plural);
    assert.ok(found);
    return found;
  }
  const asked: Record<string, string[]> = {};
  for (const served of resources.all()) {
    const { mutate, prepare, validate } = parts.courses.of(served, '', operation);
    const steps = [...mutate, ...prepare, ...validate].map(({ name }) => name);
    const special = steps.filter((name) => !usual.has(name) && name !== 'generation');
    if (special.length > 0) asked[served.storageKey] = special;
  }
  return asked;
}

test('each step of admission is asked about the writes that it concerns, in the real order, and none is left unasked', () => {
  const created = admissionOf('CREATE');
  const everybody = 'NamespaceLifecycle';
  const last = 'ResourceQuota';
  assert.deepEqual(created['core/configmaps'], [everybody, last]);
  const plain = ([, names]: [string, string[]]) => names.join() !== `${everybody},${last}`;
  const makePods = [
    'core/podtemplates',
    'core/replicationcontrollers',
    'batch/cronjobs',
    'batch/jobs',
  ].concat(['daemonsets', 'deployments', 'replicasets', 'statefulsets'].map((plural) => `apps/${plural}`));
  assert.deepEqual(Object.fromEntries(Object.entries(created).filter(plain)), {
    ...Object.fromEntries(makePods.map((key) => [key, [everybody, 'PodSecurity', last]])),
    'core/bindings': [everybody],
    'core/events': [everybody],
    'core/namespaces': ['PodSecurity'],
    'core/nodes': ['TaintNodesByCondition'],
    'core/persistentvolumeclaims': [
      everybody,
      'LimitRanger',
      'DefaultStorageClass',
      'StorageObjectInUseProtection',
      'LimitRanger',
      last,
    ],
    'core/persistentvolumes': ['StorageObjectInUseProtection', 'volume-phases'],
    'storage.k8s.io/volumeattributesclasses': ['StorageObjectInUseProtection'],
    'core/pods': [
      everybody,
      'LimitRanger',
      'ServiceAccount',
      'Priority',
      'DefaultTolerationSeconds',
      'RuntimeClass',
      'LimitRanger',
      'PodSecurity',
      last,
    ],
    'core/secrets': [everybody, 'tls-secrets', last],
    'core/services': [everybody, 'service-addresses', 'service-address-objects', last],
    'apiextensions.k8s.io/customresourcedefinitions': ['crd-status'],
    'admissionregistration.k8s.io/validatingadmissionpolicies': ['param-rights'],
    'admissionregistration.k8s.io/validatingadmissionpolicybindings': ['param-rights'],
    'certificates.k8s.io/certificatesigningrequests': [
      'certificate-requests',
      'certificate-requests',
      'CertificateSubjectRestriction',
    ],
    'networking.k8s.io/ingresses': [everybody, 'DefaultIngressClass', last],
    'rbac.authorization.k8s.io/clusterrolebindings': ['rbac-escalation'],
    'rbac.authorization.k8s.io/clusterroles': ['rbac-escalation'],
    'rbac.authorization.k8s.io/rolebindings': [everybody, 'rbac-escalation', last],
    'rbac.authorization.k8s.io/roles': [everybody, 'rbac-escalation', last],
    'scheduling.k8s.io/priorityclasses': ['Priority'],
  });
});

test('a delete meets only what guards the end of an object, or goes with it', () => {
  assert.deepEqual(admissionOf('DELETE'), {
    'core/namespaces': ['NamespaceLifecycle'],
    'core/services': ['service-address-objects'],
    'scheduling.k8s.io/priorityclasses': ['system-priority-classes'],
  });
});
