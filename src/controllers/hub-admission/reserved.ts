import type { UserInfo } from '../../apimachinery/contract.ts';

/** Namespaces that belong to the fleet and to Kubernetes. Source: https://kubefleet.dev/docs/faq */
export function isReserved(namespace: string): boolean {
  return namespace.startsWith('fleet-') || namespace.startsWith('kube-');
}

export const memberNamespacePrefix = 'fleet-member-';

const masters = 'system:masters';
const groups = new Set([masters, 'kubeadm:cluster-admins', 'system:nodes']);
const admins = [masters, 'kubeadm:cluster-admins'];
const users = new Set(['system:kube-scheduler', 'system:kube-controller-manager', 'aks-support']);
const accountsOf = 'system:serviceaccounts:';

/** Whom no authorizer is asked about: Resource Manager and the loops of the hub among them. */
export function isMaster(user: UserInfo): boolean {
  return user.groups.includes(masters);
}

/** Those who administer the cluster itself. */
export function isAdministrator(user: UserInfo): boolean {
  return admins.some((group) => user.groups.includes(group));
}

/**
 * Those whom the guard rail lets pass. Upstream takes every service account; here only those of reserved namespaces
 * count, because anybody can make himself one elsewhere.
 */
export function isTrusted(user: UserInfo): boolean {
  return users.has(user.username) || user.groups.some(isTrustedGroup);
}

function isTrustedGroup(group: string): boolean {
  return groups.has(group) || (group.startsWith(accountsOf) && isReserved(group.slice(accountsOf.length)));
}

/**
 * Whether that is the name of a part of the cluster that the guard rail lets pass: nobody may borrow it. Not those of
 * administrators: whoever may act as one is one, as on every cluster.
 */
export function isComponentName(resource: string, name: string): boolean {
  if (resource === 'users') return users.has(name);
  return resource === 'groups' && isTrustedGroup(name) && !admins.includes(name);
}
