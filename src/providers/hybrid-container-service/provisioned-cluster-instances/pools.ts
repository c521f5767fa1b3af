import {
  ArmError,
  isFinalState,
  type RecordReader,
  type ResourceRecord,
  type ResourceWrite,
} from '../../../arm/index.ts';
import type { Json, JsonObject } from '../../../base/index.ts';
import type { PoolGoal } from '../../container-service/managed-clusters/upgrade-work.ts';
import { Fields } from '../../fields.ts';
import { demandLabels } from '../../labels.ts';
import { arcWorkerSizes } from '../../machine-sizes.ts';
import { demandTaints } from '../../taints.ts';
import { agentPoolType, controlPlanePool } from './record.ts';
import { knownSize } from './validate.ts';

const nodesPerPool = { min: 0, max: 200 } as const;
const podsPerNode = { min: 1, max: 250 } as const;
export const poolsPerCluster = 16;

/** Names that pools have within a cluster's body; they are values of a label of their nodes. */
export const inlineName = /^[A-Za-z0-9](?:[-_.A-Za-z0-9]{0,61}[A-Za-z0-9])?$/;

/** The pools of a cluster, those of its own body and those that are resources of their own. */
export function profilesOf(cluster: ResourceRecord): Fields[] {
  return new Fields(cluster.properties).objects('agentPoolProfiles');
}

/** A pool by its name, without case. */
export function poolCalled(pools: readonly Fields[], name: string): Fields | undefined {
  return pools.find((pool) => pool.string('name')?.toLowerCase() === name.toLowerCase());
}

/**
 * The pools that a body names, with defaults, and behind them those that are resources of their own: a body that does not know
 * of them leaves them as they are.
 */
export function clusterPools(
  body: Fields,
  cluster: { readonly clusterName: string; readonly version: string; readonly stored: Fields },
): { readonly pools: JsonObject[]; readonly inline: string[] } {
  const before = cluster.stored.objects('agentPoolProfiles');
  const pools = body.objects('agentPoolProfiles').map((pool, index) => {
    const asked = pool.string('name') ?? defaultName(cluster.clusterName, index + 1);
    const known = poolCalled(before, asked);
    const name = known?.string('name') ?? asked;
    if (!inlineName.test(name)) {
      throw pool.wrong(
        'name',
        'must be 1 to 63 letters, digits, hyphens, dots and underscores, with a letter or digit at both ends',
      );
    }
    return readPool(pool, { name, before: known, version: cluster.version });
  });
  const inline = pools.map((pool) => String(pool['name']));
  const lower = inline.map((name) => name.toLowerCase());
  const doubled = inline.find((_name, at) => lower.indexOf(lower[at] ?? '') !== at);
  if (doubled !== undefined)
    throw body.wrong('agentPoolProfiles', `the pool name '${doubled}' is used twice`);
  return { pools, inline };
}

function defaultName(clusterName: string, number: number): string {
  const name = `${clusterName}-nodepool${number}`;
  return inlineName.test(name) ? name : `nodepool${number}`;
}

/** One pool as it is stored: as asked for with defaults, and what its nodes run. `before`: as it stands. */
export function readPool(
  sent: Fields,
  pool: { readonly name: string; readonly before: Fields | undefined; readonly version: string },
): JsonObject {
  const { name, before, version } = pool;
  if (name.toLowerCase() === controlPlanePool) {
    throw sent.wrong('name', `'${controlPlanePool}' is the name of the control plane's own nodes`);
  }
  const { status: _status, provisioningState: _state, kubernetesVersion: _runs, ...asked } = sent.value;
  const osType =
    sent.choice('osType', ['Linux', 'Windows']) ?? before?.choice('osType', ['Linux', 'Windows']) ?? 'Linux';
  const windows = osType === 'Windows';
  const osSKU = sent.choice('osSKU', ['CBLMariner', 'Windows2019', 'Windows2022']) ?? before?.string('osSKU');
  const usualSize = before?.string('vmSize') ?? (windows ? 'Standard_K8S3_v1' : 'Standard_A4_v2');
  const nodeLabels = sent.stringMap('nodeLabels');
  const nodeTaints = sent.strings('nodeTaints');
  demandLabels(sent, 'nodeLabels', nodeLabels);
  demandTaints(sent, 'nodeTaints', nodeTaints);
  const read: JsonObject = {
    ...asked,
    name,
    count: sent.integer('count', nodesPerPool) ?? 1,
    vmSize: knownSize(sent, arcWorkerSizes, usualSize),
    osType,
    osSKU: osSKU ?? (windows ? 'Windows2022' : 'CBLMariner'),
    enableAutoScaling: demandBounds(sent),
    maxPods: sent.integer('maxPods', podsPerNode) ?? before?.integer('maxPods', podsPerNode) ?? 110,
    nodeLabels,
    nodeTaints,
    currentOrchestratorVersion: before?.string('currentOrchestratorVersion') ?? version,
    nodeImageVersion: '',
  };
  if (before) refuseFixedPoolChanges(before, read);
  return read;
}

