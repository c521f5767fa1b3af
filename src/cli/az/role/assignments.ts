import { isObject, type JsonObject, withoutTrailingSlashes } from '../../../base/index.ts';
import { AzError } from '../errors.ts';
import { GraphError, objectsByIds } from '../http/graph.ts';
import type { Session } from '../session.ts';
import { pythonTime } from '../shape/time.ts';
import { principalName } from './assignees.ts';
import { assignmentsApiVersion, listDefinitions } from './definitions.ts';

/** Path of role assignments at a scope. */
export function assignmentsPath(scope: string): string {
  return `${scope === '/' ? '' : scope}/providers/Microsoft.Authorization/roleAssignments`;
}

/** The scope that flags name: `--scope`, else the group, else the subscription. */
export function scopeOf(
  session: Session,
  place: { scope?: string | undefined; resourceGroup?: string | undefined },
): string {
  const { scope, resourceGroup } = place;
  if (scope !== undefined) {
    if (resourceGroup !== undefined) {
      throw new AzError(`Resource group "${resourceGroup}" is redundant because scope is supplied`);
    }
    if (!scope.startsWith('/'))
      throw new AzError('Invalid scope. Please use --help to view the valid format.');
    return scope === '/' ? scope : withoutTrailingSlashes(scope);
  }
  const subscription = `/subscriptions/${session.subscriptionId}`;
  return resourceGroup === undefined ? subscription : `${subscription}/resourceGroups/${resourceGroup}`;
}

/** A role assignment as printed: flat, nulls included. */
export function presentAssignment(body: JsonObject): JsonObject {
  const properties = isObject(body['properties']) ? body['properties'] : {};
  const value = (key: string) => properties[key] ?? null;
  return {
    condition: value('condition'),
    conditionVersion: value('conditionVersion'),
    createdBy: value('createdBy'),
    createdOn: pythonTime(value('createdOn')),
    delegatedManagedIdentityResourceId: value('delegatedManagedIdentityResourceId'),
    description: value('description'),
    id: body['id'] ?? null,
    name: body['name'] ?? null,
    principalId: value('principalId'),
    principalType: value('principalType'),
    roleDefinitionId: value('roleDefinitionId'),
    scope: value('scope'),
    systemData: body['systemData'] ?? null,
    type: body['type'] ?? null,
    updatedBy: value('updatedBy'),
    updatedOn: pythonTime(value('updatedOn')),
  };
}

export interface AssignmentFilter {
  readonly scope: string;
  /** Everything in the subscription, whatever its scope. */
  readonly all: boolean;
  readonly assignee: string | undefined;
  readonly includeGroups: boolean;
  readonly includeInherited: boolean;
  readonly roleId: string | undefined;
}

/** Assignments that fit the filter, as printed. */
export async function findAssignments(session: Session, filter: AssignmentFilter): Promise<JsonObject[]> {
  const { all, assignee, includeGroups } = filter;
  const conditions: string[] = [];
  if (!all) conditions.push('atScope()');
  if (assignee !== undefined && includeGroups) conditions.push(`assignedTo('${assignee}')`);
  else if (assignee !== undefined && all) conditions.push(`principalId eq '${assignee}'`);
  const items = await session.arm.list(assignmentsPath(filter.scope), assignmentsApiVersion, {
    $filter: conditions.length > 0 ? conditions.join(' and ') : undefined,
  });
  return items.map(presentAssignment).filter((one) => fits(one, filter));
}

function fits(one: JsonObject, filter: AssignmentFilter): boolean {
  const scope = String(one['scope'] ?? '').toLowerCase();
  const wanted = filter.scope.toLowerCase();
  if (!filter.all && !filter.includeInherited && scope !== wanted) return false;
  if (filter.assignee !== undefined && !filter.includeGroups && one['principalId'] !== filter.assignee)
    return false;
  const role = String(one['roleDefinitionId'] ?? '').toLowerCase();
  return (
    filter.roleId === undefined || role.split('/').at(-1) === filter.roleId.toLowerCase().split('/').at(-1)
  );
}

/** Drops nulls and adds `roleDefinitionName` and `principalName`. */
export async function nameAssignments(
  session: Session,
  assignments: readonly JsonObject[],
  wish: { readonly roles: boolean; readonly principals: boolean },
): Promise<JsonObject[]> {
  if (assignments.length === 0) return [];
  const roles = wish.roles ? await roleNames(session) : undefined;
  const principals = wish.principals ? await principalNames(session, assignments) : undefined;
  return assignments.map((one) => {
    const kept = Object.fromEntries(Object.entries(one).filter(([, value]) => value !== null));
    const role = roles?.get(String(one['roleDefinitionId']).toLowerCase());
    return {
      ...kept,
      ...(roles ? { roleDefinitionName: role ?? '' } : {}),
      ...(principals ? { principalName: principals.get(String(one['principalId'])) ?? '' } : {}),
    };
  });
}

async function roleNames(session: Session): Promise<Map<string, string>> {
  const definitions = await listDefinitions(session, `/subscriptions/${session.subscriptionId}`);
  return new Map(
    definitions.map((one) => {
      const properties = isObject(one['properties']) ? one['properties'] : {};
      return [String(one['id']).toLowerCase(), String(properties['roleName'] ?? '')];
    }),
  );
}

async function principalNames(
  session: Session,
  assignments: readonly JsonObject[],
): Promise<Map<string, string>> {
  const ids = [...new Set(assignments.map((one) => String(one['principalId'])))];
  try {
    const objects = await objectsByIds(session, ids);
    return new Map(objects.map((one) => [String(one['id']), principalName(one)]));
  } catch (thrown) {
    // Names are a courtesy: without Graph the list is still right.
    if (thrown instanceof GraphError) return new Map();
    throw thrown;
  }
}
