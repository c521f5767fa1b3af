import {
  ArmError,
  isFinalState,
  type RelatedWrite,
  type ResourceRecord,
  type ResourceWrite,
  refusals,
  type TypeContext,
} from '../../../arm/index.ts';
import type { JsonObject, Random } from '../../../base/index.ts';
import type { NodePoolOrder } from '../../cluster-supply.ts';
import { Fields } from '../../fields.ts';
import { resolveVersion } from '../../kubernetes-versions.ts';
import { azureSizes, findSize } from '../../machine-sizes.ts';
import { parseTaint } from '../../taints.ts';
import type { AksCatalog } from '../releases/catalog.ts';
import { latestImage } from '../releases/node-images.ts';
import { poolDefaults, poolObjects } from './defaults.ts';
import { isThere, nodeName, nodesOf, type PoolNode } from './pool-nodes.ts';
import type { Power } from './power-state.ts';
import { upgradeSettings } from './upgrade-settings.ts';
import type { PoolGoal } from './upgrade-work.ts';
import { demandCompatible } from './upgrades.ts';

export const agentPoolType = 'Microsoft.ContainerService/managedClusters/agentPools';

export const poolNamePattern = /^[a-z][a-z0-9]{0,11}$/;
const nodesPerPool = { min: 0, max: 1000 } as const;
const podsPerNode = { min: 10, max: 250 } as const;

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

export function readAgentPools(body: Fields, cluster: ClusterVersion): AgentPool[] {
  const pools = body.objects('agentPoolProfiles').map((pool) => readPool(pool, cluster));
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
      Object.entries(pool.profile).filter(([name, value]) => value !== null && name !== 'status'),
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

const vmssSuffixAlphabet = '0123456789';

/**
 * Node pools for the cluster host. Names are chosen once: `nodePrefixes` of the record maps a pool's name to the prefix of its
 * nodes, and the result repeats it with new pools added. Nodes of one pool that differ are orders of their own.
 */
export function nodePoolOrders(
  record: Pick<ResourceRecord, 'properties' | 'internal' | 'location'>,
  random: Random,
): { readonly orders: NodePoolOrder[]; readonly prefixes: Record<string, string> } {
  const known = new Fields(record.internal).stringMap('nodePrefixes');
  const prefixes: Record<string, string> = {};
  const orders = new Fields(record.properties).objects('agentPoolProfiles').flatMap((pool) => {
    const name = pool.string('name') ?? '';
    const prefix = prefixOf(known, name) ?? `aks-${name}-${random.string(8, vmssSuffixAlphabet)}-vmss`;
    prefixes[name] = prefix;
    const nodes = powerOfPool(pool) === 'Stopped' ? [] : nodesOf(record, pool).filter(isThere);
    return alike(nodes).map((nodes) => poolOrder(pool, { prefix, nodes, region: record.location }));
  });
  return { orders, prefixes };
}

function prefixOf(known: Readonly<Record<string, string>>, pool: string): string | undefined {
  return Object.hasOwn(known, pool) ? known[pool] : undefined;
}

/** The names of a pool's nodes begin with it; none until the loop has chosen it. */
export function nodePrefix(record: Pick<ResourceRecord, 'internal'>, pool: string): string {
  return prefixOf(new Fields(record.internal).stringMap('nodePrefixes'), pool) ?? '';
}

/** Nodes by what they run; one group at least, also of none. */
function alike(nodes: readonly PoolNode[]): readonly (readonly PoolNode[])[] {
  if (nodes.length === 0) return [[]];
  return [...Map.groupBy(nodes, ({ version, image }) => `${version} ${image}`).values()];
}

const regionLabel = 'topology.kubernetes.io/region';

interface Group {
  readonly prefix: string;
  readonly nodes: readonly PoolNode[];
  readonly region: string | undefined;
}

function poolOrder(pool: Fields, { prefix, nodes, region }: Group): NodePoolOrder {
  const name = pool.string('name') ?? '';
  const size = findSize(azureSizes, pool.string('vmSize') ?? '')?.size;
  const [first] = nodes;
  const kubernetesVersion = first?.version || pool.string('currentOrchestratorVersion');
  const image = first?.image || pool.string('nodeImageVersion');
  return {
    name,
    mode: 'worker',
    nodeNames: nodes.map(({ number }) => nodeName(prefix, number)),
    labels: {
      ...pool.stringMap('nodeLabels'),
      agentpool: name,
      'kubernetes.azure.com/agentpool': name,
      'kubernetes.azure.com/mode': (pool.string('mode') ?? 'User').toLowerCase(),
      ...(image && { 'kubernetes.azure.com/node-image-version': image }),
      'kubernetes.azure.com/role': 'agent',
      'beta.kubernetes.io/instance-type': pool.string('vmSize') ?? '',
      'node.kubernetes.io/instance-type': pool.string('vmSize') ?? '',
      ...(region && { 'failure-domain.beta.kubernetes.io/region': region, [regionLabel]: region }),
    },
    taints: pool.strings('nodeTaints').map(parseTaint),
    cpuCores: size?.cpuCores ?? 2,
    memoryMiB: size?.memoryMiB ?? 8192,
    osImage: 'Ubuntu 22.04.5 LTS',
    maxPods: pool.integer('maxPods', podsPerNode) ?? 110,
    ...(kubernetesVersion && { kubernetesVersion }),
  };
}
