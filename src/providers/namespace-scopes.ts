import type { ResourceType } from '../arm/index.ts';

/** A namespace's name, in whichever case the id spells it. */
const namespaceName = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/i;

/**
 * Roles can be given for one namespace of a cluster: `{cluster}/namespaces/{name}`, and `managedNamespaces` where Azure
 * manages them. The namespace need not exist yet.
 * Source: https://learn.microsoft.com/azure/aks/manage-azure-rbac
 */
export const namespaceScopes = {
  namespaces: namespaceName,
  managedNamespaces: namespaceName,
} as const satisfies ResourceType['roleScopes'];
