import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { JsonObject } from '../../src/base/index.ts';
import { object, widgetCrd } from '../apiserver/crd/widgets.ts';
import { startTestServer, type TestServer } from '../apiserver/harness.ts';

/** A key of a map is part of the path of everything below it: what is said of many members must not repeat it for each. */
let server: TestServer;
const path = '/apis/example.com/v1/namespaces/default/widgets';
const definitions = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions';
const long = 'k'.repeat(200_000);
const most = 1_500_000;

before(async () => {
  server = await startTestServer();
  const item = object({ a: { type: 'integer' } });
  const map = (values: JsonObject): JsonObject => ({ type: 'object', additionalProperties: values });
  const rules = { 'x-kubernetes-validations': [{ rule: 'self.a > 5' }] };
  const spec = object({
    m: map(object({ m: map(item) })),
    r: { ...map(object({ m: { ...map({ ...item, ...rules }), maxProperties: 5_000 } })), maxProperties: 10 },
  });
  await send('POST', definitions, JSON.stringify(widgetCrd(spec)));
  while ((await server.fetch(path)).status !== 200) await new Promise((resolve) => setImmediate(resolve));
});

after(() => server.close());

async function send(method: string, to: string, body: string, type = 'application/json') {
  const answer = await server.fetch(to, { method, headers: { 'content-type': type }, body });
  const text = await answer.text();
  return { status: answer.status, text, warnings: answer.headers.get('warning') ?? '' };
}

const members = (size: number, value: string): string =>
  Array.from({ length: size }, (_, i) => `"u${i}":${value}`).join();
const widget = (spec: string): string =>
  `{"apiVersion":"example.com/v1","kind":"Widget","metadata":{"name":"x"},"spec":${spec}}`;

const bodies: Readonly<Record<string, string>> = {
  'unknown members': widget(`{"m":{"${long}":{"m":{"${long}":{${members(3_000, '1')}}}}}}`),
  'values of the wrong type': widget(`{"m":{"${long}":{"m":{${members(3_000, '{"a":"x"}')}}}}}`),
  'members given twice': widget(`{"m":{"${long}":{"m":{"${long}":{${'"a":1,'.repeat(3_000)}"a":2}}}}}`),
  'numbers with a fraction': widget(`{"m":{"${long}":{"m":{"${long}":{${members(3_000, '1.0')}}}}}}`),
  'rules that fail': widget(`{"r":{"${long}":{"m":{${members(3_000, '{"a":1}')}}}}}`),
};

for (const [what, body] of Object.entries(bodies)) {
  test(`${what} below a long key are told of within bounds`, async () => {
    for (const validation of ['Strict', 'Warn', 'Ignore'])
      for (const type of ['application/json', 'application/yaml']) {
        const to = `${path}?dryRun=All&fieldValidation=${validation}`;
        const { status, text, warnings } = await send('POST', to, body, type);
        assert.ok([201, 400, 422].includes(status), `${status} ${text.slice(0, 200)}`);
        assert.ok(text.length < most, `${text.length} characters for ${body.length}`);
        assert.ok(warnings.length < 8_192, `${warnings.length} characters of warnings`);
      }
  });
}

test('errors of a definition below a long name are told of within bounds', async () => {
  const schema = `{"type":"object","properties":{"${long}":{"type":"object","properties":{${members(3_000, '{"type":"foo","zz":1}')}}}}}`;
  const body = `{"apiVersion":"apiextensions.k8s.io/v1","kind":"CustomResourceDefinition","metadata":{"name":"as.b.c"},"spec":{"group":"b.c","scope":"Cluster","names":{"plural":"as","kind":"A"},"versions":[{"name":"v1","served":true,"storage":true,"schema":{"openAPIV3Schema":${schema}}}]}}`;
  for (const validation of ['Strict', 'Warn']) {
    const { status, text } = await send('POST', `${definitions}?fieldValidation=${validation}`, body);
    assert.ok(status === 400 || status === 422, text.slice(0, 200));
    assert.ok(text.length < most, `${text.length} characters`);
  }
});

test('what is left out of many errors is counted', async () => {
  const { text } = await send('POST', `${path}?dryRun=All`, bodies['values of the wrong type'] ?? '');
  assert.match(JSON.parse(text).message, /, and \d+ more\]$/);
});
