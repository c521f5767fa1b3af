import type { JsonObject } from '../../../base/index.ts';
import type { Fields } from '../../fields.ts';

/** An AAD profile with what AKS fills in. */
export function aadProfile(aad: Fields): JsonObject {
  return {
    ...aad.value,
    managed: aad.boolean('managed') ?? true,
    enableAzureRBAC: aad.boolean('enableAzureRBAC') ?? false,
    adminGroupObjectIDs: aad.strings('adminGroupObjectIDs'),
  };
}
