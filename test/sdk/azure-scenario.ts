/**
 * What a program built on the Azure SDKs for JavaScript does, against the estate that the environment names. Run as
 * a process of its own, because Node reads NODE_EXTRA_CA_CERTS once, at its start.
 */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import { AuthorizationManagementClient } from '@azure/arm-authorization';
import { ContainerServiceFleetClient } from '@azure/arm-containerservicefleet';
import { CustomLocationsManagementClient } from '@azure/arm-extendedlocation';
import { ConnectedKubernetesClient } from '@azure/arm-hybridkubernetes';
import { NetworkManagementClient } from '@azure/arm-network';
import { ResourceGraphClient } from '@azure/arm-resourcegraph';
import { ResourceManagementClient } from '@azure/arm-resources';
import { ClientSecretCredential } from '@azure/identity';

const environment = (name: string): string => {
  const value = process.env[name];
  assert.ok(value, `${name} is not set`);
  return value;
};

const endpoint = environment('RESOURCE_MANAGER');
const subscription = environment('SUBSCRIPTION');
const credential = new ClientSecretCredential(
  environment('TENANT'),
  environment('APPLICATION'),
  environment('SECRET'),
  { authorityHost: environment('LOGIN'), disableInstanceDiscovery: true },
);
const options = { endpoint, credentialScopes: `${endpoint}/.default` };
const location = 'eastus';
const group = 'sdk-rg';

const resources = new ResourceManagementClient(credential, subscription, options);
const created = await resources.resourceGroups.createOrUpdate(group, { location, tags: { made: 'by sdk' } });
assert.equal(created.properties?.provisioningState, 'Succeeded');

const network = new NetworkManagementClient(credential, subscription, options);
const vnet = await network.virtualNetworks.beginCreateOrUpdateAndWait(group, 'net', {
  location,
  addressSpace: { addressPrefixes: ['10.2.0.0/16'] },
  subnets: [{ name: 'agents', addressPrefix: '10.2.0.0/24' }],
});
assert.equal(vnet.provisioningState, 'Succeeded');
const bastionSubnet = await network.subnets.beginCreateOrUpdateAndWait(group, 'net', 'AzureBastionSubnet', {
  addressPrefix: '10.2.1.0/26',
});
const address = await network.publicIPAddresses.beginCreateOrUpdateAndWait(group, 'ip', {
  location,
  sku: { name: 'Standard' },
  publicIPAllocationMethod: 'Static',
});
assert.match(address.ipAddress ?? '', /^\d+\.\d+\.\d+\.\d+$/);
const bastion = await network.bastionHosts.beginCreateOrUpdateAndWait(group, 'bastion', {
  location,
  sku: { name: 'Standard' },
  enableTunneling: true,
  ipConfigurations: [
    { name: 'ip', subnet: { id: bastionSubnet.id ?? '' }, publicIPAddress: { id: address.id ?? '' } },
  ],
});
assert.equal(bastion.enableTunneling, true);
assert.ok(bastion.dnsName);

const fleets = new ContainerServiceFleetClient(credential, subscription, { endpoint });
const fleet = await fleets.fleets.create(group, 'fleet', {
  location,
  identity: { type: 'SystemAssigned' },
  properties: {
    hubProfile: {
      apiServerAccessProfile: { enablePrivateCluster: true, enableVnetIntegration: false },
      agentProfile: { subnetId: vnet.subnets?.[0]?.id ?? '' },
    },
  },
});
assert.equal(fleet.properties?.provisioningState, 'Succeeded');
assert.ok(fleet.identity?.principalId);
assert.ok(fleet.eTag);

const graph = new ResourceGraphClient(credential, subscription, options);
const found = await graph.resources({
  subscriptions: [subscription],
  query:
    "resources | where type =~ 'microsoft.containerservice/fleets' | project name, state = tostring(properties.provisioningState)",
  options: { resultFormat: 'objectArray' },
});
assert.deepEqual([found.totalRecords, found.count, found.resultTruncated], [1, 1, 'false']);
assert.deepEqual(found.data, [{ name: 'fleet', state: 'Succeeded' }]);

