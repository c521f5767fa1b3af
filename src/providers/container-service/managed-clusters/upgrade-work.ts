import type { ResourceRecord } from '../../../arm/index.ts';
import { isObject, type Json, type JsonObject } from '../../../base/index.ts';
import { Fields } from '../../fields.ts';
import { nodesOf } from './pool-nodes.ts';

/** What is left of an upgrade; the record keeps it, so that whoever goes on finds the step where it is. */
export interface UpgradeWork {
  /** The control plane goes first. */
  readonly plane?: { readonly version: string; readonly untilMs?: number };
  /** The first one is in work. */
  readonly pools: readonly PoolGoal[];
  /** Why nothing more is begun. */
  readonly failures: readonly Failure[];
  /** There were not enough machines to go on with. */
  readonly canceled?: boolean;
}

/** What the nodes of a pool are to have. */
export interface PoolGoal {
  readonly name: string;
  readonly version: string;
  readonly image: string;
  /** Its surge nodes were asked for. */
  readonly begun?: boolean;
}

export interface Failure {
  readonly code: string;
  readonly message: string;
}

export function workOf({ internal }: Pick<ResourceRecord, 'internal'>): UpgradeWork | undefined {
  const found = internal?.['upgrade'];
  if (!isObject(found)) return undefined;
  const { plane, pools, failures, canceled } = found;
  return {
    ...(isObject(plane) && {
      plane: {
        version: String(plane['version']),
        ...(typeof plane['untilMs'] === 'number' && { untilMs: plane['untilMs'] }),
      },
    }),
    pools: objects(pools).map(({ name, version, image, begun }) => ({
      ...{ name: String(name), version: String(version), image: String(image) },
      ...(begun === true && { begun }),
    })),
    failures: objects(failures).map(({ code, message }) => ({
      code: String(code),
      message: String(message),
    })),
    ...(canceled === true && { canceled }),
  };
}

function objects(value: Json | undefined): JsonObject[] {
  return Array.isArray(value) ? value.filter(isObject) : [];
}

/** The internal part of a record with this work in it. */
export function withWork(internal: JsonObject | undefined, work: UpgradeWork | undefined): JsonObject {
  const { upgrade: _before, ...rest } = internal ?? {};
  if (!work) return rest;
  const { plane, pools, failures, canceled } = work;
  return {
    ...rest,
    upgrade: {
      ...(plane && { plane: { ...plane } }),
      pools: pools.map((pool) => ({ ...pool })),
      failures: failures.map((failure) => ({ ...failure })),
      ...(canceled && { canceled }),
    },
  };
}

/** What is to be done so that a cluster gets where it is asked to go; undefined: it is there. `groups`: default its pools. */
export function upgradeTo(
  record: Pick<ResourceRecord, 'properties' | 'internal'>,
  wanted: { readonly plane: string; readonly pools: readonly PoolGoal[] },
  groups?: readonly Fields[],
): UpgradeWork | undefined {
  const properties = new Fields(record.properties);
  const current = properties.string('currentKubernetesVersion') ?? properties.string('kubernetesVersion');
  const profiles = groups ?? properties.objects('agentPoolProfiles');
  const pools = wanted.pools.filter((goal) => {
    const profile = profiles.find((one) => one.string('name') === goal.name);
    return profile !== undefined && isBehind(record, profile, goal);
  });
  const plane = current === wanted.plane ? undefined : { version: wanted.plane };
  if (!plane && pools.length === 0) return undefined;
  return { ...(plane && { plane }), pools, failures: [] };
}

/** True while the pool or one of its nodes has something else, or somebody left a node there. */
function isBehind(record: Pick<ResourceRecord, 'internal'>, pool: Fields, goal: PoolGoal): boolean {
  if (pool.string('currentOrchestratorVersion') !== goal.version) return true;
  if (pool.string('nodeImageVersion') !== goal.image) return true;
  return nodesOf(record, pool).some((node) => node.surge || isOld(node, goal));
}

export function isOld(node: { readonly version: string; readonly image: string }, goal: PoolGoal): boolean {
  return node.version !== goal.version || node.image !== goal.image;
}
