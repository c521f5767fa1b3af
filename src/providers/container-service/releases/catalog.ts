import type { RecordReader, ResourceRecord } from '../../../arm/index.ts';
import { aksVersions, type VersionCatalog } from '../../kubernetes-versions.ts';

/** What AKS offers in this estate: what came with it, and what was released since. */
export interface AksCatalog extends VersionCatalog {
  /** Releases of node images, oldest first, e.g. `202511.07.0`. */
  readonly nodeImages: readonly string[];
}

/** The record that keeps what was released; no request reaches it. */
export const releasesType = 'Drydock.Estate/releases';
export const releasesId = '/providers/Drydock.Estate/releases/aks';

const builtIn: AksCatalog = { ...aksVersions, nodeImages: ['202511.07.0'] };
const known = new WeakMap<ResourceRecord, AksCatalog>();

/** The catalog as it is now. */
export async function aksCatalog(records: Pick<RecordReader, 'get'>): Promise<AksCatalog> {
  const record = await records.get(releasesId);
  return record ? catalogIn(record) : builtIn;
}

/** The catalog with what a record keeps of releases. */
export function catalogIn(record: ResourceRecord | undefined): AksCatalog {
  if (!record) return builtIn;
  const before = known.get(record);
  if (before) return before;
  const made = catalogWith(namesIn(record, 'kubernetes'), namesIn(record, 'nodeImages'));
  known.set(record, made);
  return made;
}

function catalogWith(kubernetes: readonly string[], nodeImages: readonly string[]): AksCatalog {
  const versions = inOrder([...builtIn.versions, ...kubernetes]);
  const usual = minorOf(builtIn.defaultVersion);
  return {
    versions,
    nodeImages: inOrder([...builtIn.nodeImages, ...nodeImages]),
    defaultVersion: versions.findLast((version) => minorOf(version) === usual) ?? builtIn.defaultVersion,
  };
}

function namesIn({ properties }: ResourceRecord, kind: 'kubernetes' | 'nodeImages'): string[] {
  const found = properties[kind];
  return Array.isArray(found) ? found.filter((name) => typeof name === 'string') : [];
}

/** `1.33` of `1.33.4`. */
export function minorOf(version: string): string {
  return version.split('.').slice(0, 2).join('.');
}

function inOrder(versions: readonly string[]): string[] {
  return [...new Set(versions)].sort(compareVersions);
}

/** Below zero when `a` is older than `b`. */
export function compareVersions(a: string, b: string): number {
  const [left, right] = [a, b].map((version) => version.split('.').map(Number));
  for (let at = 0; at < 3; at++) {
    const difference = (left?.[at] ?? 0) - (right?.[at] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}
