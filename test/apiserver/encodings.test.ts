import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { decodeProtobuf, encodeProtobuf } from '../../src/kinds/protobuf/index.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { startTestServer, type TestServer } from './harness.ts';

const json = 'application/json';
const protobuf = 'application/vnd.kubernetes.protobuf';
const table = ';as=Table;g=meta.k8s.io';
const partial = ';as=PartialObjectMetadata;g=meta.k8s.io';
const partialList = ';as=PartialObjectMetadataList;g=meta.k8s.io';

const widgets = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'widgets', kind: 'Widget' },
    versions: [
      {
        ...{ name: 'v1', served: true, storage: true },
        schema: {
          openAPIV3Schema: { type: 'object', properties: { at: { type: 'string' }, n: { type: 'number' } } },
        },
        additionalPrinterColumns: [
          { name: 'At', type: 'date', jsonPath: '.at' },
          { name: 'N', type: 'number', jsonPath: '.n' },
          { name: 'Age', type: 'date', jsonPath: '.metadata.creationTimestamp' },
        ],
      },
    ],
  },
};

const places = [
  '/api/v1/namespaces/default/pods',
  '/api/v1/namespaces/default/events',
  '/apis/events.k8s.io/v1/namespaces/default/events',
  '/apis/autoscaling/v1/namespaces/default/horizontalpodautoscalers',
  '/apis/example.com/v1/namespaces/default/widgets',
];

