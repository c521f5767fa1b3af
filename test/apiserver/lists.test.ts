import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { runLimits } from '../../src/apiserver/encode/runs.ts';
import { startTestServer, type TestServer } from './harness.ts';

const configMaps = { group: '', version: 'v1', resource: 'configmaps' };
const path = '/api/v1/namespaces/default/configmaps';

describe('a list', () => {
  let test: TestServer;
  before(async () => {
    test = await startTestServer();
    for (const name of ['a', 'b', 'c', 'd', 'e']) {
      await test.client.create(configMaps, {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name, namespace: 'default', labels: { vowel: String('ae'.includes(name)) } },
      });
    }
  });
  after(() => test.close());

  const page = async (query: string) => {
    const answer = await test.fetch(`${path}?${query}`);
    return { status: answer.status, body: JSON.parse(await answer.text()) };
  };
  const names = (body: { items: { metadata: { name: string } }[] }) =>
    body.items.map((each) => each.metadata.name);

  it('comes in pages of one state, whatever happens in between', async () => {
    const first = await page('limit=2');
    assert.deepEqual(names(first.body), ['a', 'b']);
    assert.equal(first.body.metadata.remainingItemCount, 3);
    await test.client.delete(configMaps, { name: 'c', namespace: 'default' });
    const token = encodeURIComponent(first.body.metadata.continue);
    const second = await page(`limit=2&continue=${token}`);
    assert.deepEqual(names(second.body), ['c', 'd']);
    assert.equal(second.body.metadata.resourceVersion, first.body.metadata.resourceVersion);
    const third = await page(`limit=2&continue=${encodeURIComponent(second.body.metadata.continue)}`);
    assert.deepEqual(names(third.body), ['e']);
    assert.equal(third.body.metadata.continue, undefined);
    await test.store.compact(test.store.revision());
    await test.client.create(configMaps, {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: 'c', namespace: 'default', labels: { vowel: 'false' } },
    });
    const late = await page(`limit=2&continue=${token}`);
    assert.equal(late.status, 410);
    assert.equal(late.body.reason, 'Expired');
  });

  it('shows an exact past state, and refuses one that has not happened', async () => {
    const version = test.server.resourceVersion();
    await test.client.delete(configMaps, { name: 'a', namespace: 'default' });
    const past = await page(`resourceVersion=${version}&resourceVersionMatch=Exact`);
    assert.deepEqual(names(past.body), ['a', 'b', 'c', 'd', 'e']);
    assert.equal(past.body.metadata.resourceVersion, version);
    const future = await page(`resourceVersion=999999&resourceVersionMatch=NotOlderThan`);
    assert.equal(future.status, 504);
    assert.match(future.body.message, /^Timeout: Too large resource version: 999999, current: /);
  });

  it('selects by labels and fields', async () => {
    assert.deepEqual(names((await page('labelSelector=vowel%3Dtrue')).body), ['e']);
    assert.deepEqual(names((await page('labelSelector=vowel%20notin%20(true)%2Cvowel')).body), [
      'b',
      'c',
      'd',
    ]);
    assert.deepEqual(names((await page('fieldSelector=metadata.name!%3Db')).body), ['c', 'd', 'e']);
    const unknown = await page('fieldSelector=spec.x%3Db');
    assert.equal(unknown.status, 400);
    assert.equal(
      unknown.body.message,
      '"spec.x" is not a known field selector: only "metadata.name", "metadata.namespace"',
    );
    assert.equal((await page('labelSelector=a%3D%3D%3Db')).status, 400);
  });

  it('of one name is one look-up: nothing comes after it, here or on a later page', async () => {
    const only = await page('fieldSelector=metadata.name%3Db&limit=1');
    assert.deepEqual(names(only.body), ['b']);
    assert.equal(only.body.metadata.continue, undefined);
    const other = await page('fieldSelector=metadata.name%3Db,metadata.name!%3Db');
    assert.deepEqual(names(other.body), []);
    const gone = await page('fieldSelector=metadata.name%3Dnobody');
    assert.deepEqual(names(gone.body), []);
    const { body: first } = await page('limit=3');
    const token = encodeURIComponent(first.metadata.continue);
    const past = await page(`fieldSelector=metadata.name%3Db&limit=3&continue=${token}`);
    assert.deepEqual(names(past.body), []);
    const everywhere = await test.fetch('/api/v1/configmaps?fieldSelector=metadata.name%3Db&limit=1');
    assert.deepEqual(names(JSON.parse(await everywhere.text())), ['b']);
    const version = only.body.metadata.resourceVersion;
    const later = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: 'later', namespace: 'default' } };
    await test.client.create(configMaps, later);
    const exact = `resourceVersion=${version}&resourceVersionMatch=Exact`;
    const before = await page(`fieldSelector=metadata.name%3Db&limit=1&${exact}`);
    assert.deepEqual(names(before.body), ['b']);
    assert.equal(before.body.metadata.continue, undefined);
    await test.client.delete(configMaps, { name: 'later', namespace: 'default' });
  });

  it('shows a scale in columns of its own', async () => {
    const made = await test.fetch('/apis/apps/v1/namespaces/default/deployments', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        metadata: { name: 'scaled' },
        spec: {
          replicas: 0,
          selector: { matchLabels: { a: 'b' } },
          template: { metadata: { labels: { a: 'b' } }, spec: { containers: [{ name: 'c', image: 'i' }] } },
        },
      }),
    });
    assert.equal(made.status, 201);
    const shown = await test.fetch('/apis/apps/v1/namespaces/default/deployments/scaled/scale', {
      headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' },
    });
    const { kind, columnDefinitions, rows } = JSON.parse(await shown.text());
    assert.equal(kind, 'Table');
    assert.deepEqual(
      columnDefinitions.map(({ name }: { name: string }) => name),
      ['Name', 'Desired', 'Available', 'Age'],
    );
    assert.deepEqual(rows[0].cells.slice(0, 3), ['scaled', 0, 0]);
  });

  it('is a Table or metadata alone for callers that want it so', async () => {
    const table = await test.fetch(path, {
      headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' },
    });
    const rows = JSON.parse(await table.text());
    assert.equal(rows.kind, 'Table');
    assert.deepEqual(rows.rows[0].cells.slice(0, 2), ['b', 0]);
    assert.equal(rows.rows[0].object.kind, 'PartialObjectMetadata');
    const tableWith = async (includeObject: string) => {
      const answer = await test.fetch(`${path}?includeObject=${includeObject}`, {
        headers: { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io' },
      });
      return { status: answer.status, row: JSON.parse(await answer.text()).rows?.[0] };
    };
    assert.equal((await tableWith('Metadata')).row.object.kind, 'PartialObjectMetadata');
    assert.equal((await tableWith('Object')).row.object.metadata.name, 'b');
    assert.equal((await tableWith('Object')).row.object.kind, 'ConfigMap');
    assert.equal((await tableWith('None')).row.object, null);
    assert.equal((await tableWith('Some')).status, 400);
    const partial = await test.fetch(path, {
      headers: { accept: 'application/json;as=PartialObjectMetadataList;v=v1;g=meta.k8s.io' },
    });
    const list = JSON.parse(await partial.text());
    assert.equal(list.kind, 'PartialObjectMetadataList');
    assert.equal(list.items[0].data, undefined);
    const refused = await test.fetch(path, { headers: { accept: 'image/png' } });
    assert.equal(refused.status, 406);
  });
});

