import { ServiceError } from '../errors.ts';

/** True when a role assignment was refused because the same one exists. */
export function isRoleAssignmentExists(thrown: unknown): boolean {
  return thrown instanceof ServiceError && (thrown.code === 'RoleAssignmentExists' || thrown.status === 409);
}
