/**
 * What a program built on the ContainerService SDK for JavaScript does with a cluster, against the estate that the
 * environment names. A process of its own, because Node reads NODE_EXTRA_CA_CERTS once, at its start.
 */
import assert from 'node:assert/strict';
import { ContainerServiceClient } from '@azure/arm-containerservice';
import { ResourceManagementClient } from '@azure/arm-resources';
import { ClientSecretCredential } from '@azure/identity';
import { strToU8, zipSync } from 'fflate';

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
const group = 'aks-sdk';
const name = 'c';

const resources = new ResourceManagementClient(credential, subscription, options);
await resources.resourceGroups.createOrUpdate(group, { location });
const aks = new ContainerServiceClient(credential, subscription, options);
/** Requests that were answered with success, as `METHOD path`. */
const worked = new Set<string>();
aks.pipeline.addPolicy({
  name: 'notes',
  async sendRequest(request, next) {
    const response = await next(request);
    if (response.status < 400) worked.add(`${request.method} ${new URL(request.url).pathname}`);
    return response;
  },
});
const { managedClusters, agentPools, machines, maintenanceConfigurations, snapshots } = aks;

async function all<T>(pages: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const one of pages) found.push(one);
  return found;
}

const operations = await all(aks.operations.list());
assert.ok(operations.some((operation) => operation.name === 'Microsoft.ContainerService/snapshots/write'));
const made = await managedClusters.beginCreateOrUpdateAndWait(group, name, {
  location,
  dnsPrefix: 'c',
  kubernetesVersion: '1.33',
  identity: { type: 'SystemAssigned' },
  agentPoolProfiles: [{ name: 'system', mode: 'System', count: 1, vmSize: 'Standard_D2s_v3' }],
});
assert.deepEqual([made.provisioningState, made.agentPoolProfiles?.length], ['Succeeded', 1]);
assert.equal((await managedClusters.get(group, name)).nodeResourceGroup, `MC_${group}_${name}_${location}`);
assert.deepEqual(
  (await all(managedClusters.list())).map((cluster) => cluster.name),
  [name],
);
assert.equal((await all(managedClusters.listByResourceGroup(group))).length, 1);
const tagged = await managedClusters.beginUpdateTagsAndWait(group, name, { tags: { team: 'a' } });
assert.deepEqual(tagged.tags, { team: 'a' });

const versions = await managedClusters.listKubernetesVersions(location);
assert.ok(versions.values?.some((version) => version.version === '1.34'));
const upgrades = await managedClusters.getUpgradeProfile(group, name);
assert.ok(upgrades.controlPlaneProfile.upgrades?.length);
for (const answer of [
  await managedClusters.listClusterAdminCredentials(group, name),
  await managedClusters.listClusterUserCredentials(group, name),
  await managedClusters.listClusterMonitoringUserCredentials(group, name),
]) {
  assert.match(Buffer.from(answer.kubeconfigs?.[0]?.value ?? []).toString(), /current-context: /);
}
const access = await managedClusters.getAccessProfile(group, name, 'clusterAdmin');
assert.match(Buffer.from(access.kubeConfig ?? []).toString(), /clusterAdmin_aks-sdk_c/);
const [outbound] = await all(managedClusters.listOutboundNetworkDependenciesEndpoints(group, name));
assert.equal(outbound?.endpoints?.[0]?.domainName, made.fqdn);
assert.deepEqual(await all(managedClusters.listMeshRevisionProfiles(location)), []);
assert.deepEqual(await all(managedClusters.listMeshUpgradeProfiles(group, name)), []);
assert.deepEqual(await all(aks.trustedAccessRoles.list(location)), []);
assert.deepEqual((await aks.privateLinkResources.list(group, name)).value, []);
assert.deepEqual((await aks.privateEndpointConnections.list(group, name)).value, []);
await assert.rejects(managedClusters.getMeshUpgradeProfile(group, name, 'istio'), {
  code: 'ResourceNotFound',
});

