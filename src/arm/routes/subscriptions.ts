import type { JsonObject } from '../../base/index.ts';
import type { ArmRoute, ResourceManagerOptions, ResourceRecord, RouteCall } from '../contract.ts';
import { refusals } from '../errors.ts';
import { regions } from '../regions.ts';
import { resourceManagerVersions } from '../resource-versions.ts';
import type { Services } from '../services.ts';
import { subscriptionRecords } from '../subscriptions.ts';
import { callerOf, demandVisible } from './visibility.ts';

const versions = { apiVersions: resourceManagerVersions, lowestApiVersion: '2014-04-01' } as const;

/** `/tenants`, `/subscriptions` and the regions of a subscription. */
export function subscriptionRoutes(services: Services, options: ResourceManagerOptions): ArmRoute[] {
  const { tenantId, records } = services;
  return [
    {
      method: 'GET',
      path: '/tenants',
      ...versions,
      handle: () => ({ status: 200, body: { value: [renderTenant(tenantId, options)] } }),
    },
    {
      method: 'GET',
      path: '/subscriptions',
      ...versions,
      handle: async (call) => {
        const value = await visibleSubscriptions(services, call);
        return { status: 200, body: { value, count: { type: 'Total', value: value.length } } };
      },
    },
    {
      method: 'GET',
      path: '/subscriptions/{subscriptionId}',
      ...versions,
      handle: async (call) => {
        const id = `/subscriptions/${call.parameters.subscriptionId}`;
        await demandVisible(services, call, { action: 'Microsoft.Resources/subscriptions/read', scope: id });
        const record = records.cache.get(id)?.record;
        if (!record) throw refusals.subscriptionNotFound(call.parameters.subscriptionId ?? '');
        return { status: 200, body: renderSubscription(record, tenantId) };
      },
    },
    {
      method: 'GET',
      path: '/subscriptions/{subscriptionId}/locations',
      ...versions,
      handle: async (call) => {
        const id = `/subscriptions/${call.parameters.subscriptionId}`;
        const action = 'Microsoft.Resources/subscriptions/locations/read';
        await demandVisible(services, call, { action, scope: id });
        return { status: 200, body: { value: renderLocations(id.toLowerCase()) } };
      },
    },
  ];
}

async function visibleSubscriptions(services: Services, call: RouteCall): Promise<JsonObject[]> {
  const caller = callerOf(call);
  const visible: JsonObject[] = [];
  const all = subscriptionRecords(services.records).sort((a, b) =>
    a.systemData.createdAt.localeCompare(b.systemData.createdAt),
  );
  for (const record of all) {
    const mayRead =
      (await services.access.can(caller, 'Microsoft.Resources/subscriptions/read', record.id)) ||
      (await services.access.hasRoleBelow(caller.objectId, record.id));
    if (mayRead) visible.push(renderSubscription(record, services.tenantId));
  }
  return visible;
}

function renderSubscription(record: ResourceRecord, tenantId: string): JsonObject {
  const body: JsonObject = {
    id: record.id,
    authorizationSource: 'RoleBased',
    managedByTenants: [],
    subscriptionId: record.name,
    tenantId,
    displayName: record.properties.displayName,
    state: record.properties.state,
    subscriptionPolicies: {
      locationPlacementId: 'Public_2014-09-01',
      quotaId: 'PayAsYouGo_2014-09-01',
      spendingLimit: 'Off',
    },
  };
  if (record.tags !== undefined) body.tags = { ...record.tags };
  return body;
}

function renderTenant(tenantId: string, options: ResourceManagerOptions): JsonObject {
  const domain = options.tenantDomain ?? 'drydock.local';
  return {
    id: `/tenants/${tenantId}`,
    tenantId,
    countryCode: 'US',
    displayName: options.tenantName ?? 'Drydock',
    domains: [domain],
    tenantCategory: 'Home',
    defaultDomain: domain,
    tenantType: 'AAD',
  };
}

function renderLocations(subscription: string): JsonObject[] {
  const subscriptionId = subscription.slice('/subscriptions/'.length);
  const locationId = (name: string) => `${subscription}/locations/${name}`;
  return regions.map((region) => ({
    id: locationId(region.name),
    name: region.name,
    type: 'Region',
    displayName: region.displayName,
    regionalDisplayName: `(${region.geographyGroup}) ${region.displayName}`,
    metadata: {
      regionType: 'Physical',
      regionCategory: 'Recommended',
      geography: region.geographyGroup,
      geographyGroup: region.geographyGroup,
      longitude: region.longitude,
      latitude: region.latitude,
      physicalLocation: region.displayName,
      pairedRegion: [{ name: region.pairedWith, id: locationId(region.pairedWith), subscriptionId }],
    },
  }));
}
