import type { ResourceType } from '../../arm/index.ts';
import { federatedCredentials } from './federated-credentials/type.ts';
import { type ManagedIdentityDirectory, userAssignedIdentities } from './user-assigned-identities/type.ts';

export type { ManagedIdentityDirectory } from './user-assigned-identities/type.ts';

/** Types of Microsoft.ManagedIdentity. */
export function managedIdentityTypes(directory: ManagedIdentityDirectory): ResourceType[] {
  return [userAssignedIdentities(directory), federatedCredentials];
}
