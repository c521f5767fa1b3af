import { ArmError } from '../../../arm/index.ts';
import { type AksCatalog, compareVersions, minorOf } from '../releases/catalog.ts';

/** The minor versions that are offered, oldest first. */
export function minors({ versions }: AksCatalog): string[] {
  return [...new Set(versions.map(minorOf))];
}

/** Newer patches of the same minor and all of the next: no minor is skipped. */
export function upgradesOf(catalog: AksCatalog, version: string): string[] {
  const known = minors(catalog);
  const next = known[known.indexOf(minorOf(version)) + 1];
  return catalog.versions.filter(
    (other) =>
      compareVersions(other, version) > 0 && (minorOf(other) === minorOf(version) || minorOf(other) === next),
  );
}

/** The refusal of a release that a cluster asks for and the catalog has not. */
export function unsupportedVersion(cluster: string, asked: string): ArmError {
  return new ArmError(
    400,
    'K8sVersionNotSupported',
    `Managed cluster ${cluster} is on version ${asked} which is not supported in this region. Please use [az aks get-versions] ` +
      'command to get the supported version list in this region. For more information, please check ' +
      'https://aka.ms/supported-version-list',
    { target: 'properties.kubernetesVersion' },
  );
}

/** A control plane goes to no older version and skips no minor one. Throws OperationNotAllowed. */
export function demandUpgrade(catalog: AksCatalog, from: string | undefined, to: string): void {
  if (!from || from === to) return;
  const upgrades = upgradesOf(catalog, from);
  const isOlder = compareVersions(to, from) < 0;
  // What is not offered any more has no upgrades listed: any newer version is a way out.
  if (upgrades.includes(to) || (!catalog.versions.includes(from) && !isOlder)) return;
  throw new ArmError(
    400,
    'OperationNotAllowed',
    `${isOlder ? 'Downgrading' : 'Upgrading'} Kubernetes version ${from} to ${to} is not allowed. Available upgrades: ` +
      `[${upgrades.join(' ')}]. Please see https://aka.ms/aks-supported-k8s-ver for version details.`,
    { target: 'properties.kubernetesVersion' },
  );
}

/** How many minor versions nodes may be behind the API server that they speak to. */
export const minorsBehind = 3;

/** Nodes are never newer than the API server that they speak to, and not much older. */
export function demandCompatible(version: string, clusterVersion: string): void {
  const [poolMinor, clusterMinor] = [version, clusterVersion].map((one) => Number(one.split('.')[1]));
  if (poolMinor === undefined || clusterMinor === undefined) return;
  const isNewer = compareVersions(version, clusterVersion) > 0;
  if (!isNewer && clusterMinor - poolMinor <= minorsBehind) return;
  const part = !isNewer
    ? `Minor version of node pool cannot be more than ${minorsBehind} versions less than control plane's version. ` +
      `Minor version of node pool is ${poolMinor} and control plane is ${clusterMinor}`
    : poolMinor === clusterMinor
      ? `Node pool version ${version} is bigger than control plane version ${clusterVersion}`
      : `Minor version of node pool version ${poolMinor} is bigger than control plane version ${clusterMinor}`;
  throw new ArmError(
    400,
    'NodePoolMcVersionIncompatible',
    `Node pool version ${version} and control plane version ${clusterVersion} are incompatible. ${part}. ` +
      'For more information, please check https://aka.ms/aks/UpgradeVersionRules',
    { target: 'properties.orchestratorVersion' },
  );
}
