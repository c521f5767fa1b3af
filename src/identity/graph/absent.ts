/** What Graph v1.0 has beside what is served here, as the words of its paths, in lower case. */
const absent: ReadonlySet<string> = new Set(
  [
    'addKey administrativeUnits appRoleAssignedTo appRoleAssignments applicationTemplates appManagementPolicies',
    'approleassignments assignLicense auditLogs authentication calendar contacts contracts createdObjects deletedItems delta',
    'devices directReports directory directoryRoles directoryRoleTemplates drive drives events extensionProperties',
    'federatedIdentityCredentials federationConfiguration homeRealmDiscoveryPolicies identity identityGovernance',
    'identityProtection identityProviders invitations licenseDetails mailFolders manager messages oauth2PermissionGrants',
    'onenote permissionGrants photo places planner policies registeredDevices removeKey reports restore roleManagement',
    'scopedRoleMemberOf security setVerifiedPublisher sites subscribedSkus subscriptions synchronization teams tokenIssuancePolicies',
    'tokenLifetimePolicies unsetVerifiedPublisher validateProperties',
  ]
    .join(' ')
    .toLowerCase()
    .split(' '),
);

/** True when a path's word is one of Graph that is not built here. */
export function isAbsentFromGraph(segment: string): boolean {
  return absent.has(segment.replace(/\(\)$/, '').toLowerCase());
}
