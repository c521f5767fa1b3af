import type { ResourceRecord } from '../../../arm/index.ts';
import { isObject, type Json, type JsonObject } from '../../../base/index.ts';
import { Fields } from '../../fields.ts';

/** Where a node stands in an upgrade of its pool. */
export type NodeStep =
  /** Nothing is done to it. */
  | 'settled'
  /** A machine that is being added. */
  | 'starting'
  /** Closed to new pods; its pods are asked to go. */
  | 'draining'
  /** Drained, and left alone for a while. */
  | 'soaking'
  /** On its way to another image: no node of this name is there. */
  | 'away'
  /** It could not be drained, and has what it had; it does not count as a node of its pool. */
  | 'blocked';

/** One node of a pool. */
export interface PoolNode {
  /** Its number within the scale set. */
  readonly number: number;
  readonly version: string;
  readonly image: string;
  readonly step: NodeStep;
  /** Goes when the upgrade ends. */
  readonly surge: boolean;
  /** When the step is over, or has had its time; in milliseconds since 1970. */
  readonly untilMs?: number;
}

const steps: readonly NodeStep[] = ['settled', 'starting', 'draining', 'soaking', 'away', 'blocked'];

/** The nodes of a pool, by number: as an upgrade left them, and as many as the pool is to have. */
export function nodesOf(record: Pick<ResourceRecord, 'internal'>, pool: Fields): readonly PoolNode[] {
  const count = typeof pool.value['count'] === 'number' ? pool.value['count'] : 0;
  const name = pool.string('name') ?? '';
  const kept = keptNodes(record, name);
  if (kept.length > 0 && isAtWork(record, name)) return kept;
  const beside = kept.filter((node) => node.surge || node.step === 'blocked');
  const own = kept.filter((node) => !beside.includes(node)).slice(0, count);
  const taken = new Set(kept.map((node) => node.number));
  for (let number = 0; own.length < count; number++) if (!taken.has(number)) own.push(newNode(number, pool));
  return [...own, ...beside].sort((a, b) => a.number - b.number);
}

/** While a pool is upgraded its nodes are those that the upgrade left there, however many. */
function isAtWork({ internal }: Pick<ResourceRecord, 'internal'>, name: string): boolean {
  const [first] = new Fields(new Fields(internal).object('upgrade').value).objects('pools');
  return first?.string('name') === name && first.boolean('begun') === true;
}

function newNode(number: number, pool: Fields): PoolNode {
  const version = pool.string('currentOrchestratorVersion') ?? '';
  return { number, version, image: pool.string('nodeImageVersion') ?? '', step: 'settled', surge: false };
}

function keptNodes({ internal }: Pick<ResourceRecord, 'internal'>, pool: string): PoolNode[] {
  const all = internal?.['nodes'];
  const found = isObject(all) && Object.hasOwn(all, pool) ? all[pool] : undefined;
  return (Array.isArray(found) ? found : []).filter(isObject).map(readNode);
}

function readNode({ number, version, image, step, surge, untilMs }: JsonObject): PoolNode {
  return {
    number: typeof number === 'number' ? number : 0,
    version: String(version ?? ''),
    image: String(image ?? ''),
    step: steps.find((known) => known === step) ?? 'settled',
    surge: surge === true,
    ...(typeof untilMs === 'number' && { untilMs }),
  };
}

/** What the record keeps of its nodes: nothing of pools whose nodes are as the pool says. */
export function withNodes(
  internal: JsonObject | undefined,
  pool: Fields,
  nodes: readonly PoolNode[],
): JsonObject {
  const all = internal?.['nodes'];
  const { [pool.string('name') ?? '']: _before, ...others } = isObject(all) ? all : {};
  const { nodes: _all, ...rest } = internal ?? {};
  const isPlain = nodes.every(
    (node, at) =>
      node.number === at &&
      node.step === 'settled' &&
      !node.surge &&
      node.version === (pool.string('currentOrchestratorVersion') ?? '') &&
      node.image === (pool.string('nodeImageVersion') ?? ''),
  );
  const kept = isPlain ? others : { ...others, [pool.string('name') ?? '']: nodes.map(asJson) };
  return { ...rest, ...(Object.keys(kept).length > 0 && { nodes: kept }) };
}

function asJson(node: PoolNode): Json {
  return { ...node };
}

/** True for what stands in the cluster as a node. */
export function isThere({ step }: PoolNode): boolean {
  return step !== 'starting' && step !== 'away';
}

/** `aks-nodepool1-12345678-vmss00000a`: scale sets number their machines with 36 digits. */
export function nodeName(prefix: string, number: number): string {
  return `${prefix}${number.toString(36).padStart(6, '0')}`;
}
