import {
  ArmError,
  type ResourceType,
  refusals,
  resourceManagerVersions,
  sameId,
} from '../../../arm/index.ts';
import { groupNamePattern } from '../../managed-group.ts';
import { listGroups } from './filter.ts';

/**
 * Microsoft.Resources/resourceGroups. A delete is finished by the group-deletion loop.
 * Source: https://learn.microsoft.com/rest/api/resources/resource-groups
 */
export const resourceGroups: ResourceType = {
  namespace: 'Microsoft.Resources',
  type: 'resourceGroups',
  permissionType: 'subscriptions/resourceGroups',
  apiVersions: resourceManagerVersions,
  lowestApiVersion: '2015-11-01',
  scope: 'tracked',
  name: {
    pattern: groupNamePattern,
    rule: '1 to 90 letters, digits, underscores, hyphens, periods and parentheses, not ending in a period',
  },
  lifecycle: 'immediate',
  deletion: 'converged',
  systemData: false,
  busyCode: 'ResourceGroupBeingDeleted',
  envelope: ['managedBy'],
  references: [{ path: 'managedBy', permission: 'write' }],
  prepare({ body, stored }) {
    const managedBy = body.managedBy;
    if (managedBy !== undefined && managedBy !== null && typeof managedBy !== 'string') {
      throw new ArmError(400, 'InvalidRequestContent', "The member 'managedBy' must be a resource id.");
    }
    const owner = managedBy ?? stored?.managedBy;
    if (stored?.managedBy !== undefined && owner !== undefined && !sameId(owner, stored.managedBy)) {
      throw refusals.propertyChangeNotAllowed('managedBy');
    }
    return { properties: {}, ...(owner !== undefined && { managedBy: owner }) };
  },
  list: listGroups,
  actions: {
    moveResources: { run: refuseMove },
    validateMoveResources: { run: refuseMove },
    exportTemplate: { run: refuseExport },
  },
};

async function refuseMove(): Promise<never> {
  throw new ArmError(
    501,
    'ResourceMoveNotSupported',
    'Moving resources to another resource group is not supported by this estate. Create them anew in the target group.',
  );
}

async function refuseExport(): Promise<never> {
  throw new ArmError(501, 'NotImplemented', 'Exporting a template is not built in Drydock yet.');
}
