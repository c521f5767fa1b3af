import {
  ArmError,
  accessTypes,
  builtInRoles,
  isWithin,
  type ListCall,
  madeByEstate,
  type PermissionBlock,
  parseFilter,
  type RecordReader,
  type ResourceRecord,
  type ResourceType,
  type ResourceWrite,
  type RoleDefinition,
  type TypeContext,
} from '../../../arm/index.ts';
import { isObject, type JsonObject } from '../../../base/index.ts';
import { deserializes } from '../../deserialized.ts';
import { knownShapes } from '../../known-shapes.ts';
import type { Shape } from '../../shape.ts';
import { evaluateFilter } from '../filter.ts';
import { assignableScopes, roleDefinitionId, roleGuid, scopeOfId } from '../role-ids.ts';
import { invalidRole, notAssignable, readAssignableScopes, readRole } from './validate.ts';

/** Built-in roles print one and the same moment; no client reads more into it. */
const builtInSince = '2015-02-02T21:55:09.8806423Z';

const actions: Shape = ['text'];

/** With the conditions of previews: a name in another case would leave one out, and the role would give more than it says. */
const shape: Shape = {
  ...knownShapes.roleDefinitions,
  permissions: [
    {
      actions,
      notActions: actions,
      dataActions: actions,
      notDataActions: actions,
      condition: 'text',
      conditionVersion: 'text',
    },
  ],
};

/**
 * Microsoft.Authorization/roleDefinitions: Azure's built-in roles and the tenant's own.
 * Source: https://learn.microsoft.com/rest/api/authorization/role-definitions
 */
export const roleDefinitions: ResourceType = {
  namespace: 'Microsoft.Authorization',
  type: 'roleDefinitions',
  apiVersions: ['2022-05-01-preview', '2022-04-01', '2018-01-01-preview', '2015-07-01'],
  lowestApiVersion: '2015-07-01',
  scope: 'extension',
  name: {
    pattern: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
    rule: 'a GUID that the caller chooses',
    code: 'InvalidRoleDefinitionId',
  },
  lifecycle: 'immediate',
  verbs: ['get', 'list', 'put', 'delete'],
  systemData: false,
  provisioningState: false,
  deleteBody: true,
  statuses: { update: 201 },
  references: [
    {
      path: 'properties.assignableScopes[]',
      permission: `${accessTypes.roleDefinitions}/write`,
      malformed: ({ id }) => notAssignable(id),
    },
  ],
  holdsAt: ({ properties }) => assignableScopes(properties),
  tenantWide: {
    keptAs: (id) => roleDefinitionId('/', roleGuid(id)),
    shownAs: ({ name }, id) => roleDefinitionId(scopeOfId(id), name),
  },
  conform: deserializes(shape, { keepsUnknown: true }),
  prepare: prepareDefinition,
  beforeDelete: refuseAssigned,
  list: listDefinitions,
  lookup: findDefinition,
  notFound: (id) => missing(404, roleGuid(id)),
};

async function prepareDefinition({ name, body, stored, caller, context }: ResourceWrite) {
  const sent = isObject(body.properties) ? body.properties : {};
  if (builtInRoles.has(name.toLowerCase()))
    throw invalidRole('A built-in role cannot be changed.', 'RoleDefinitionUpdateNotPermitted');
  const { roleName, description, permissions } = readRole(sent);
  const assignableScopes = await readAssignableScopes(sent.assignableScopes, context.records);
  await refuseTakenName(roleName, name, context);
  await refuseAssignedOutside(name, assignableScopes, context);
  const at = new Date(context.clock.now()).toISOString();
  const properties: JsonObject = {
    roleName,
    type: 'CustomRole',
    description,
    assignableScopes,
    permissions: permissions.map(renderBlock),
    createdOn: stored?.properties.createdOn ?? at,
    updatedOn: at,
    createdBy: stored?.properties.createdBy ?? caller.objectId,
    updatedBy: caller.objectId,
  };
  return { properties, claims: [`role called ${roleName}`] };
}

