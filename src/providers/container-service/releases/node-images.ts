import type { Fields } from '../../fields.ts';
import type { AksCatalog } from './catalog.ts';

/** Families of node images by operating system and its kind. */
const families: Readonly<Record<string, string>> = {
  ubuntu: 'AKSUbuntu-2204gen2containerd',
  ubuntu2204: 'AKSUbuntu-2204gen2containerd',
  ubuntu2404: 'AKSUbuntu-2404gen2containerd',
  azurelinux: 'AKSAzureLinux-V3gen2',
  azurelinux3: 'AKSAzureLinux-V3gen2',
  cblmariner: 'AKSAzureLinux-V3gen2',
  windows2019: 'AKSWindows-2019-containerd',
  windows2022: 'AKSWindows-2022-containerd',
  windows2025: 'AKSWindows-2025-containerd',
};

/** The family of the images of a pool's nodes, e.g. `AKSUbuntu-2204gen2containerd`. */
export function imageFamily(pool: Fields): string {
  const isWindows = pool.string('osType')?.toLowerCase() === 'windows';
  const kind = (pool.string('osSKU') ?? '').toLowerCase();
  const family = Object.hasOwn(families, kind) ? families[kind] : undefined;
  return family ?? (isWindows ? 'AKSWindows-2022-containerd' : 'AKSUbuntu-2204gen2containerd');
}

/** The newest image for a pool, as `nodeImageVersion` shows it. */
export function latestImage(pool: Fields, { nodeImages }: AksCatalog): string {
  return `${imageFamily(pool)}-${nodeImages.at(-1) ?? ''}`;
}
