import { ArmError, type ResourceType } from '../../../arm/index.ts';

/**
 * Microsoft.Authorization/denyAssignments: made by services for the groups they manage; callers only read them.
 * Source: https://learn.microsoft.com/azure/role-based-access-control/deny-assignments
 */
export const denyAssignments: ResourceType = {
  namespace: 'Microsoft.Authorization',
  type: 'denyAssignments',
  apiVersions: ['2024-07-01-preview', '2022-04-01', '2018-07-01-preview'],
  lowestApiVersion: '2018-07-01-preview',
  scope: 'extension',
  name: { pattern: /^[0-9a-f-]{36}$/i, rule: 'a GUID' },
  lifecycle: 'immediate',
  verbs: ['get', 'list'],
  systemData: false,
  provisioningState: false,
  prepare: () => {
    throw new ArmError(405, 'MethodNotAllowed', 'Deny assignments are made by services only.');
  },
};
