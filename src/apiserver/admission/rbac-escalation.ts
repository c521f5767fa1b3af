import type { UserInfo } from '../../apimachinery/contract.ts';
import { readMetadata, textOf } from '../../apimachinery/metadata.ts';
import { forbidden, notFound } from '../../apimachinery/status.ts';
import { isObject, type JsonObject, jsonEqual } from '../../base/index.ts';
import type { Rbac } from '../authz/rbac.ts';
import { compactRules, missingRules, type PolicyRule, rulesOf, ruleText } from '../authz/rules.ts';
import type { AdmissionRequest, AdmissionStep } from '../call/call.ts';

const group = 'rbac.authorization.k8s.io';

/** Nobody hands out rights that he does not hold, unless he may `escalate` or `bind`. */
export function rbacEscalation(rbac: Rbac): AdmissionStep {
  return {
    name: 'rbac-escalation',
    concerns: ['roles', 'rolebindings', 'clusterroles', 'clusterrolebindings'].map(
      (each) => `${group}/${each}`,
    ),
    async validate(request) {
      const { definition } = request.call.resource;
      if (!request.object || request.call.user.groups.includes('system:masters')) return;
      if (changesCollectionOnly(request.object, request.old)) return;
      if (definition.kind.endsWith('Binding')) await checkBinding(rbac, request, request.object);
      else await checkRole(rbac, request, request.object);
    },
  };
}

const everything: readonly PolicyRule[] = [
  { verbs: ['*'], apiGroups: ['*'], resources: ['*'], resourceNames: [], nonResourceURLs: [] },
  { verbs: ['*'], apiGroups: [], resources: [], resourceNames: [], nonResourceURLs: ['*'] },
];

/**
 * Any change counts, labels too: an aggregate may select by them. The question for `escalate` names the role as the
 * path does, so a right for one role by name creates none.
 */
async function checkRole(rbac: Rbac, request: AdmissionRequest, role: JsonObject): Promise<void> {
  const { call } = request;
  if (await mayUse(request, 'escalate', call.resource.definition.resource, call.name)) return;
  await demandHeld(rbac, request, rulesOf(role));
  if (!isAggregate(role) && !isAggregate(request.old)) return;
  // What selects may come to hold anything, and what no longer selects may have held less than it will.
  if ((await missing(rbac, request, everything)).length === 0) return;
  const why = 'must have cluster-admin privileges to use the aggregationRule';
  throw forbidden(call.resource.subject(request.name), why);
}

function isAggregate(role: JsonObject | undefined): boolean {
  const rule = role?.['aggregationRule'];
  const selectors = isObject(rule) ? rule['clusterRoleSelectors'] : undefined;
  return Array.isArray(selectors) && selectors.length > 0;
}

async function checkBinding(rbac: Rbac, request: AdmissionRequest, binding: JsonObject): Promise<void> {
  const reference = binding['roleRef'];
  if (!isObject(reference)) return;
  const role = { kind: textOf(reference['kind']), name: textOf(reference['name']) };
  const resource = role.kind === 'ClusterRole' ? 'clusterroles' : 'roles';
  if (await mayUse(request, 'bind', resource, role.name)) return;
  const rules = await rbac.rulesOfRole(role, request.namespace);
  if (!rules) throw notFound({ group, resource, name: role.name });
  await demandHeld(rbac, request, rules);
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
  { parts, call, namespace }: AdmissionRequest,
  verb: string,
  resource: string,
  name: string,
): Promise<boolean> {
  const target = { group, version: '*', resource, subresource: '', namespace, name };
  const { decision } = await parts.authorize({ user: call.user, verb, resource: target });
  return decision === 'allow';
}

async function demandHeld(
  rbac: Rbac,
  request: AdmissionRequest,
  wanted: readonly PolicyRule[],
): Promise<void> {
  const { call, name } = request;
  const lacking = await missing(rbac, request, wanted);
  if (lacking.length === 0) return;
  const why = `user ${userText(call.user)} is attempting to grant RBAC permissions not currently held:\n${lacking.map(ruleText).join('\n')}`;
  throw forbidden(call.resource.subject(name), why);
}

async function missing(
  rbac: Rbac,
  { call, namespace }: AdmissionRequest,
  wanted: readonly PolicyRule[],
): Promise<PolicyRule[]> {
  return compactRules(missingRules(wanted, await rbac.rulesOfUser(call.user, namespace)));
}

function userText({ username, groups }: UserInfo): string {
  return `${JSON.stringify(username)} (groups=[${groups.map((each) => JSON.stringify(each)).join(' ')}])`;
}
