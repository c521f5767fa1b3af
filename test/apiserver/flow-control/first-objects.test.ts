import assert from 'node:assert/strict';
import { it } from 'node:test';
import { isObject, type JsonObject } from '../../../src/base/index.ts';
import { startTestServer } from '../harness.ts';
import recorded from './recorded-objects.json' with { type: 'json' };

/** Without what differs from server to server. */
function comparable(object: JsonObject): JsonObject {
  const text = JSON.stringify(object, (name, value) =>
    ['uid', 'resourceVersion', 'creationTimestamp', 'time', 'lastTransitionTime'].includes(name) ? '' : value,
  );
  const read: unknown = JSON.parse(text);
  return isObject(read) ? read : {};
}

it('a new cluster has the flow schemas and priority levels of a real one, with the same managers', async () => {
  const server = await startTestServer();
  try {
    const found: JsonObject[] = [];
    for (const resource of ['flowschemas', 'prioritylevelconfigurations']) {
      const group = 'flowcontrol.apiserver.k8s.io';
      const { items } = await server.client.list({ group, version: 'v1', resource });
      found.push(...items.map((item) => comparable({ ...item })));
    }
    assert.deepEqual(found, recorded.items.map(comparable));
  } finally {
    await server.close();
  }
});
