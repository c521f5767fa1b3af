import { isObject, type JsonObject } from '../../base/index.ts';
import type { ResourceRecord } from '../contract.ts';
import builtIn from './built-in-roles.json' with { type: 'json' };
import { type CompiledBlock, compileBlock, type PermissionBlock } from './patterns.ts';

/** A role definition as the permission check and the `roleDefinitions` answers need it. */
export interface RoleDefinition {
  /** Lower-case guid. */
  readonly guid: string;
  readonly roleName: string;
  readonly permissions: readonly PermissionBlock[];
  /** Where an assignment of the role counts: there and below. Absent: anywhere. */
  readonly assignableScopes?: readonly string[];
  readonly blocks: readonly CompiledBlock[];
}

interface BuiltInRole {
  readonly roleName: string;
  readonly id: string;
  readonly actions: readonly string[];
  readonly notActions?: readonly string[];
  readonly dataActions?: readonly string[];
  readonly notDataActions?: readonly string[];
  readonly condition?: string;
  readonly conditionVersion?: string;
}

/** What conditions of built-in roles narrow. Conditions are not evaluated, so these are not granted at all. */
const conditionalActions = [
  'Microsoft.Authorization/roleAssignments/write',
  'Microsoft.Authorization/roleAssignments/delete',
];

/** Azure's built-in roles that this estate knows, by guid. Compiled once for the process. */
export const builtInRoles: ReadonlyMap<string, RoleDefinition> = new Map(
  (builtIn satisfies readonly BuiltInRole[]).map((role: BuiltInRole) => {
    const permissions: readonly PermissionBlock[] = [
      {
        actions: role.actions,
        notActions: role.notActions ?? [],
        dataActions: role.dataActions ?? [],
        notDataActions: role.notDataActions ?? [],
      },
    ];
    const withheld = role.condition === undefined ? [] : conditionalActions;
    const blocks = permissions.map((block) =>
      compileBlock({ ...block, notActions: [...block.notActions, ...withheld] }),
    );
    return [role.id, { guid: role.id, roleName: role.roleName, permissions, blocks }];
  }),
);

/** Guid of the built-in role of this name. */
export function builtInRoleId(roleName: string): string {
  for (const role of builtInRoles.values()) if (role.roleName === roleName) return role.guid;
  throw new RangeError(`no built-in role is called ${roleName}`);
}

/** The definition that a custom role's record holds. */
export function customRole(record: ResourceRecord): RoleDefinition {
  const permissions = permissionBlocks(record.properties);
  return {
    guid: record.name.toLowerCase(),
    roleName: String(record.properties.roleName ?? record.name),
    permissions,
    assignableScopes: texts(record.properties.assignableScopes),
    blocks: permissions.map(compileBlock),
  };
}

/** `properties.permissions` with absent lists as empty ones. */
export function permissionBlocks(properties: JsonObject): PermissionBlock[] {
  const permissions = Array.isArray(properties.permissions) ? properties.permissions : [];
  return permissions.filter(isObject).map((block) => ({
    actions: texts(block.actions),
    notActions: texts(block.notActions),
    dataActions: texts(block.dataActions),
    notDataActions: texts(block.notDataActions),
  }));
}

function texts(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((item) => typeof item === 'string') : [];
}
