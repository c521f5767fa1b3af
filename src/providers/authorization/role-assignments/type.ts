import {
  accessTypes,
  builtInRoles,
  isWithin,
  type ListCall,
  parseFilter,
  type ResourceRecord,
  type ResourceType,
  type ResourceWrite,
} from '../../../arm/index.ts';
import { isObject, type JsonObject } from '../../../base/index.ts';
import { deserializes } from '../../deserialized.ts';
import { knownShapes } from '../../known-shapes.ts';
import { prints } from '../../references.ts';
import { evaluateFilter } from '../filter.ts';
import { assignableScopes, roleDefinitionId, roleGuid, scopeOfId } from '../role-ids.ts';
import { assignmentRefusals as refuse } from './refusals.ts';

/**
 * Microsoft.Authorization/roleAssignments, behind any id.
 * Source: https://learn.microsoft.com/rest/api/authorization/role-assignments
 */
export const roleAssignments: ResourceType = {
  namespace: 'Microsoft.Authorization',
  type: 'roleAssignments',
  apiVersions: [
    '2022-04-01',
    '2020-10-01-preview',
    '2020-08-01-preview',
    '2020-04-01-preview',
    '2020-03-01-preview',
    '2018-09-01-preview',
    '2018-01-01-preview',
    '2017-10-01-preview',
    '2015-07-01',
  ],
  lowestApiVersion: '2015-07-01',
  scope: 'extension',
  name: {
    pattern: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
    rule: 'a GUID that the caller chooses',
    code: 'InvalidRoleAssignmentId',
  },
  lifecycle: 'immediate',
  verbs: ['get', 'list', 'put', 'delete'],
  systemData: false,
  provisioningState: false,
  deleteBody: true,
  // Every PUT of an assignment is answered as a creation.
  statuses: { update: 201 },
  references: prints('properties.scope', 'properties.roleDefinitionId'),
  conform: deserializes(knownShapes.roleAssignments, { keepsUnknown: true }),
  prepare: prepareAssignment,
  // A list has seen to it already, from its own scope.
  present: (record, { inList }) => (inList ? record.properties : present(record, record.id)),
  list: listAssignments,
};

async function prepareAssignment(write: ResourceWrite) {
  const { id, body, stored, caller, context } = write;
  const sent = isObject(body.properties) ? body.properties : {};
  const principalId = text(sent.principalId);
  const guid = roleGuid(text(sent.roleDefinitionId) ?? '');
  if (principalId === undefined || guid === '') throw refuse.incomplete();
  // Whatever stands there: an assignment without its condition would give more than was asked.
  if (
    [sent.condition, sent.conditionVersion].some((said) => said !== undefined && said !== null && said !== '')
  )
    throw refuse.conditionUnsupported();
  const scope = scopeOfId(id);
  const customRole = await demandRole(write, guid, scope);
  const principalType = await demandPrincipal(write, principalId, text(sent.principalType));
  if (stored) demandSameAssignment(stored, principalId, guid);
  else await refuseDuplicate(write, { scope, principalId, guid });
  const at = new Date(context.clock.now()).toISOString();
  const properties: JsonObject = {
    roleDefinitionId: roleDefinitionId(scope, guid),
    principalId: principalId.toLowerCase(),
    principalType,
    scope,
    condition: null,
    conditionVersion: null,
    createdOn: stored?.properties.createdOn ?? at,
    updatedOn: at,
    createdBy: stored?.properties.createdBy ?? caller.objectId,
    updatedBy: caller.objectId,
    delegatedManagedIdentityResourceId: text(sent.delegatedManagedIdentityResourceId) ?? null,
    description: text(sent.description) ?? null,
  };
  const claim = `assignment of ${guid} to ${principalId} at ${scope}`;
  if (!customRole) return { properties, claims: [claim] };
  return { properties, claims: [claim], unchanged: [customRole.id] };
}

