import { ArmError, type RecordStore, type ResourceRecord } from '../../../arm/index.ts';
import { Fields } from '../../fields.ts';
import { resolveVersion } from '../../kubernetes-versions.ts';
import { managedClusterType } from '../managed-clusters/record.ts';
import { currentVersion } from '../managed-clusters/type.ts';
import { orderUpgrade, type UpgradeOrder, upgradeState } from '../managed-clusters/upgrade-order.ts';
import { type AksCatalog, aksCatalog } from '../releases/catalog.ts';
import type { MemberFact } from './advance.ts';
import { type ImagesByFamily, imageFact } from './node-images.ts';
import type { MemberUpdate } from './status.ts';
import type { ManagedClusterUpdate } from './update.ts';

/** What a run asks of every cluster, and whether it still wants to. */
export interface RunOrder {
  readonly fleetId: string;
  readonly update: ManagedClusterUpdate;
  /** Node images that the run has chosen for all. */
  readonly imageVersions: ImagesByFamily | undefined;
  readonly wantsToStop: boolean;
}

/**
 * How a member stands. One whose update has begun in the run's record and not in the cluster's is ordered here: under an id that
 * is on record, so that it is ordered once however often this is asked.
 */
export async function memberFact(
  member: MemberUpdate,
  order: RunOrder,
  records: RecordStore,
): Promise<MemberFact> {
  if (member.status.state !== 'Running') return readiness(member, order, records);
  const { operationId = '', clusterResourceId } = member;
  const state = await upgradeState(records, clusterResourceId, operationId);
  if (state === 'Running') return { kind: 'running' };
  if (state === 'Succeeded') return { kind: 'succeeded' };
  if (state) return { kind: 'failed', ...state.failed };
  // What has left the fleet since is no longer the run's to change, nor is another cluster of its name.
  if (order.wantsToStop || !(await isMember(member, order, records))) return { kind: 'not ordered' };
  try {
    await orderUpgrade(records, clusterResourceId, upgradeOf(order, operationId));
    return { kind: 'running' };
  } catch (thrown) {
    if (!(thrown instanceof ArmError)) throw thrown;
    return { kind: 'failed', code: thrown.code, message: thrown.message };
  }
}

function upgradeOf({ update, imageVersions }: RunOrder, operationId: string): UpgradeOrder {
  const { kind, kubernetesVersion } = update;
  return {
    kind,
    operationId,
    ...(kubernetesVersion !== undefined && { kubernetesVersion }),
    ...(imageVersions && kind !== 'ControlPlaneOnly' && { nodeImageVersions: imageVersions }),
  };
}

/** Whether the update of a member can begin. */
async function readiness(member: MemberUpdate, order: RunOrder, records: RecordStore): Promise<MemberFact> {
  const { name, clusterResourceId } = member;
  if (!(await isMember(member, order, records)))
    return skipped(`'${name}' is no member of the fleet any more`);
  if (!clusterResourceId.toLowerCase().includes(`/providers/${managedClusterType.toLowerCase()}/`)) {
    return skipped('update runs update clusters of the type Microsoft.ContainerService/managedClusters only');
  }
  const cluster = await records.get(clusterResourceId);
  // Whoever is ordered to update it says why that cannot be; what has failed or is under way is at no version yet.
  if (cluster?.provisioningState !== 'Succeeded') return ready;
  const catalog = await aksCatalog(records);
  return versionFact(cluster, order.update, catalog) ?? nodeImageFact(cluster, order, catalog) ?? ready;
}

async function isMember(
  { name, clusterResourceId }: MemberUpdate,
  { fleetId }: RunOrder,
  records: RecordStore,
): Promise<boolean> {
  const member = await records.get(`${fleetId}/members/${name}`);
  if (!member || member.provisioningState === 'Leaving') return false;
  const own = new Fields(member.properties).string('clusterResourceId') ?? '';
  return own.toLowerCase() === clusterResourceId.toLowerCase();
}

const ready: MemberFact = { kind: 'ready' };

function skipped(why: string): MemberFact {
  return { kind: 'skipped', message: `skipped: ${why}.` };
}

const releaseTracker = 'https://releases.aks.azure.com/';

function versionFact(
  cluster: ResourceRecord,
  update: ManagedClusterUpdate,
  catalog: AksCatalog,
): MemberFact | undefined {
  const { kind, kubernetesVersion: asked } = update;
  if (kind === 'NodeImageOnly' || asked === undefined) return undefined;
  const properties = new Fields(cluster.properties);
  const current = currentVersion(properties) ?? '';
  const version = resolveVersion(catalog, asked);
  if (version === undefined) {
    if (!isNewer(asked, current)) return undefined;
    return {
      kind: 'waiting',
      message: `Kubernetes version ${asked} is not available in the region '${cluster.location}' yet. See ${releaseTracker}.`,
    };
  }
  const pools = kind === 'Full' ? properties.objects('agentPoolProfiles') : [];
  const behind = pools.some((pool) => pool.string('currentOrchestratorVersion') !== version);
  if (current !== version || behind) return undefined;
  return skipped(`the cluster is already at the target Kubernetes version ${version}`);
}

function nodeImageFact(
  cluster: ResourceRecord,
  { update, imageVersions }: RunOrder,
  catalog: AksCatalog,
): MemberFact | undefined {
  if (update.kind === 'ControlPlaneOnly') return undefined;
  const fact = imageFact(cluster, imageVersions, catalog);
  if (fact === 'behind') return undefined;
  if (fact === 'there') {
    return update.kind === 'NodeImageOnly'
      ? skipped('all node pools are already at the target node image version')
      : undefined;
  }
  if ('missing' in fact) return skipped(`the run has no node image of the family ${fact.missing}`);
  return {
    kind: 'waiting',
    message: `Node image version ${fact.unreleased} is not available in the region '${cluster.location}' yet. See ${releaseTracker}.`,
  };
}

/** True when version `a` comes after `b`; of a minor version and its patches neither does. */
function isNewer(a: string, b: string): boolean {
  const [left, right] = [a, b].map((text) => text.replace(/^v/i, '').split('.').map(Number));
  for (const [at, part] of (left ?? []).entries()) {
    const other = right?.[at] ?? 0;
    if (part !== other) return part > other;
  }
  return false;
}
