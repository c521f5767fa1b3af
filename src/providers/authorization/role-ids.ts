import { subscriptionOf } from '../../arm/index.ts';
import type { JsonObject } from '../../base/index.ts';

/** Guid at the end of a role definition id, or the guid itself. */
export function roleGuid(roleDefinitionId: string): string {
  return roleDefinitionId.split('/').at(-1)?.toLowerCase() ?? '';
}

/**
 * The id that Azure prints for a role seen from `scope`: below a subscription the subscription's form. Clients compare
 * these ids byte for byte between assignments and definitions.
 */
export function roleDefinitionId(scope: string, guid: string): string {
  const subscription = subscriptionOf(scope);
  const base = subscription === undefined ? '' : `/subscriptions/${subscription}`;
  return `${base}/providers/Microsoft.Authorization/roleDefinitions/${guid}`;
}

/** The scope of an authorization resource's id: what stands before the last `/providers/`. `/` is the tenant. */
export function scopeOfId(id: string): string {
  const scope = id.slice(0, id.toLowerCase().lastIndexOf('/providers/microsoft.authorization/'));
  return scope === '' ? '/' : scope;
}

/** Where a role may be assigned. */
export function assignableScopes(properties: JsonObject): string[] {
  const { assignableScopes: scopes } = properties;
  return Array.isArray(scopes) ? scopes.filter((scope) => typeof scope === 'string') : [];
}