/** The role must exist, and a custom one, whose record is answered, must be assignable at the scope. */
async function demandRole(
  { context }: ResourceWrite,
  guid: string,
  scope: string,
): Promise<ResourceRecord | undefined> {
  if (builtInRoles.has(guid)) return undefined;
  const customs = await context.records.list('', accessTypes.roleDefinitions);
  const role = customs.find(({ name }) => name.toLowerCase() === guid);
  if (!role || !assignableScopes(role.properties).some((assignable) => isWithin(scope, assignable))) {
    throw refuse.roleMissing(guid);
  }
  return role;
}

async function demandPrincipal(
  { context }: ResourceWrite,
  principalId: string,
  given: string | undefined,
): Promise<string> {
  const real = await context.directory.principalType(principalId);
  if (real === undefined) throw refuse.principalMissing(principalId, context.tenantId);
  if (given !== undefined && given.toLowerCase() !== real.toLowerCase()) {
    throw refuse.principalTypeDiffers(principalId, real, given);
  }
  return real;
}

function demandSameAssignment({ properties }: ResourceRecord, principalId: string, guid: string): void {
  const same =
    String(properties.principalId).toLowerCase() === principalId.toLowerCase() &&
    roleGuid(String(properties.roleDefinitionId)) === guid;
  if (!same) throw refuse.updateNotPermitted();
}

async function refuseDuplicate(
  { context }: ResourceWrite,
  wanted: { readonly scope: string; readonly principalId: string; readonly guid: string },
): Promise<void> {
  for (const { name, properties } of await context.records.list('', accessTypes.roleAssignments)) {
    const same =
      String(properties.principalId).toLowerCase() === wanted.principalId.toLowerCase() &&
      roleGuid(String(properties.roleDefinitionId)) === wanted.guid &&
      String(properties.scope).toLowerCase() === wanted.scope.toLowerCase();
    if (same) throw refuse.exists(name);
  }
}

/** The role's id as seen from where the caller asks. */
function present({ properties }: ResourceRecord, seenFrom: string): JsonObject {
  const guid = roleGuid(String(properties.roleDefinitionId));
  return { ...properties, roleDefinitionId: roleDefinitionId(seenFrom, guid) };
}

/** At the scope, above it and below it; `atScope()` leaves out what lies below. */
async function listAssignments(call: ListCall): Promise<readonly ResourceRecord[]> {
  const node = parseFilter(call.query.get('$filter'));
  const all = await call.context.records.list('', accessTypes.roleAssignments);
  const below = new Set(call.records.map(({ id }) => id));
  const above = all.filter(
    ({ id, properties }) => !below.has(id) && isWithin(call.scope, String(properties.scope)),
  );
  const scope = call.scope === '' ? '/' : call.scope;
  const holders = await assignees(node, call);
  const matches = ({ properties }: ResourceRecord): boolean =>
    node === undefined ||
    evaluateFilter(node, {
      compare: (name, value) =>
        name === 'principalid' ? String(properties.principalId) === value.toLowerCase() : undefined,
      call: (name) => {
        if (name === 'atscope') return isWithin(scope, String(properties.scope));
        if (name === 'assignedto') return holders.has(String(properties.principalId));
        return undefined;
      },
    });
  return [...above, ...call.records].filter(matches).map((record) => ({
    ...record,
    properties: present(record, call.scope === '' ? record.id : call.scope),
  }));
}

/** The principal of `assignedTo('..')` and all groups that hold it. */
async function assignees(
  node: ReturnType<typeof parseFilter>,
  { context }: ListCall,
): Promise<ReadonlySet<string>> {
  const principalId = node && findAssignee(node);
  if (principalId === undefined) return new Set();
  const groups = await context.directory.groupsOf(principalId);
  return new Set([principalId, ...groups].map((id) => id.toLowerCase()));
}

function findAssignee(node: NonNullable<ReturnType<typeof parseFilter>>): string | undefined {
  switch (node.kind) {
    case 'and':
    case 'or':
      return findAssignee(node.left) ?? findAssignee(node.right);
    case 'not':
      return findAssignee(node.of);
    case 'call': {
      const [argument] = node.args;
      const isAssignee = node.name.toLowerCase() === 'assignedto' && argument && 'text' in argument;
      return isAssignee ? argument.text : undefined;
    }
    case 'compare':
      return undefined;
  }
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}
