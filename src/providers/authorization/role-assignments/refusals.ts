import { ArmError } from '../../../arm/index.ts';

/** What a role assignment is refused for, in Azure's words. */
export const assignmentRefusals = {
  incomplete: () =>
    new ArmError(
      400,
      'InvalidRequestContent',
      "The request content was invalid: 'properties.principalId' and 'properties.roleDefinitionId' are required.",
    ),
  conditionUnsupported: () =>
    new ArmError(
      501,
      'NotImplemented',
      'Conditions on role assignments are not evaluated by this estate, so they are refused. Leave out the condition.',
    ),
  exists: (name: string) =>
    new ArmError(
      409,
      'RoleAssignmentExists',
      `The role assignment already exists. The ID of the existing role assignment is ${name.replaceAll('-', '')}.`,
    ),
  updateNotPermitted: () =>
    new ArmError(
      400,
      'RoleAssignmentUpdateNotPermitted',
      'Tenant ID, application ID, principal ID, and scope are not allowed to be updated.',
    ),
  principalMissing: (principalId: string, tenantId: string) =>
    new ArmError(
      400,
      'PrincipalNotFound',
      `Principal ${principalId.replaceAll('-', '')} does not exist in the directory ${tenantId}. Check that you have the correct ` +
        'principal ID. If you are creating this principal and then immediately assigning a role, this error might be related to a ' +
        'replication delay. In this case, set the role assignment principalType property to a value, such as ServicePrincipal, User, ' +
        'or Group.  See https://aka.ms/docs-principaltype',
    ),
  // The misspelled word is Azure's; clients match on it.
  principalTypeDiffers: (principalId: string, real: string, given: string) =>
    new ArmError(
      400,
      'UnmatchedPrincipalType',
      `The PrincipalId '${principalId.replaceAll('-', '')}' has type '${real}' , which is different from specified PrinciaplType '${given}'.`,
    ),
  roleMissing: (guid: string) =>
    new ArmError(
      400,
      'RoleDefinitionDoesNotExist',
      `The specified role definition with ID '${guid.replaceAll('-', '')}' does not exist.`,
    ),
} as const;
