import { isObject, type Json, type JsonObject } from '../base/index.ts';
import type { BodyReference, ResourceRecord } from './contract.ts';
import { ArmError, refusals } from './errors.ts';
import type { RecordCache } from './records/cache.ts';

const userAssignedType = 'Microsoft.ManagedIdentity/userAssignedIdentities';
const kinds = ['None', 'SystemAssigned', 'UserAssigned', 'SystemAssigned, UserAssigned'] as const;

/** Whoever gives a resource an identity must be allowed to assign it. Holds for every type with an identity. */
export const identityReference: BodyReference = {
  path: 'identity.userAssignedIdentities{}',
  types: [userAssignedType],
  permission: `${userAssignedType}/assign/action`,
  missing: ({ id, by }) =>
    new ArmError(
      400,
      'FailedIdentityOperation',
      `Identity operation for resource '${by}' failed with error 'Failed to perform resource identity operation. Status: ` +
        `'BadRequest'. Response: '{"error":{"code":"BadRequest","message":"Resource '${id}' was not found."}}'.'.`,
    ),
};

/**
 * The `identity` to store. Object ids are the service's to say: those sent are dropped, the system-assigned one is taken
 * from what is stored, those of user-assigned identities from their resources. Throws for unknown types and for a type
 * that does not go with the identities named.
 * Source: https://learn.microsoft.com/azure/templates (ManagedServiceIdentity)
 */
export function settledIdentity(
  sent: Json | undefined,
  about: {
    readonly verb: 'put' | 'patch';
    readonly stored: ResourceRecord | undefined;
    readonly cache: RecordCache;
  },
): JsonObject | undefined {
  const { verb, stored, cache } = about;
  if (sent === undefined || sent === null) return undefined;
  if (!isObject(sent)) throw refusals.invalidContent("The member must be an object. Path 'identity'.");
  if (isObject(sent.delegatedResources) && Object.keys(sent.delegatedResources).length > 0) {
    throw refusals.notBuilt("The member 'identity.delegatedResources'");
  }
  const type = readKind(sent.type);
  const given = sent.userAssignedIdentities ?? {};
  if (!isObject(given)) {
    throw refusals.invalidContent("The member must be an object. Path 'identity.userAssignedIdentities'.");
  }
  const named = Object.entries(given).filter(([, value]) => value !== null);
  const usesNamed = type.includes('UserAssigned');
  // A PATCH of the type alone leaves what was stored beside it; that goes with the type.
  const surplus = !usesNamed && named.length > 0 && verb === 'put';
  if (surplus || (usesNamed && named.length === 0)) throw mismatch(type, usesNamed);
  const before = isObject(stored?.identity) ? stored.identity : {};
  const identity: JsonObject = { type };
  if (type.includes('SystemAssigned') && typeof before.principalId === 'string') {
    identity.principalId = before.principalId;
    if (before.tenantId !== undefined) identity.tenantId = before.tenantId;
  }
  if (usesNamed) {
    identity.userAssignedIdentities = Object.fromEntries(
      named.map(([id]) => {
        const { principalId, clientId } =
          cache.get(id.replace(/\/$/, ''))?.record.properties ?? ({} as JsonObject);
        return [id, { ...(principalId && { principalId }), ...(clientId && { clientId }) }];
      }),
    );
  }
  return identity;
}

function readKind(sent: Json | undefined): (typeof kinds)[number] {
  const plain = (text: string) => text.toLowerCase().replaceAll(' ', '');
  const kind = typeof sent === 'string' ? kinds.find((known) => plain(known) === plain(sent)) : undefined;
  if (kind) return kind;
  throw refusals.invalidContent(
    `Error converting value ${JSON.stringify(sent ?? null)} to a resource identity type; known are: ${kinds.join('; ')}. Path 'identity.type'.`,
  );
}

function mismatch(type: string, usesNamed: boolean): ArmError {
  return refusals.invalidParameter(
    'identity.userAssignedIdentities',
    usesNamed
      ? `the identity type '${type}' needs at least one user-assigned identity.`
      : `the identity type '${type}' takes no user-assigned identities.`,
  );
}
