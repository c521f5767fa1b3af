import { ignoringMissing } from '../../apimachinery/kinds.ts';
import { readLabelSelector } from '../../apimachinery/selectors/label-selector.ts';
import { canonicalJson, jsonEqual } from '../../base/index.ts';
import type { Informer } from '../../reconcile/index.ts';
import { type ClusterRole, clusterRoles, type PolicyRule } from '../kinds/rbac.ts';
import type { ClusterContext } from '../shared/context.ts';

interface AggregationContext extends ClusterContext {
  readonly roles: Informer<ClusterRole>;
}

/** As kube-controller-manager's writes are seen in managedFields. */
const fieldManager = 'clusterrole-aggregation-controller';

/** The names of the roles that gather rules. */
export function* aggregates(roles: Informer<ClusterRole>): Generator<string> {
  for (const { aggregationRule, metadata } of roles.list()) {
    if (aggregationRule && metadata.name !== undefined) yield metadata.name;
  }
}

/** One pass over a role that gathers rules: it has those of all that its selectors name, in the order of their names. */
export async function reconcileAggregate(name: string, context: AggregationContext): Promise<undefined> {
  const role = context.roles.get(name);
  if (!role?.aggregationRule || role.metadata.deletionTimestamp) return undefined;
  const rules = gathered(role, context.roles);
  if (jsonEqual(rules, role.rules ?? [])) return undefined;
  const { apiVersion, kind } = clusterRoles;
  const body = { apiVersion, kind, metadata: { name }, ...(rules.length > 0 && { rules }) };
  await ignoringMissing(
    context.client.patch(clusterRoles, { name }, { type: 'apply', body }, { fieldManager, force: true }),
  );
  return undefined;
}

function gathered(role: ClusterRole, roles: Informer<ClusterRole>): PolicyRule[] {
  const byName = [...roles.list()]
    .filter(({ metadata }) => metadata.name !== role.metadata.name)
    .sort((one, other) => ((one.metadata.name ?? '') < (other.metadata.name ?? '') ? -1 : 1));
  const rules = new Map<string, PolicyRule>();
  for (const selector of role.aggregationRule?.clusterRoleSelectors ?? []) {
    const matches = readLabelSelector(selector);
    for (const { metadata, rules: theirs } of byName) {
      if (!matches(metadata.labels ?? {})) continue;
      for (const rule of theirs ?? []) rules.set(canonicalJson(rule), rules.get(canonicalJson(rule)) ?? rule);
    }
  }
  return [...rules.values()];
}
