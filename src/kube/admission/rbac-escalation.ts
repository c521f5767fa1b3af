import { isObject, type JsonObject, jsonEqual } from '../../base/index.ts';
import type { Rbac } from '../authz/rbac.ts';
import { compactRules, missingRules, type PolicyRule, rulesOf, ruleText } from '../authz/rules.ts';
import type { UserInfo } from '../contract.ts';
import { textOf } from '../verbs/metadata.ts';
import { forbidden, notFound } from '../wire/status.ts';
import type { AdmissionRequest, AdmissionStep } from './admission.ts';

const group = 'rbac.authorization.k8s.io';

/** Nobody hands out rights that he does not hold, unless he may `escalate` or `bind`. */
export function rbacEscalation(rbac: Rbac): AdmissionStep {
  return {
    name: 'rbac-escalation',
    async validate(request) {
      const { definition } = request.call.resource;
      if (
        definition.group !== group ||
        !request.object ||
        request.call.user.groups.includes('system:masters')
      )
        return;
      if (definition.kind.endsWith('Binding')) await checkBinding(rbac, request, request.object);
      else await checkRole(rbac, request, request.object);
    },
  };
}

async function checkRole(rbac: Rbac, request: AdmissionRequest, role: JsonObject): Promise<void> {
  if (
    request.old &&
    jsonEqual(request.old['rules'], role['rules']) &&
    jsonEqual(request.old['aggregationRule'], role['aggregationRule'])
  ) {
    return;
  }
  if (await mayUse(request, 'escalate', request.call.resource.definition.resource, request.name)) return;
  // An aggregate may come to hold anything.
  const everything = [
    { verbs: ['*'], apiGroups: ['*'], resources: ['*'], resourceNames: [], nonResourceURLs: [] },
  ];
  const wanted = isObject(role['aggregationRule']) ? everything : rulesOf(role);
  await demandHeld(rbac, request, wanted);
}

async function checkBinding(rbac: Rbac, request: AdmissionRequest, binding: JsonObject): Promise<void> {
  if (request.old && jsonEqual(request.old['subjects'], binding['subjects'])) return;
  const reference = binding['roleRef'];
  if (!isObject(reference)) return;
  const role = { kind: textOf(reference['kind']), name: textOf(reference['name']) };
  const resource = role.kind === 'ClusterRole' ? 'clusterroles' : 'roles';
  if (await mayUse(request, 'bind', resource, role.name)) return;
  const rules = await rbac.rulesOfRole(role, request.namespace);
  if (!rules) throw notFound({ group, resource, name: role.name });
  await demandHeld(rbac, request, rules);
}

async function mayUse(
  { parts, call, namespace }: AdmissionRequest,
  verb: string,
  resource: string,
  name: string,
): Promise<boolean> {
  const target = { group, version: 'v1', resource, subresource: '', namespace, name };
  const { decision } = await parts.authorize({ user: call.user, verb, resource: target });
  return decision === 'allow';
}

async function demandHeld(
  rbac: Rbac,
  request: AdmissionRequest,
  wanted: readonly PolicyRule[],
): Promise<void> {
  const { call, namespace, name } = request;
  const held = await rbac.rulesOfUser(call.user, namespace);
  const missing = compactRules(missingRules(wanted, held));
  if (missing.length === 0) return;
  const why = `user ${userText(call.user)} is attempting to grant RBAC permissions not currently held:\n${missing.map(ruleText).join('\n')}`;
  throw forbidden(call.resource.subject(name), why);
}

function userText({ username, groups }: UserInfo): string {
  return `${JSON.stringify(username)} (groups=[${groups.map((each) => JSON.stringify(each)).join(' ')}])`;
}
