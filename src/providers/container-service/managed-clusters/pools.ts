import {
  ArmError,
  isFinalState,
  type RecordReader,
  type RelatedWrite,
  type ResourceRecord,
  type ResourceWrite,
  refusals,
  type TypeContext,
} from '../../../arm/index.ts';
import type { JsonObject } from '../../../base/index.ts';
import { Fields } from '../../fields.ts';
import { resolveVersion } from '../../kubernetes-versions.ts';
import { azureSizes, findSize } from '../../machine-sizes.ts';
import type { AksCatalog } from '../releases/catalog.ts';
import { latestImage } from '../releases/node-images.ts';
import { poolDefaults, poolObjects } from './defaults.ts';
import { poolSource } from './pool-source.ts';
import type { Power } from './power-state.ts';
import { upgradeSettings } from './upgrade-settings.ts';
import type { PoolGoal } from './upgrade-work.ts';
import { demandCompatible } from './upgrades.ts';

export const agentPoolType = 'Microsoft.ContainerService/managedClusters/agentPools';

export const poolNamePattern = /^[a-z][a-z0-9]{0,11}$/;
const nodesPerPool = { min: 0, max: 1000 } as const;
export const podsPerNode = { min: 10, max: 250 } as const;

/** One agent pool as asked for, with defaults. */
export interface AgentPool {
  readonly name: string;
  readonly count: number;
  readonly vmSize: string;
  readonly mode: 'System' | 'User' | 'Gateway';
  readonly maxPods: number;
  /** As asked for: a release or an alias of one. */
  readonly version: string;
  /** The release that its nodes are to have. */
  readonly targetVersion: string;
  /** The image that its nodes get when they are replaced. */
  readonly image: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly taints: readonly string[];
  /** A pool that is stopped keeps its count and has no nodes. */
  readonly power: Power;
  readonly profile: JsonObject;
}

/** The version of a cluster: as it is answered, an alias or a release, and the release that runs. */
export interface ClusterVersion {
  readonly given: string;
  readonly current: string;
  /** What is offered. */
  readonly catalog: AksCatalog;
}

/** The pools of a cluster's body; `stored`: the cluster's properties as they stand. */
export async function readAgentPools(
  body: Fields,
  cluster: ClusterVersion,
  { stored, records }: { readonly stored: Fields; readonly records: RecordReader },
): Promise<AgentPool[]> {
  const before = stored.objects('agentPoolProfiles');
  const pools: AgentPool[] = [];
  for (const pool of body.objects('agentPoolProfiles')) {
    const source = await poolSource(pool, poolNamed(before, pool.string('name') ?? ''), records);
    if (!source) {
      pools.push(readPool(pool, cluster));
      continue;
    }
    const { value } = pool;
    pools.push({
      ...readPool(new Fields({ ...source.defaults, ...value }, body.at('agentPoolProfiles')), cluster),
      image: source.image,
    });
  }
  demandSystemPool(pools, body);
  const doubled = pools.find((pool, i) => pools.findIndex((other) => other.name === pool.name) !== i);
  if (doubled) throw body.wrong('agentPoolProfiles', `the pool name '${doubled.name}' is used twice`);
  return pools;
}

export function demandSystemPool(
  pools: readonly Pick<AgentPool, 'mode' | 'count' | 'power'>[],
  body: Pick<Fields, 'wrong'>,
): void {
  if (pools.some((pool) => pool.mode === 'System' && pool.count > 0 && pool.power === 'Running')) return;
  throw body.wrong('agentPoolProfiles', 'must define at least one system pool with at least one node');
}

/** A change of the cluster adds no pool, and changes nothing of a pool that is fixed when it is made. */
export function refusePoolChanges(stored: Fields, pools: readonly AgentPool[]): void {
  const before = stored.objects('agentPoolProfiles');
  if (before.length === 0) return;
  for (const pool of pools) {
    const known = before.find((other) => other.string('name') === pool.name);
    if (!known) throw newPool();
    refuseFixedChanges(known, pool.profile);
  }
}

