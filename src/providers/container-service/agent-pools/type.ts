import {
  ArmError,
  isFinalState,
  newEtag,
  type ResourceDraft,
  type ResourceRecord,
  type ResourceType,
  type ResourceWrite,
  refusals,
  type TypeContext,
} from '../../../arm/index.ts';
import type { JsonObject } from '../../../base/index.ts';
import { Fields } from '../../fields.ts';
import { managedClusterVersions } from '../api-versions.ts';
import { refuseHub } from '../managed-clusters/hub.ts';
import { poolSource } from '../managed-clusters/pool-source.ts';
import {
  demandSystemPool,
  goalOf,
  poolNamePattern,
  poolProperties,
  readPool,
  refuseBusyPools,
  refuseFixedChanges,
} from '../managed-clusters/pools.ts';
import { refuseStopped } from '../managed-clusters/power.ts';
import { poolReferences } from '../managed-clusters/references.ts';
import { conformPool } from '../managed-clusters/shape.ts';
import { clusterVersion, currentVersion, poolLimit } from '../managed-clusters/type.ts';
import { type PoolGoal, type UpgradeWork, upgradeTo, withWork } from '../managed-clusters/upgrade-work.ts';
import { aksCatalog, releasesId } from '../releases/catalog.ts';
import { poolActions } from './actions.ts';
import { profilesOf, systemNodes } from './profiles.ts';

/** Agent pools of a cluster, one at a time. The cluster holds them all: its loop makes and takes away their nodes. */
export const agentPools: ResourceType = {
  namespace: 'Microsoft.ContainerService',
  type: 'managedClusters/agentPools',
  apiVersions: managedClusterVersions,
  lowestApiVersion: '2019-02-01',
  scope: 'proxy',
  name: { pattern: poolNamePattern, rule: '1 to 12 lower-case letters and digits, beginning with a letter' },
  lifecycle: 'converged',
  verbs: ['get', 'list', 'put', 'delete'],
  systemData: false,
  busyCode: 'OperationNotAllowed',
  conform: conformPool,
  references: poolReferences('properties'),
  prepare,
  present: ({ properties, etag }) => ({ ...properties, eTag: etag.replaceAll('"', '') }),
  beforeDelete,
  actions: poolActions,
};

async function prepare(write: ResourceWrite): Promise<ResourceDraft> {
  const cluster = await idleCluster(write.id, write.context);
  const body = new Fields(write.body['properties'], 'properties');
  const before = profilesOf(cluster).find((pool) => pool.string('name') === write.name);
  const kept = before ? { vmSize: before.value['vmSize'], osType: before.value['osType'] } : {};
  const source = await poolSource(body, before, write.context.records);
  const catalog = await aksCatalog(write.context.records);
  const read = readPool(
    new Fields({ ...source?.defaults, ...kept, ...body.value, name: write.name }, 'properties'),
    clusterVersion(new Fields(cluster.properties), catalog),
  );
  const pool = source ? { ...read, image: source.image } : read;
  if (before) refuseFixedChanges(before, pool.profile);
  const properties = poolProperties(pool, before);
  const profiles = withProfile(cluster, write.name, properties);
  if (profiles.length > poolLimit) throw body.wrong('agentPoolProfiles', `at most ${poolLimit} agent pools`);
  demandSystemPool(profiles.map(systemNodes), body);
  const { image, targetVersion: version } = pool;
  const goal = source ? { name: write.name, version, image } : goalOf(pool, before);
  const work = before && poolWork(cluster, goal);
  const changed: ResourceRecord = {
    ...cluster,
    properties: { ...cluster.properties, agentPoolProfiles: profiles },
    provisioningState: work ? 'Upgrading' : 'Updating',
    etag: newEtag(write.context.random, cluster.etag),
    internal: withWork(cluster.internal, work),
  };
  return {
    properties,
    related: [{ put: changed }],
    unchanged: [releasesId],
    ...(work && { provisioningState: 'Upgrading' }),
  };
}

/** What is to be done so that one pool of a cluster gets where it is asked to go; undefined: it is there. */
export function poolWork(cluster: ResourceRecord, goal: PoolGoal): UpgradeWork | undefined {
  const plane = currentVersion(new Fields(cluster.properties)) ?? '';
  return upgradeTo(cluster, { plane, pools: [goal] });
}

async function beforeDelete(record: ResourceRecord, context: TypeContext): Promise<void> {
  const cluster = await idleCluster(record.id, context);
  const left = profilesOf(cluster).filter((pool) => pool.string('name') !== record.name);
  demandSystemPool(
    left.map(({ value }) => systemNodes(value)),
    new Fields(undefined, 'properties'),
  );
}

/** The id of the cluster that a pool belongs to. */
export function clusterIdOfPool(poolId: string): string {
  return poolId.slice(0, poolId.toLowerCase().lastIndexOf('/agentpools/'));
}

/** The cluster of a pool, when nothing else is being done to it. */
async function idleCluster(poolId: string, context: TypeContext): Promise<ResourceRecord> {
  const { records } = context;
  const clusterId = clusterIdOfPool(poolId);
  const cluster = await records.get(clusterId);
  if (!cluster) throw refusals.parentNotFound('write', 'managedClusters/agentPools', clusterId);
  refuseHub(cluster);
  refuseStopped(cluster);
  await refuseBusyPools(cluster.id, context, poolId);
  if (isFinalState(cluster.provisioningState)) return cluster;
  throw new ArmError(
    409,
    'OperationNotAllowed',
    `Operation is not allowed: another operation is in progress on the managed cluster '${cluster.name}' (provisioning state '${cluster.provisioningState}'). Please try again later.`,
  );
}

function withProfile(cluster: ResourceRecord, name: string, properties: JsonObject): JsonObject[] {
  const before = profilesOf(cluster).map(({ value }) => value);
  const at = before.findIndex((pool) => pool['name'] === name);
  return at < 0 ? [...before, properties] : before.with(at, properties);
}
