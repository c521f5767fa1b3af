import type { KubeObject } from '../../apimachinery/client.ts';
import { ignoringMissing, objectKey, refOf } from '../../apimachinery/kinds.ts';
import { rfc3339Seconds } from '../../base/index.ts';
import {
  clusterCountAnnotation,
  envelopeCountAnnotation,
  generationAnnotation,
  isLatest,
  latestLabel,
  nextSnapshotAnnotation,
  numberIn,
  parentLabel,
  policyIndexLabel,
  resourceHashAnnotation,
  resourceIndexLabel,
  snapshotCountAnnotation,
  subindexAnnotation,
} from '../kinds/fleet-names.ts';
import type { Placement, PlacementPolicy, PolicySnapshot, ResourceSnapshot } from '../kinds/placement.ts';
import { isEnvelope } from '../shared/envelopes.ts';
import { controllerReference } from '../shared/owners.ts';
import { contentHash } from '../shared/template-hash.ts';
import { byParent, type PlacementContext } from './context.ts';

/** Resources of one snapshot object; more go into further objects of the same index. */
const resourcesBytes = 800 * 1024;
const defaultHistory = 10;

function indexIn(object: KubeObject, label: string): number {
  return numberIn(object.metadata.labels?.[label]) ?? -1;
}

/** The snapshot that is marked as the latest, else the one with the highest index. */
function latestOf<T extends KubeObject>(all: readonly T[], label: string): T | undefined {
  return all.find(isLatest) ?? [...all].sort((a, b) => indexIn(a, label) - indexIn(b, label)).at(-1);
}

/** The policy of a placement as a snapshot: found when it did not change, else made. */
export async function ensurePolicySnapshot(
  placement: Placement,
  context: PlacementContext,
): Promise<PolicySnapshot> {
  const all = context.policySnapshots.byIndex(byParent, objectKey(placement));
  const latest = latestOf(all, policyIndexLabel);
  const { policy } = placement.spec;
  // The number of clusters may change without a new snapshot: it travels as an annotation.
  const { numberOfClusters: _, ...hashed } = policy ?? {};
  const policyHash = Buffer.from(contentHash(policy ? hashed : null)).toString('base64');
  const annotations = policyAnnotations(placement, policy);
  if (latest?.spec.policyHash === policyHash) return renewPolicySnapshot(latest, annotations, context);
  const index = nextIndex(all, { label: policyIndexLabel, placement, context });
  if (latest && isLatest(latest)) await unmark(latest, context);
  await trim(all, { label: policyIndexLabel, placement, context });
  const { name = '', namespace } = placement.metadata;
  const created = await context.client.create(context.family.policySnapshots, {
    apiVersion: context.family.policySnapshots.apiVersion,
    kind: context.family.policySnapshots.kind,
    metadata: {
      name: `${name}-${index}`,
      ...(namespace ? { namespace } : {}),
      labels: { [parentLabel]: name, [latestLabel]: 'true', [policyIndexLabel]: String(index) },
      annotations,
      ownerReferences: [controllerReference(context.family.placements, placement)],
    },
    spec: { ...(policy ? { policy } : {}), policyHash },
  });
  context.policySnapshots.observe(created);
  return created;
}

function policyAnnotations(
  placement: Placement,
  policy: PlacementPolicy | undefined,
): { [key: string]: string } {
  const annotations: { [key: string]: string } = {
    [generationAnnotation]: String(placement.metadata.generation ?? 0),
  };
  if (policy?.placementType === 'PickN') {
    annotations[clusterCountAnnotation] = String(policy.numberOfClusters ?? 0);
  }
  return annotations;
}

async function renewPolicySnapshot(
  latest: PolicySnapshot,
  annotations: { [key: string]: string },
  context: PlacementContext,
): Promise<PolicySnapshot> {
  const known = latest.metadata.annotations ?? {};
  const same = Object.entries(annotations).every(([key, value]) => known[key] === value);
  if (same && isLatest(latest)) return latest;
  const body = { metadata: { annotations, labels: { [latestLabel]: 'true' } } };
  const { policySnapshots } = context.family;
  const renewed = await context.client.patch(policySnapshots, refOf(latest), { type: 'merge', body });
  context.policySnapshots.observe(renewed);
  return renewed;
}

