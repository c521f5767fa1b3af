import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../src/base/index.ts';
import { arcRoutes } from '../../src/providers/kubernetes/index.ts';
import type { Estate } from '../arm/estate.ts';
import { everyType } from './every-type.ts';
import { lost, ownWords, settleAll } from './sent-and-told.ts';

interface Sent {
  readonly path: string;
  readonly apiVersion: string;
  readonly body: JsonObject;
}

/** azapi plans a change for every member of a body that a read does not tell as it was sent. */
test('what azapi sends for an AKS Arc cluster and its pools, and to change them, is what its next reads tell', async () => {
  const { estate } = await everyType({ routes: arcRoutes });
  try {
    const group = await estate.group('edge');
    const all = [...site(group), ...cluster(group, { stage: 'one', count: 1 })];
    for (const sent of all) await put(estate, sent);
    for (const sent of all) await demandSame(estate, sent);
    const changed = cluster(group, { stage: 'two', count: 3 });
    for (const sent of changed) await put(estate, sent);
    for (const sent of [...site(group), ...changed]) await demandSame(estate, sent);
  } finally {
    await estate.close();
  }
});

async function put(estate: Estate, { path, apiVersion, body }: Sent): Promise<void> {
  const reply = await estate.call('PUT', `${path}?api-version=${apiVersion}`, { body });
  assert.ok(reply.status < 300, `${path}: ${reply.status} ${reply.message}`);
  await settleAll(estate);
}

async function demandSame(estate: Estate, { path, apiVersion, body }: Sent): Promise<void> {
  const read = await estate.call('GET', `${path}?api-version=${apiVersion}`);
  assert.deepEqual(lost(body, read.body, ownWords), [], path);
}

/** A key of 32 bytes as OpenSSH writes it. */
const keyData = `ssh-ed25519 ${Buffer.concat([
  Buffer.from([0, 0, 0, 11]),
  Buffer.from('ssh-ed25519'),
  Buffer.from([0, 0, 0, 32]),
  Buffer.alloc(32, 7),
]).toString('base64')} somebody`;

const place = (group: string) => ({
  type: 'CustomLocation',
  name: `${group}/providers/Microsoft.ExtendedLocation/customLocations/site`,
});
const networkOf = (group: string) => `${group}/providers/Microsoft.AzureStackHCI/logicalNetworks/lnet`;

/** What is there before clusters are. */
function site(group: string): readonly Sent[] {
  const hostResourceId = `${group}/providers/Microsoft.ResourceConnector/appliances/site`;
  const route = {
    name: 'default',
    properties: { addressPrefix: '0.0.0.0/0', nextHopIpAddress: '10.1.0.1' },
  };
  const subnet = {
    addressPrefix: '10.1.0.0/24',
    ipAllocationMethod: 'Static',
    ipPools: [{ start: '10.1.0.10', end: '10.1.0.99', ipPoolType: 'vm' }],
    routeTable: { properties: { routes: [route] } },
  };
  return [
    {
      path: place(group).name,
      apiVersion: '2021-08-15',
      body: { location: 'eastus', properties: { hostResourceId } },
    },
    {
      path: networkOf(group),
      apiVersion: '2024-01-01',
      body: {
        location: 'eastus',
        extendedLocation: place(group),
        properties: {
          vmSwitchName: 'switch',
          dhcpOptions: { dnsServers: ['10.1.0.2'] },
          subnets: [{ name: 'default', properties: subnet }],
        },
      },
    },
  ];
}

/** `count`: nodes of the second pool. */
function cluster(group: string, { stage, count }: { stage: string; count: number }): readonly Sent[] {
  const connected = `${group}/providers/Microsoft.Kubernetes/connectedClusters/edge`;
  const instance = `${connected}/providers/Microsoft.HybridContainerService/provisionedClusterInstances/default`;
  const pool = { osType: 'Linux', osSKU: 'CBLMariner', vmSize: 'Standard_A4_v2' };
  return [
    {
      path: connected,
      apiVersion: '2024-07-15-preview',
      body: {
        location: 'eastus',
        kind: 'ProvisionedCluster',
        identity: { type: 'SystemAssigned' },
        tags: { stage },
        properties: {
          aadProfile: { enableAzureRBAC: false, adminGroupObjectIDs: [] },
          agentPublicKeyCertificate: '',
          arcAgentProfile: { agentAutoUpgrade: 'Enabled' },
        },
      },
    },
    {
      path: instance,
      apiVersion: '2024-01-01',
      body: {
        extendedLocation: place(group),
        properties: {
          agentPoolProfiles: [{ ...pool, name: 'nodepool1', count: 1 }],
          cloudProviderProfile: { infraNetworkProfile: { vnetSubnetIds: [networkOf(group)] } },
          controlPlane: {
            count: 1,
            vmSize: 'Standard_A4_v2',
            controlPlaneEndpoint: { hostIP: '10.1.0.20' },
          },
          kubernetesVersion: '1.31.10',
          linuxProfile: { ssh: { publicKeys: [{ keyData }] } },
          licenseProfile: { azureHybridBenefit: 'False' },
          networkProfile: {
            podCidr: '10.244.0.0/16',
            networkPolicy: 'calico',
            loadBalancerProfile: { count: 0 },
          },
          storageProfile: { nfsCsiDriver: { enabled: true }, smbCsiDriver: { enabled: false } },
        },
      },
    },
    {
      path: `${instance}/agentPools/more`,
      apiVersion: '2024-01-01',
      body: {
        extendedLocation: place(group),
        properties: { ...pool, count, nodeLabels: { a: stage }, nodeTaints: ['batch=yes:NoSchedule'] },
      },
    },
  ];
}
