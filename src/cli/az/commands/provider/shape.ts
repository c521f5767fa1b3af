import { isObject, type JsonObject } from '../../../../base/index.ts';

export const providersApiVersion = '2024-11-01';

/** A resource provider as printed: every known member. */
export function presentProvider(body: JsonObject): JsonObject {
  const types = Array.isArray(body['resourceTypes']) ? body['resourceTypes'].filter(isObject) : [];
  return {
    id: body['id'] ?? null,
    namespace: body['namespace'] ?? null,
    providerAuthorizationConsentState: body['providerAuthorizationConsentState'] ?? null,
    registrationPolicy: body['registrationPolicy'] ?? null,
    registrationState: body['registrationState'] ?? null,
    resourceTypes: types.map((one) => ({
      aliases: one['aliases'] ?? null,
      apiProfiles: one['apiProfiles'] ?? null,
      apiVersions: one['apiVersions'] ?? null,
      capabilities: one['capabilities'] ?? null,
      defaultApiVersion: one['defaultApiVersion'] ?? null,
      locationMappings: one['locationMappings'] ?? null,
      locations: one['locations'] ?? null,
      properties: one['properties'] ?? null,
      resourceType: one['resourceType'] ?? null,
      zoneMappings: one['zoneMappings'] ?? null,
    })),
  };
}
