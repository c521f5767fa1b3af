import type { ResourceType } from '../../arm/index.ts';
import { denyAssignments } from './deny-assignments/type.ts';
import { locks } from './locks/type.ts';
import { roleAssignments } from './role-assignments/type.ts';
import { roleDefinitions } from './role-definitions/type.ts';

/** Types of Microsoft.Authorization. */
export const authorizationTypes: readonly ResourceType[] = [
  roleAssignments,
  roleDefinitions,
  denyAssignments,
  locks,
];
