import assert from 'node:assert/strict';
import { once } from 'node:events';
import { request } from 'node:https';
import { after, before, describe, it } from 'node:test';
import { decodeProtobuf } from '../../src/kinds/protobuf/index.ts';
import { startTestServer, type TestEndpoint, type TestServer } from './harness.ts';
import { decodedEvent } from './watch-event.ts';

const protobuf = 'application/vnd.kubernetes.protobuf';
const metadataOnly = 'as=PartialObjectMetadata;g=meta.k8s.io;v=v1';
const configMaps = { group: '', version: 'v1', resource: 'configmaps' };

/** The events of a whole watch in protobuf: a length of four bytes and a `WatchEvent` each. */
function eventsOf(body: Buffer) {
  const events: { type: string; object: ReturnType<typeof decodeProtobuf> }[] = [];
  for (let at = 0; at < body.length; ) {
    const bytes = body.readUInt32BE(at);
    events.push(decodedEvent(body.subarray(at + 4, at + 4 + bytes)));
    at += 4 + bytes;
  }
  return events;
}

const definition = {
  apiVersion: 'apiextensions.k8s.io/v1',
  kind: 'CustomResourceDefinition',
  metadata: { name: 'widgets.example.com' },
  spec: {
    group: 'example.com',
    scope: 'Namespaced',
    names: { plural: 'widgets', kind: 'Widget' },
    versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } }],
  },
};

describe('protobuf of watches:', () => {
  let test: TestServer;
  let endpoint: TestEndpoint;
  before(async () => {
    test = await startTestServer();
    const metadata = { name: 'one', namespace: 'default', labels: { a: 'b' } };
    await test.client.create(configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata, data: { x: 'ü' } });
    const crds = { group: 'apiextensions.k8s.io', version: 'v1', resource: 'customresourcedefinitions' };
    await test.client.create(crds, definition);
    const widget = {
      apiVersion: 'example.com/v1',
      kind: 'Widget',
      metadata: { name: 'one', namespace: 'default' },
    };
    await test.client.create({ group: 'example.com', version: 'v1', resource: 'widgets' }, widget);
    endpoint = await test.listen();
  });
  after(() => test.close());

  const ask = async (path: string, accept: string) => {
    const headers = { accept, authorization: 'Bearer admin-token' };
    const sent = request(endpoint.url + path, { ca: endpoint.caPem, headers }).end();
    const [answer] = await once(sent, 'response');
    const chunks: Buffer[] = [];
    for await (const chunk of answer) chunks.push(chunk);
    return { status: answer.statusCode, type: answer.headers['content-type'], body: Buffer.concat(chunks) };
  };
  const path = '/api/v1/namespaces/default/configmaps?watch=1&timeoutSeconds=1&allowWatchBookmarks=true';

  it('each event is a frame with the whole envelope of its object; bookmarks too', async () => {
    const { status, type, body } = await ask(
      `${path}&fieldSelector=metadata.name=one`,
      `${protobuf};stream=watch`,
    );
    assert.equal(status, 200);
    assert.equal(type, `${protobuf};stream=watch`);
    const [first, last, ...others] = eventsOf(body);
    assert.deepEqual(others, []);
    assert.equal(first?.type, 'ADDED');
    const stored = await test.client.get(configMaps, { name: 'one', namespace: 'default' });
    assert.deepEqual(first.object, stored);
    assert.equal(last?.type, 'BOOKMARK');
    assert.equal(last.object['kind'], 'ConfigMap');
  });

  it('metadata alone has it for every kind, custom resources among them', async () => {
    const own = await ask(path, `${protobuf};${metadataOnly},application/json;${metadataOnly}`);
    assert.deepEqual(
      eventsOf(own.body).map(({ type, object }) => [type, object['kind'], object['apiVersion']]),
      [
        ['ADDED', 'PartialObjectMetadata', 'meta.k8s.io/v1'],
        ['BOOKMARK', 'PartialObjectMetadata', 'meta.k8s.io/v1'],
      ],
    );
    const custom = '/apis/example.com/v1/namespaces/default/widgets';
    const watched = await ask(`${custom}?watch=1&timeoutSeconds=1`, `${protobuf};${metadataOnly}`);
    assert.equal(eventsOf(watched.body)[0]?.object['kind'], 'PartialObjectMetadata');
    const one = await ask(`${custom}/one`, `${protobuf};${metadataOnly}`);
    assert.deepEqual([one.status, one.type], [200, protobuf]);
    assert.equal(decodeProtobuf(one.body)['kind'], 'PartialObjectMetadata');
  });

  it('a custom resource has none: 406, or the next form that the caller takes', async () => {
    const custom = '/apis/example.com/v1/namespaces/default/widgets';
    const watch = `${custom}?watch=1&timeoutSeconds=1`;
    const answers: [string, string, number, string][] = [
      [watch, protobuf, 406, protobuf],
      [watch, `${protobuf},application/json`, 200, 'application/json'],
      [watch, `${protobuf},application/yaml`, 406, protobuf],
      [watch, `${protobuf}, */*;q=0.5`, 200, 'application/json'],
      [`${custom}/one`, protobuf, 406, protobuf],
      [`${custom}/one`, `${protobuf},application/yaml`, 200, 'application/yaml'],
      [`${custom}/none`, `${protobuf},application/yaml`, 404, protobuf],
      [custom, protobuf, 406, protobuf],
      [
        '/api/v1/namespaces',
        `${protobuf};as=Table;g=meta.k8s.io;v=v1,application/yaml`,
        200,
        'application/yaml',
      ],
      ['/api/v1/namespaces/none', protobuf, 404, protobuf],
      ['/api/v1/namespaces/none', 'application/yaml', 404, 'application/yaml'],
    ];
    for (const [asked, accept, status, type] of answers) {
      const answer = await ask(asked, accept);
      assert.deepEqual([answer.status, answer.type], [status, type], `${asked} as ${accept}`);
      if (status < 400 || type !== protobuf) continue;
      assert.equal(decodeProtobuf(answer.body)['code'], status);
    }
  });

  it('YAML is no form of a watch, and the refusal says which are', async () => {
    for (const asked of [path, '/apis/example.com/v1/widgets?watch=1']) {
      const { status, body } = await ask(asked, 'application/yaml');
      assert.equal(status, 406);
      assert.match(body.toString().replace(/\s+/g, ' '), /application\/json;stream=watch, application\/vnd/);
    }
  });

  it('a refusal within the stream is a Status in protobuf', async () => {
    const { body } = await ask(
      `${path}&resourceVersion=99999999&sendInitialEvents=true&resourceVersionMatch=NotOlderThan`,
      protobuf,
    );
    const [only] = eventsOf(body);
    assert.deepEqual(
      [only?.type, only?.object['kind'], only?.object['reason']],
      ['ERROR', 'Status', 'Timeout'],
    );
  });

  it('who likes JSON less gets protobuf, who likes it as much JSON', async () => {
    const type = async (accept: string) => (await ask('/api/v1/namespaces', accept)).type;
    assert.equal(await type(`${protobuf},application/json;q=0.9`), protobuf);
    assert.equal(await type(`${protobuf},application/json`), 'application/json');
  });
});
