import { ArmError } from '../../../arm/index.ts';
import { aksVersions } from '../../kubernetes-versions.ts';

/** The minor versions that are offered, oldest first. */
export function minors(): string[] {
  return [...new Set(aksVersions.versions.map(minorOf))];
}

/** `1.33` of `1.33.4`. */
export function minorOf(version: string): string {
  return version.split('.').slice(0, 2).join('.');
}

/** Newer patches of the same minor and all of the next: no minor is skipped. */
export function upgradesOf(version: string): string[] {
  const known = minors();
  const next = known[known.indexOf(minorOf(version)) + 1];
  const at = aksVersions.versions.indexOf(version);
  return aksVersions.versions.filter(
    (other, index) => index > at && (minorOf(other) === minorOf(version) || minorOf(other) === next),
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
export function demandUpgrade(from: string | undefined, to: string): void {
  if (!from || from === to) return;
  const order = aksVersions.versions;
  const upgrades = upgradesOf(from);
  // What is not offered any more has no upgrades listed: any newer version is a way out.
  if (upgrades.includes(to) || !order.includes(from)) return;
  const isOlder = order.indexOf(to) < order.indexOf(from);
  throw new ArmError(
    400,
    'OperationNotAllowed',
    `${isOlder ? 'Downgrading' : 'Upgrading'} Kubernetes version ${from} to ${to} is not allowed. Available upgrades: ` +
      `[${upgrades.join(' ')}]. Please see https://aka.ms/aks-supported-k8s-ver for version details.`,
    { target: 'properties.kubernetesVersion' },
  );
}

/** How many minor versions nodes may be behind the API server that they speak to. */
const minorsBehind = 3;

/** Nodes are never newer than the API server that they speak to, and not much older. */
export function demandCompatible(version: string, clusterVersion: string): void {
  const order = aksVersions.versions;
  const [poolMinor, clusterMinor] = [version, clusterVersion].map((one) => Number(one.split('.')[1]));
  if (poolMinor === undefined || clusterMinor === undefined) return;
  const isNewer = order.indexOf(version) > order.indexOf(clusterVersion);
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