describe('a long list that was put together', () => {
  let test: TestServer;
  before(async () => {
    test = await startTestServer();
  });
  after(() => test.close());

  it('is the same for everybody who asks for the same, and never that of another state or question', async () => {
    const put = (name: string, labels: { [key: string]: string }, letter: string) =>
      test.client.create(configMaps, {
        apiVersion: 'v1',
        kind: 'ConfigMap',
        metadata: { name, namespace: 'default', labels },
        data: { long: letter.repeat(runLimits.leastKeptBytes) },
      });
    await put('a', { kept: 'yes' }, 'a');
    await put('b', { kept: 'no' }, 'b');
    const text = async (query: string) => (await test.fetch(`${path}${query}`)).text();
    const namesIn = (list: string) =>
      JSON.parse(list).items.map((each: { metadata: { name: string } }) => each.metadata.name);
    const all = await text('');
    assert.equal(await text(''), all);
    assert.deepEqual(namesIn(all), ['a', 'b']);
    for (const [query, expected] of [
      ['?labelSelector=kept%3Dyes', ['a']],
      ['?labelSelector=kept%3Dno', ['b']],
      ['?limit=1', ['a']],
      ['?limit=2', ['a', 'b']],
    ] as const) {
      assert.deepEqual(namesIn(await text(query)), expected, query);
      assert.deepEqual(namesIn(await text(query)), expected, query);
    }
    await put('c', {}, 'c');
    assert.deepEqual(namesIn(await text('')), ['a', 'b', 'c']);
    assert.deepEqual(namesIn(await text('')), ['a', 'b', 'c']);
    assert.deepEqual(namesIn(await text('?limit=2')), ['a', 'b']);
    await test.client.delete(configMaps, { name: 'a', namespace: 'default' });
    assert.deepEqual(namesIn(await text('')), ['b', 'c']);
  });
});
