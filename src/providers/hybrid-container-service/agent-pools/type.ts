import {
  isFinalState,
  newEtag,
  type PresentContext,
  type ResourceDraft,
  type ResourceRecord,
  type ResourceType,
  type ResourceWrite,
  refusals,
  type TypeContext,
} from '../../../arm/index.ts';
import type { JsonObject } from '../../../base/index.ts';
import { demandCustomLocation } from '../../custom-location.ts';
import { Fields } from '../../fields.ts';
import { deploysToCustomLocation } from '../../references.ts';
import { hybridNamespace, hybridVersions } from '../api-versions.ts';
import {
  inlineName,
  ownPools,
  poolCalled,
  poolsPerCluster,
  profilesOf,
  readPool,
  refuseBusy,
  shownPool,
  withOwnPools,
} from '../provisioned-cluster-instances/pools.ts';
import { agentPoolType, instanceIdOfChild, runningVersion } from '../provisioned-cluster-instances/record.ts';
import { conformPool } from '../shape.ts';

const ownName = /^[a-z][a-z0-9]{2,11}$/;
const nameRule = { rule: '3 to 12 lower-case letters and digits, beginning with a letter' };

/**
 * Pools of nodes of a cluster on Azure Local, one at a time. The cluster's record holds what all are like: its loop makes and
 * takes away their nodes.
 */
export const agentPools: ResourceType = {
  namespace: hybridNamespace,
  type: 'provisionedClusterInstances/agentPools',
  apiVersions: hybridVersions,
  scope: 'extension',
  // Pools that a cluster's body named have names of other forms.
  name: { pattern: inlineName, ...nameRule },
  lifecycle: 'converged',
  // What is done to their cluster is done to them.
  provisioningState: false,
  envelope: ['extendedLocation'],
  patchable: ['tags'],
  busyCode: 'OperationNotAllowed',
  conform: conformPool,
  references: [deploysToCustomLocation],
  prepare,
  present,
  beforeDelete,
};

async function prepare(write: ResourceWrite): Promise<ResourceDraft> {
  const { stored, context } = write;
  if (write.verb === 'patch' && stored) {
    return { properties: stored.properties, provisioningState: stored.provisioningState };
  }
  const cluster = await clusterOf(write.id, context);
  await refuseBusy(cluster, context.records, write.id);
  const location = new Fields(cluster.extendedLocation).string('name') ?? '';
  const asked = await demandCustomLocation({
    ...write,
    body: { extendedLocation: cluster.extendedLocation ?? null, ...write.body },
  });
  if (asked.toLowerCase() !== location.toLowerCase())
    throw refusals.propertyChangeNotAllowed('extendedLocation.name');
  const profiles = profilesOf(cluster);
  const before = poolCalled(profiles, write.name);
  if (!before && !ownName.test(write.name)) throw refusals.invalidName(write.name, agentPoolType, nameRule);
  const body = new Fields(write.body['properties'], 'properties');
  const name = before?.string('name') ?? write.name;
  const pool = readPool(body, { name, before, version: runningVersion(cluster) });
  const all = before
    ? profiles.map((one) => (one === before ? pool : one.value))
    : [...profiles.map(({ value }) => value), pool];
  if (all.length > poolsPerCluster) throw body.wrong('name', `at most ${poolsPerCluster} node pools`);
  return {
    extendedLocation: { type: 'CustomLocation', name: location },
    properties: {},
    related: [{ put: withPools(cluster, all, { context, own: before ? undefined : name }) }],
  };
}

/** The cluster with other pools, for its loop. */
function withPools(
  cluster: ResourceRecord,
  agentPoolProfiles: readonly JsonObject[],
  { context, own }: { readonly context: TypeContext; readonly own: string | undefined },
): ResourceRecord {
  const properties = { ...cluster.properties, agentPoolProfiles: [...agentPoolProfiles] };
  const names = own === undefined ? ownPools(cluster) : [...ownPools(cluster), own];
  return {
    ...cluster,
    properties,
    provisioningState: 'Updating',
    etag: newEtag(context.random, cluster.etag),
    internal: withOwnPools(cluster.internal, names),
  };
}

async function beforeDelete(record: ResourceRecord, context: TypeContext): Promise<void> {
  await refuseBusy(await context.records.get(instanceIdOfChild(record.id)), context.records, record.id);
}

async function clusterOf(poolId: string, { records }: TypeContext): Promise<ResourceRecord> {
  const clusterId = instanceIdOfChild(poolId);
  const cluster = await records.get(clusterId);
  if (!cluster) throw refusals.parentNotFound('write', 'provisionedClusterInstances/agentPools', clusterId);
  return cluster;
}

async function present(record: ResourceRecord, { records }: PresentContext): Promise<JsonObject> {
  const cluster = await records.get(instanceIdOfChild(record.id));
  const found = cluster && poolCalled(profilesOf(cluster), record.name);
  const { name: _ofId, ...pool } = shownPool(found?.value ?? {});
  const provisioningState = stateOf(record, cluster);
  const failure = (record.lastOperation ?? cluster?.lastOperation)?.error?.message;
  const { count = 0, vmSize = '', kubernetesVersion = '' } = pool;
  const isReady = provisioningState === 'Succeeded' && found !== undefined;
  return {
    ...pool,
    status: {
      currentState: provisioningState,
      ...(provisioningState === 'Failed' && failure !== undefined && { errorMessage: failure }),
      readyReplicas: isReady ? [{ count, vmSize, kubernetesVersion }] : [],
    },
    provisioningState,
  };
}

function stateOf(pool: ResourceRecord, cluster: ResourceRecord | undefined): string {
  if (!isFinalState(pool.provisioningState) || !cluster) return pool.provisioningState;
  return cluster.provisioningState === 'Succeeded' ? pool.provisioningState : cluster.provisioningState;
}