const clusterId = `/subscriptions/${subscription}/resourceGroups/${group}/providers/Microsoft.ContainerService/managedClusters/aks`;
const cluster = await resources.resources.beginCreateOrUpdateByIdAndWait(clusterId, '2025-05-01', {
  location,
  identity: { type: 'SystemAssigned' },
  properties: {
    dnsPrefix: 'aks',
    agentPoolProfiles: [{ name: 'pool', count: 1, vmSize: 'Standard_D4s_v3', mode: 'System' }],
  },
});
assert.equal(cluster.properties?.['provisioningState'], 'Succeeded');
const poolId = `${clusterId}/agentPools/more`;
const pool = (count: number) => ({ properties: { count, vmSize: 'Standard_D2s_v3', osSKU: 'AzureLinux' } });
const poolVersion = '2025-05-01';
const byId = resources.resources;
const more = await byId.beginCreateOrUpdateByIdAndWait(poolId, poolVersion, pool(2));
assert.deepEqual([more.properties?.['count'], more.properties?.['provisioningState']], [2, 'Succeeded']);
const fewer = await byId.beginCreateOrUpdateByIdAndWait(poolId, poolVersion, pool(1));
assert.deepEqual([fewer.properties?.['count'], fewer.properties?.['osSKU']], [1, 'AzureLinux']);
/** A generic resource as it is answered, read member by member. */
const shown = async () => JSON.stringify((await byId.getById(clusterId, poolVersion)).properties);
assert.match(await shown(), /"name":"pool".+"name":"more"/);
assert.match(
  await shown(),
  /"kubeletidentity":\{"resourceId":"[^"]+\/MC_sdk-rg_aks_eastus\/[^"]+\/aks-agentpool"/,
);
await byId.beginDeleteByIdAndWait(poolId, poolVersion);
assert.doesNotMatch(await shown(), /"name":"more"/);
await assert.rejects(byId.getById(poolId, poolVersion), { code: 'ResourceNotFound' });

const member = await fleets.fleetMembers.create(group, 'fleet', 'aks', {
  properties: { clusterResourceId: clusterId, group: 'blue' },
});
assert.equal(member.properties?.provisioningState, 'Succeeded');
const names: (string | undefined)[] = [];
for await (const one of fleets.fleetMembers.listByFleet(group, 'fleet')) names.push(one.name);
assert.deepEqual(names, ['aks']);
assert.ok(member.properties?.status?.lastOperationId);
const credentials = await fleets.fleets.listCredentials(group, 'fleet');
assert.ok(credentials.kubeconfigs?.[0]?.value?.length);

const { fleetUpdateStrategies: strategies, updateRuns: runs } = fleets;
const strategy = await strategies.createOrUpdate(group, 'fleet', 'careful', {
  properties: { strategy: { stages: [{ name: 'first', groups: [{ name: 'blue' }] }] } },
});
assert.deepEqual(strategy.properties?.strategy.stages[0]?.groups?.[0]?.name, 'blue');
assert.equal((await strategies.get(group, 'fleet', 'careful')).eTag, strategy.eTag);
for await (const one of strategies.listByFleet(group, 'fleet')) assert.equal(one.name, 'careful');
const managedClusterUpdate = {
  upgrade: { type: 'Full', kubernetesVersion: '1.34.1' },
  nodeImageSelection: { type: 'Latest' },
};
const planned = await runs.createOrUpdate(group, 'fleet', 'run', {
  properties: { updateStrategyId: strategy.id ?? '', managedClusterUpdate },
});
const runState = async (name: string) =>
  (await runs.get(group, 'fleet', name)).properties?.status?.status?.state;
assert.deepEqual(planned.properties?.strategy?.stages[0]?.name, 'first');
assert.equal(planned.properties?.status?.stages?.[0]?.groups?.[0]?.members?.[0]?.name, 'aks');
assert.equal((await runs.start(group, 'fleet', 'run')).name, 'run');
while (['NotStarted', 'Running'].includes((await runState('run')) ?? ''))
  await new Promise((next) => setTimeout(next, 200));
assert.equal(await runState('run'), 'Completed');
assert.match(await shown(), /"currentKubernetesVersion":"1\.34\.1"/);
await runs.createOrUpdate(group, 'fleet', 'left-out', { properties: { managedClusterUpdate } });
const skipped = await runs.skip(group, 'fleet', 'left-out', {
  targets: [{ type: 'Stage', name: 'default' }],
});
assert.equal(skipped.properties?.status?.stages?.[0]?.status?.state, 'Skipped');
await runs.start(group, 'fleet', 'left-out');
while ((await runState('left-out')) !== 'Skipped') await new Promise((next) => setTimeout(next, 50));
await assert.rejects(async () => await runs.stop(group, 'fleet', 'left-out'), {
  code: 'OperationNotAllowed',
});
await runs.delete(group, 'fleet', 'left-out', { ifMatch: '*' });
const runNames: (string | undefined)[] = [];
for await (const one of runs.listByFleet(group, 'fleet')) runNames.push(one.name);
assert.deepEqual(runNames, ['run']);
const { autoUpgradeProfiles: profiles } = fleets;
const profile = await profiles.createOrUpdate(group, 'fleet', 'stable', {
  properties: {
    channel: 'Stable',
    nodeImageSelection: { type: 'Latest' },
    updateStrategyId: strategy.id ?? '',
  },
});
assert.deepEqual(
  [profile.properties?.channel, profile.properties?.disabled, profile.properties?.provisioningState],
  ['Stable', false, 'Succeeded'],
);
assert.equal((await profiles.get(group, 'fleet', 'stable')).eTag, profile.eTag);
await assert.rejects(async () => await strategies.delete(group, 'fleet', 'careful'), {
  code: 'OperationNotAllowed',
});
const generated = await fleets.autoUpgradeProfileOperations.generateUpdateRun(group, 'fleet', 'stable');
const ofProfile = await runs.get(group, 'fleet', generated.id.split('/').at(-1) ?? '');
assert.deepEqual(
  [ofProfile.properties?.autoUpgradeProfileId, ofProfile.properties?.status?.status?.state],
  [profile.id, 'NotStarted'],
);
assert.equal(
  (await profiles.get(group, 'fleet', 'stable')).properties?.autoUpgradeProfileStatus?.lastTriggerStatus,
  'Succeeded',
);
for await (const one of profiles.listByFleet(group, 'fleet')) assert.equal(one.name, 'stable');
await runs.delete(group, 'fleet', ofProfile.name ?? '');
await profiles.delete(group, 'fleet', 'stable', { ifMatch: '*' });
await runs.delete(group, 'fleet', 'run');
await strategies.delete(group, 'fleet', 'careful');
await fleets.fleetMembers.delete(group, 'fleet', 'aks');

const authorization = new AuthorizationManagementClient(credential, subscription, options);
const scope = `/subscriptions/${subscription}/resourceGroups/${group}`;
const roles: { id?: string; roleName?: string }[] = [];
for await (const role of authorization.roleDefinitions.list(scope, { filter: "roleName eq 'Reader'" }))
  roles.push(role);
assert.equal(roles.length, 1);
const assignment = await authorization.roleAssignments.create(scope, randomUUID(), {
  principalId: environment('PRINCIPAL'),
  principalType: 'User',
  roleDefinitionId: roles[0]?.id ?? '',
});
assert.equal(assignment.principalId, environment('PRINCIPAL'));

const locations = new CustomLocationsManagementClient(credential, subscription, options);
const customLocation = await locations.customLocations.beginCreateOrUpdateAndWait(group, 'cl', {
  location,
  hostResourceId: `${scope}/providers/Microsoft.ResourceConnector/appliances/bridge`,
  namespace: 'cl',
});
assert.equal(customLocation.provisioningState, 'Succeeded');

const connected = new ConnectedKubernetesClient(credential, subscription, options);
const arc = await connected.connectedClusterOperations.beginCreateAndWait(group, 'arc', {
  location,
  identity: { type: 'SystemAssigned' },
  agentPublicKeyCertificate: '',
});
assert.equal(arc.provisioningState, 'Succeeded');
assert.ok(arc.identity.principalId);

const principal = fleet.identity?.principalId ?? '';
const granted = await authorization.roleAssignments.create(scope, randomUUID(), {
  principalId: principal,
  principalType: 'ServicePrincipal',
  roleDefinitionId: roles[0]?.id ?? '',
});
const bare = await fleets.fleets.updateAsync(group, 'fleet', { identity: { type: 'None' } });
assert.equal(bare.identity?.principalId, undefined);
// Its principal has gone, so it can be given nothing any more; what it was given stays to be taken away.
await assert.rejects(
  authorization.roleAssignments.create(scope, randomUUID(), {
    principalId: principal,
    roleDefinitionId: roles[0]?.id ?? '',
  }),
  { code: 'PrincipalNotFound' },
);
assert.equal((await authorization.roleAssignments.getById(granted.id ?? '')).principalId, principal);

await assert.rejects(fleets.fleets.get(group, 'missing'), { code: 'ResourceNotFound' });
await resources.resourceGroups.beginDeleteAndWait(group);
assert.equal((await resources.resourceGroups.checkExistence(group)).body, false);
process.stdout.write('done\n');