describe('what encodings keep of objects:', () => {
  const clock = new ManualClock();
  let test: TestServer;
  before(async () => {
    test = await startTestServer({ clock });
    const metadata = { namespace: 'default', annotations: { a: 'ü"\\' } };
    const make = (group: string, version: string, resource: string, object: object) =>
      test.client.create({ group, version, resource }, {
        apiVersion: group ? `${group}/${version}` : version,
        ...object,
      } as never); // Objects of several kinds, checked by the server.
    await make('apiextensions.k8s.io', 'v1', 'customresourcedefinitions', widgets);
    const named = (name: string) => ({ metadata: { ...metadata, name } });
    const container = { name: 'c', image: 'nginx' };
    for (const name of ['a', 'b', 'c']) {
      await make('', 'v1', 'pods', { kind: 'Pod', ...named(name), spec: { containers: [container] } });
      const at = new Date(clock.now() - 90_061_000).toISOString();
      await make('example.com', 'v1', 'widgets', { kind: 'Widget', ...named(name), at, n: 0.5 });
      clock.advance(1_000);
    }
    const involvedObject = { kind: 'Pod', name: 'a', namespace: 'default' };
    const event = {
      message: '"\\ ü',
      reason: 'Seen',
      firstTimestamp: '2025-12-31T23:00:00Z',
      involvedObject,
    };
    await make('', 'v1', 'events', { kind: 'Event', ...named('e'), ...event });
    const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd' };
    const autoscaler = { kind: 'HorizontalPodAutoscaler', ...named('h') };
    const spec = { scaleTargetRef, maxReplicas: 3, targetCPUUtilizationPercentage: 50 };
    await make('autoscaling', 'v1', 'horizontalpodautoscalers', { ...autoscaler, spec });
    const pods = { group: '', version: 'v1', resource: 'pods' };
    const state = { terminated: { exitCode: 1, finishedAt: '2025-12-31T23:59:00Z' } };
    const status = {
      containerStatuses: [{ name: 'c', restartCount: 2, lastState: state, state, ready: false }],
    };
    await test.client.patch(
      pods,
      { name: 'a', namespace: 'default' },
      { type: 'merge', body: { status } },
      { subresource: 'status' },
    );
  });
  after(() => test.close());

  const ask = async (path: string, accept: string) => {
    const answer = await test.fetch(path, { headers: { accept } });
    return Buffer.from(await answer.arrayBuffer());
  };
  const one = async (place: string) => {
    const { items } = JSON.parse((await ask(place, json)).toString());
    return `${place}/${items[0].metadata.name}`;
  };

  it('Tables and metadata say what is made of the values anew, whenever they are asked for', async () => {
    for (const place of places) {
      for (const form of [`${table};v=v1`, `${table};v=v1beta1`, `${partialList};v=v1`]) {
        const path = form.includes('List') ? [place] : [place, await one(place)];
        for (const asked of path) {
          for (const include of ['', 'includeObject=None', 'includeObject=Object']) {
            for (const passes of [0, 1_000, 7_200_000]) {
              clock.advance(passes);
              const kept = await ask(`${asked}?${include}`, json + form);
              const anew = await ask(`${asked}?${include}&pretty=true`, json + form);
              assert.deepEqual(JSON.parse(kept.toString()), JSON.parse(anew.toString()), asked + form);
              assert.equal(kept.toString(), `${JSON.stringify(JSON.parse(anew.toString()))}\n`);
            }
          }
        }
      }
    }
  });

  it('lists in protobuf are those that are written in one go, of objects and of metadata', async () => {
    for (const place of places) {
      const forms = place.includes('example.com') ? [] : [''];
      for (const form of [...forms, `${partialList};v=v1`, `${partialList};v=v1beta1`]) {
        for (let round = 0; round < 2; round++) {
          const value = JSON.parse((await ask(place, json + form)).toString());
          const kept = await ask(place, protobuf + form);
          assert.deepEqual(kept, Buffer.from(encodeProtobuf(value) ?? []), place + form);
        }
      }
      const single = `${partial};v=v1`;
      const name = await one(place);
      const value = JSON.parse((await ask(name, json + single)).toString());
      assert.deepEqual(decodeProtobuf(await ask(name, protobuf + single)), value);
    }
  });

  it('are for people when the query, the type or the program says so, and end without a line break', async () => {
    const path = '/api/v1/namespaces/default';
    const shown = async (query: string, headers: Record<string, string>) =>
      (await test.fetch(path + query, { headers })).text();
    const compact = await shown('', { accept: json });
    const pretty = JSON.stringify(JSON.parse(compact), undefined, 2);
    for (const [query, headers, expected] of [
      ['?pretty=T', { accept: json }, pretty],
      ['?pretty=yes', { accept: json }, compact],
      ['', { accept: `${json};pretty=1` }, pretty],
      ['', { accept: '*/*', 'user-agent': 'curl/8.0' }, pretty],
      ['?pretty=0', { accept: '*/*', 'user-agent': 'curl/8.0' }, compact],
      ['', { accept: '*/*', 'user-agent': 'kubectl/v1.34 curl' }, compact],
    ] as const) {
      assert.equal(await shown(query, headers), expected, `${query} ${JSON.stringify(headers)}`);
    }
    const refused = (headers: Record<string, string>) => test.fetch(`${path}x`, { headers });
    assert.match(
      await (await refused({ accept: `${json}${table};v=v1` })).text(),
      /^{\n {2}"kind": "Status",[\s\S]*}$/,
    );
    assert.match(
      await (await refused({ accept: `${json}${table};v=v1,${json}` })).text(),
      /^{"kind":"Status".*}\n$/,
    );
    assert.match(await (await refused({ accept: json, 'user-agent': 'Wget/1' })).text(), /^{\n {2}"kind"/);
  });

  it('a Table is made of what has columns; of the rest comes what the caller takes next, or 406', async () => {
    const wanted = `${json}${table};v=v1`;
    const review = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
    const body = JSON.stringify({ spec: { nonResourceAttributes: { path: '/', verb: 'get' } } });
    const pod = `${places[0]}/b`;
    const crd = '/apis/apiextensions.k8s.io/v1/customresourcedefinitions/widgets.example.com';
    for (const [method, path, accept, status, kind] of [
      ['POST', review, wanted, 406, 'Status'],
      ['POST', review, `${wanted},${json}`, 201, 'SelfSubjectAccessReview'],
      ['GET', `${pod}/status`, wanted, 200, 'Table'],
      ['GET', `${pod}/ephemeralcontainers`, wanted, 406, 'Status'],
      ['GET', `${pod}/ephemeralcontainers`, `${wanted},${json}`, 200, 'Pod'],
      ['GET', `${pod}/resize`, wanted, 406, 'Status'],
      ['GET', crd, wanted, 200, 'Table'],
      ['GET', `${crd}/status`, wanted, 406, 'Status'],
      ['GET', '/api/v1/nodes?watch=1&timeoutSeconds=1', `application/yaml,${json}`, 406, undefined],
      ['GET', pod, `${protobuf}${table};v=v1,${wanted}`, 200, 'Table'],
      ['GET', pod, `${json};as=Table;g=meta.k8s.io;v=v2,${json}`, 200, 'Pod'],
    ] as const) {
      const headers = { accept, 'content-type': json };
      const answer = await test.fetch(path, { method, headers, ...(method === 'POST' && { body }) });
      const text = await answer.text();
      const found = kind && JSON.parse(text).kind;
      assert.deepEqual([answer.status, found], [status, kind], `${method} ${path} ${accept}`);
      if (status === 406) assert.match(text, /only the following media types are accepted/);
    }
  });

  it('an object says the same in each of its versions, however often it is asked for', async () => {
    const [v1, v2] = ['v1', 'v2'].map(
      (v) => `/apis/autoscaling/${v}/namespaces/default/horizontalpodautoscalers/h`,
    );
    assert.ok(v1 && v2);
    for (let round = 0; round < 3; round++) {
      assert.equal(JSON.parse((await ask(v1, json)).toString()).spec.targetCPUUtilizationPercentage, 50);
      assert.equal(JSON.parse((await ask(v2, json)).toString()).spec.metrics[0].type, 'Resource');
    }
  });
});
