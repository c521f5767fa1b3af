import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { KubeConfig, KubernetesObjectApi } from '@kubernetes/client-node';
import { type RunningApiServer, startApiServer } from 'drydock/kube';

const configMaps = { group: '', version: 'v1', resource: 'configmaps' };
const settings = { name: 'settings', namespace: 'shop' };

let loaded: RunningApiServer;

before(async () => {
  loaded = await startApiServer();
  await loaded.client.create(
    { group: '', version: 'v1', resource: 'namespaces' },
    { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'shop' } },
  );
  const object = { apiVersion: 'v1', kind: 'ConfigMap', metadata: settings, data: { colour: 'blue' } };
  await loaded.client.create(configMaps, object);
});

after(() => loaded.stop());

test('a program changes what it finds', async () => {
  // Each test has the loaded state to itself, and nothing to clear away.
  await using server = await loaded.fork();
  const config = new KubeConfig();
  config.loadFromString(server.kubeconfig);
  const objects = KubernetesObjectApi.makeApiClient(config);
  await objects.patch({ apiVersion: 'v1', kind: 'ConfigMap', metadata: settings, data: { colour: 'red' } });
  const changed = await server.client.get(configMaps, settings);
  assert.deepEqual(changed['data'], { colour: 'red' });
});

test('a program deletes what it finds', async () => {
  await using server = await loaded.fork();
  const found = await server.client.get(configMaps, settings);
  assert.deepEqual(found['data'], { colour: 'blue' });
  await server.client.delete(configMaps, settings);
});
