import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import {
  type ClusterClient,
  ClusterError,
  type ClusterWatch,
  type KubeObject,
  type WatchHandler,
} from '../../src/apimachinery/client.ts';
import { defineKind, objectKey } from '../../src/apimachinery/kinds.ts';
import { silentLogger, systemClock } from '../../src/base/index.ts';
import { Informer } from '../../src/reconcile/index.ts';
import { startTestServer, type TestServer } from '../apiserver/harness.ts';
import { delegate } from './delegate.ts';

interface ConfigMap extends KubeObject {
  data?: { [key: string]: string };
}
const configMaps = defineKind<ConfigMap>('v1', 'ConfigMap', 'configmaps');

let server: TestServer;
before(async () => {
  server = await startTestServer();
});
after(() => server.close());

function configMap(name: string, data: { [key: string]: string } = {}, labels = {}): ConfigMap {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default', labels }, data };
}

/** A client whose watches the test can break and whose calls it can see. */
function breakable(client: ClusterClient) {
  const handlers: { handler: WatchHandler; watch: ClusterWatch; from: string | undefined }[] = [];
  const lists: number[] = [];
  const wrapped = delegate(client, {
    list(resource, options) {
      lists.push(handlers.length);
      return client.list(resource, options);
    },
    watch(resource, options, handler) {
      const watch = client.watch(resource, options, handler);
      handlers.push({ handler, watch, from: options.resourceVersion });
      return watch;
    },
  });
  return {
    client: wrapped,
    lists,
    watches: handlers,
    break(error: ClusterError) {
      const last = handlers.at(-1);
      last?.watch.close();
      last?.handler.onError(error);
    },
  };
}

/** Resolves when `holds` first does, looking again after each change that the informer tells. */
function when<T extends KubeObject>(informer: Informer<T>, holds: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const check = () => {
      if (!holds()) return;
      queueMicrotask(() => stop());
      resolve();
    };
    const stop = informer.subscribe({ added: check, updated: check, deleted: check });
    check();
  });
}

function open(client: ClusterClient, indexers = {}): Informer<ConfigMap> {
  return new Informer({ client, kind: configMaps, indexers, clock: systemClock, log: silentLogger });
}

test('an informer knows what was there before it and what comes after', async () => {
  await server.client.create(configMaps, configMap('first', { a: '1' }));
  const informer = open(server.client);
  await informer.synced;
  assert.equal(informer.get('default/first')?.data?.['a'], '1');
  await server.client.create(configMaps, configMap('second'));
  await when(informer, () => informer.get('default/second') !== undefined);
  await server.client.delete(configMaps, { namespace: 'default', name: 'first' });
  await when(informer, () => informer.get('default/first') === undefined);
  informer.close();
});

test('an informer holds the very objects of the server, frozen, not copies', async () => {
  const created = await server.client.create(configMaps, configMap('shared'));
  const one = open(server.client);
  const two = open(server.client);
  await Promise.all([one.synced, two.synced]);
  const object = one.get(objectKey(created));
  assert.ok(object && Object.isFrozen(object));
  assert.equal(object, two.get(objectKey(created)));
  one.close();
  two.close();
});

test('objects are found by index, and move when an update changes their value', async () => {
  const indexers = { tier: (map: ConfigMap) => [map.metadata.labels?.['tier'] ?? ''] };
  const informer = open(server.client, indexers);
  await informer.synced;
  const created = await server.client.create(configMaps, configMap('indexed', {}, { tier: 'gold' }));
  await when(informer, () => informer.byIndex('tier', 'gold').length === 1);
  const metadata = { ...created.metadata, labels: { tier: 'silver' } };
  await server.client.update(configMaps, { ...created, metadata });
  await when(informer, () => informer.byIndex('tier', 'silver').length === 1);
  assert.deepEqual(informer.byIndex('tier', 'gold'), []);
  informer.close();
});

test('a broken watch goes on from the last version seen, without a second list', async () => {
  const broken = breakable(server.client);
  const informer = open(broken.client);
  await informer.synced;
  const made = await server.client.create(configMaps, configMap('before-break'));
  await when(informer, () => informer.get('default/before-break') !== undefined);
  broken.break(new ClusterError(503, 'ServiceUnavailable', 'the connection was cut'));
  await server.client.create(configMaps, configMap('during-break'));
  await when(informer, () => informer.get('default/during-break') !== undefined);
  assert.equal(broken.lists.length, 1);
  assert.equal(broken.watches.at(-1)?.from, made.metadata.resourceVersion);
  informer.close();
});

test('when its version is gone an informer lists again and tells what was deleted meanwhile', async () => {
  const broken = breakable(server.client);
  await server.client.create(configMaps, configMap('leaves'));
  const informer = open(broken.client);
  await informer.synced;
  const deleted: string[] = [];
  informer.subscribe({ deleted: (object) => void deleted.push(object.metadata.name ?? '') });
  broken.watches.at(-1)?.watch.close();
  await server.client.delete(configMaps, { namespace: 'default', name: 'leaves' });
  broken.break(new ClusterError(410, 'Expired', 'too old resource version'));
  await when(informer, () => informer.get('default/leaves') === undefined);
  assert.deepEqual(deleted, ['leaves']);
  assert.equal(broken.lists.length, 2);
  informer.close();
});

test('the answer to a write is taken in at once, and the late watch does not bring back what was deleted', async () => {
  const informer = open(server.client);
  await informer.synced;
  const created = await server.client.create(configMaps, configMap('observed'));
  informer.observe(created as ConfigMap);
  assert.equal(informer.get('default/observed')?.metadata.uid, created.metadata.uid);
  await server.client.delete(configMaps, { namespace: 'default', name: 'observed' });
  await when(informer, () => informer.get('default/observed') === undefined);
  informer.observe(created as ConfigMap);
  assert.equal(informer.get('default/observed'), undefined);
  const again = await server.client.create(configMaps, configMap('observed'));
  await when(informer, () => informer.get('default/observed') !== undefined);
  informer.observe(created as ConfigMap);
  assert.equal(informer.get('default/observed')?.metadata.uid, again.metadata.uid);
  informer.close();
});

test('an accepted delete shows at once as a deletion in progress', async () => {
  const informer = open(server.client);
  await informer.synced;
  const created = await server.client.create(configMaps, configMap('going'));
  informer.observe(created as ConfigMap);
  informer.observeDelete(created as ConfigMap, '2026-01-01T00:00:00Z');
  assert.equal(informer.get('default/going')?.metadata.deletionTimestamp, '2026-01-01T00:00:00Z');
  informer.close();
});

test('an informer of a kind that is not served yet waits for it', async () => {
  let serves = false;
  const late = delegate(server.client, {
    list: (...args) =>
      serves
        ? server.client.list(...args)
        : Promise.reject(
            new ClusterError(404, 'NotFound', 'the server could not find the requested resource'),
          ),
  });
  const informer = open(late);
  assert.equal(informer.hasSynced, false);
  serves = true;
  await informer.synced;
  assert.equal(informer.hasSynced, true);
  informer.close();
});

test('an informer that is closed knows what it knew: a pass that is under way takes nothing for gone', async () => {
  const name = 'known-to-the-end';
  await server.client.create(configMaps, configMap(name));
  const informer = new Informer({
    client: server.client,
    kind: configMaps,
    clock: systemClock,
    log: silentLogger,
  });
  await informer.synced;
  informer.close();
  assert.equal(informer.get(`default/${name}`)?.metadata.name, name);
});
