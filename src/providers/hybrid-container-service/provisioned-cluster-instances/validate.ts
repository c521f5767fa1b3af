import { ArmError } from '../../../arm/index.ts';
import { type JsonObject, parseIp, parseIpRange } from '../../../base/index.ts';
import type { Fields } from '../../fields.ts';
import { arcVersions, resolveVersion } from '../../kubernetes-versions.ts';
import { arcControlPlaneSizes, findSize, type MachineSize } from '../../machine-sizes.ts';

const controlPlaneCounts = [1, 3, 5];

/** The version to run; an unknown one is refused with the list of those that are offered. */
export function supportedVersion(body: Fields, stored: Fields): string {
  const asked = body.string('kubernetesVersion') || stored.string('kubernetesVersion');
  const version = resolveVersion(arcVersions, asked);
  if (!version) {
    throw new ArmError(
      400,
      'UnsupportedKubernetesVersion',
      `The Kubernetes version '${asked}' is not supported. Supported versions: ${arcVersions.versions.join(', ')}.`,
      { target: 'properties.kubernetesVersion' },
    );
  }
  const before = stored.string('currentKubernetesVersion') ?? stored.string('kubernetesVersion');
  if (before !== undefined) refuseVersionStep(before, version);
  return version;
}

/** No way back, and no minor version left out. */
function refuseVersionStep(before: string, after: string): void {
  const [, minorBefore = 0, patchBefore = 0] = before.split('.').map(Number);
  const [, minorAfter = 0, patchAfter = 0] = after.split('.').map(Number);
  const back = minorAfter < minorBefore || (minorAfter === minorBefore && patchAfter < patchBefore);
  if (!back && minorAfter - minorBefore <= 1) return;
  const reason = back ? 'a cluster cannot be moved to an older version' : 'minor versions cannot be skipped';
  throw new ArmError(
    400,
    'InvalidKubernetesVersionUpgrade',
    `Upgrading from ${before} to ${after} is not allowed: ${reason}.`,
    {
      target: 'properties.kubernetesVersion',
    },
  );
}

/** The control plane as asked for with defaults, and what its nodes run. */
export function controlPlane(body: Fields, stored: Fields, version: string): JsonObject {
  const before = stored.object('controlPlane');
  const asked = body.has('controlPlane') ? body.object('controlPlane') : before;
  const count =
    asked.integer('count', { min: 1, max: 5 }) ?? before.integer('count', { min: 1, max: 5 }) ?? 1;
  if (!controlPlaneCounts.includes(count)) {
    throw asked.wrong('count', `the number of control plane nodes must be odd (1, 3 or 5), not ${count}`);
  }
  const endpoint = asked.has('controlPlaneEndpoint') ? asked : before;
  return {
    ...asked.value,
    count,
    vmSize: knownSize(asked, arcControlPlaneSizes, before.string('vmSize') ?? 'Standard_A4_v2'),
    ...(endpoint.has('controlPlaneEndpoint') && {
      controlPlaneEndpoint: endpoint.object('controlPlaneEndpoint').value,
    }),
    currentOrchestratorVersion: before.string('currentOrchestratorVersion') ?? version,
    nodeImageVersion: '',
  };
}

/** The asked size in its own casing; an unknown one is refused with the list of those that are offered. */
export function knownSize(
  fields: Fields,
  sizes: Readonly<Record<string, MachineSize>>,
  fallback: string,
): string {
  const asked = fields.string('vmSize') || fallback;
  const found = findSize(sizes, asked);
  if (found) return found.name;
  throw new ArmError(
    400,
    'InvalidVmSize',
    `The VM size '${asked}' at '${fields.at('vmSize')}' is not supported. Supported sizes: ${Object.keys(sizes).join(', ')}.`,
    { target: fields.at('vmSize') },
  );
}

const keyPattern = /^(ssh-rsa|ssh-ed25519|ecdsa-sha2-nistp(256|384|521)) ([A-Za-z0-9+/]+={0,2})( .*)?$/;

