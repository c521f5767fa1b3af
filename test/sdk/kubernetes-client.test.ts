import assert from 'node:assert/strict';
import { once } from 'node:events';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { CoreV1Api, KubeConfig, makeInformer, type V1ConfigMap } from '@kubernetes/client-node';
import { TestEstate } from '../walkthrough/estate.ts';

let estate: TestEstate;
let config: KubeConfig;

before(async () => {
  estate = await TestEstate.start();
  await estate.succeeds(`
    az group create -n rg -l eastus
    az aks create -g rg -n aks --node-count 1 --no-ssh-key
    az aks get-credentials -g rg -n aks --file ${join(estate.home, 'kube.yaml')}`);
  config = new KubeConfig();
  config.loadFromFile(join(estate.home, 'kube.yaml'));
});

after(() => estate?.[Symbol.asyncDispose]());

test('an informer of the JavaScript client goes on across a server restart', async () => {
  const api = config.makeApiClient(CoreV1Api);
  const informer = makeInformer<V1ConfigMap>(config, '/api/v1/namespaces/default/configmaps', () =>
    api.listNamespacedConfigMap({ namespace: 'default' }),
  );
  const seen = new EventTarget();
  informer.on('add', (object) => seen.dispatchEvent(new Event(object.metadata?.name ?? '')));
  let stopped = false;
  informer.on('error', () => {
    if (!stopped) setTimeout(() => void informer.start(), 100);
  });
  await informer.start();

  const before = once(seen, 'before');
  await api.createNamespacedConfigMap({ namespace: 'default', body: { metadata: { name: 'before' } } });
  await before;

  await estate.restart();
  const later = once(seen, 'after');
  await api.createNamespacedConfigMap({ namespace: 'default', body: { metadata: { name: 'after' } } });
  await later;
  const { items } = await api.listNamespacedConfigMap({ namespace: 'default' });
  assert.deepEqual(
    items.map((item) => item.metadata?.name).filter((name) => name !== 'kube-root-ca.crt'),
    ['after', 'before'],
  );
  stopped = true;
  await informer.stop();
});

test('large uploads of the JavaScript client all arrive, one after the other and many at once', async () => {
  const api = config.makeApiClient(CoreV1Api);
  const upload = async (name: string, bytes: number) => {
    const body = { metadata: { name }, data: { text: 'u'.repeat(bytes) } };
    const { data } = await api.createNamespacedConfigMap({ namespace: 'default', body });
    return data?.['text']?.length;
  };
  const sizes = Array.from({ length: 40 }, (_, i) => 60_000 + i * 20_000);
  for (const [i, bytes] of sizes.entries()) assert.equal(await upload(`one-${i}`, bytes), bytes);
  assert.deepEqual(await Promise.all(sizes.map((bytes, i) => upload(`many-${i}`, bytes))), sizes);
});
