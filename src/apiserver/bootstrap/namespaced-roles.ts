import type { JsonObject } from '../../base/index.ts';
import { role, roleBinding, serviceAccount, user } from './role-object.ts';
import { events, readVerbs, rule } from './rule.ts';

const system = 'kube-system';
const signer = 'system:controller:bootstrap-signer';
const authenticationReader = 'extension-apiserver-authentication-reader';

/** The roles and bindings that kube-system and kube-public begin with. */
export function namespacedRoles(): JsonObject[] {
  return [
    role(system, authenticationReader, [
      rule([''], ['configmaps'], readVerbs, 'extension-apiserver-authentication'),
    ]),
    roleBinding(system, { role: authenticationReader, name: `system::${authenticationReader}` }, [
      user('system:kube-controller-manager'),
      user('system:kube-scheduler'),
    ]),
    ...leaderRole('kube-controller-manager', serviceAccount('leader-election-controller')),
    ...leaderRole('kube-scheduler'),
    role(system, signer, [rule([''], ['secrets'], readVerbs)]),
    roleBinding(system, { role: signer }, [serviceAccount('bootstrap-signer')]),
    ...controllerRole('cloud-provider', [rule([''], ['configmaps'], ['create', ...readVerbs])]),
    ...controllerRole('token-cleaner', [rule([''], ['secrets'], ['delete', ...readVerbs]), events]),
    role('kube-public', signer, [
      rule([''], ['configmaps'], readVerbs),
      rule([''], ['configmaps'], ['update'], 'cluster-info'),
      events,
    ]),
    roleBinding('kube-public', { role: signer }, [serviceAccount('bootstrap-signer')]),
  ];
}

/** What a component needs to be the one of its kind that acts. */
function leaderRole(component: string, ...more: readonly JsonObject[]): JsonObject[] {
  const name = `system::leader-locking-${component}`;
  const verbs = ['create', 'get', 'list', 'update', 'watch'];
  return [
    role(system, name, [
      rule([''], ['configmaps'], ['watch']),
      rule([''], ['configmaps'], ['get', 'update'], component),
      rule(['coordination.k8s.io'], ['leases'], verbs),
      rule(['coordination.k8s.io'], ['leasecandidates'], verbs),
    ]),
    roleBinding(system, { role: name }, [user(`system:${component}`), serviceAccount(component), ...more]),
  ];
}

function controllerRole(account: string, rules: readonly JsonObject[]): JsonObject[] {
  const name = `system:controller:${account}`;
  return [role(system, name, rules), roleBinding(system, { role: name }, [serviceAccount(account)])];
}
