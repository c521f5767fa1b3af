import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { KubeObject } from '../../src/apimachinery/client.ts';
import { defineKind, objectKey } from '../../src/apimachinery/kinds.ts';
import { silentLogger, systemClock, systemRandom } from '../../src/base/index.ts';
import { InformerSet, runController, watchKeys } from '../../src/reconcile/index.ts';
import { startTestServer, type TestServer } from '../apiserver/harness.ts';

interface ConfigMap extends KubeObject {
  data?: { [key: string]: string };
}
const configMaps = defineKind<ConfigMap>('v1', 'ConfigMap', 'configmaps');
const surroundings = { clock: systemClock, random: systemRandom, log: silentLogger };

let server: TestServer;
before(async () => {
  server = await startTestServer();
});
after(() => server.close());

function configMap(name: string): ConfigMap {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' } };
}

/** A controller over ConfigMaps that ends with the test. */
function start(reconcile: (key: string) => Promise<{ againAfterMs: number } | undefined>, concurrency = 1) {
  const stop = new AbortController();
  const informers = new InformerSet({ client: server.client, ...surroundings });
  const informer = informers.of(configMaps);
  const controller = runController({
    ...surroundings,
    name: 'test',
    watches: [watchKeys(informer, objectKey)],
    reconcile,
    concurrency,
    signal: stop.signal,
  });
  return {
    informer,
    controller,
    async close() {
      stop.abort();
      informers.close();
      await controller.stopped;
    },
  };
}

test('a controller reconciles what was there and what changes, and sees the change it was called for', async () => {
  await server.client.create(configMaps, configMap('there'));
  const { promise, resolve } = Promise.withResolvers<void>();
  const seen = new Set<string>();
  const running = start(async (key) => {
    if (running.informer.get(key)) seen.add(key);
    if (seen.has('default/there') && seen.has('default/new')) resolve();
    return undefined;
  });
  await server.client.create(configMaps, configMap('new'));
  await promise;
  await running.close();
});

test('a pass that fails is tried again until it succeeds', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  let tries = 0;
  const running = start(async (key) => {
    if (key !== 'default/retried') return undefined;
    if (++tries < 4) throw new Error('not yet');
    resolve();
    return undefined;
  });
  await server.client.create(configMaps, configMap('retried'));
  await promise;
  assert.equal(tries, 4);
  await running.close();
});

test('a key is worked on by one worker at a time, different keys by several', async () => {
  const working = new Map<string, number>();
  const { promise, resolve } = Promise.withResolvers<void>();
  let most = 0;
  let passes = 0;
  const running = start(async (key) => {
    const count = (working.get(key) ?? 0) + 1;
    assert.equal(count, 1, `${key} is worked on twice`);
    working.set(key, count);
    most = Math.max(most, working.size);
    await systemClock.sleep(2);
    working.delete(key);
    if (++passes >= 20) resolve();
    return undefined;
  }, 3);
  for (let i = 0; i < 10; i++) running.controller.enqueue(`default/k${i}`);
  await systemClock.sleep(1);
  for (let i = 0; i < 10; i++) running.controller.enqueue(`default/k${i}`);
  for (let i = 10; i < 20; i++) running.controller.enqueue(`default/k${i}`);
  await promise;
  assert.equal(most, 3);
  await running.close();
});

test('a pass that asks for it is called again after its delay', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  let passes = 0;
  const running = start(async (key) => {
    if (key !== 'default/again') return undefined;
    if (++passes === 3) resolve();
    return passes < 3 ? { againAfterMs: 1 } : undefined;
  });
  running.controller.enqueue('default/again');
  await promise;
  await running.close();
});

test('stopping waits for the pass that runs and starts no other', async () => {
  const { promise, resolve } = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  const done: string[] = [];
  const running = start(async (key) => {
    if (!key.startsWith('default/stop-')) return undefined;
    resolve();
    await gate.promise;
    done.push(key);
    return undefined;
  });
  running.controller.enqueue('default/stop-1');
  running.controller.enqueue('default/stop-2');
  await promise;
  const closed = running.close();
  gate.resolve();
  await closed;
  assert.deepEqual(done, ['default/stop-1']);
});