// kubectl lines, run where Drydock runs.
const run = (command: string, context?: string) =>
  managedClusters.beginRunCommandAndWait(group, name, { command, ...(context && { context }) });
const both = await run('kubectl create namespace first && kubectl get ns first -o name');
assert.equal(both.logs, 'namespace/first created\nnamespace/first\n');
const manifest = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'sent' }, data: { a: 'b' } };
const archive = Buffer.from(zipSync({ 'folder/sent.json': strToU8(JSON.stringify(manifest)) }));
const applied = await run(
  "kubectl apply -n first -f folder/sent.json; kubectl get cm sent -n first -o jsonpath='{.data.a}'",
  archive.toString('base64'),
);
assert.deepEqual(
  [applied.provisioningState, applied.exitCode, applied.logs],
  ['Succeeded', 0, 'configmap/sent created\nb'],
);
assert.ok(applied.startedAt && applied.finishedAt && applied.startedAt <= applied.finishedAt);
assert.deepEqual((await managedClusters.getCommandResult(group, name, applied.id ?? '')).logs, applied.logs);
const failed = await run('kubectl get cm absent -n first && kubectl delete ns first');
assert.deepEqual([failed.provisioningState, failed.exitCode], ['Succeeded', 1]);
assert.match(failed.logs ?? '', /configmaps "absent" not found/);
assert.equal((await run('kubectl get ns first -o name')).logs, 'namespace/first\n');
await assert.rejects(run('cat /etc/passwd'), { code: 'InvalidParameter' });
await assert.rejects(run('kubectl apply -f /etc/passwd'), { code: 'InvalidParameter' });
await assert.rejects(managedClusters.getCommandResult(group, name, '0'.repeat(32)), {
  code: 'ResourceNotFound',
});

// Agent pools and their machines.
const pool = await agentPools.beginCreateOrUpdateAndWait(group, name, 'work', {
  count: 3,
  vmSize: 'Standard_D4s_v3',
  availabilityZones: ['1', '2', '3'],
  nodeLabels: { role: 'batch' },
  nodeTaints: ['only=batch:NoSchedule'],
});
assert.deepEqual([pool.count, pool.provisioningState], [3, 'Succeeded']);
assert.deepEqual(
  (await all(agentPools.list(group, name))).map((one) => one.name),
  ['system', 'work'],
);
assert.equal((await agentPools.get(group, name, 'work')).nodeLabels?.['role'], 'batch');
assert.ok((await agentPools.getAvailableAgentPoolVersions(group, name)).agentPoolVersions?.length);
assert.equal((await agentPools.getUpgradeProfile(group, name, 'work')).osType, 'Linux');
const found = await all(machines.list(group, name, 'work'));
assert.deepEqual(
  found.map((machine) => machine.zones),
  [['1'], ['2'], ['3']],
);
const [first] = found;
assert.match(first?.properties?.network?.ipAddresses?.[0]?.ip ?? '', /^\d+\.\d+\.\d+\.\d+$/);
assert.match(
  first?.properties?.resourceId ?? '',
  /virtualMachineScaleSets\/aks-work-.+\/virtualMachines\/0$/,
);
assert.equal((await machines.get(group, name, 'work', first?.name ?? '')).id, first?.id);
await assert.rejects(machines.get(group, name, 'work', 'other'), { code: 'ResourceNotFound' });
await assert.rejects(
  agentPools.beginDeleteMachinesAndWait(group, name, 'work', { machineNames: ['other'] }),
  { code: 'InvalidParameter' },
);
await agentPools.beginDeleteMachinesAndWait(group, name, 'work', { machineNames: [first?.name ?? ''] });
assert.deepEqual(
  (await all(machines.list(group, name, 'work'))).map((machine) => machine.name),
  found.slice(1).map((machine) => machine.name),
);
assert.equal((await agentPools.get(group, name, 'work')).count, 2);
await agentPools.beginUpgradeNodeImageVersionAndWait(group, name, 'work');

