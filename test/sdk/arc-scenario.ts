/**
 * Every operation of the SDKs for connected clusters and custom locations, against the estate that the environment
 * names. Run as a process of its own, because Node reads NODE_EXTRA_CA_CERTS once, at its start.
 */
import assert from 'node:assert/strict';
import { CustomLocationsManagementClient } from '@azure/arm-extendedlocation';
import { ConnectedKubernetesClient } from '@azure/arm-hybridkubernetes';
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
const group = 'arc-sdk';

const resources = new ResourceManagementClient(credential, subscription, options);
const made = await resources.resourceGroups.createOrUpdate(group, { location });

async function names(listed: AsyncIterable<{ readonly name?: string }>): Promise<string[]> {
  const found: string[] = [];
  for await (const one of listed) found.push(one.name ?? '');
  return found.sort();
}

const locations = new CustomLocationsManagementClient(credential, subscription, options);
const { customLocations, resourceSyncRules } = locations;
const bridge = `${made.id}/providers/Microsoft.ResourceConnector/appliances/bridge`;
const extension = `${bridge}/providers/Microsoft.KubernetesConfiguration/extensions/aks`;
assert.ok((await names(customLocations.listOperations())).length > 0);
const site = await customLocations.beginCreateOrUpdateAndWait(group, 'site', {
  location,
  hostResourceId: bridge,
  namespace: 'site',
  clusterExtensionIds: [extension],
});
assert.equal(site.provisioningState, 'Succeeded');
assert.equal((await customLocations.get(group, 'site')).namespace, 'site');
assert.deepEqual(await names(customLocations.listByResourceGroup(group)), ['site']);
assert.deepEqual(await names(customLocations.listBySubscription()), ['site']);
const patched = await customLocations.update(group, 'site', { tags: { team: 'a' } });
assert.deepEqual([patched.tags, patched.namespace], [{ team: 'a' }, 'site']);
const enabled: (string | undefined)[] = [];
for await (const { typesMetadata } of customLocations.listEnabledResourceTypes(group, 'site'))
  enabled.push(...(typesMetadata ?? []).map(({ resourceType }) => resourceType));
assert.ok(enabled.includes('provisionedClusterInstances'));

const rule = await resourceSyncRules.beginCreateOrUpdateAndWait(group, 'site', 'rule', {
  location,
  priority: 10,
  selector: { matchLabels: { team: 'a' } },
  targetResourceGroup: made.id ?? '',
});
assert.deepEqual([rule.provisioningState, rule.priority], ['Succeeded', 10]);
assert.deepEqual((await resourceSyncRules.get(group, 'site', 'rule')).selector, rule.selector);
assert.deepEqual(await names(resourceSyncRules.listByCustomLocationID(group, 'site')), ['rule']);
const moved = await resourceSyncRules.beginUpdateAndWait(group, 'site', 'rule', { priority: 20 });
assert.equal(moved.priority, 20);
const target = await customLocations.findTargetResourceGroup(group, 'site', { labels: { team: 'a' } });
assert.deepEqual([target.targetResourceGroup, target.matchedResourceSyncRule], [made.id, rule.id]);
const none = await customLocations.findTargetResourceGroup(group, 'site', { labels: { team: 'b' } });
assert.equal(none.targetResourceGroup, undefined);
await resourceSyncRules.delete(group, 'site', 'rule');
await assert.rejects(resourceSyncRules.get(group, 'site', 'rule'), { code: 'ResourceNotFound' });
await customLocations.beginDeleteAndWait(group, 'site');
await assert.rejects(customLocations.get(group, 'site'), { code: 'ResourceNotFound' });

const connected = new ConnectedKubernetesClient(credential, subscription, options);
const clusters = connected.connectedClusterOperations;
assert.ok((await names(connected.operations.list())).length > 0);
const cluster = await clusters.beginCreateAndWait(group, 'cluster', {
  location,
  identity: { type: 'SystemAssigned' },
  agentPublicKeyCertificate: '',
});
assert.equal(cluster.provisioningState, 'Succeeded');
assert.ok(cluster.identity.principalId);
assert.equal((await clusters.get(group, 'cluster')).connectivityStatus, 'Connecting');
assert.deepEqual(await names(clusters.listByResourceGroup(group)), ['cluster']);
assert.deepEqual(await names(clusters.listBySubscription()), ['cluster']);
const tagged = await clusters.update(group, 'cluster', { tags: { team: 'b' } });
assert.deepEqual([tagged.tags, tagged.provisioningState], [{ team: 'b' }, 'Succeeded']);
// Nothing runs behind it, and the answer says so.
await assert.rejects(
  clusters.listClusterUserCredential(group, 'cluster', { authenticationMethod: 'AAD', clientProxy: true }),
  { code: 'ClusterNotConnected' },
);
await clusters.beginDeleteAndWait(group, 'cluster');
await assert.rejects(clusters.get(group, 'cluster'), { code: 'ResourceNotFound' });
await resources.resourceGroups.beginDeleteAndWait(group);
process.stdout.write('done\n');
