/** Versions that a type offers, newest last; the last but one minor's newest patch is the default, as on AKS. */
export interface VersionCatalog {
  readonly versions: readonly string[];
  readonly defaultVersion: string;
}

export const aksVersions: VersionCatalog = {
  versions: [
    '1.31.8',
    '1.31.9',
    '1.32.5',
    '1.32.6',
    '1.33.1',
    '1.33.2',
    '1.33.4',
    '1.34.0',
    '1.34.1',
    '1.34.2',
    '1.35.0',
    '1.35.1',
    '1.36.0',
  ],
  defaultVersion: '1.33.4',
};

/** AKS Arc: what the releases 2503 to 2510 offer, and the 1.24 line of the REST how-to. */
export const arcVersions: VersionCatalog = {
  versions: [
    '1.24.11',
    '1.28.12',
    '1.28.14',
    '1.29.7',
    '1.29.9',
    '1.29.12',
    '1.29.13',
    '1.30.3',
    '1.30.4',
    '1.30.8',
    '1.30.9',
    '1.30.13',
    '1.30.14',
    '1.31.4',
    '1.31.5',
    '1.31.9',
    '1.31.10',
    '1.32.5',
    '1.32.6',
  ],
  defaultVersion: '1.31.10',
};

/**
 * The catalog's version for what a caller asked: nothing is the default, `1.33` the newest patch, a leading `v` is
 * taken off. Undefined: not offered.
 */
export function resolveVersion(catalog: VersionCatalog, asked: string | undefined): string | undefined {
  if (!asked) return catalog.defaultVersion;
  const plain = asked.replace(/^v/i, '');
  if (catalog.versions.includes(plain)) return plain;
  if (!/^\d+\.\d+$/.test(plain)) return undefined;
  return catalog.versions.findLast((version) => version.startsWith(`${plain}.`));
}
