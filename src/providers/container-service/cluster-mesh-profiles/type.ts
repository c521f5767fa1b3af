import {
  type ActionCall,
  ArmError,
  type ResourceDraft,
  type ResourceRecord,
  type ResourceType,
  type ResourceWrite,
} from '../../../arm/index.ts';
import type { JsonObject } from '../../../base/index.ts';
import { Fields } from '../../fields.ts';
import { clusterMeshVersions } from '../api-versions.ts';
import { targetsOf } from '../update-runs/targets.ts';
import { checkMemberSelector, labelSelector } from '../update-strategies/member-selector.ts';
import { appliedOf, meshProfileOf, noMesh } from './record.ts';

/**
 * Cluster mesh profiles (preview): which members are to be one network. What can be chosen and applied is kept and told; no
 * mesh is made, and no state says that there is one.
 * Source: https://learn.microsoft.com/azure/kubernetes-fleet/concepts-cross-cluster-networking
 */
export const clusterMeshProfiles: ResourceType = {
  namespace: 'Microsoft.ContainerService',
  type: 'fleets/clusterMeshProfiles',
  apiVersions: clusterMeshVersions,
  scope: 'proxy',
  name: {
    pattern: /^[a-z0-9]$|^[a-z0-9][-a-z0-9]{0,61}[a-z0-9]$/,
    rule: '1 to 63 lower-case letters, digits and hyphens, with a letter or digit at both ends',
  },
  lifecycle: 'immediate',
  verbs: ['get', 'list', 'put', 'delete'],
  statuses: { delete: 204 },
  etagMember: 'eTag',
  prepare,
  present,
  actions: { apply: { mode: 'changing', change: apply } },
};

function prepare(write: ResourceWrite): ResourceDraft {
  const selector = new Fields(write.body['properties'], 'properties').object('memberSelector');
  checkMemberSelector(selector);
  return {
    properties: { memberSelector: { byLabel: selector.string('byLabel') } },
    internal: write.stored?.internal ?? {},
  };
}

function fleetIdOf(profileId: string): string {
  return profileId.slice(0, profileId.toLowerCase().lastIndexOf('/clustermeshprofiles/'));
}

/** The members that the selector names now belong to the profile until it is applied again. */
async function apply({ record, context }: Omit<ActionCall, 'update'>): Promise<ResourceRecord> {
  const fleetId = fleetIdOf(record.id);
  const byLabel = new Fields(record.properties).object('memberSelector').string('byLabel') ?? '';
  const fits = labelSelector(byLabel);
  const chosen = (await targetsOf(fleetId, context.records)).filter(({ labels }) => fits(labels));
  const memberIds = chosen.map(({ name }) => `${fleetId}/members/${name}`);
  for (const memberId of memberIds) {
    const other = await meshProfileOf(memberId, fleetId, context.records);
    if (!other || other.id.toLowerCase() === record.id.toLowerCase()) continue;
    throw new ArmError(
      409,
      'OperationNotAllowed',
      `The member '${memberId}' belongs to the cluster mesh profile '${other.id}'. A member can belong to one profile only.`,
    );
  }
  const applied = {
    byLabel,
    memberIds,
    operationId: context.random.uuid(),
    at: new Date(context.clock.now()).toISOString(),
  };
  return { ...record, internal: { ...record.internal, applied } };
}

function present(record: ResourceRecord): JsonObject {
  const applied = appliedOf(record);
  const isWanted = applied !== undefined && applied.memberIds.length > 0;
  return {
    ...record.properties,
    status: {
      state: isWanted ? 'Failed' : 'NotConnected',
      ...(applied && {
        lastAppliedMemberSelector: { byLabel: applied.byLabel },
        lastOperationId: applied.operationId,
      }),
      ...(isWanted && { lastOperationError: { ...noMesh } }),
    },
  };
}
