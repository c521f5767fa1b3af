import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { ClusterClient, ClusterError } from '../../src/apimachinery/client.ts';
import { silentLogger, systemRandom } from '../../src/base/index.ts';
import { createMemoryStore } from '../../src/store/index.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { type EventStream, startTestServer, type TestEndpoint, type TestServer } from './harness.ts';

const configMaps = { group: '', version: 'v1', resource: 'configmaps' };
const path = '/api/v1/namespaces/default/configmaps';

function configMap(
  name: string,
  labels: { [key: string]: string } = {},
  data: { [key: string]: string } = {},
) {
  return { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default', labels }, data };
}

async function nextText(stream: EventStream): Promise<string> {
  const event = await stream.next();
  if (!event) return 'end';
  const object = JSON.parse(JSON.stringify(event['object']));
  return `${String(event['type'])} ${object.metadata?.name ?? object.reason ?? ''}`.trim();
}

describe('a watch', () => {
  let test: TestServer;
  let endpoint: TestEndpoint;
  before(async () => {
    test = await startTestServer();
    endpoint = await test.listen();
  });
  after(() => test.close());

  it('tells of objects as they appear under a selector and cease to match it', async () => {
    const stream = await endpoint.watch(`${path}?watch=true&labelSelector=team%3Dred&resourceVersion=0`);
    await test.client.create(configMaps, configMap('a', { team: 'blue' }));
    await test.client.patch(
      configMaps,
      { name: 'a', namespace: 'default' },
      { type: 'merge', body: { metadata: { labels: { team: 'red' } } } },
    );
    assert.equal(await nextText(stream), 'ADDED a');
    await test.client.patch(
      configMaps,
      { name: 'a', namespace: 'default' },
      { type: 'merge', body: { data: { x: '1' } } },
    );
    assert.equal(await nextText(stream), 'MODIFIED a');
    await test.client.patch(
      configMaps,
      { name: 'a', namespace: 'default' },
      { type: 'merge', body: { metadata: { labels: { team: 'green' } } } },
    );
    assert.equal(await nextText(stream), 'DELETED a');
    stream.close();
  });

  it('resumes after the version it is given and misses nothing', async () => {
    const start = test.server.resourceVersion();
    await test.client.create(configMaps, configMap('b'));
    await test.client.delete(configMaps, { name: 'b', namespace: 'default' });
    const stream = await endpoint.watch(`${path}?watch=true&resourceVersion=${start}`);
    assert.equal(await nextText(stream), 'ADDED b');
    assert.equal(await nextText(stream), 'DELETED b');
    stream.close();
  });

  it('sends a deletion under the version of the deletion', async () => {
    const stream = await endpoint.watch(
      `${path}?watch=true&resourceVersion=${test.server.resourceVersion()}`,
    );
    const created = await test.client.create(configMaps, configMap('c'));
    await test.client.delete(configMaps, { name: 'c', namespace: 'default' });
    await stream.next();
    const event = JSON.parse(JSON.stringify(await stream.next()));
    assert.equal(event.type, 'DELETED');
    assert.ok(Number(event.object.metadata.resourceVersion) > Number(created.metadata.resourceVersion));
    stream.close();
  });

  it('marks the end of what existed when initial events are asked for', async () => {
    await test.client.create(configMaps, configMap('d'));
    const query =
      'watch=true&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan&fieldSelector=metadata.name%3Dd';
    const stream = await endpoint.watch(`${path}?${query}`);
    assert.equal(await nextText(stream), 'ADDED d');
    const event = JSON.parse(JSON.stringify(await stream.next()));
    assert.equal(event.type, 'BOOKMARK');
    assert.equal(event.object.metadata.annotations['k8s.io/initial-events-end'], 'true');
    stream.close();
  });

  it('refuses initial events without NotOlderThan', async () => {
    const answer = await test.fetch(`${path}?watch=true&sendInitialEvents=true`);
    assert.equal(answer.status, 422);
    assert.match(
      await answer.text(),
      /sendInitialEvents requires setting resourceVersionMatch to NotOlderThan/,
    );
  });

  it('is told 410 when its version is compacted away', async () => {
    const version = test.server.resourceVersion();
    await test.client.create(configMaps, configMap('e'));
    const fresh = await startTestServer({ store: test.store });
    await test.store.compact(test.store.revision());
    const stream = await (await fresh.listen()).watch(`${path}?watch=true&resourceVersion=${version}`);
    const event = JSON.parse(JSON.stringify(await stream.next()));
    assert.equal(event.type, 'ERROR');
    assert.equal(event.object.code, 410);
    assert.equal(event.object.reason, 'Expired');
    assert.equal(await stream.next(), undefined);
    await fresh.close();
  });

  it('in this process is told how it ended: by a version that is gone, no rights, or the end of the server', async () => {
    const version = test.server.resourceVersion();
    await test.client.create(configMaps, configMap('told'));
    const fresh = await startTestServer({ store: test.store });
    await test.store.compact(test.store.revision());
    const ending = (client: ClusterClient, resourceVersion: string) =>
      new Promise<ClusterError>((onError) => {
        client.watch(configMaps, { namespace: 'default', resourceVersion }, { onEvent() {}, onError });
      });
    const gone = await ending(fresh.client, version);
    assert.deepEqual([gone.status, gone.reason], [410, 'Expired']);
    const nobody = fresh.clientAs({ username: 'nobody', uid: '', groups: [], extra: {} });
    assert.equal((await ending(nobody, '')).status, 403);
    const last = ending(fresh.client, fresh.server.resourceVersion());
    // The watch has begun once a list after it was answered.
    await fresh.client.list(configMaps, { namespace: 'default' });
    await fresh.close();
    assert.equal((await last).status, 503);
  });

  it('gives rows to callers that want a Table, columns only once', async () => {
    const stream = await endpoint.watch(
      `${path}?watch=true&resourceVersion=${test.server.resourceVersion()}`,
      {
        accept: 'application/json;as=Table;v=v1;g=meta.k8s.io',
      },
    );
    await test.client.create(configMaps, configMap('f'));
    await test.client.create(configMaps, configMap('g'));
    const first = JSON.parse(JSON.stringify(await stream.next()));
    const second = JSON.parse(JSON.stringify(await stream.next()));
    assert.equal(first.object.kind, 'Table');
    assert.equal(first.object.rows[0].cells[0], 'f');
    assert.equal(first.object.columnDefinitions[0].name, 'Name');
    assert.equal(second.object.columnDefinitions, null);
    stream.close();
  });

  it('ends when the server closes', async () => {
    const other = await startTestServer();
    const stream = await (await other.listen()).watch(`${path}?watch=true`);
    await other.close();
    assert.equal(await stream.next().catch(() => undefined), undefined);
  });
});

describe('a watch across a restart', () => {
  it('goes on from the version it had seen', async () => {
    const store = createMemoryStore({ clock: new ManualClock(), random: systemRandom, log: silentLogger });
    const before = await startTestServer({ store });
    await before.client.create(configMaps, configMap('stays'));
    await before.client.create(configMaps, configMap('goes'));
    const version = before.server.resourceVersion();
    await before.client.delete(configMaps, { name: 'goes', namespace: 'default' });
    await before.client.create(configMaps, configMap('comes'));
    await before.close();

    const again = await startTestServer({ store });
    const stream = await (await again.listen()).watch(`${path}?watch=true&resourceVersion=${version}`);
    assert.equal(await nextText(stream), 'DELETED goes');
    assert.equal(await nextText(stream), 'ADDED comes');
    await again.client.create(configMaps, configMap('later'));
    assert.equal(await nextText(stream), 'ADDED later');
    stream.close();
    await again.close();
    await store.close();
  });
});

describe('a watch of a client in this process', () => {
  it('gets bookmarks, shared frozen objects and an end', async () => {
    const clock = new ManualClock();
    const test = await startTestServer({ clock });
    const seen: string[] = [];
    const over = Promise.withResolvers<number>();
    const first = Promise.withResolvers<void>();
    test.client.watch(
      configMaps,
      { namespace: 'default' },
      {
        onEvent(event) {
          seen.push(event.type);
          if (event.type === 'ADDED') {
            assert.ok(Object.isFrozen(event.object));
            first.resolve();
          }
        },
        onError: (error) => over.resolve(error.status),
      },
    );
    await test.client.create(configMaps, configMap('a'));
    await first.promise;
    clock.advance(61_000);
    assert.deepEqual(seen, ['ADDED', 'BOOKMARK']);
    await test.close();
    assert.equal(await over.promise, 503);
  });
});
