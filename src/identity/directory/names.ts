import { createHash } from 'node:crypto';

/** Ids in the `names` table. Each is held by one object; a commit that takes one is guarded by its absence. */
export const nameOf = {
  userPrincipalName: (name: string) => `upn/${encodeURIComponent(name.toLowerCase())}`,
  application: (appId: string) => `application/${encodeURIComponent(appId.toLowerCase())}`,
  servicePrincipal: (appId: string) => `service-principal/${encodeURIComponent(appId.toLowerCase())}`,
  identifierUri: (uri: string) => `uri/${digest(uri)}`,
  managedIdentity: (resourceId: string) => `managed-identity/${digest(resourceId)}`,
};

/** These may be longer than a key. */
function digest(text: string): string {
  return createHash('sha256').update(text.toLowerCase()).digest('hex');
}
