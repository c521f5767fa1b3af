import {
  ArmError,
  accessTypes,
  builtInRoles,
  isWithin,
  type ListCall,
  madeByEstate,
  type PermissionBlock,
  parseFilter,
  parseId,
  permissionBlocks,
  type ResourceRecord,
  type ResourceType,
  type ResourceWrite,
  type RoleDefinition,
  type TypeContext,
} from '../../../arm/index.ts';
import { isObject, type JsonObject } from '../../../base/index.ts';
import { evaluateFilter } from '../filter.ts';
import { roleDefinitionId, roleGuid } from '../role-ids.ts';

/** Built-in roles print one and the same moment; no client reads more into it. */
const builtInSince = '2015-02-02T21:55:09.8806423Z';

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
  prepare: prepareDefinition,
  beforeDelete: refuseAssigned,
  list: listDefinitions,
  lookup: findDefinition,
  notFound: (id) => missing(404, roleGuid(id)),
};

async function prepareDefinition({ name, body, stored, caller, context }: ResourceWrite) {
  const sent = isObject(body.properties) ? body.properties : {};
  const roleName = typeof sent.roleName === 'string' ? sent.roleName.trim() : '';
  if (roleName === '' || roleName.length > 512) throw invalid('properties.roleName is required.');
  const permissions = permissionBlocks(sent);
  if (permissions.length === 0)
    throw invalid('properties.permissions must hold at least one permission block.');
  const assignableScopes = readScopes(sent.assignableScopes);
  if (builtInRoles.has(name.toLowerCase()))
    throw invalid('A built-in role cannot be changed.', 'RoleDefinitionUpdateNotPermitted');
  const others = (await context.records.list('', accessTypes.roleDefinitions)).filter(
    (record) => record.id !== stored?.id,
  );
  if (others.some((record) => record.name.toLowerCase() === name.toLowerCase())) {
    throw invalid(
      `The role definition '${name}' exists at another scope; change it there.`,
      'RoleDefinitionUpdateNotPermitted',
    );
  }
  const taken = [
    ...others.map(({ properties }) => String(properties.roleName)),
    ...[...builtInRoles.values()].map((role) => role.roleName),
  ];
  if (taken.some((other) => other.toLowerCase() === roleName.toLowerCase())) {
    throw new ArmError(
      409,
      'RoleDefinitionWithSameNameExists',
      `A custom role with the same name already exists in this directory. Use a different name.`,
    );
  }
  const at = new Date(context.clock.now()).toISOString();
  const properties: JsonObject = {
    roleName,
    type: 'CustomRole',
    description: typeof sent.description === 'string' ? sent.description : '',
    assignableScopes,
    permissions: permissions.map(renderBlock),
    createdOn: stored?.properties.createdOn ?? at,
    updatedOn: at,
    createdBy: stored?.properties.createdBy ?? caller.objectId,
    updatedBy: caller.objectId,
  };
  return { properties };
}

function readScopes(value: unknown): string[] {
  const scopes = Array.isArray(value) ? value.filter((scope) => typeof scope === 'string') : [];
  if (scopes.length === 0)
    throw invalid('properties.assignableScopes must name at least one subscription or group.');
  for (const scope of scopes) {
    if (parseId(scope)?.subscriptionId === undefined) {
      throw invalid(
        `The assignable scope '${scope}' must be a subscription, a resource group or a resource in one.`,
      );
    }
  }
  return scopes.map((scope) => scope.replace(/\/+$/, ''));
}

async function refuseAssigned(record: ResourceRecord, { records }: TypeContext): Promise<void> {
  for (const { properties } of await records.list('', accessTypes.roleAssignments)) {
    if (roleGuid(String(properties.roleDefinitionId)) !== record.name.toLowerCase()) continue;
    throw invalid('There are existing role assignments referencing role.', 'RoleDefinitionHasAssignments');
  }
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
  const scopes = Array.isArray(properties.assignableScopes) ? properties.assignableScopes : [];
  return scopes.some(
    (assignable) =>
      typeof assignable === 'string' && (isWithin(scope, assignable) || isWithin(assignable, scope)),
  );
}

async function findDefinition(id: string, { records }: TypeContext): Promise<ResourceRecord | undefined> {
  const guid = roleGuid(id);
  const builtIn = builtInRoles.get(guid);
  if (builtIn) return builtInRecord(builtIn, id);
  const customs = await records.list('', accessTypes.roleDefinitions);
  return customs.find(({ name }) => name.toLowerCase() === guid);
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

function invalid(message: string, code = 'InvalidRoleDefinition'): ArmError {
  return new ArmError(400, code, message);
}

function missing(status: number, guid: string): ArmError {
  return new ArmError(
    status,
    'RoleDefinitionDoesNotExist',
    `The specified role definition with ID '${guid.replaceAll('-', '')}' does not exist.`,
  );
}
