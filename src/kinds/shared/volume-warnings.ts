import { objectAt, objectsAt, textAt } from '../../apimachinery/read.ts';
import { child, index } from '../../apimachinery/validation/errors.ts';
import type { JsonObject } from '../../base/index.ts';
import { fractionWarnings } from './container-warnings.ts';

/** Kinds of volumes that do nothing any more. */
export const deadVolumes: ReadonlyMap<string, string> = new Map([
  ['photonPersistentDisk', 'deprecated in v1.11, non-functional in v1.16+'],
  ['gitRepo', 'deprecated in v1.11, and disabled by default in v1.33+'],
  ['scaleIO', 'deprecated in v1.16, non-functional in v1.22+'],
  ['flocker', 'deprecated in v1.22, non-functional in v1.25+'],
  ['storageos', 'deprecated in v1.22, non-functional in v1.25+'],
  ['quobyte', 'deprecated in v1.22, non-functional in v1.25+'],
  ['glusterfs', 'deprecated in v1.25, non-functional in v1.26+'],
  ['cephfs', 'deprecated in v1.28, non-functional in v1.31+'],
  ['rbd', 'deprecated in v1.28, non-functional in v1.31+'],
]);

/** Names of members that warnings write otherwise. */
export function memberShown(member: string): string {
  return member === 'storageos' ? 'storageOS' : member;
}

/** What the volumes of a pod say that comes to nothing. */
export function volumeWarnings(podSpec: JsonObject, path: string): string[] {
  const volumes = objectsAt(podSpec, 'volumes');
  const dead = volumes.flatMap((volume, i) => {
    const here = index(path, i);
    const warnings = [...deadVolumes]
      .filter(([member]) => volume[member] !== undefined)
      .map(([member, why]) => `${child(here, memberShown(member))}: ${why}`);
    const claim = objectAt(volume, 'ephemeral', 'volumeClaimTemplate', 'spec');
    return [...warnings, ...claimWarnings(claim, child(here, 'ephemeral.volumeClaimTemplate.spec'))];
  });
  return [...dead, ...volumes.flatMap(overlapWarnings)];
}

/** Of the spec of a claim. */
export function claimWarnings(spec: JsonObject, path: string): string[] {
  return ['requests', 'limits'].flatMap((list) =>
    fractionWarnings(objectAt(spec, 'resources', list), child(path, `resources.${list}`)),
  );
}

interface PlacedPath {
  readonly path: string;
  /** Of a projected volume, where the path comes from. */
  readonly source: string;
}

function overlapWarnings(volume: JsonObject): string[] {
  const name = textAt(volume, 'name');
  const told = (what: string, paths: readonly PlacedPath[]) =>
    overlaps(paths).map((overlap) => `volume "${name}" (${what}): overlapping paths: ${overlap}`);
  const configMap = objectAt(volume, 'configMap');
  const secret = objectAt(volume, 'secret');
  const projected = volume['projected'] === undefined ? [] : objectsAt(volume, 'projected', 'sources');
  const empty = projected
    .filter((source) => Object.keys(source).length === 0)
    .map(() => `volume "${name}" (Projected) has no sources provided`);
  return [
    ...told(`ConfigMap "${textAt(configMap, 'name')}"`, pathsOf(configMap, '')),
    ...told(`Secret "${textAt(secret, 'secretName')}"`, pathsOf(secret, '')),
    ...told('DownwardAPI', pathsOf(objectAt(volume, 'downwardAPI'), '')),
    ...empty,
    ...told('Projected', projected.flatMap(projectedPaths)),
  ];
}

function pathsOf(holder: JsonObject, source: string): PlacedPath[] {
  return objectsAt(holder, 'items').map((item) => ({ path: textAt(item, 'path'), source }));
}

function projectedPaths(source: JsonObject): PlacedPath[] {
  const [configMap, secret] = [objectAt(source, 'configMap'), objectAt(source, 'secret')];
  if (objectsAt(configMap, 'items').length > 0) {
    return pathsOf(configMap, `ConfigMap "${textAt(configMap, 'name')}"`);
  }
  if (objectsAt(secret, 'items').length > 0) return pathsOf(secret, `Secret "${textAt(secret, 'name')}"`);
  if (source['downwardAPI'] !== undefined) return pathsOf(objectAt(source, 'downwardAPI'), 'DownwardAPI');
  const token = objectAt(source, 'serviceAccountToken');
  if (source['serviceAccountToken'] !== undefined) {
    return [{ path: textAt(token, 'path'), source: 'ServiceAccountToken' }];
  }
  const bundle = objectAt(source, 'clusterTrustBundle');
  if (source['clusterTrustBundle'] === undefined) return [];
  const of = textAt(bundle, 'name') || textAt(bundle, 'signerName');
  return [{ path: textAt(bundle, 'path'), source: `ClusterTrustBundle "${of}"` }];
}

/** More are not told: warnings are cut long before. */
const overlapsTold = 100;

/** Folders of one volume that are looked at: each takes memory, and what is found is a warning. */
const foldersLimit = 100_000;

/** A folder of the tree that the paths make, with the places of the paths that end in it and that lead through it. */
interface Folder {
  readonly ending: number[];
  readonly through: number[];
  readonly folders: Map<string, Folder>;
}

function newFolder(): Folder {
  return { ending: [], through: [], folders: new Map() };
}

function overlaps(paths: readonly PlacedPath[]): string[] {
  const root = newFolder();
  const found: string[] = [];
  let left = foldersLimit;
  for (const [place, { path: written, source }] of paths.entries()) {
    const path = withoutSlashes(written);
    if (path === '') continue;
    left -= path.split('/').length;
    if (left < 0) return found;
    for (const before of placePath(root, path, place)) {
      if (found.length === overlapsTold) return found;
      const other = paths[before];
      if (!other) continue;
      const shownOther = { path: withoutSlashes(other.path), source: other.source };
      found.push(`${shown({ path, source })} with ${shown(shownOther)}`);
    }
  }
  return found;
}

/** Puts a path into the tree; answers which of those before lie above or below it, in their order. */
function placePath(root: Folder, path: string, place: number): number[] {
  const met: number[] = [];
  let folder = root;
  const keep = (places: number[]) => {
    if (places.length <= overlapsTold) places.push(place);
  };
  for (const name of path.split('/')) {
    met.push(...folder.ending);
    if (folder !== root) keep(folder.through);
    const next = folder.folders.get(name) ?? newFolder();
    folder.folders.set(name, next);
    folder = next;
  }
  met.push(...folder.ending, ...folder.through);
  keep(folder.ending);
  return met.sort((a, b) => a - b);
}

function withoutSlashes(path: string): string {
  let end = path.length;
  while (end > 0 && path[end - 1] === '/') end--;
  return path.slice(0, end);
}

function shown({ path, source }: PlacedPath): string {
  return source === '' ? `"${path}"` : `"${path}" (${source})`;
}

/** Annotations of volumes and claims that have a field now. */
export const volumeAnnotations: ReadonlyMap<string, string> = new Map([
  [
    'volume.beta.kubernetes.io/storage-class',
    'deprecated since v1.8; use "storageClassName" attribute instead',
  ],
  ['volume.beta.kubernetes.io/mount-options', 'deprecated since v1.31; use "mountOptions" attribute instead'],
]);
