import type { ResourceRecord, ResourceType, ResourceWrite, TypeContext } from '../../../arm/index.ts';
import { isObject } from '../../../base/index.ts';
import { deserializes } from '../../deserialized.ts';
import { knownShapes } from '../../known-shapes.ts';
import { identityVersions } from '../versions.ts';

/** Directory objects behind managed identities. */
export interface ManagedIdentityDirectory {
  /** Makes the service principal of a resource; the one that it has when it was made before. */
  create(identity: { readonly name: string; readonly resourceId: string }): Promise<{
    readonly objectId: string;
    readonly clientId: string;
  }>;
  /** Nothing happens when there is none; nothing is written when `fence` is given and does not hold. */
  remove(objectId: string, fence?: TypeContext['fence']): Promise<void>;
}

/**
 * Microsoft.ManagedIdentity/userAssignedIdentities.
 * Source: https://learn.microsoft.com/rest/api/managedidentity
 */
export function userAssignedIdentities(directory: ManagedIdentityDirectory): ResourceType {
  return {
    namespace: 'Microsoft.ManagedIdentity',
    type: 'userAssignedIdentities',
    apiVersions: identityVersions,
    lowestApiVersion: '2015-08-31',
    scope: 'tracked',
    name: {
      pattern: /^[a-zA-Z0-9][\w-]{2,127}$/,
      rule: '3 to 128 letters, digits, underscores and hyphens, beginning with a letter or digit',
    },
    lifecycle: 'immediate',
    provisioningState: false,
    alwaysTags: true,
    conform: deserializes(knownShapes.userAssignedIdentities, { keepsUnknown: true }),
    prepare: (write) => prepareIdentity(write, directory),
    afterDelete: (record, { fence }) => removePrincipal(record, directory, fence),
  };
}

async function prepareIdentity(
  { id, name, body, stored, context }: ResourceWrite,
  directory: ManagedIdentityDirectory,
) {
  const sent = isObject(body.properties) ? body.properties : {};
  const isolation =
    typeof sent.isolationScope === 'string' ? { isolationScope: sent.isolationScope } : undefined;
  if (stored) return { properties: { ...stored.properties, ...isolation } };
  const principal = await directory.create({ name, resourceId: id });
  return {
    properties: {
      ...isolation,
      tenantId: context.tenantId,
      principalId: principal.objectId,
      clientId: principal.clientId,
    },
  };
}

async function removePrincipal(
  { properties }: ResourceRecord,
  directory: ManagedIdentityDirectory,
  fence: TypeContext['fence'],
): Promise<void> {
  if (typeof properties.principalId === 'string') await directory.remove(properties.principalId, fence);
}
