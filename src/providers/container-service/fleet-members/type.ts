import {
  ArmError,
  isAtLeastVersion,
  type ListCall,
  type PresentContext,
  parseFilter,
  type ResourceDraft,
  type ResourceRecord,
  type ResourceType,
  type ResourceWrite,
  refusals,
} from '../../../arm/index.ts';
import { isObject, type JsonObject } from '../../../base/index.ts';
import { Fields } from '../../fields.ts';
import { clusterMeshVersions, fleetVersions } from '../api-versions.ts';
import { meshProfileOf, meshProperties } from '../cluster-mesh-profiles/record.ts';
import { operationStatus } from '../fleets/status.ts';
import { refuseChange } from '../managed-clusters/type.ts';
import { fleetIdOfMember, fleetMemberType, isServiceLabel, serviceLabels } from './record.ts';

const labelPattern = /^[a-z0-9]$|^[a-z0-9][-a-z0-9]{0,48}[a-z0-9]$/;
const labelRule = '1 to 50 lower-case letters, digits and hyphens, with a letter or digit at both ends';

/** Kinds of cluster that can be a member. */
const memberKinds =
  /^\/subscriptions\/[^/]+\/resourceGroups\/[^/]+\/providers\/(Microsoft\.ContainerService\/managedClusters|Microsoft\.Kubernetes\/connectedClusters)\/[^/]+$/i;

/** Members of fleets: one cluster each, joined by a loop. */
export const fleetMembers: ResourceType = {
  namespace: 'Microsoft.ContainerService',
  type: 'fleets/members',
  apiVersions: fleetVersions,
  scope: 'proxy',
  name: { pattern: labelPattern, rule: labelRule },
  lifecycle: 'converged',
  etagMember: 'eTag',
  createState: 'Joining',
  deleteState: 'Leaving',
  references: [{ path: 'properties.clusterResourceId', permission: 'write' }],
  deleteBody: true,
  list: listMembers,
  prepare,
  present,
};

async function prepare(write: ResourceWrite): Promise<ResourceDraft> {
  const body = new Fields(write.body['properties'], 'properties');
  const stored = new Fields(write.stored?.properties);
  const clusterResourceId = body.string('clusterResourceId') ?? stored.string('clusterResourceId');
  if (!clusterResourceId)
    throw body.wrong('clusterResourceId', 'the ARM id of the member cluster is required');
  refuseChange('clusterResourceId', stored.string('clusterResourceId'), clusterResourceId);
  const group = body.string('group');
  if (group !== undefined && !labelPattern.test(group)) throw body.wrong('group', labelRule);
  if (!write.stored) await checkCluster(write, clusterResourceId);
  const labels = ownLabels(body);
  return {
    claims: [`fleet of ${clusterResourceId}`],
    // The loop carries labels to the hub; the record itself is final.
    ...(write.verb === 'patch' && { provisioningState: write.stored?.provisioningState ?? 'Succeeded' }),
    properties: {
      clusterResourceId,
      ...(group === undefined ? {} : { group }),
      ...(Object.keys(labels).length === 0 ? {} : { labels }),
    },
  };
}

/** What the service puts on every member is not the caller's to keep: it is sent back as it was answered. */
function ownLabels(body: Fields): Record<string, string> {
  const sent = Object.entries(body.stringMap('labels'));
  return Object.fromEntries(sent.filter(([name]) => !isServiceLabel(name)));
}

async function checkCluster(write: ResourceWrite, clusterId: string): Promise<void> {
  const [, type] = memberKinds.exec(clusterId) ?? [];
  if (!type) {
    throw new ArmError(
      400,
      'InvalidParameter',
      `The value of parameter properties.clusterResourceId is invalid. Error details: '${clusterId}' is not the id of a Microsoft.ContainerService/managedClusters or Microsoft.Kubernetes/connectedClusters resource.`,
      { target: 'properties.clusterResourceId' },
    );
  }
  const { records } = write.context;
  if (!(await records.get(clusterId))) {
    throw new ArmError(400, 'BadRequest', `The member cluster '${clusterId}' was not found.`, {
      target: 'properties.clusterResourceId',
    });
  }
  const members = await records.list('/', fleetMemberType);
  const taken = members.find(
    (member) => sameCluster(member, clusterId) && member.id.toLowerCase() !== write.id.toLowerCase(),
  );
  if (!taken) return;
  throw new ArmError(
    409,
    'ClusterAlreadyJoinedAnotherFleet',
    `The cluster '${clusterId}' is already a member of a fleet: '${taken.id}'. A cluster can join one fleet only.`,
    { target: 'properties.clusterResourceId' },
  );
}

function sameCluster(member: ResourceRecord, clusterId: string): boolean {
  return new Fields(member.properties).string('clusterResourceId')?.toLowerCase() === clusterId.toLowerCase();
}

async function present(record: ResourceRecord, { apiVersion, records }: PresentContext): Promise<JsonObject> {
  const { labels, ...properties } = record.properties;
  const status = operationStatus(record);
  if (!isAtLeastVersion(apiVersion, labelsSince)) return { ...properties, status };
  const cluster = await records.get(new Fields(record.properties).string('clusterResourceId') ?? '');
  const own = isObject(labels) ? labels : {};
  const shown = { ...own, ...(cluster && serviceLabels(record, cluster)) };
  const profile = hasMeshes(apiVersion)
    ? await meshProfileOf(record.id, fleetIdOfMember(record.id), records)
    : undefined;
  return {
    ...properties,
    ...(Object.keys(shown).length > 0 && { labels: shown }),
    ...(profile && { meshProperties: meshProperties(profile) }),
    status,
  };
}

/** The first version whose members have labels. */
const labelsSince = '2025-04-01-preview';

function hasMeshes(apiVersion: string): boolean {
  return clusterMeshVersions.some((version) => version === apiVersion);
}

/** `$filter` of members speaks of their group (`group eq 'prod'`), or of the mesh profile that was applied to them. */
async function listMembers({ records, query, context }: ListCall): Promise<readonly ResourceRecord[]> {
  const filter = parseFilter(query.get('$filter'));
  const sorted = records.toSorted((a, b) => (a.id.toLowerCase() < b.id.toLowerCase() ? -1 : 1));
  if (!filter) return sorted;
  const name = filter.kind === 'compare' ? filter.name.toLowerCase() : '';
  if (filter.kind !== 'compare' || (name !== 'group' && name !== 'clustermeshprofile')) {
    throw refusals.invalidFilter(
      "Invalid $filter: lists of members support `group eq '{name}'`, `group ne '{name}'` and `clusterMeshProfile eq '{name}'` only.",
    );
  }
  const wanted = filter.value.toLowerCase();
  const values = await Promise.all(
    sorted.map(async ({ id, properties }) =>
      name === 'group'
        ? new Fields(properties).string('group')
        : (await meshProfileOf(id, fleetIdOfMember(id), context.records))?.name,
    ),
  );
  const isWanted = (at: number) =>
    ((values[at]?.toLowerCase() ?? '') === wanted) === (filter.operator === 'eq');
  return sorted.filter((_, at) => isWanted(at));
}
