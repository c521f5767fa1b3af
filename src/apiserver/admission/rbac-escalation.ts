import { type AdmissionStep, type ClusterView, refused, type Write } from '../../apimachinery/admission.ts';
import type { UserInfo } from '../../apimachinery/contract.ts';
import { readMetadata, textOf } from '../../apimachinery/metadata.ts';
import { notFound } from '../../apimachinery/status.ts';
import { isObject, type JsonObject, jsonEqual } from '../../base/index.ts';
import type { Rbac } from '../authz/rbac.ts';
import { compactRules, missingRules, type PolicyRule, rulesOf, ruleText } from '../authz/rules.ts';

const group = 'rbac.authorization.k8s.io';

/** Nobody hands out rights that he does not hold, unless he may `escalate` or `bind`. */
export function rbacEscalation(rbac: Rbac): AdmissionStep {
  return {
    name: 'rbac-escalation',
    concerns: ({ definition, subresource, operation }) =>
      operation !== 'DELETE' && subresource === '' && definition.group === group,
    async mutate(write, cluster) {
      if (!write.object || write.user.groups.includes('system:masters')) return;
      if (changesCollectionOnly(write.object, write.old)) return;
      const asked = { write, cluster, rbac };
      if (write.definition.kind.endsWith('Binding')) await checkBinding(asked, write.object);
      else await checkRole(asked, write.object);
    },
  };
}

/** Who writes what, and whom to ask what he holds. */
interface Asked {
  readonly write: Write;
  readonly cluster: ClusterView;
  readonly rbac: Rbac;
}

const everything: readonly PolicyRule[] = [
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'], resourceNames: [], nonResourceURLs: [] },
  { verbs: ['*'], apiGroups: [], resources: [], resourceNames: [], nonResourceURLs: ['*'] },
];

/**
 * Any change counts, labels too: an aggregate may select by them. The question for `escalate` names the role as the
 * path does, so a right for one role by name creates none.
 */
async function checkRole(asked: Asked, role: JsonObject): Promise<void> {
  const { write } = asked;
  if (await mayUse(asked, 'escalate', { resource: write.definition.resource, name: write.pathName })) return;
  await demandHeld(asked, rulesOf(role));
  if (!isAggregate(role) && !isAggregate(write.old)) return;
  // What selects may come to hold anything, and what no longer selects may have held less than it will.
  if ((await missing(asked, everything)).length === 0) return;
  const why = 'must have cluster-admin privileges to use the aggregationRule';
  throw refused(write, why);
}

function isAggregate(role: JsonObject | undefined): boolean {
  const rule = role?.['aggregationRule'];
  const selectors = isObject(rule) ? rule['clusterRoleSelectors'] : undefined;
  return Array.isArray(selectors) && selectors.length > 0;
}

async function checkBinding(asked: Asked, binding: JsonObject): Promise<void> {
  const reference = binding['roleRef'];
  if (!isObject(reference)) return;
  const role = { kind: textOf(reference['kind']), name: textOf(reference['name']) };
  const resource = role.kind === 'ClusterRole' ? 'clusterroles' : 'roles';
  if (await mayUse(asked, 'bind', { resource, name: role.name })) return;
  const rules = await asked.rbac.rulesOfRole(role, asked.write.namespace);
  if (!rules) throw notFound({ group, resource, name: role.name });
  await demandHeld(asked, rules);
}

/** True for a change of what garbage collection needs and nothing else. */
function changesCollectionOnly(next: JsonObject, old: JsonObject | undefined): boolean {
  return old !== undefined && jsonEqual(withoutCollectionFields(next), withoutCollectionFields(old));
}

function withoutCollectionFields(object: JsonObject): JsonObject {
  const { ownerReferences, finalizers, selfLink, managedFields, ...metadata } = readMetadata(object);
  return { ...object, metadata };
}

async function mayUse(
  { write, cluster }: Asked,
  verb: string,
  role: { readonly resource: string; readonly name: string },
): Promise<boolean> {
  const { user, namespace } = write;
  const target = { group, version: '*', subresource: '', namespace, ...role };
  const { decision } = await cluster.decide({ user, verb, resource: target });
  return decision === 'allow';
}

async function demandHeld(asked: Asked, wanted: readonly PolicyRule[]): Promise<void> {
  const { write } = asked;
  const lacking = await missing(asked, wanted);
  if (lacking.length === 0) return;
  const why = `user ${userText(write.user)} is attempting to grant RBAC permissions not currently held:\n${lacking.map(ruleText).join('\n')}`;
  throw refused(write, why);
}

async function missing({ write, rbac }: Asked, wanted: readonly PolicyRule[]): Promise<PolicyRule[]> {
  return compactRules(missingRules(wanted, await rbac.rulesOfUser(write.user, write.namespace)));
}

function userText({ username, groups }: UserInfo): string {
  return `${JSON.stringify(username)} (groups=[${groups.map((each) => JSON.stringify(each)).join(' ')}])`;
}
