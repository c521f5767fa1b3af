import { isObject, type JsonObject } from '../../../base/index.ts';
import { AzError } from '../errors.ts';
import type { Session } from '../session.ts';
import { pythonTime } from '../shape/time.ts';
import { isGuid } from './guid.ts';

export const definitionsApiVersion = '2022-05-01-preview';
export const assignmentsApiVersion = '2022-04-01';

/** Path of role definitions at a scope. */
export function definitionsPath(scope: string): string {
  return `${scope === '/' ? '' : scope}/providers/Microsoft.Authorization/roleDefinitions`;
}

/** Role definitions at a scope, of one name when given. */
export function listDefinitions(session: Session, scope: string, name?: string): Promise<JsonObject[]> {
  return session.arm.list(definitionsPath(scope), definitionsApiVersion, {
    $filter: name === undefined ? undefined : `roleName eq '${name.replace(/'/g, "''")}'`,
  });
}

function isDefinitionId(role: string): boolean {
  const lower = role.toLowerCase();
  const begin = lower.indexOf('/subscriptions/');
  return begin >= 0 && lower.lastIndexOf('/roledefinitions/') > begin;
}

/** The id behind `--role`: a name is looked up, a GUID or an id is taken as it is. */
export async function roleIdOf(session: Session, role: string, scope: string): Promise<string> {
  if (isDefinitionId(role) || role.startsWith('/providers/')) return role;
  if (isGuid(role)) return `${definitionsPath(`/subscriptions/${session.subscriptionId}`)}/${role}`;
  const found = await listDefinitions(session, scope, role);
  const [first] = found;
  if (!first) throw new AzError(`Role '${role}' doesn't exist.`);
  if (found.length > 1) {
    const ids = found.map((one) => `'${one['id']}'`).join(', ');
    throw new AzError(
      `More than one role matches the given name '${role}'. Please pick a value from '[${ids}]'`,
    );
  }
  return String(first['id']);
}

/** A role definition as printed. */
export function presentDefinition(body: JsonObject): JsonObject {
  const properties = isObject(body['properties']) ? body['properties'] : {};
  const permissions = Array.isArray(properties['permissions'])
    ? properties['permissions'].filter(isObject)
    : [];
  const value = (key: string) => properties[key] ?? null;
  return {
    assignableScopes: value('assignableScopes'),
    createdBy: value('createdBy'),
    createdOn: pythonTime(value('createdOn')),
    description: value('description'),
    id: body['id'] ?? null,
    name: body['name'] ?? null,
    permissions: permissions.map((one) => ({
      actions: one['actions'] ?? null,
      condition: one['condition'] ?? null,
      conditionVersion: one['conditionVersion'] ?? null,
      dataActions: one['dataActions'] ?? null,
      notActions: one['notActions'] ?? null,
      notDataActions: one['notDataActions'] ?? null,
    })),
    roleName: value('roleName'),
    roleType: value('type'),
    systemData: body['systemData'] ?? null,
    type: body['type'] ?? null,
    updatedBy: value('updatedBy'),
    updatedOn: pythonTime(value('updatedOn')),
  };
}
