import { accessTypes } from './access/access.ts';
import { builtInRoleId } from './access/roles.ts';
import type { ResourceManagerOptions } from './contract.ts';
import type { Subscriptions } from './offers.ts';
import type { Services } from './services.ts';
import { madeByEstate, newEtag } from './values.ts';

/** Makes what an empty estate needs: a subscription, and Owner at the tenant root for the administrator. */
export async function firstStart(
  services: Services,
  subscriptions: Subscriptions,
  options: Pick<ResourceManagerOptions, 'administratorObjectId' | 'subscriptionName'>,
): Promise<void> {
  const fresh = subscriptions.list().length === 0;
  if (!fresh) return;
  // The role first: a crash in between leaves no subscription, so the next start does both again.
  if (options.administratorObjectId !== undefined) await grantOwner(services, options.administratorObjectId);
  await subscriptions.create(options.subscriptionName ?? 'Drydock');
}

async function grantOwner(services: Services, principalId: string): Promise<void> {
  const existing = services.records.cache.list('', accessTypes.roleAssignments);
  if (existing.some(({ properties }) => properties.principalId === principalId && properties.scope === '/'))
    return;
  const name = services.random.uuid();
  const nowMs = services.clock.now();
  const at = new Date(nowMs).toISOString();
  await services.records.put({
    id: `/providers/Microsoft.Authorization/roleAssignments/${name}`,
    name,
    type: accessTypes.roleAssignments,
    properties: {
      roleDefinitionId: `/providers/Microsoft.Authorization/roleDefinitions/${builtInRoleId('Owner')}`,
      principalId,
      principalType: 'User',
      scope: '/',
      condition: null,
      conditionVersion: null,
      createdOn: at,
      updatedOn: at,
      createdBy: principalId,
      updatedBy: principalId,
      delegatedManagedIdentityResourceId: null,
      description: null,
    },
    provisioningState: 'Succeeded',
    systemData: madeByEstate(nowMs),
    etag: newEtag(services.random, ''),
  });
}