/** The one SSH key for the nodes; its text must be an OpenSSH public key. */
export function publicKeys(body: Fields, stored: Fields): JsonObject[] {
  const source = body.object('linuxProfile').has('ssh') ? body : stored;
  const keys = source.object('linuxProfile').object('ssh').objects('publicKeys');
  if (keys.length > 1) {
    throw source.wrong('linuxProfile.ssh.publicKeys', 'at most one SSH public key');
  }
  const [key] = keys;
  if (!key) throw source.wrong('linuxProfile.ssh.publicKeys', 'an SSH public key is required');
  const text = (key.string('keyData') ?? '').trim();
  if (!isPublicKey(text)) {
    throw new ArmError(
      400,
      'InvalidSshPublicKey',
      `The value of '${key.at('keyData')}' is not an SSH public key in OpenSSH format (for example 'ssh-rsa AAAA... comment').`,
      { target: key.at('keyData') },
    );
  }
  return [{ keyData: text }];
}

/** The blob repeats the key type in front: a key whose two types differ is broken. */
function isPublicKey(text: string): boolean {
  const [, type, , blob] = keyPattern.exec(text) ?? [];
  if (!type || !blob) return false;
  const bytes = Buffer.from(blob, 'base64');
  if (bytes.length < 4) return false;
  const length = bytes.readUInt32BE(0);
  return bytes.subarray(4, 4 + length).toString('latin1') === type;
}

const expanders = ['least-waste', 'most-pods', 'priority', 'random'];

/** The settings of the autoscaler: a body that has any replaces them, an empty one takes them away. */
export function autoScalerProfile(body: Fields, stored: Fields): JsonObject | undefined {
  if (!body.has('autoScalerProfile')) {
    return stored.has('autoScalerProfile') ? stored.object('autoScalerProfile').value : undefined;
  }
  const asked = body.object('autoScalerProfile');
  asked.choice('expander', expanders);
  return Object.keys(asked.value).length === 0 ? undefined : asked.value;
}

/** Addresses that nothing could ever have or route. */
export function refuseBadAddresses(body: Fields): void {
  const endpoint = body.object('controlPlane').object('controlPlaneEndpoint');
  const hostIp = endpoint.string('hostIP');
  if (hostIp && parseIp(hostIp)?.family !== 4)
    throw endpoint.wrong('hostIP', `'${hostIp}' is not an IPv4 address`);
  const network = body.object('networkProfile');
  const podCidr = network.string('podCidr');
  if (podCidr && parseIpRange(podCidr)?.address.family !== 4)
    throw network.wrong('podCidr', `'${podCidr}' is not an IPv4 range such as 10.244.0.0/16`);
}

/** Members that are chosen at creation and stay. */
export function refuseFixedChanges(body: Fields, stored: Fields): void {
  const fixed: readonly (readonly [string, (fields: Fields) => string | undefined])[] = [
    [
      'controlPlane.controlPlaneEndpoint.hostIP',
      (f) => f.object('controlPlane').object('controlPlaneEndpoint').string('hostIP'),
    ],
    ['controlPlane.vmSize', (f) => f.object('controlPlane').string('vmSize')],
    ['networkProfile.networkPolicy', (f) => f.object('networkProfile').string('networkPolicy')],
    ['networkProfile.podCidr', (f) => f.object('networkProfile').string('podCidr')],
    [
      'cloudProviderProfile.infraNetworkProfile.vnetSubnetIds',
      (f) => f.object('cloudProviderProfile').object('infraNetworkProfile').strings('vnetSubnetIds')[0],
    ],
  ];
  for (const [path, read] of fixed) {
    const wanted = read(body);
    if (wanted === undefined || wanted.toLowerCase() === read(stored)?.toLowerCase()) continue;
    throw new ArmError(400, 'PropertyChangeNotAllowed', `Changing property '${path}' is not allowed.`, {
      target: `properties.${path}`,
    });
  }
}
