import { generateKeyPairSync } from 'node:crypto';

/** What a connected cluster is made of: its people are those of one group. */
export function connectedCluster(location: string, tenantId: string, adminGroupId: string) {
  return {
    location,
    identity: { type: 'SystemAssigned' },
    kind: 'ProvisionedCluster',
    properties: {
      agentPublicKeyCertificate: '',
      azureHybridBenefit: 'NotApplicable',
      distribution: 'AKS',
      distributionVersion: '1.0',
      aadProfile: { enableAzureRBAC: false, adminGroupObjectIDs: [adminGroupId], tenantID: tenantId },
    },
  };
}

/** The smallest cluster of AKS Arc on a custom location. */
export function provisionedCluster(customLocationId: string, logicalNetworkId: string) {
  return {
    extendedLocation: { type: 'CustomLocation', name: customLocationId },
    properties: {
      linuxProfile: { ssh: { publicKeys: [{ keyData: throwAwaySshKey() }] } },
      controlPlane: { count: 1, vmSize: 'Standard_A4_v2' },
      kubernetesVersion: '1.24.11',
      networkProfile: {
        loadBalancerProfile: { count: 0 },
        networkPolicy: 'calico',
        podCidr: '10.244.0.0/16',
      },
      agentPoolProfiles: [{ name: 'nodepool1', count: 1, vmSize: 'Standard_A4_v2', osType: 'Linux' }],
      cloudProviderProfile: { infraNetworkProfile: { vnetSubnetIds: [logicalNetworkId] } },
      licenseProfile: { azureHybridBenefit: 'NotApplicable' },
    },
  };
}

/** An OpenSSH public key whose private half nobody keeps: the nodes are simulated. */
function throwAwaySshKey(): string {
  const { publicKey } = generateKeyPairSync('ed25519');
  const raw = publicKey.export({ type: 'spki', format: 'der' }).subarray(-32);
  const field = (bytes: Uint8Array) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(bytes.length);
    return Buffer.concat([length, bytes]);
  };
  const blob = Buffer.concat([field(Buffer.from('ssh-ed25519')), field(raw)]);
  return `ssh-ed25519 ${blob.toString('base64')} quickstart`;
}
