import type { JsonObject } from '../../../../base/index.ts';

/** The identity block that the flags stand for; always sent by create, `None` included. */
export function identityOf(enabled: boolean, assigned: string | undefined): JsonObject {
  if (!enabled) return { type: 'None' };
  if (assigned === undefined) return { type: 'SystemAssigned' };
  return { type: 'UserAssigned', userAssignedIdentities: { [assigned]: {} } };
}
