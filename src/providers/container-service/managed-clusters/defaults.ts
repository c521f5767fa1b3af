import { ipAfter, ipText, type JsonObject, parseIpRange } from '../../../base/index.ts';
import type { Fields } from '../../fields.ts';

/** What AKS fills in beside what a caller sends; `sent` has the members of a request, `stored` those from before it. */
export function clusterDefaults(sent: Fields): JsonObject {
  return {
    // Secrets are never answered.
    servicePrincipalProfile: { clientId: sent.object('servicePrincipalProfile').string('clientId') ?? 'msi' },
    ...(sent.has('windowsProfile') ? { windowsProfile: withoutPassword(sent.object('windowsProfile')) } : {}),
    ...(sent.has('storageProfile') ? {} : { storageProfile: storageDrivers }),
    autoUpgradeProfile: { nodeOSUpgradeChannel: 'NodeImage', ...sent.object('autoUpgradeProfile').value },
    bootstrapProfile: { artifactSource: 'Direct', ...sent.object('bootstrapProfile').value },
    metricsProfile: { costAnalysis: { enabled: false }, ...sent.object('metricsProfile').value },
    nodeProvisioningProfile: {
      mode: 'Manual',
      defaultNodePools: 'Auto',
      ...sent.object('nodeProvisioningProfile').value,
    },
  };
}

function withoutPassword(profile: Fields): JsonObject {
  const { adminPassword: _secret, ...shown } = profile.value;
  return shown;
}

const storageDrivers: JsonObject = {
  diskCSIDriver: { enabled: true },
  fileCSIDriver: { enabled: true },
  snapshotController: { enabled: true },
};

/** Pods have a range of their own unless they take addresses of the nodes' subnet. */
export function networkProfile(network: Fields): JsonObject {
  const plugin = network.string('networkPlugin') ?? 'azure';
  const mode = network.string('networkPluginMode') ?? (network.has('networkPlugin') ? undefined : 'overlay');
  const isOverlay = mode?.toLowerCase() === 'overlay' || plugin.toLowerCase() === 'kubenet';
  const podCidr = network.string('podCidr') ?? (isOverlay ? '10.244.0.0/16' : undefined);
  const serviceCidr = network.string('serviceCidr') ?? network.strings('serviceCidrs')[0] ?? '10.0.0.0/16';
  const outboundType = network.string('outboundType') ?? 'loadBalancer';
  const balanced = outboundType.toLowerCase() === 'loadbalancer';
  return {
    networkPlugin: plugin,
    ...(mode === undefined ? {} : { networkPluginMode: mode }),
    networkDataplane: 'azure',
    loadBalancerSku: 'standard',
    ...(balanced ? { loadBalancerProfile: outboundAddresses } : {}),
    ...(podCidr === undefined ? {} : { podCidr, podCidrs: [podCidr] }),
    serviceCidr,
    dnsServiceIP: tenthAddress(serviceCidr),
    outboundType,
    serviceCidrs: [serviceCidr],
    ipFamilies: ['IPv4'],
    ...network.value,
  };
}

const outboundAddresses: JsonObject = {
  managedOutboundIPs: { count: 1 },
  backendPoolType: 'nodeIPConfiguration',
};

function tenthAddress(cidr: string): string {
  const range = parseIpRange(cidr);
  const tenth = range && ipAfter(range.address, 10);
  return tenth ? ipText(tenth) : '';
}

/** What AKS fills in of a pool. */
export const poolDefaults: JsonObject = {
  osType: 'Linux',
  osDiskType: 'Managed',
  kubeletDiskType: 'OS',
  scaleDownMode: 'Delete',
  upgradeStrategy: 'Rolling',
  enableEncryptionAtHost: false,
  enableFIPS: false,
  enableNodePublicIP: false,
  enableUltraSSD: false,
};

/** What AKS fills in within objects of a pool, whatever part of them was sent. */
export function poolObjects(sent: Fields): JsonObject {
  // Spot machines are not surged: their pools have only what was asked for.
  const isSpot = sent.string('scaleSetPriority')?.toLowerCase() === 'spot';
  const usualUpgrade = isSpot ? {} : { maxSurge: '10%', maxUnavailable: '0' };
  return {
    upgradeSettings: { ...usualUpgrade, ...sent.object('upgradeSettings').value },
    securityProfile: {
      enableVTPM: false,
      enableSecureBoot: false,
      ...sent.object('securityProfile').value,
    },
  };
}