/** While something is done to one pool, nothing else is done to its cluster or to another one. */
export async function refuseBusyPools(
  clusterId: string,
  { records }: Pick<TypeContext, 'records'>,
  except?: string,
): Promise<void> {
  const pools = await records.list(`${clusterId}/agentPools`, agentPoolType);
  const busy = pools.find((pool) => !isFinalState(pool.provisioningState) && pool.id !== except);
  if (!busy) return;
  throw new ArmError(
    409,
    'OperationNotAllowed',
    `Operation is not allowed: another operation is in progress on the agent pool '${busy.name}' (provisioning state '${busy.provisioningState}'). Please try again later.`,
    { headers: { 'Retry-After': '1' } },
  );
}

/** Members of a pool that are what they were when it was made. */
const fixedMembers = ['vmSize', 'osType', 'osDiskType', 'osDiskSizeGB', 'maxPods', 'vnetSubnetID'] as const;

export function refuseFixedChanges(before: Fields, profile: JsonObject): void {
  for (const member of fixedMembers) {
    const wanted = profile[member];
    const was = before.value[member];
    if (!wanted || was === undefined || String(wanted).toLowerCase() === String(was).toLowerCase()) continue;
    throw new ArmError(
      400,
      'PropertyChangeNotAllowed',
      `Changing property 'properties.${member}' is not allowed.`,
      { target: `properties.${member}` },
    );
  }
}

function newPool(): ArmError {
  return new ArmError(
    400,
    'BadRequest',
    'A new agent pool was introduced. Adding agent pools to an existing cluster is not allowed through managed cluster operations. ' +
      'For agent pool specific change, please use per agent pool operations: https://aka.ms/agent-pool-rest-api',
    { target: 'agentPoolProfiles' },
  );
}

export function readPool(pool: Fields, cluster: ClusterVersion): AgentPool {
  const name = pool.string('name') ?? '';
  if (!poolNamePattern.test(name)) {
    throw pool.wrong('name', 'must be 1 to 12 lower-case letters and digits, beginning with a letter');
  }
  const asked = pool.string('vmSize') || 'Standard_D4s_v3';
  const size = findSize(azureSizes, asked);
  if (!size) {
    const known = Object.keys(azureSizes).join(', ');
    throw pool.wrong('vmSize', `the VM size '${asked}' is not available; available sizes: ${known}`);
  }
  refuseRange(pool);
  pool.choice('osType', ['Linux', 'Windows']);
  upgradeSettings(pool);
  demandScaleSet(pool);
  return {
    name,
    count: pool.integer('count', nodesPerPool) ?? 1,
    vmSize: size.name,
    mode: pool.choice('mode', ['System', 'User', 'Gateway']) ?? 'User',
    maxPods: pool.integer('maxPods', podsPerNode) ?? 110,
    version: pool.string('orchestratorVersion') || cluster.given,
    targetVersion: poolVersion(pool, cluster),
    image: latestImage(pool, cluster.catalog),
    labels: pool.stringMap('nodeLabels'),
    taints: pool.strings('nodeTaints'),
    power: powerOfPool(pool),
    profile: pool.value,
  };
}

/** The release that a pool runs: an alias stays at the one that it stands for already, else it is that of the cluster. */
function poolVersion(pool: Fields, cluster: ClusterVersion): string {
  const { current: clusterVersion, catalog } = cluster;
  const asked = pool.string('orchestratorVersion') || clusterVersion;
  const current = pool.string('currentOrchestratorVersion');
  const { versions } = catalog;
  if (asked === clusterVersion) return asked;
  const kept = [current, clusterVersion].find(
    (version) => version?.startsWith(`${asked}.`) && versions.includes(version),
  );
  const version = kept ?? resolveVersion(catalog, asked);
  if (!version) {
    throw new ArmError(
      400,
      'AgentPoolK8sVersionNotSupported',
      `Version ${asked} is not supported in this region. Please use [az aks get-versions] command to get the supported ` +
        'version list in this region. For more information, please check https://aka.ms/supported-version-list',
      { target: 'properties.orchestratorVersion' },
    );
  }
  demandCompatible(version, clusterVersion);
  return version;
}

