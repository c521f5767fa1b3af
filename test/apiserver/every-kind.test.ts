import assert from 'node:assert/strict';
import { afterEach, beforeEach, test } from 'node:test';
import { at } from '../../src/apimachinery/read.ts';
import { isObject, type JsonObject } from '../../src/base/index.ts';
import { builtinResources } from '../../src/kinds/index.ts';
import { applyMergePatch } from '../../src/merge/index.ts';
import { specimens } from './every-kind.ts';
import { startTestServer, type TestEndpoint, type TestServer } from './harness.ts';

let server: TestServer;
let endpoint: TestEndpoint;
beforeEach(async () => {
  server = await startTestServer();
  endpoint = await server.listen();
});
afterEach(() => server.close());

/** Written by the server at a time of its own, which makes a version of its own. */
const writtenByServer = ['APIService', 'CustomResourceDefinition'];
/** What a server adds to these on its own is somebody's from the second apply on. */
const ownedLater = ['Namespace', 'Node'];

/** What a server fills into lists of these makes kubectl send a patch each time, here as everywhere: it changes nothing. */
const patchedAnyhow = [
  'Endpoints',
  'EndpointSlice',
  'MutatingWebhookConfiguration',
  'PodDisruptionBudget',
  'ResourceClaim',
  'ResourceClaimTemplate',
  'ValidatingAdmissionPolicy',
  'ValidatingWebhookConfiguration',
];

const listed = (items: readonly JsonObject[]) =>
  JSON.stringify({ apiVersion: 'v1', kind: 'List', items }).replaceAll('{ns}', 'default');

async function kubectl(args: string, input: string): Promise<string[]> {
  const { code, stdout, stderr } = await endpoint.run(args.split(' '), input);
  assert.equal(code, 0, `${args}: ${stderr}`);
  return stdout.trim().split('\n');
}

/** What kubectl says of each object. */
async function said(args: string, items: readonly JsonObject[]): Promise<string[]> {
  const lines = await kubectl(args, listed(items));
  assert.equal(lines.length, items.length);
  return [...new Set(lines.map((line) => line.slice(line.indexOf(' ') + 1)))];
}

async function versions(items: readonly JsonObject[]): Promise<string> {
  const read: unknown = JSON.parse((await kubectl('get -o json -f -', listed(items))).join(''));
  assert.ok(isObject(read) && Array.isArray(read['items']));
  return read['items']
    .filter(isObject)
    .filter(({ kind }) => ![...writtenByServer, ...ownedLater].includes(String(kind)))
    .map((item) => `${item['kind']} ${at(item, 'metadata', 'resourceVersion')}`)
    .join('\n');
}

test('there is a specimen of every built-in kind that can be made and changed', () => {
  const changeable = builtinResources()
    .filter(
      ({ verbs, version }) =>
        verbs.includes('create') && verbs.includes('update') && !/beta|alpha/.test(version),
    )
    .map(({ group, kind }) => `${group}/${kind}`);
  const shown = specimens.map(({ object }) => {
    const [group = '', version] = String(object['apiVersion']).split('/');
    return `${version === undefined ? '' : group}/${object['kind']}`;
  });
  assert.deepEqual([...new Set(changeable)].sort(), [...new Set(shown)].sort());
});

const originals = specimens.map(({ object }) => object);
const changed = specimens.map(({ object, change }) => applyMergePatch(object, change));

for (const mode of ['', ' --server-side']) {
  test(`kubectl apply${mode} of every kind makes it, then changes nothing, then what was changed alone`, async () => {
    const done = (word: string) => (mode === '' ? word : 'serverside-applied');
    assert.deepEqual(await said(`apply${mode} -f -`, originals), [done('created')]);
    const first = await versions(originals);
    await said(`apply${mode} -f -`, originals);
    assert.equal(await versions(originals), first);
    const same =
      mode === '' ? originals.filter(({ kind }) => !patchedAnyhow.includes(String(kind))) : originals;
    assert.deepEqual(await said(`apply${mode} -f -`, same), [done('unchanged')]);
    assert.deepEqual(await said(`apply${mode} -f -`, changed), [done('configured')]);
    const second = await versions(originals);
    await said(`apply${mode} -f -`, changed);
    assert.equal(await versions(originals), second);
    const { code } = await endpoint.run(`diff${mode} -f -`.split(' '), listed(changed));
    assert.equal(code, 0, 'nothing differs');
    await kubectl('delete --wait=false -f -', listed(originals));
  });
}

test('kubectl creates, labels, annotates, edits and replaces every kind, also a second time', async () => {
  assert.deepEqual(await said('create -f -', originals), ['created']);
  assert.deepEqual(await said('label a=b -f -', originals), ['labeled']);
  assert.deepEqual(await said('label a=b -f -', originals), ['not labeled']);
  assert.deepEqual(await said('annotate a=b -f -', originals), ['annotated']);
  // What `kubectl edit` sends is what it read, changed.
  const read: unknown = JSON.parse((await kubectl('get -o json -f -', listed(originals))).join(''));
  assert.ok(isObject(read) && Array.isArray(read['items']));
  const edited = read['items']
    .filter(isObject)
    .map((item) => applyMergePatch(item, { metadata: { labels: { a: 'c' } } }));
  assert.deepEqual(await said('replace -f -', edited), ['replaced']);
  for (const type of ['merge', 'strategic', 'json']) {
    const operations = [{ op: 'add', path: '/metadata/labels/type', value: type }];
    const patch = type === 'json' ? operations : { metadata: { labels: { type } } };
    const line = `patch --type=${type} -p ${JSON.stringify(patch)} -f -`;
    assert.deepEqual(await said(line, originals), ['patched']);
    const patched = await versions(originals);
    assert.deepEqual(await said(line, originals), ['patched']);
    assert.equal(await versions(originals), patched);
  }
});