/** Whether the pool scales by itself, with bounds that can be. */
function demandBounds(pool: Fields): boolean {
  const isOn = pool.boolean('enableAutoScaling') ?? false;
  const least = pool.integer('minCount', nodesPerPool);
  const most = pool.integer('maxCount', nodesPerPool);
  if (isOn && (least === undefined || most === undefined)) {
    throw pool.wrong(
      'enableAutoScaling',
      'minCount and maxCount are required when the autoscaler is enabled',
    );
  }
  if (least !== undefined && most !== undefined && least > most) {
    throw pool.wrong('minCount', `minCount ${least} is greater than maxCount ${most}`);
  }
  return isOn;
}

/** Members of a pool that are what they were when it was made. */
function refuseFixedPoolChanges(before: Fields, read: JsonObject): void {
  for (const member of ['vmSize', 'osType', 'osSKU', 'maxPods']) {
    const was = before.value[member];
    if (was === undefined || String(was).toLowerCase() === String(read[member]).toLowerCase()) continue;
    throw new ArmError(
      400,
      'PropertyChangeNotAllowed',
      `Changing property 'properties.${member}' is not allowed.`,
      { target: `properties.${member}` },
    );
  }
}

/** A pool as a caller sees it. */
export function shownPool(pool: JsonObject): JsonObject {
  const { currentOrchestratorVersion, nodeImageVersion: _own, ...shown } = pool;
  return {
    ...shown,
    ...(currentOrchestratorVersion !== undefined && { kubernetesVersion: currentOrchestratorVersion }),
  };
}

/** Names of pools that no body of the cluster names: they show as resources of their own alone. */
export function ownPools({ internal }: Pick<ResourceRecord, 'internal'>): string[] {
  const own = internal?.['ownPools'];
  return Array.isArray(own) ? own.filter((name) => typeof name === 'string') : [];
}

export function withOwnPools(internal: JsonObject | undefined, names: readonly string[]): JsonObject {
  const { ownPools: _before, ...rest } = internal ?? {};
  return names.length === 0 ? rest : { ...rest, ownPools: [...names] };
}

/** What every group of nodes is to get, the control plane's first. */
export function goals(version: string, pools: readonly Json[]): PoolGoal[] {
  const names = pools.map((pool) => new Fields(pool).string('name') ?? '');
  return [controlPlanePool, ...names].map((name) => ({ name, version, image: '' }));
}

/** The record of a pool beside its cluster; what it is like stands in the cluster's. */
export function poolRecord(
  write: ResourceWrite,
  pool: { readonly name: string; readonly extendedLocation: Json },
): ResourceRecord {
  const now = new Date(write.context.clock.now()).toISOString();
  const { name: createdBy, type: createdByType } = write.caller;
  return {
    id: `${write.id}/agentPools/${pool.name}`,
    name: pool.name,
    type: agentPoolType,
    extendedLocation: pool.extendedLocation,
    properties: {},
    provisioningState: 'Succeeded',
    systemData: {
      ...{ createdBy, createdByType, createdAt: now },
      ...{ lastModifiedBy: createdBy, lastModifiedByType: createdByType, lastModifiedAt: now },
    },
    etag: write.context.random.uuid(),
  };
}

/** One thing at a time is done to a cluster and its pools. */
export async function refuseBusy(
  cluster: ResourceRecord | undefined,
  records: RecordReader,
  except?: string,
): Promise<void> {
  if (!cluster) return;
  const pools = await records.list(`${cluster.id}/agentPools`, agentPoolType);
  const busy = [cluster, ...pools].find(
    (one) => !isFinalState(one.provisioningState) && one.id.toLowerCase() !== except?.toLowerCase(),
  );
  if (!busy) return;
  throw new ArmError(
    409,
    'OperationNotAllowed',
    `Operation is not allowed: another operation is in progress on '${busy.id}' (provisioning state '${busy.provisioningState}'). Please try again later.`,
    { headers: { 'Retry-After': '1' } },
  );
}
