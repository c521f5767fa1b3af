import { deserializes } from '../deserialized.ts';
import type { Shape } from '../shape.ts';

/**
 * Members of clusters, pools and networks in all published versions.
 * Source: https://learn.microsoft.com/rest/api/hybridcontainer
 */
const pool = {
  osType: 'text',
  osSKU: 'text',
  nodeLabels: { '*': 'text' },
  nodeTaints: ['text'],
  maxCount: 'integer',
  minCount: 'integer',
  enableAutoScaling: 'boolean',
  maxPods: 'integer',
  count: 'integer',
  vmSize: 'text',
  kubernetesVersion: 'text',
  availabilityZones: ['text'],
  nodeImageVersion: 'text',
  gpuCountPerNode: 'integer',
  provisioningState: 'text',
  status: 'any',
} as const satisfies Shape;

const ssh = { publicKeys: [{ keyData: 'text' }] } as const satisfies Shape;

const cluster: Shape = {
  linuxProfile: { ssh },
  controlPlane: {
    count: 'integer',
    vmSize: 'text',
    controlPlaneEndpoint: { hostIP: 'text', port: 'integer' },
    linuxProfile: { ssh },
    availabilityZones: ['text'],
    osType: 'text',
    osSKU: 'text',
    nodeImageVersion: 'text',
    name: 'text',
  },
  kubernetesVersion: 'text',
  networkProfile: {
    loadBalancerProfile: { count: 'integer' },
    networkPolicy: 'text',
    podCidr: 'text',
  },
  storageProfile: { smbCsiDriver: { enabled: 'boolean' }, nfsCsiDriver: { enabled: 'boolean' } },
  clusterVMAccessProfile: { authorizedIPRanges: 'text' },
  agentPoolProfiles: [{ ...pool, name: 'text' }],
  cloudProviderProfile: { infraNetworkProfile: { vnetSubnetIds: ['text'] } },
  licenseProfile: { azureHybridBenefit: 'text' },
  securityProfile: {
    customCATrustCertificates: ['text'],
    fipsImage: { enabled: 'boolean' },
  },
  autoScalerProfile: {
    'balance-similar-node-groups': 'text',
    expander: 'text',
    'max-empty-bulk-delete': 'text',
    'max-graceful-termination-sec': 'text',
    'max-node-provision-time': 'text',
    'max-total-unready-percentage': 'text',
    'new-pod-scale-up-delay': 'text',
    'ok-total-unready-count': 'text',
    'scan-interval': 'text',
    'scale-down-delay-after-add': 'text',
    'scale-down-delay-after-delete': 'text',
    'scale-down-delay-after-failure': 'text',
    'scale-down-unneeded-time': 'text',
    'scale-down-unready-time': 'text',
    'scale-down-utilization-threshold': 'text',
    'skip-nodes-with-local-storage': 'text',
    'skip-nodes-with-system-pods': 'text',
  },
  provisioningState: 'text',
  status: 'any',
};

const range = { startIP: 'text', endIP: 'text' } as const satisfies Shape;

const virtualNetwork: Shape = {
  infraVnetProfile: { hci: { mocGroup: 'text', mocLocation: 'text', mocVnetName: 'text' } },
  vipPool: [range],
  vmipPool: [range],
  dnsServers: ['text'],
  gateway: 'text',
  ipAddressPrefix: 'text',
  vlanID: 'integer',
  dhcpServers: ['text'],
  provisioningState: 'text',
  status: 'any',
};

const identityMetadata: Shape = { resourceUid: 'text', publicKey: 'text', provisioningState: 'text' };

/** Bodies of clusters, by the properties of their type. */
export const conformCluster = deserializes(cluster);
export const conformPool = deserializes(pool);
export const conformVirtualNetwork = deserializes(virtualNetwork);
export const conformIdentityMetadata = deserializes(identityMetadata);
