import {
  ArmError,
  isGuid,
  type PermissionBlock,
  parseId,
  permissionBlocks,
  type RecordReader,
} from '../../../arm/index.ts';
import { isObject, type Json, type JsonObject } from '../../../base/index.ts';
import { isNamespaceOfAzure } from '../../absent/index.ts';

/** Source: https://learn.microsoft.com/azure/role-based-access-control/custom-roles; the last two are this estate's. */
export const roleLimits = {
  nameCharacters: 512,
  descriptionCharacters: 2048,
  actionCharacters: 512,
  actionsPerRole: 2048,
} as const;

const actionMembers = ['actions', 'notActions', 'dataActions', 'notDataActions'] as const;

/** What a caller says of a custom role, checked: nothing of it is left out without a word. */
export function readRole(sent: JsonObject): {
  readonly roleName: string;
  readonly description: string;
  readonly permissions: PermissionBlock[];
} {
  const roleName = typeof sent.roleName === 'string' ? sent.roleName.trim() : '';
  if (roleName === '' || roleName.length > roleLimits.nameCharacters) {
    throw invalidRole(`properties.roleName must have 1 to ${roleLimits.nameCharacters} characters.`);
  }
  const description = sent.description ?? '';
  if (typeof description !== 'string' || description.length > roleLimits.descriptionCharacters) {
    throw invalidRole(
      `properties.description must be a text of at most ${roleLimits.descriptionCharacters} characters.`,
    );
  }
  checkPermissions(sent.permissions);
  return { roleName, description, permissions: permissionBlocks(sent) };
}

function checkPermissions(sent: Json | undefined): void {
  if (!Array.isArray(sent) || sent.length === 0) {
    throw invalidRole('properties.permissions must hold at least one permission block.');
  }
  let actions = 0;
  for (const [index, block] of sent.entries()) {
    const path = `properties.permissions[${index}]`;
    if (!isObject(block)) throw invalidRole(`${path} must be an object.`);
    if (block.condition !== undefined && block.condition !== null) throw conditionUnsupported(path);
    for (const member of actionMembers) {
      const list = block[member] ?? [];
      if (!Array.isArray(list)) throw invalidRole(`${path}.${member} must be a list of actions.`);
      actions += list.length;
      for (const action of list) checkAction(action, `${path}.${member}`);
    }
  }
  if (actions > roleLimits.actionsPerRole) {
    throw invalidRole(`A role has at most ${roleLimits.actionsPerRole} actions; this one has ${actions}.`);
  }
}

function checkAction(action: Json, path: string): void {
  const fits =
    typeof action === 'string' && action.length > 0 && action.length <= roleLimits.actionCharacters;
  if (fits && /^[\x21-\x7e]+$/.test(action)) {
    const [namespace = ''] = action.split('/');
    if (namespace.includes('*') || isNamespaceOfAzure(namespace)) return;
    throw invalidRole(
      `'${action}' does not match any of the actions supported by the providers.`,
      'InvalidActionOrNotAction',
    );
  }
  throw invalidRole(
    `An item of ${path} is no action: a text of 1 to ${roleLimits.actionCharacters} printable characters without blanks.`,
    'InvalidActionOrNotAction',
  );
}

/** The scopes that a role may be assigned at: subscriptions of this tenant, their groups, or resources in one. */
export async function readAssignableScopes(
  value: Json | undefined,
  records: RecordReader,
): Promise<string[]> {
  if (!Array.isArray(value) || value.length === 0) {
    throw invalidRole('properties.assignableScopes must name at least one subscription or group.');
  }
  const scopes: string[] = [];
  for (const scope of value) {
    const plain = typeof scope === 'string' ? scope.replace(/\/$/, '') : '';
    const subscriptionId = parseId(plain)?.subscriptionId;
    if (subscriptionId === undefined || !isGuid(subscriptionId)) throw notAssignable(String(scope));
    if (!(await records.get(`/subscriptions/${subscriptionId}`))) throw notAssignable(plain);
    if (!scopes.some((other) => other.toLowerCase() === plain.toLowerCase())) scopes.push(plain);
  }
  return scopes;
}

export function notAssignable(scope: string): ArmError {
  return invalidRole(
    `The assignable scope '${scope}' must be a subscription of this tenant, a resource group or a resource in one.`,
  );
}

export function invalidRole(message: string, code = 'InvalidRoleDefinition'): ArmError {
  return new ArmError(400, code, message);
}

function conditionUnsupported(path: string): ArmError {
  return new ArmError(
    501,
    'NotImplemented',
    `Conditions are not evaluated by this estate, so a role with one is refused. Leave out ${path}.condition.`,
  );
}