/** Pools of single machines and of availability sets are not built. */
function demandScaleSet(pool: Fields): void {
  const type = pool.choice('type', ['VirtualMachineScaleSets', 'VirtualMachines', 'AvailabilitySet']);
  if (type === undefined || type === 'VirtualMachineScaleSets') return;
  throw refusals.notBuilt(`An agent pool of the type '${type}'`);
}

/** What a pool was asked for by itself; its cluster may be stopped all the same. */
export function powerOfPool(pool: Fields): Power {
  return pool.object('powerState').choice('code', ['Running', 'Stopped']) ?? 'Running';
}

function refuseRange(pool: Fields): void {
  const least = pool.integer('minCount', nodesPerPool);
  const most = pool.integer('maxCount', nodesPerPool);
  if (least === undefined || most === undefined || least <= most) return;
  throw pool.wrong('minCount', `minCount ${least} is greater than maxCount ${most}`);
}

/** What the nodes of a pool have: of a pool that is there already what they had before. */
function running(pool: AgentPool, before: Fields | undefined): JsonObject {
  return {
    currentOrchestratorVersion: before?.string('currentOrchestratorVersion') ?? pool.targetVersion,
    nodeImageVersion: before?.string('nodeImageVersion') ?? pool.image,
  };
}

/** A pool as the service prints it; `before`: as it stands. */
export function poolProperties(pool: AgentPool, before: Fields | undefined): JsonObject {
  return {
    ...poolDefaults,
    osSKU: pool.profile['osType'] === 'Windows' ? 'Windows2022' : 'Ubuntu',
    ...Object.fromEntries(
      // An empty text is how some clients leave a member out.
      Object.entries(pool.profile).filter(
        ([name, value]) => value !== null && value !== '' && name !== 'status',
      ),
    ),
    ...poolObjects(new Fields(pool.profile)),
    osDiskSizeGB: pool.profile['osDiskSizeGB'] || 128,
    name: pool.name,
    count: pool.count,
    vmSize: pool.vmSize,
    mode: pool.mode,
    maxPods: pool.maxPods,
    type: 'VirtualMachineScaleSets',
    orchestratorVersion: pool.version,
    ...running(pool, before),
    powerState: { code: pool.power },
    enableAutoScaling: pool.profile['enableAutoScaling'] ?? false,
  };
}

/** The pool of a name among profiles. */
export function poolNamed(profiles: readonly Fields[], name: string): Fields | undefined {
  return profiles.find((profile) => profile.string('name') === name);
}

/** What a pool is to get, when it is upgraded. */
export function goalOf({ name, targetVersion, image }: AgentPool, before: Fields | undefined): PoolGoal {
  // Another version brings the newest image; whoever changes something else keeps the one that he has.
  const isSame = before?.string('currentOrchestratorVersion') === targetVersion;
  const kept = isSame ? before?.string('nodeImageVersion') : undefined;
  return { name, version: targetVersion, image: kept ?? image };
}

/** The child records that go with a cluster write. */
export function agentPoolDrafts(write: ResourceWrite, pools: readonly AgentPool[]): RelatedWrite[] {
  const before = new Fields(write.stored?.properties).objects('agentPoolProfiles');
  const wanted = pools.map((pool) => ({ put: poolRecord(write, pool, poolNamed(before, pool.name)) }));
  const dropped = before
    .map((pool) => pool.string('name') ?? '')
    .filter((name) => !pools.some((pool) => pool.name === name))
    .map((name) => ({ delete: `${write.id}/agentPools/${name}` }));
  return [...wanted, ...dropped];
}

function poolRecord(write: ResourceWrite, pool: AgentPool, before: Fields | undefined): ResourceRecord {
  const now = new Date(write.context.clock.now()).toISOString();
  return {
    id: `${write.id}/agentPools/${pool.name}`,
    name: pool.name,
    type: agentPoolType,
    properties: poolProperties(pool, before),
    provisioningState: 'Succeeded',
    systemData: {
      createdBy: write.caller.name,
      createdByType: 'User',
      createdAt: now,
      lastModifiedBy: write.caller.name,
      lastModifiedByType: 'User',
      lastModifiedAt: now,
    },
    etag: write.context.random.uuid(),
  };
}
