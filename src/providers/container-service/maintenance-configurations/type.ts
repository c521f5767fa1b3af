import type { ResourceDraft, ResourceType, ResourceWrite } from '../../../arm/index.ts';
import { isObject, type JsonObject } from '../../../base/index.ts';
import { Fields } from '../../fields.ts';
import { managedClusterVersions } from '../api-versions.ts';
import { refuseHub } from '../managed-clusters/hub.ts';
import { clusterAbove, demandStoredCluster } from '../managed-clusters/record.ts';
import { conformProperties } from '../managed-clusters/shape.ts';
import { checkHours, checkNotAllowedTime } from './hours.ts';
import { checkWindow, type MaintenanceKind } from './window.ts';

const kinds = ['default', 'aksManagedAutoUpgradeSchedule', 'aksManagedNodeOSUpgradeSchedule'] as const;

/**
 * When AKS may do maintenance of a cluster.
 * Source: https://learn.microsoft.com/azure/aks/planned-maintenance
 */
export const maintenanceConfigurations: ResourceType = {
  namespace: 'Microsoft.ContainerService',
  type: 'managedClusters/maintenanceConfigurations',
  apiVersions: managedClusterVersions,
  lowestApiVersion: '2020-12-01',
  scope: 'proxy',
  name: {
    pattern: new RegExp(`^(?:${kinds.join('|')})$`, 'i'),
    code: 'InvalidParameter',
    rule: `one of ${kinds.join(', ')}`,
  },
  lifecycle: 'immediate',
  verbs: ['get', 'list', 'put', 'delete'],
  provisioningState: false,
  conform: (body, apiVersion) => conformProperties(body, shape, apiVersion),
  prepare,
  async beforeDelete({ id }, { records }) {
    refuseHub(await records.get(clusterAbove(id)));
  },
};

const shape = {
  timeInWeek: [{ day: 'text', hourSlots: ['integer'] }],
  notAllowedTime: [{ start: 'text', end: 'text' }],
  maintenanceWindow: {
    durationHours: 'integer',
    notAllowedDates: [{ start: 'text', end: 'text' }],
    schedule: {
      daily: { intervalDays: 'integer' },
      weekly: { intervalWeeks: 'integer', dayOfWeek: 'text' },
      absoluteMonthly: { intervalMonths: 'integer', dayOfMonth: 'integer' },
      relativeMonthly: { intervalMonths: 'integer', weekIndex: 'text', dayOfWeek: 'text' },
    },
    startDate: 'text',
    startTime: 'text',
    utcOffset: 'text',
  },
} as const;

async function prepare(write: ResourceWrite): Promise<ResourceDraft> {
  refuseHub(await demandStoredCluster(write, 'managedClusters/maintenanceConfigurations'));
  const body = new Fields(write.body['properties'], 'properties');
  const kind = kinds.find((known) => known.toLowerCase() === write.name.toLowerCase()) ?? 'default';
  return { properties: kind === 'default' ? basic(body) : { maintenanceWindow: windowOf(body, kind) } };
}

/** Hours of a week, or a window of every week. */
function basic(body: Fields): JsonObject {
  const hasWindow = body.has('maintenanceWindow');
  if (hasWindow && (body.has('timeInWeek') || body.has('notAllowedTime'))) {
    throw body.wrong('maintenanceWindow', 'it cannot be given together with timeInWeek or notAllowedTime');
  }
  if (hasWindow) return { maintenanceWindow: checkWindow(body.object('maintenanceWindow'), 'default') };
  checkHours(body);
  checkNotAllowedTime(body);
  const kept = Object.entries(body.value).filter(([, value]) => value !== null);
  return Object.fromEntries(kept);
}

function windowOf(body: Fields, kind: MaintenanceKind): JsonObject {
  for (const member of ['timeInWeek', 'notAllowedTime']) {
    if (!body.has(member) || isEmptyList(body.value[member])) continue;
    throw body.wrong(member, `the maintenance configuration '${kind}' is made of a maintenanceWindow alone`);
  }
  if (!isObject(body.value['maintenanceWindow'])) {
    throw body.wrong('maintenanceWindow', `it is required for the maintenance configuration '${kind}'`);
  }
  return checkWindow(body.object('maintenanceWindow'), kind);
}

function isEmptyList(value: unknown): boolean {
  return Array.isArray(value) && value.length === 0;
}
