import type { RecordReader, ResourceRecord } from '../../../arm/index.ts';
import { Fields } from '../../fields.ts';
import type { AksCatalog } from '../releases/catalog.ts';
import { imageFamily, latestImage } from '../releases/node-images.ts';
import type { RunStatus } from './status.ts';
import type { ManagedClusterUpdate } from './update.ts';

/** Images by family, e.g. `AKSUbuntu-2204gen2containerd`. */
export type ImagesByFamily = Readonly<Record<string, string>>;

/**
 * What a run has chosen for all of its clusters, when it chooses at all: with `Latest` each cluster gets what is newest when its turn
 * comes. Source: https://learn.microsoft.com/azure/kubernetes-fleet/concepts-update-orchestration
 */
export function chosenImages(status: RunStatus, update: ManagedClusterUpdate): ImagesByFamily | undefined {
  if (update.imageSelection === 'Latest' || update.kind === 'ControlPlaneOnly') return undefined;
  const { selectedNodeImageVersions = [] } = status.nodeImageSelection;
  return Object.fromEntries(selectedNodeImageVersions.map(({ version }) => [familyOf(version), version]));
}

/** Chooses the images of a run that has just begun. */
export async function chooseImages(
  status: RunStatus,
  update: ManagedClusterUpdate,
  { records, catalog }: { readonly records: RecordReader; readonly catalog: AksCatalog },
): Promise<void> {
  if (update.imageSelection === 'Latest' || update.kind === 'ControlPlaneOnly') return;
  if (status.nodeImageSelection.selectedNodeImageVersions) return;
  const found = new Set(update.imageVersions);
  if (update.imageSelection === 'Consistent') {
    const members = status.stages.flatMap(({ groups }) => groups.flatMap((group) => group.members ?? []));
    for (const { clusterResourceId } of members) {
      const cluster = await records.get(clusterResourceId);
      for (const pool of cluster ? poolsOf(cluster) : []) found.add(latestImage(pool, catalog));
    }
  }
  show(status, found);
}

/** Adds the images that the nodes of a cluster have come to. */
export function showImagesOf(status: RunStatus, cluster: ResourceRecord): void {
  const shown = (status.nodeImageSelection.selectedNodeImageVersions ?? []).map(({ version }) => version);
  const images = poolsOf(cluster).flatMap((pool) => pool.string('nodeImageVersion') ?? []);
  show(status, new Set([...shown, ...images]));
}

function show(status: RunStatus, versions: ReadonlySet<string>): void {
  status.nodeImageSelection.selectedNodeImageVersions = [...versions].sort().map((version) => ({ version }));
}

/** How the pools of a cluster stand to the images that they are to get. */
export type ImageFact = 'behind' | 'there' | { readonly missing: string } | { readonly unreleased: string };

/** Compares the pools of a cluster with what a run has chosen, or with what is newest. */
export function imageFact(
  cluster: ResourceRecord,
  chosen: ImagesByFamily | undefined,
  catalog: AksCatalog,
): ImageFact {
  let isThere = true;
  for (const pool of poolsOf(cluster)) {
    const family = imageFamily(pool);
    const wanted = chosen
      ? Object.hasOwn(chosen, family)
        ? chosen[family]
        : undefined
      : latestImage(pool, catalog);
    if (wanted === undefined) return { missing: family };
    if (!catalog.nodeImages.includes(wanted.slice(family.length + 1))) return { unreleased: wanted };
    if (pool.string('nodeImageVersion') !== wanted) isThere = false;
  }
  return isThere ? 'there' : 'behind';
}

function poolsOf(cluster: ResourceRecord): Fields[] {
  return new Fields(cluster.properties).objects('agentPoolProfiles');
}

/** `AKSUbuntu-2204gen2containerd` of `AKSUbuntu-2204gen2containerd-202511.07.0`. */
function familyOf(imageVersion: string): string {
  return imageVersion.slice(0, imageVersion.lastIndexOf('-'));
}