async function unmark(object: PolicySnapshot | ResourceSnapshot, context: PlacementContext): Promise<void> {
  const body = { metadata: { labels: { [latestLabel]: 'false' } } };
  const patch = { type: 'merge', body } as const;
  const { policySnapshots, resourceSnapshots } = context.family;
  if (object.kind === policySnapshots.kind) {
    context.policySnapshots.observe(await context.client.patch(policySnapshots, refOf(object), patch));
  } else {
    context.resourceSnapshots.observe(await context.client.patch(resourceSnapshots, refOf(object), patch));
  }
}

interface Numbered {
  readonly label: string;
  readonly placement: Placement;
  readonly context: PlacementContext;
}

/**
 * An index that nothing had before: neither a snapshot, also one of a group that was not completed, nor one that bindings
 * still name when it is gone. What has the name of something that was rolled out would pass for it.
 */
function nextIndex(all: readonly KubeObject[], { label, placement, context }: Numbered): number {
  const { name = '' } = placement.metadata;
  const named = context.bindings.byIndex(byParent, objectKey(placement)).map(({ spec }) => {
    const snapshot =
      label === policyIndexLabel ? spec.schedulingPolicySnapshotName : spec.resourceSnapshotName;
    return numberIn(snapshot.slice(name.length + 1).replace(/-snapshot$/, '')) ?? -1;
  });
  return 1 + Math.max(-1, ...named, ...all.map((object) => indexIn(object, label)));
}

/** Makes room for one more index within the history. */
async function trim(all: readonly KubeObject[], { label, placement, context }: Numbered): Promise<void> {
  const limit = placement.spec.revisionHistoryLimit ?? defaultHistory;
  const indexes = [...new Set(all.map((object) => indexIn(object, label)))].sort((a, b) => a - b);
  const surplus = new Set(indexes.slice(0, Math.max(0, indexes.length - (limit - 1))));
  const { policySnapshots, resourceSnapshots } = context.family;
  const kind = label === policyIndexLabel ? policySnapshots : resourceSnapshots;
  for (const object of all) {
    if (!surplus.has(indexIn(object, label))) continue;
    await ignoringMissing(context.client.cluster.delete(kind, refOf(object)));
  }
}

/** The snapshot that a placement is to roll out, and when a newer one is due. */
export interface CurrentResources {
  readonly master: ResourceSnapshot;
  readonly index: number;
  readonly resources: readonly KubeObject[];
  readonly dueInMs: number | undefined;
}

/** The selected resources as a snapshot. A changed selection waits a while for further changes. */
export async function ensureResourceSnapshot(
  placement: Placement,
  selected: readonly KubeObject[],
  context: PlacementContext,
): Promise<CurrentResources> {
  const all = context.resourceSnapshots.byIndex(byParent, objectKey(placement));
  const master = latestOf(all.filter(isMaster), resourceIndexLabel);
  const hash = contentHash({ selectedResources: [...selected] });
  if (master?.metadata.annotations?.[resourceHashAnnotation] === hash) {
    const index = indexIn(master, resourceIndexLabel);
    await completeGroup(placement, { index, all, selected, hash, context });
    return { master, index, resources: selected, dueInMs: undefined };
  }
  if (master) {
    const dueInMs = await noteChange(master, context);
    if (dueInMs > 0) {
      const index = indexIn(master, resourceIndexLabel);
      return { master, index, resources: resourcesOf(all, index), dueInMs };
    }
    if (isLatest(master)) await unmark(master, context);
  }
  const index = nextIndex(all, { label: resourceIndexLabel, placement, context });
  await trim(all, { label: resourceIndexLabel, placement, context });
  const created = await completeGroup(placement, { index, all: [], selected, hash, context });
  return { master: created, index, resources: selected, dueInMs: undefined };
}

function isMaster(snapshot: ResourceSnapshot): boolean {
  return snapshot.metadata.annotations?.[resourceHashAnnotation] !== undefined;
}

/** All resources of an index, master first. */
function resourcesOf(all: readonly ResourceSnapshot[], index: number): readonly KubeObject[] {
  return groupOf(all, index).flatMap(({ spec }) => spec.selectedResources);
}

/** The objects of an index, master first. */
export function groupOf(all: readonly ResourceSnapshot[], index: number): readonly ResourceSnapshot[] {
  const subindex = (snapshot: ResourceSnapshot) =>
    numberIn(snapshot.metadata.annotations?.[subindexAnnotation]) ?? -1;
  return all
    .filter((snapshot) => indexIn(snapshot, resourceIndexLabel) === index)
    .sort((a, b) => subindex(a) - subindex(b));
}