// Snapshots of pools.
const source = (await agentPools.get(group, name, 'work')).id ?? '';
const shot = await snapshots.createOrUpdate(group, 'shot', {
  location,
  creationData: { sourceResourceId: source },
});
assert.deepEqual(
  [shot.vmSize, shot.kubernetesVersion, shot.snapshotType],
  ['Standard_D4s_v3', made.currentKubernetesVersion, 'NodePool'],
);
assert.equal((await snapshots.get(group, 'shot')).creationData?.sourceResourceId, source);
assert.deepEqual((await snapshots.updateTags(group, 'shot', { tags: { kept: 'yes' } })).tags, {
  kept: 'yes',
});
assert.equal((await all(snapshots.list())).length, 1);
assert.equal((await all(snapshots.listByResourceGroup(group))).length, 1);
const copy = await agentPools.beginCreateOrUpdateAndWait(group, name, 'copy', {
  count: 1,
  creationData: { sourceResourceId: shot.id ?? '' },
});
assert.deepEqual(
  [copy.vmSize, copy.nodeImageVersion, copy.creationData?.sourceResourceId],
  [shot.vmSize, shot.nodeImageVersion, shot.id],
);
await agentPools.beginDeleteAndWait(group, name, 'copy');
await snapshots.delete(group, 'shot');

// When maintenance is allowed.
const hours = await maintenanceConfigurations.createOrUpdate(group, name, 'default', {
  timeInWeek: [{ day: 'Monday', hourSlots: [1, 2] }],
  notAllowedTime: [{ start: new Date('2026-05-26T03:00:00Z'), end: new Date('2026-05-30T12:00:00Z') }],
});
assert.deepEqual(hours.timeInWeek, [{ day: 'Monday', hourSlots: [1, 2] }]);
const window = await maintenanceConfigurations.createOrUpdate(group, name, 'aksManagedAutoUpgradeSchedule', {
  maintenanceWindow: {
    schedule: { relativeMonthly: { intervalMonths: 1, weekIndex: 'First', dayOfWeek: 'Friday' } },
    durationHours: 8,
    startTime: '00:00',
    startDate: new Date('2026-12-05'),
  },
});
assert.equal(window.maintenanceWindow?.utcOffset, '+00:00');
assert.equal(
  (await maintenanceConfigurations.get(group, name, 'aksManagedAutoUpgradeSchedule')).maintenanceWindow
    ?.durationHours,
  8,
);
assert.equal((await all(maintenanceConfigurations.listByManagedCluster(group, name))).length, 2);
await maintenanceConfigurations.delete(group, name, 'default');

const ofAdmin = async () =>
  Buffer.from(
    (await managedClusters.listClusterAdminCredentials(group, name)).kubeconfigs?.[0]?.value ?? [],
  ).toString();
const before = await ofAdmin();
await managedClusters.beginRotateClusterCertificatesAndWait(group, name);
assert.notEqual(await ofAdmin(), before);
await managedClusters.beginRotateServiceAccountSigningKeysAndWait(group, name);
await assert.rejects(managedClusters.beginResetAADProfileAndWait(group, name, { managed: true }), {
  code: 'BadRequest',
});
await assert.rejects(
  managedClusters.beginResetServicePrincipalProfileAndWait(group, name, { clientId: 'a', secret: 'b' }),
  { code: 'OperationNotAllowed' },
);

await managedClusters.beginStopAndWait(group, name);
assert.equal((await managedClusters.get(group, name)).powerState?.code, 'Stopped');
await managedClusters.beginStartAndWait(group, name);
await agentPools.beginDeleteAndWait(group, name, 'work');
await managedClusters.beginDeleteAndWait(group, name);
await assert.rejects(managedClusters.get(group, name), { code: 'ResourceNotFound' });
process.stdout.write(`${JSON.stringify([...worked])}\n`);
