import type { ResourceRecord } from '../arm/index.ts';

export const resourceGroupType = 'Microsoft.Resources/resourceGroups';

/** The resource group that a service makes for one of its resources, in the same subscription and region. */
export function groupRecord(owner: ResourceRecord, name: string): ResourceRecord {
  const subscription = /^\/subscriptions\/([^/]+)/i.exec(owner.id)?.[1] ?? '';
  return {
    id: `/subscriptions/${subscription}/resourceGroups/${name}`,
    name,
    type: resourceGroupType,
    ...(owner.location === undefined ? {} : { location: owner.location }),
    managedBy: owner.id,
    properties: {},
    provisioningState: 'Succeeded',
    systemData: owner.systemData,
    etag: owner.etag,
  };
}