/** How many objects the index of this master has. */
export function groupSize(master: ResourceSnapshot): number {
  return numberIn(master.metadata.annotations?.[snapshotCountAnnotation]) ?? 1;
}

/** Notes when a change was first seen; returns how long it still has to wait. */
async function noteChange(master: ResourceSnapshot, context: PlacementContext): Promise<number> {
  const { collectMs, intervalMs } = context.delays;
  if (collectMs <= 0 && intervalMs <= 0) return 0;
  const nowMs = context.clock.now();
  const noted = master.metadata.annotations?.[nextSnapshotAnnotation];
  const detectedMs = noted ? Date.parse(noted) : nowMs;
  if (!noted) {
    const body = { metadata: { annotations: { [nextSnapshotAnnotation]: rfc3339Seconds(nowMs) } } };
    const { resourceSnapshots } = context.family;
    const annotated = await context.client.patch(resourceSnapshots, refOf(master), { type: 'merge', body });
    context.resourceSnapshots.observe(annotated);
  }
  const createdMs = Date.parse(master.metadata.creationTimestamp ?? '');
  return Math.max(detectedMs + collectMs, createdMs + intervalMs) - nowMs;
}

interface Group {
  readonly index: number;
  readonly all: readonly ResourceSnapshot[];
  readonly selected: readonly KubeObject[];
  readonly hash: string;
  readonly context: PlacementContext;
}

/** Makes the objects of an index that are missing; returns the master. */
async function completeGroup(placement: Placement, group: Group): Promise<ResourceSnapshot> {
  const { index, all, selected, context } = group;
  const parts = split(selected);
  const present = new Map(groupOf(all, index).map((snapshot) => [snapshot.metadata.name, snapshot]));
  let master: ResourceSnapshot | undefined;
  // The master comes last: whoever sees it sees a complete group.
  for (const [at, part] of [...parts.entries()].reverse()) {
    const wanted = snapshotOf(placement, part, { ...group, at, count: parts.length });
    const known = present.get(wanted.metadata.name);
    const snapshot = known ?? (await context.client.create(context.family.resourceSnapshots, wanted));
    if (!known) context.resourceSnapshots.observe(snapshot);
    if (at === 0) master = snapshot;
  }
  if (!master) throw new Error('a group of snapshots has a master');
  return master;
}

function snapshotOf(
  placement: Placement,
  part: readonly KubeObject[],
  { index, hash, at, count, selected, context }: Group & { readonly at: number; readonly count: number },
): ResourceSnapshot {
  const { name = '', namespace } = placement.metadata;
  const { resourceSnapshots, placements } = context.family;
  const labels = { [parentLabel]: name, [resourceIndexLabel]: String(index) };
  const isFirst = at === 0;
  const annotations: { [key: string]: string } = isFirst
    ? {
        [resourceHashAnnotation]: hash,
        [snapshotCountAnnotation]: String(count),
        [envelopeCountAnnotation]: String(selected.filter(isEnvelope).length),
      }
    : { [subindexAnnotation]: String(at - 1) };
  return {
    apiVersion: resourceSnapshots.apiVersion,
    kind: resourceSnapshots.kind,
    metadata: {
      name: isFirst ? `${name}-${index}-snapshot` : `${name}-${index}-${at - 1}`,
      ...(namespace ? { namespace } : {}),
      labels: isFirst ? { ...labels, [latestLabel]: 'true' } : labels,
      annotations,
      ownerReferences: [controllerReference(placements, placement)],
    },
    spec: { selectedResources: [...part] },
  };
}

/** Cuts the selection into parts of bounded size; a larger object has one to itself. */
function split(selected: readonly KubeObject[]): readonly (readonly KubeObject[])[] {
  const parts: KubeObject[][] = [[]];
  let bytes = 0;
  for (const object of selected) {
    const size = Buffer.byteLength(JSON.stringify(object));
    const last = parts.at(-1) ?? [];
    if (last.length > 0 && bytes + size > resourcesBytes) {
      parts.push([object]);
      bytes = size;
    } else {
      last.push(object);
      bytes += size;
    }
  }
  return parts;
}
