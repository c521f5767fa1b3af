import { madeByEstate, type ResourceRecord } from '../../../arm/index.ts';
import { namedUuid } from '../../../base/index.ts';
import { belongsTo } from '../../managed-group.ts';

/** Everyone. */
const everyone = '00000000-0000-0000-0000-000000000000';

/**
 * The deny assignment of a group that belongs to a fleet: people read, but neither change nor delete. Undefined for
 * groups of their own, whatever they say of who manages them, and for the node groups of ordinary clusters.
 * Source: https://learn.microsoft.com/azure/kubernetes-fleet/concepts-fleet
 */
export function denyAssignmentOf(group: ResourceRecord, nowMs: number): ResourceRecord | undefined {
  const fleetId = group.internal?.['fleetId'];
  if (typeof fleetId !== 'string') return undefined;
  const ownedByFleet = belongsTo(group, fleetId);
  const name = namedUuid('deny-assignment', group.id.toLowerCase());
  const at = new Date(nowMs).toISOString();
  return {
    id: `${group.id}/providers/Microsoft.Authorization/denyAssignments/${name}`,
    name,
    type: 'Microsoft.Authorization/denyAssignments',
    properties: {
      denyAssignmentName: ownedByFleet ? `FLRG-DenyAssignments-${name}` : `kubernetes.azure.com/${name}`,
      description: 'Resources in this group belong to a fleet; change the fleet instead.',
      permissions: [{ actions: ['*'], notActions: ['*/read'], dataActions: [], notDataActions: [] }],
      scope: group.id,
      doNotApplyToChildScopes: false,
      principals: [{ id: everyone, type: 'SystemDefined' }],
      excludePrincipals: [],
      isSystemProtected: true,
      createdOn: at,
      updatedOn: at,
      createdBy: null,
      updatedBy: null,
    },
    provisioningState: 'Succeeded',
    systemData: madeByEstate(nowMs),
    etag: `"${name}"`,
  };
}
