import { type Controller, runController, watchKeys } from '../../reconcile/index.ts';
import { clusterRoles } from '../kinds/rbac.ts';
import type { ClusterContext } from '../shared/context.ts';
import { aggregates, reconcileAggregate } from './reconcile.ts';

/** Keeps in each ClusterRole with an aggregationRule the rules of those that it selects. */
export function startClusterRoleAggregation(context: ClusterContext): Controller {
  const roles = context.informers.of(clusterRoles);
  return runController({
    ...context,
    name: 'cluster-role-aggregation',
    // Any role may be one that an aggregate selects, or was.
    watches: [watchKeys(roles, () => aggregates(roles))],
    reconcile: (name) => reconcileAggregate(name, { ...context, roles }),
  });
}