async function refuseTakenName(roleName: string, guid: string, { records }: TypeContext): Promise<void> {
  const others = (await records.list('', accessTypes.roleDefinitions)).filter(
    (record) => record.name.toLowerCase() !== guid.toLowerCase(),
  );
  const taken = [
    ...others.map(({ properties }) => String(properties.roleName)),
    ...[...builtInRoles.values()].map((role) => role.roleName),
  ];
  if (!taken.some((other) => other.toLowerCase() === roleName.toLowerCase())) return;
  throw new ArmError(
    409,
    'RoleDefinitionWithSameNameExists',
    `A custom role with the same name already exists in this directory. Use a different name.`,
  );
}

/** A scope where the role is assigned stays assignable: else the assignment would go on without counting. */
async function refuseAssignedOutside(
  guid: string,
  scopes: readonly string[],
  { records }: TypeContext,
): Promise<void> {
  for (const { properties } of await assignmentsOf(guid, records)) {
    if (!scopes.some((scope) => isWithin(String(properties.scope), scope))) throw stillAssigned();
  }
}

async function refuseAssigned(record: ResourceRecord, { records }: TypeContext): Promise<void> {
  if ((await assignmentsOf(record.name, records)).length > 0) throw stillAssigned();
}

async function assignmentsOf(guid: string, records: RecordReader): Promise<ResourceRecord[]> {
  const all = await records.list('', accessTypes.roleAssignments);
  return all.filter(({ properties }) => roleGuid(String(properties.roleDefinitionId)) === guid.toLowerCase());
}

function stillAssigned(): ArmError {
  return invalidRole('There are existing role assignments referencing role.', 'RoleDefinitionHasAssignments');
}

async function listDefinitions(call: ListCall): Promise<readonly ResourceRecord[]> {
  const node = parseFilter(call.query.get('$filter'));
  const customs = (await call.context.records.list('', accessTypes.roleDefinitions)).filter((record) =>
    isAssignableAround(record, call.scope),
  );
  const builtIns = [...builtInRoles.values()].map((role) => builtInRecord(role, call.scope));
  const seen = customs.map((record) => ({
    ...record,
    id: roleDefinitionId(call.scope || record.id, record.name),
  }));
  return [...builtIns, ...seen].filter(
    ({ properties }) =>
      node === undefined ||
      evaluateFilter(node, {
        compare: (name, value) => {
          if (name === 'rolename') return String(properties.roleName).toLowerCase() === value.toLowerCase();
          if (name === 'type') return String(properties.type).toLowerCase() === value.toLowerCase();
          return undefined;
        },
        call: (name) => (name === 'atscopeandbelow' || name === 'atscope' ? true : undefined),
      }),
  );
}

/** True when the role can be assigned at, above or below the scope. */
function isAssignableAround({ properties }: ResourceRecord, scope: string): boolean {
  return assignableScopes(properties).some(
    (assignable) => isWithin(scope, assignable) || isWithin(assignable, scope),
  );
}

/** A role as it shows at a scope: of the tenant's own, those that can be assigned at, above or below it. */
async function findDefinition(id: string, { records }: TypeContext): Promise<ResourceRecord | undefined> {
  const guid = roleGuid(id);
  const builtIn = builtInRoles.get(guid);
  if (builtIn) return builtInRecord(builtIn, id);
  const customs = await records.list('', accessTypes.roleDefinitions);
  const found = customs.find(({ name }) => name.toLowerCase() === guid);
  return found && isAssignableAround(found, scopeOfId(id)) ? found : undefined;
}

function builtInRecord(role: RoleDefinition, seenFrom: string): ResourceRecord {
  return {
    id: roleDefinitionId(seenFrom, role.guid),
    name: role.guid,
    type: accessTypes.roleDefinitions,
    properties: {
      roleName: role.roleName,
      type: 'BuiltInRole',
      description: '',
      assignableScopes: ['/'],
      permissions: role.permissions.map(renderBlock),
      createdOn: builtInSince,
      updatedOn: builtInSince,
      createdBy: null,
      updatedBy: null,
    },
    provisioningState: 'Succeeded',
    systemData: madeByEstate(Date.parse(builtInSince)),
    etag: '""',
  };
}

function renderBlock(block: PermissionBlock): JsonObject {
  return {
    actions: [...block.actions],
    notActions: [...block.notActions],
    dataActions: [...block.dataActions],
    notDataActions: [...block.notDataActions],
  };
}

function missing(status: number, guid: string): ArmError {
  return new ArmError(
    status,
    'RoleDefinitionDoesNotExist',
    `The specified role definition with ID '${guid.replaceAll('-', '')}' does not exist.`,
  );
}
