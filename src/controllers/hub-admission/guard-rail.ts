import { type ClusterView, resourceKey, type Write } from '../../apimachinery/admission.ts';
import { textAt } from '../../apimachinery/read.ts';
import type { Verdict, Webhook } from './contract.ts';
import { type FleetNames, memberClusterVerdict } from './member-cluster-guard.ts';
import { isAdministrator, isReserved, isTrusted, memberNamespacePrefix } from './reserved.ts';

/** The guard rail: who may write what belongs to the fleet. Source: KubeFleet, `--enable-guard-rail`. */

const always = ['CREATE', 'UPDATE', 'DELETE'] as const;

/** Groups whose definitions only administrators of the cluster touch. */
const fleetGroups = new Set([
  'networking.fleet.azure.com',
  'cluster.kubernetes-fleet.io',
  'placement.kubernetes-fleet.io',
  'multicluster.x-k8s.io',
]);

/** What a member writes in its namespace of the hub. */
const memberKinds = new Set([
  'cluster.kubernetes-fleet.io/internalmemberclusters',
  'placement.kubernetes-fleet.io/works',
  'networking.fleet.azure.com/endpointsliceexports',
  'networking.fleet.azure.com/endpointsliceimports',
  'networking.fleet.azure.com/internalserviceexports',
  'networking.fleet.azure.com/internalserviceimports',
]);

/** What is guarded against creation and change in `kube-…`; deletion is guarded of everything. */
const guardedInKube = new Set([
  ...memberKinds,
  '/bindings',
  '/configmaps',
  '/endpoints',
  '/limitranges',
  '/persistentvolumeclaims',
  '/podtemplates',
  '/replicationcontrollers',
  '/resourcequotas',
  '/secrets',
  '/serviceaccounts',
  '/services',
  'apps/controllerrevisions',
  'apps/daemonsets',
  'apps/deployments',
  'apps/statefulsets',
  'authorization.k8s.io/localsubjectaccessreviews',
  'autoscaling/horizontalpodautoscalers',
  'batch/cronjobs',
  'batch/jobs',
  'discovery.k8s.io/endpointslices',
  'networking.k8s.io/ingresses',
  'networking.k8s.io/networkpolicies',
  'policy/poddisruptionbudgets',
  'rbac.authorization.k8s.io/rolebindings',
  'rbac.authorization.k8s.io/roles',
  'storage.k8s.io/csistoragecapacities',
]);

export const definitionGuard: Webhook = {
  name: 'fleet.customresourcedefinition.guardrail.validating',
  operations: always,
  judge(write) {
    const dot = write.name.indexOf('.');
    const isFleets = fleetGroups.has(dot < 0 ? '' : write.name.slice(dot + 1));
    return isFleets && !isAdministrator(write.user) ? notAllowed(write) : undefined;
  },
};

export const namespaceGuard: Webhook = {
  name: 'fleet.namespace.guardrail.validating',
  operations: always,
  judge(write) {
    if (!isReserved(write.name) || isTrusted(write.user)) return undefined;
    // What is in the namespace has a place in it; the namespace itself has none.
    return notAllowed(write, '');
  },
};

export function memberClusterGuard(names: FleetNames): Webhook {
  return {
    name: 'fleet.membercluster.guardrail.validating',
    operations: always,
    judge: (write) => memberClusterVerdict(write, { ...names, notAllowed }),
  };
}

function namespacedGuard(which: string): Webhook {
  return {
    name: `fleet.${which}namespacedresources.guardrail.validating`,
    operations: always,
    judge: (write, hub) => (isTrusted(write.user) ? undefined : untrustedVerdict(write, hub)),
  };
}

const inMemberNamespace = namespacedGuard('fleetmember');
const inFleetNamespace = namespacedGuard('fleetsystem');
const inKubeNamespace = namespacedGuard('kube');

/** The guard of what lies in a reserved namespace; undefined for other namespaces. */
export function guardInside(namespace: string): Webhook | undefined {
  if (namespace.startsWith('kube-')) return inKubeNamespace;
  if (!namespace.startsWith('fleet-')) return undefined;
  return namespace.startsWith(memberNamespacePrefix) ? inMemberNamespace : inFleetNamespace;
}

const events = new Set(['/events', 'events.k8s.io/events']);

async function untrustedVerdict(write: Write, hub: ClusterView): Promise<Verdict> {
  const { definition, namespace, operation } = write;
  const key = resourceKey(definition);
  if (events.has(key)) return undefined;
  const ends = operation === 'DELETE' || write.subresource === 'eviction';
  if (namespace.startsWith('kube-') && !ends && !guardedInKube.has(key)) return undefined;
  if (memberKinds.has(key) && (await isMemberItself(write, hub))) return undefined;
  return notAllowed(write);
}

const memberClusters = { group: 'cluster.kubernetes-fleet.io', resource: 'memberclusters', namespace: '' };

/** Whether the writer is whom the MemberCluster names. Upstream lets everybody pass when there is none; nobody is it then. */
async function isMemberItself({ namespace, user }: Write, hub: ClusterView): Promise<boolean> {
  if (!namespace.startsWith(memberNamespacePrefix)) return false;
  const member = await hub.find(memberClusters, namespace.slice(memberNamespacePrefix.length));
  const name = textAt(member, 'spec', 'identity', 'name');
  if (name === '' || textAt(member, 'spec', 'identity', 'kind') === 'Group') return false;
  return user.username === name || user.username === `system:serviceaccount:fleet-system:${name}`;
}

const mostGroupsShown = 10;

function notAllowed(write: Write, namespace = write.namespace): string {
  const { user, operation, subresource, name } = write;
  const { group, version, kind } = write.kind;
  const some = user.groups.slice(0, 3).join(', ');
  const groups = user.groups.length > mostGroupsShown ? `${some},......` : user.groups.join(' ');
  return `user: '${user.username}' in 'groups: [${groups}]' is not allowed to ${operation} resource ${group}/${version}, Kind=${kind}/${subresource}: ${namespace}/${name}`;
}
