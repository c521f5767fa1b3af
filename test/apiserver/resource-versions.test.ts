import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startTestServer, type TestServer } from './harness.ts';

const path = '/api/v1/namespaces/default/configmaps';
let server: TestServer;
before(async () => {
  server = await startTestServer();
  for (const name of ['c1', 'c2', 'c3', 'c4', 'c5']) await send('POST', path, { metadata: { name } });
});
after(() => server.close());

async function send(method: string, target: string, body?: object, type = 'application/json') {
  const answer = await server.fetch(target, {
    method,
    ...(body ? { body: JSON.stringify(body), headers: { 'content-type': type } } : {}),
  });
  return {
    status: answer.status,
    retryAfter: answer.headers.get('retry-after'),
    body: JSON.parse(await answer.text()),
  };
}

const get = (query: string) => send('GET', `${path}${query}`);
const token = (value: object | string) =>
  Buffer.from(typeof value === 'string' ? value : JSON.stringify(value)).toString('base64url');

test('a version that has not happened yet is 504 with the seconds to wait, for get and list', async () => {
  for (const query of ['/c1?resourceVersion=99999999999', '?resourceVersion=99999999999']) {
    const { status, retryAfter, body } = await get(query);
    assert.deepEqual([status, retryAfter, body.reason], [504, '1', 'Timeout']);
    const current = server.server.resourceVersion();
    assert.equal(body.message, `Timeout: Too large resource version: 99999999999, current: ${current}`);
    assert.deepEqual(body.details, {
      causes: [{ reason: 'ResourceVersionTooLarge', message: 'Too large resource version' }],
      retryAfterSeconds: 1,
    });
  }
});

test('a version that is no number is refused as the real server refuses it', async () => {
  const why = 'resourceVersion: Invalid value: "abc": strconv.ParseUint: parsing "abc": invalid syntax';
  const cases: readonly [Promise<{ status: number; body: { message: string } }>, number, string][] = [
    [get('/c1?resourceVersion=abc'), 500, why],
    [get('?watch=1&resourceVersion=abc'), 500, why],
    [get('?resourceVersion=abc'), 400, `invalid resource version: ${why}`],
    [get('?resourceVersion=abc&resourceVersionMatch=Exact'), 400, `invalid resource version: ${why}`],
    [
      send('PUT', `${path}/c1`, { metadata: { name: 'c1', resourceVersion: 'abc' } }),
      500,
      'strconv.ParseUint: parsing "abc": invalid syntax',
    ],
    [
      send('PATCH', `${path}/c1`, { metadata: { resourceVersion: '-1' } }, 'application/merge-patch+json'),
      500,
      'strconv.ParseUint: parsing "-1": invalid syntax',
    ],
  ];
  for (const [asked, status, message] of cases) {
    const answer = await asked;
    assert.deepEqual([answer.status, answer.body.message], [status, message]);
  }
});

test('resourceVersionMatch and sendInitialEvents are refused where they mean nothing', async () => {
  const forbidden = 'resourceVersionMatch: Forbidden: resourceVersionMatch is forbidden';
  const unsupported =
    'resourceVersionMatch: Unsupported value: "Foo": supported values: "Exact", "NotOlderThan", ""';
  const cases = {
    '?resourceVersionMatch=Exact': `${forbidden} unless resourceVersion is provided`,
    '?resourceVersionMatch=Exact&resourceVersion=0':
      'resourceVersionMatch: Forbidden: resourceVersionMatch "exact" is forbidden for resourceVersion "0"',
    '?resourceVersionMatch=Foo&resourceVersion=1': unsupported,
    '?resourceVersionMatch=Foo': `[${forbidden} unless resourceVersion is provided, ${unsupported}]`,
    '?continue=abc&resourceVersionMatch=Exact': `[${forbidden} unless resourceVersion is provided, ${forbidden} when continue is provided]`,
    '?sendInitialEvents=true': 'sendInitialEvents: Forbidden: sendInitialEvents is forbidden for list',
  };
  for (const [query, message] of Object.entries(cases)) {
    const { status, body } = await get(query);
    assert.deepEqual([status, body.message], [422, `ListOptions.meta.k8s.io "" is invalid: ${message}`]);
  }
});

test('a continue token that no list gave out is refused with the reason', async () => {
  const v = 'meta.k8s.io/v1';
  const cases: readonly [string, string][] = [
    [
      token({ v: 'meta.k8s.io/v2', rv: 5, start: 'c2\0' }),
      'server does not recognize this encoded version meta.k8s.io/v2',
    ],
    [token({ rv: 5, start: 'c2\0' }), 'server does not recognize this encoded version '],
    [token({ v, rv: 0, start: 'c2\0' }), `incorrect encoded start resourceVersion (version ${v})`],
    [token({ v, rv: 5, start: '' }), `encoded start key empty (version ${v})`],
    [token({ v, rv: 5, start: '../x' }), '../x'],
    [token('hello'), "invalid character 'h' looking for beginning of value"],
  ];
  for (const [text, why] of cases) {
    const { status, body } = await get(`?continue=${text}`);
    assert.deepEqual(
      [status, body.message],
      [400, `invalid continue token: continue key is not valid: ${why}`],
    );
  }
  assert.equal((await get(`?continue=${token({ v, rv: 99999999, start: 'c2\0' })}`)).status, 504);
});

test('a page that was compacted away is 410 with a token that goes on from the same place, as things stand now', async () => {
  const first = await get('?limit=2');
  assert.deepEqual(JSON.parse(Buffer.from(first.body.metadata.continue, 'base64url').toString()), {
    v: 'meta.k8s.io/v1',
    rv: Number(first.body.metadata.resourceVersion),
    start: 'c2\0',
  });
  await send('DELETE', `${path}/c4`);
  await server.store.compact(server.store.revision());
  const refused = await get(`?limit=2&continue=${first.body.metadata.continue}`);
  assert.deepEqual([refused.status, refused.body.reason], [410, 'Expired']);
  assert.match(
    refused.body.message,
    /^The provided continue parameter is too old to display .* may show up in the list\.$/,
  );
  const rest = await get(`?limit=2&continue=${refused.body.metadata.continue}`);
  assert.deepEqual(
    rest.body.items.map((item: { metadata: { name: string } }) => item.metadata.name),
    ['c3', 'c5'],
  );
});
