import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startTestServer, type TestServer } from './harness.ts';

const configMaps = { group: '', version: 'v1', resource: 'configmaps' };

describe('objects of an API server', () => {
  let test: TestServer;
  before(async () => {
    test = await startTestServer();
  });
  after(() => test.close());

  it('are created, read, listed, updated and deleted', async () => {
    const { client } = test;
    const created = await client.create(configMaps, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'first', namespace: 'default', labels: { app: 'a' } },
      data: { key: 'value' },
    });
    assert.match(created.metadata.uid ?? '', /^[0-9a-f-]{36}$/);
    const read = await client.get(configMaps, { name: 'first', namespace: 'default' });
    assert.equal(
      read,
      await client.get(configMaps, { name: 'first', namespace: 'default' }),
      'one shared object',
    );
    const listed = await client.list(configMaps, { labelSelector: 'app in (a,b)' });
    assert.equal(listed.items.length, 1);
    const updated = await client.update(configMaps, { ...structuredClone(read), data: { key: 'other' } });
    assert.notEqual(updated.metadata.resourceVersion, read.metadata.resourceVersion);
    await assert.rejects(client.update(configMaps, { ...structuredClone(read), data: {} }), {
      status: 409,
      message:
        'Operation cannot be fulfilled on configmaps "first": the object has been modified; please apply your changes to the latest version and try again',
    });
    await client.delete(configMaps, { name: 'first', namespace: 'default' });
    await assert.rejects(client.get(configMaps, { name: 'first', namespace: 'default' }), {
      status: 404,
      reason: 'NotFound',
      message: 'configmaps "first" not found',
    });
  });
});
