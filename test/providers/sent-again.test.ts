import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import type { JsonObject } from '../../src/base/index.ts';
import type { Estate } from '../arm/estate.ts';
import { everyType } from './every-type.ts';

/** A body of each type that is written by callers, with the path below a group. */
const bodies: readonly (readonly [path: string, apiVersion: string, body: JsonObject])[] = [
  ['Microsoft.Network/networkSecurityGroups/rules', '2024-05-01', { properties: { flushConnection: true } }],
  [
    'Microsoft.Network/virtualNetworks/net',
    '2024-05-01',
    {
      tags: { constructor: 'c' },
      properties: {
        addressSpace: { addressPrefixes: ['10.0.0.0/16'] },
        dhcpOptions: { dnsServers: ['10.0.0.4'] },
        flowTimeoutInMinutes: 10,
        encryption: { enabled: true, enforcement: 'AllowUnencrypted' },
        subnets: [
          {
            name: 'a',
            properties: {
              addressPrefix: '10.0.0.0/24',
              serviceEndpoints: [{ service: 'Microsoft.Storage' }],
            },
          },
          { name: 'AzureBastionSubnet', properties: { addressPrefix: '10.0.1.0/26' } },
        ],
      },
    },
  ],
  [
    'Microsoft.Network/virtualNetworks/net/subnets/b',
    '2024-05-01',
    { properties: { addressPrefix: '10.0.2.0/24', defaultOutboundAccess: false } },
  ],
  [
    'Microsoft.Network/publicIPAddresses/ip',
    '2024-05-01',
    {
      sku: { name: 'Standard' },
      zones: ['1', '2'],
      properties: {
        publicIPAllocationMethod: 'Static',
        idleTimeoutInMinutes: 9,
        deleteOption: 'Detach',
        dnsSettings: { domainNameLabel: 'label' },
      },
    },
  ],
  ['Microsoft.ManagedIdentity/userAssignedIdentities/pilot', '2023-01-31', { tags: { a: 'b' } }],
  ['Microsoft.ContainerService/fleets/f', '2025-03-01', { properties: { hubProfile: { dnsPrefix: 'h' } } }],
  [
    'Microsoft.ContainerService/managedClusters/k',
    '2025-05-01',
    {
      sku: { name: 'Base', tier: 'Standard' },
      properties: {
        dnsPrefix: 'k',
        kubernetesVersion: '1.33',
        agentPoolProfiles: [
          {
            name: 'np',
            count: 1,
            vmSize: 'Standard_D2s_v3',
            mode: 'System',
            osSKU: 'AzureLinux',
            osDiskSizeGB: 64,
            availabilityZones: ['1'],
            nodeLabels: { ['__proto__']: 'p', a: 'b' },
            tags: { x: 'y' },
          },
        ],
        securityProfile: {
          workloadIdentity: { enabled: true },
          imageCleaner: { enabled: true, intervalHours: 48 },
        },
        autoScalerProfile: { expander: 'random', 'scan-interval': '20s' },
        nodeProvisioningProfile: { mode: 'Manual' },
        httpProxyConfig: { httpProxy: 'http://proxy', noProxy: ['localhost'] },
        workloadAutoScalerProfile: { keda: { enabled: true } },
        azureMonitorProfile: { metrics: { enabled: true } },
        serviceMeshProfile: { mode: 'Istio', istio: { revisions: ['asm-1-24'] } },
        upgradeSettings: { overrideSettings: { forceUpgrade: true } },
        podIdentityProfile: { enabled: false },
        nodeResourceGroupProfile: { restrictionLevel: 'ReadOnly' },
        publicNetworkAccess: 'Enabled',
        addonProfiles: { azurepolicy: { enabled: true, config: { version: 'v2' } } },
        oidcIssuerProfile: { enabled: true },
        linuxProfile: { adminUsername: 'azureuser', ssh: { publicKeys: [{ keyData: 'ssh-rsa AAAA' }] } },
      },
    },
  ],
  [
    'Microsoft.Kubernetes/connectedClusters/arc',
    '2024-01-01',
    {
      identity: { type: 'SystemAssigned' },
      properties: { agentPublicKeyCertificate: '', distribution: 'k3s', infrastructure: 'generic' },
    },
  ],
];

describe('what is sent comes back, and what is answered can be sent again', () => {
  let estate: Estate;
  let group: string;

  before(async () => {
    ({ estate } = await everyType());
    group = await estate.group('again');
  });
  after(() => estate.close());

  const settle = (id: string) =>
    estate.manager.records.update(id, (record) => ({ ...record, provisioningState: 'Succeeded' }));

  const membersOf = ({ properties }: JsonObject) => Object.keys(properties as JsonObject).sort();

  /** Members of `sent` that `answered` has not, as paths. */
  function lost(sent: unknown, answered: unknown, path: string): string[] {
    if (Array.isArray(sent)) {
      const list: unknown[] = Array.isArray(answered) ? answered : [];
      return sent.flatMap((one, at) => lost(one, list[at], `${path}[${at}]`));
    }
    if (typeof sent === 'object' && sent !== null) {
      const object = typeof answered === 'object' && answered !== null ? answered : {};
      return Object.entries(sent).flatMap(([name, member]) =>
        lost(member, Object.hasOwn(object, name) ? Reflect.get(object, name) : undefined, `${path}.${name}`),
      );
    }
    return sent === answered ? [] : [`${path}: ${String(sent)} became ${String(answered)}`];
  }

  test('nothing that was sent is lost, after the second write as after the first', async () => {
    for (const [path, version, members] of bodies) {
      const target = `${group}/providers/${path}`;
      const isChild = path.split('/').length > 3;
      const body = isChild ? members : { location: 'eastus', ...members };
      const made = await estate.call('PUT', `${target}?api-version=${version}`, { body });
      assert.equal(made.status, 201, `${path}: ${made.message}`);
      await settle(target);
      const { body: shown } = await estate.call('GET', `${target}?api-version=${version}`);
      assert.deepEqual(lost(body, shown, path), []);
      const again = await estate.call('PUT', `${target}?api-version=${version}`, { body: shown });
      assert.equal(again.status, 200, `${path} sent again: ${again.message}`);
      await settle(target);
      const { body: second } = await estate.call('GET', `${target}?api-version=${version}`);
      assert.deepEqual(lost(body, second, `${path} sent again`), []);
      assert.deepEqual(membersOf(second), membersOf(shown), path);
    }
  });
});
