import { ArmError, isFinalState, type RecordStore, type ResourceRecord } from '../../../arm/index.ts';
import { isObject, type JsonObject } from '../../../base/index.ts';
import { Fields } from '../../fields.ts';
import { resolveVersion } from '../../kubernetes-versions.ts';
import { type AksCatalog, aksCatalog } from '../releases/catalog.ts';
import { imageFamily, latestImage } from '../releases/node-images.ts';
import { refuseStopped } from './power.ts';
import { currentVersion } from './type.ts';
import { type PoolGoal, upgradeTo, withWork } from './upgrade-work.ts';
import { demandUpgrade, unsupportedVersion } from './upgrades.ts';

/** What an update run asks of one of its clusters. */
export interface UpgradeOrder {
  readonly kind: 'Full' | 'ControlPlaneOnly' | 'NodeImageOnly';
  /** A release, or a minor version for its newest patch. Of `Full` and `ControlPlaneOnly`. */
  readonly kubernetesVersion?: string;
  /** The image that pools get, by family, e.g. `AKSUbuntu-2204gen2containerd`; families left out get the latest one. */
  readonly nodeImageVersions?: Readonly<Record<string, string>>;
  /** Chosen by whoever orders, and kept there first: ordered again under the same id, nothing happens twice. */
  readonly operationId: string;
}

/** How an ordered upgrade stands. */
export type UpgradeState =
  | 'Running'
  | 'Succeeded'
  | { readonly failed: { readonly code: string; readonly message: string } };

/** Outcomes that a cluster remembers. */
const outcomesKept = 16;

/**
 * Writes the wish into the record of a managed cluster; its loop does the work. Throws the refusal that a person would get: of a
 * version that is not offered or lies behind, of a cluster that is stopped, gone, or being changed.
 */
export async function orderUpgrade(
  records: RecordStore,
  clusterId: string,
  order: UpgradeOrder,
): Promise<void> {
  const catalog = await aksCatalog(records);
  const written = await records.update(clusterId, (current) => ordered(current, order, catalog));
  if (!written) throw clusterGone(clusterId);
}

function ordered(
  current: ResourceRecord,
  order: UpgradeOrder,
  catalog: AksCatalog,
): ResourceRecord | undefined {
  if (stateIn(current, order.operationId) !== undefined) return undefined;
  refuseStopped(current);
  if (!isFinalState(current.provisioningState)) throw operationInProgress(current);
  const version = versionFor(current, order, catalog);
  const profiles = new Fields(current.properties).objects('agentPoolProfiles');
  const pools =
    order.kind === 'ControlPlaneOnly' ? [] : profiles.map((pool) => goal(pool, order, catalog, version));
  const internal = withWork(current.internal, upgradeTo(current, { plane: version, pools }));
  return {
    ...current,
    properties: {
      ...current.properties,
      ...(order.kind !== 'NodeImageOnly' && { kubernetesVersion: version }),
      agentPoolProfiles: profiles.map(({ value }) => ({
        ...value,
        ...(order.kind === 'Full' && { orchestratorVersion: version }),
      })),
    },
    provisioningState: 'Upgrading',
    internal: { ...internal, orderedUpgrade: order.operationId },
  };
}

function versionFor(current: ResourceRecord, order: UpgradeOrder, catalog: AksCatalog): string {
  const runs = currentVersion(new Fields(current.properties)) ?? '';
  if (order.kind === 'NodeImageOnly') return runs;
  const version = resolveVersion(catalog, order.kubernetesVersion);
  if (!version) throw unsupportedVersion(current.name, order.kubernetesVersion ?? '');
  demandUpgrade(catalog, runs, version);
  return version;
}

function goal(pool: Fields, order: UpgradeOrder, catalog: AksCatalog, version: string): PoolGoal {
  const { kind, nodeImageVersions = {} } = order;
  const family = imageFamily(pool);
  const chosen = Object.hasOwn(nodeImageVersions, family) ? nodeImageVersions[family] : undefined;
  const runs = pool.string('currentOrchestratorVersion') ?? version;
  return {
    name: pool.string('name') ?? '',
    version: kind === 'NodeImageOnly' ? runs : version,
    image: chosen ?? latestImage(pool, catalog),
  };
}

/** Undefined: the cluster has never been ordered this upgrade, or is gone. */
export async function upgradeState(
  records: Pick<RecordStore, 'get'>,
  clusterId: string,
  operationId: string,
): Promise<UpgradeState | undefined> {
  const record = await records.get(clusterId);
  return record && stateIn(record, operationId);
}

function stateIn(record: ResourceRecord, operationId: string): UpgradeState | undefined {
  const { internal, provisioningState, lastOperation } = record;
  const outcomes = outcomesOf(record);
  const known = Object.hasOwn(outcomes, operationId) ? outcomes[operationId] : undefined;
  if (isObject(known)) return { failed: { code: String(known['code']), message: String(known['message']) } };
  if (known !== undefined) return 'Succeeded';
  if (internal?.['orderedUpgrade'] !== operationId) return undefined;
  if (!isFinalState(provisioningState)) return 'Running';
  // It was ended in another way: its time was up.
  return { failed: lastOperation?.error ?? { code: 'InternalServerError', message: 'The upgrade ended.' } };
}

/** The record with the end of the upgrade that it was ordered, when it was. For the commit that ends it. */
export function withOutcome(
  record: ResourceRecord,
  outcome: 'Succeeded' | { readonly failed: { readonly code: string; readonly message: string } },
): ResourceRecord {
  const { orderedUpgrade, ...internal } = record.internal ?? {};
  if (typeof orderedUpgrade !== 'string') return record;
  const kept = Object.entries(outcomesOf(record)).slice(-(outcomesKept - 1));
  const told = outcome === 'Succeeded' ? outcome : { ...outcome.failed };
  const upgradeOutcomes = { ...Object.fromEntries(kept), [orderedUpgrade]: told };
  return { ...record, internal: { ...internal, upgradeOutcomes } };
}

function outcomesOf({ internal }: ResourceRecord): JsonObject {
  const found = internal?.['upgradeOutcomes'];
  return isObject(found) ? found : {};
}

function clusterGone(clusterId: string): ArmError {
  return new ArmError(404, 'ResourceNotFound', `The managed cluster '${clusterId}' was not found.`);
}

function operationInProgress({ name, provisioningState }: ResourceRecord): ArmError {
  return new ArmError(
    409,
    'OperationNotAllowed',
    `Operation is not allowed: another operation is in progress on the managed cluster '${name}' (provisioning state ` +
      `'${provisioningState}'). Please try again later.`,
    { headers: { 'Retry-After': '1' } },
  );
}
