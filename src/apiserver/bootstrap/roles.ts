import type { JsonObject } from '../../base/index.ts';
import { callerRules } from './caller-rules.ts';
import { componentRules } from './component-rules.ts';
import { controllerRules } from './controller-rules.ts';
import { namespacedRoles } from './namespaced-roles.ts';
import { clusterRole, clusterRoleBinding, group, rbacGroup, serviceAccount, user } from './role-object.ts';

const prefix = 'system:controller:';
/** Whose rules are gathered from those that are labelled for it, and for which other it is labelled itself. */
const aggregates = [
  ['admin', undefined],
  ['edit', 'admin'],
  ['view', 'edit'],
] as const;

function clusterRoles(): JsonObject[] {
  const roles = Object.entries({ ...callerRules, ...componentRules }).map(([name, rules]) => {
    const aggregate = /^system:(aggregate-to-.+)$/.exec(name)?.[1];
    return clusterRole(name, {
      ...(aggregate !== undefined && { labels: { [`${rbacGroup}/${aggregate}`]: 'true' } }),
      rules,
    });
  });
  return [
    ...aggregates.map(([name, to]) =>
      clusterRole(name, {
        ...(to !== undefined && { labels: { [`${rbacGroup}/aggregate-to-${to}`]: 'true' } }),
        gathers: { [`${rbacGroup}/aggregate-to-${name}`]: 'true' },
      }),
    ),
    ...roles,
    ...Object.entries(controllerRules).map(([name, rules]) => clusterRole(`${prefix}${name}`, { rules })),
  ];
}

function clusterRoleBindings(): JsonObject[] {
  const authenticated = group('system:authenticated');
  const given: Readonly<Record<string, readonly JsonObject[] | undefined>> = {
    'cluster-admin': [group('system:masters')],
    'system:discovery': [authenticated],
    'system:basic-user': [authenticated],
    'system:public-info-viewer': [authenticated, group('system:unauthenticated')],
    'system:node-proxier': [user('system:kube-proxy')],
    'system:kube-controller-manager': [user('system:kube-controller-manager')],
    'system:kube-dns': [serviceAccount('kube-dns')],
    'system:kube-scheduler': [user('system:kube-scheduler')],
    'system:volume-scheduler': [user('system:kube-scheduler')],
    'system:monitoring': [group('system:monitoring')],
    // Nodes have their rights from an authorizer of their own: nobody is given the role.
    'system:node': undefined,
    'system:service-account-issuer-discovery': [group('system:serviceaccounts')],
  };
  return [
    ...Object.entries(given).map(([name, subjects]) => clusterRoleBinding(name, subjects)),
    ...Object.keys(controllerRules).map((name) =>
      clusterRoleBinding(`${prefix}${name}`, [serviceAccount(name)]),
    ),
  ];
}

/** The roles and bindings that every cluster begins with. */
export function roleObjects(): JsonObject[] {
  return [...clusterRoles(), ...clusterRoleBindings(), ...namespacedRoles()];
}
