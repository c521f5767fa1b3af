import type { JsonObject } from '../../base/index.ts';
import { demandRunning } from './control.ts';
import { UsageError, type VerbCall } from './declaration.ts';
import { homeFiles } from './home.ts';
import { ownAzJson, ownAzText } from './own-az.ts';

/**
 * Plays the infrastructure administrator of an Azure Local instance: the instance, its resource bridge, a custom
 * location and a static logical network with an address pool. Prints the two ids that cluster creators need. May be
 * run again.
 */
export async function run(call: VerbCall): Promise<number> {
  if (call.words[0] !== 'create' || call.words.length > 1)
    throw new UsageError("usage: 'drydock infra create -g RG'.");
  const group = call.options['resource-group'];
  if (typeof group !== 'string' || group === '') throw new UsageError('name the resource group with -g RG.');
  demandRunning(call.home);
  const text = (name: string, otherwise: string) => {
    const value = call.options[name];
    return typeof value === 'string' && value !== '' ? value : otherwise;
  };
  const files = homeFiles(call.home);
  const given = process.env['AZURE_CONFIG_DIR'];
  // The folder of the unmodified az holds no sign-in of ours.
  const configFolder = given === undefined || given === files.systemAzureConfig ? files.azureConfig : given;
  const ids = await createInfrastructure(configFolder, {
    group,
    location: text('location', 'eastus'),
    customLocation: text('custom-location', 'local-cl'),
    logicalNetwork: text('logical-network', 'local-lnet'),
  });
  process.stdout.write(`${JSON.stringify(ids, null, 2)}\n`);
  return 0;
}

export interface Infrastructure {
  readonly group: string;
  readonly location: string;
  readonly customLocation: string;
  readonly logicalNetwork: string;
}

export async function createInfrastructure(
  configFolder: string,
  wanted: Infrastructure,
): Promise<JsonObject> {
  const { location } = wanted;
  const subscription = await ownAzJson({ configFolder, words: ['account', 'show'] });
  const root = `/subscriptions/${String(subscription['id'])}/resourceGroups/${wanted.group}`;
  await ensureGroup(configFolder, wanted);
  const put = async (path: string, version: string, body: JsonObject) => {
    const url = `${root}/providers/${path}?api-version=${version}`;
    const words = ['rest', '--method', 'put', '--url', url, '--body', JSON.stringify(body)];
    const answer = await ownAzJson({ configFolder, words });
    return String(answer['id']);
  };
  await put('Microsoft.AzureStackHCI/clusters/local-instance', '2024-04-01', { location, properties: {} });
  const bridge = await put('Microsoft.ResourceConnector/appliances/local-bridge', '2022-10-27', {
    location,
    identity: { type: 'SystemAssigned' },
    properties: { distro: 'AKSEdge', infrastructureConfig: { provider: 'HCI' } },
  });
  const customLocationId = await put(
    `Microsoft.ExtendedLocation/customLocations/${wanted.customLocation}`,
    '2021-08-15',
    {
      location,
      properties: {
        hostType: 'Kubernetes',
        hostResourceId: bridge,
        namespace: wanted.customLocation.toLowerCase(),
        displayName: wanted.customLocation,
        clusterExtensionIds: [
          `${bridge}/providers/Microsoft.KubernetesConfiguration/extensions/hybridaksextension`,
        ],
      },
    },
  );
  const logicalNetworkId = await put(
    `Microsoft.AzureStackHCI/logicalNetworks/${wanted.logicalNetwork}`,
    '2024-01-01',
    logicalNetwork(location, customLocationId),
  );
  return { customLocationId, logicalNetworkId };
}

function logicalNetwork(location: string, customLocationId: string): JsonObject {
  return {
    location,
    extendedLocation: { type: 'CustomLocation', name: customLocationId },
    properties: {
      vmSwitchName: 'ConvergedSwitch(compute_management)',
      dhcpOptions: { dnsServers: ['192.168.50.1'] },
      subnets: [
        {
          name: 'default',
          properties: {
            addressPrefix: '192.168.50.0/24',
            ipAllocationMethod: 'Static',
            ipPools: [{ start: '192.168.50.20', end: '192.168.50.200', ipPoolType: 'vm' }],
            routeTable: {
              properties: {
                routes: [
                  {
                    name: 'default',
                    properties: { addressPrefix: '0.0.0.0/0', nextHopIpAddress: '192.168.50.1' },
                  },
                ],
              },
            },
          },
        },
      ],
    },
  };
}

/** A group that is there keeps its region and tags. */
async function ensureGroup(configFolder: string, wanted: Infrastructure): Promise<void> {
  const exists = await ownAzText({ configFolder, words: ['group', 'exists', '--name', wanted.group] });
  if (exists.trim() === 'true') return;
  await ownAzText({
    configFolder,
    words: ['group', 'create', '--name', wanted.group, '--location', wanted.location],
  });
}
