import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startTestServer, type TestServer } from '../harness.ts';

let server: TestServer;
const sentence = 'quotas are stored here and limit nothing';

before(async () => {
  server = await startTestServer({
    notEnforced: [
      { group: '', resource: 'resourcequotas', sentence: () => sentence },
      {
        group: '',
        resource: 'configmaps',
        sentence: ({ data }) => (data === undefined ? undefined : 'data are stored and read by nobody'),
      },
    ],
  });
});
after(() => server.close());

const json = { 'content-type': 'application/json' };
const path = '/api/v1/namespaces/default/';

async function warningOf(method: string, place: string, body: object): Promise<string | null> {
  const type = method === 'PATCH' ? { 'content-type': 'application/merge-patch+json' } : json;
  const response = await server.fetch(path + place, { method, headers: type, body: JSON.stringify(body) });
  assert.ok(response.ok, await response.text());
  return response.headers.get('warning');
}

test('who writes what has no effect is warned, on create and on update, and not about its status', async () => {
  const quota = {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: 'q' },
    spec: { hard: { pods: '1' } },
  };
  assert.equal(await warningOf('POST', 'resourcequotas', quota), `299 - "${sentence}"`);
  assert.equal(
    await warningOf('PATCH', 'resourcequotas/q', { spec: { hard: { pods: '2' } } }),
    `299 - "${sentence}"`,
  );
  assert.equal(await warningOf('PATCH', 'resourcequotas/q/status', { status: {} }), null);
});

test('a note may be about a part of an object only', async () => {
  const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'm' } };
  assert.equal(await warningOf('POST', 'configmaps', map), null);
  assert.equal(
    await warningOf('PATCH', 'configmaps/m', { data: { a: 'b' } }),
    '299 - "data are stored and read by nobody"',
  );
});
