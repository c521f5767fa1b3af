import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startTestServer, type TestServer } from './harness.ts';

describe('discovery', () => {
  let test: TestServer;
  before(async () => {
    test = await startTestServer();
  });
  after(() => test.close());

  it('is given as one document with an ETag', async () => {
    const accept = 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json';
    const answer = await test.fetch('/apis', { headers: { accept } });
    assert.equal(
      answer.headers.get('content-type'),
      'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList',
    );
    const document = JSON.parse(await answer.text());
    assert.equal(document.kind, 'APIGroupDiscoveryList');
    const apps = document.items.find((item: { metadata: { name: string } }) => item.metadata.name === 'apps');
    const deployments = apps.versions[0].resources.find(
      (each: { resource: string }) => each.resource === 'deployments',
    );
    assert.deepEqual(deployments.shortNames, ['deploy']);
    assert.deepEqual(deployments.subresources[0].responseKind, {
      group: 'autoscaling',
      version: 'v1',
      kind: 'Scale',
    });
    const etag = answer.headers.get('etag') ?? '';
    const again = await test.fetch('/apis', { headers: { accept, 'if-none-match': etag } });
    assert.equal(again.status, 304);
  });

  it('is given as the older lists too', async () => {
    const groups = JSON.parse(await (await test.fetch('/apis')).text());
    assert.equal(groups.kind, 'APIGroupList');
    const autoscaling = groups.groups.find(({ name }: { name: string }) => name === 'autoscaling');
    assert.equal(autoscaling.preferredVersion.groupVersion, 'autoscaling/v2');
    const core = JSON.parse(await (await test.fetch('/api')).text());
    assert.deepEqual(core.versions, ['v1']);
    const list = JSON.parse(await (await test.fetch('/api/v1')).text());
    assert.ok(list.resources.some(({ name }: { name: string }) => name === 'pods/status'));
    assert.equal((await test.fetch('/apis/none/v1')).status, 404);
  });

  it('leads to OpenAPI documents that never change under their hash', async () => {
    const index = JSON.parse(await (await test.fetch('/openapi/v3')).text());
    const url: string = index.paths['apis/apps/v1'].serverRelativeURL;
    assert.match(url, /^\/openapi\/v3\/apis\/apps\/v1\?hash=[0-9A-F]+$/);
    const answer = await test.fetch(url);
    assert.equal(answer.headers.get('cache-control'), 'public, immutable');
    assert.ok(JSON.parse(await answer.text()).components.schemas['io.k8s.api.apps.v1.Deployment']);
    const moved = await test.fetch('/openapi/v3/apis/apps/v1?hash=OLD');
    assert.equal(moved.status, 301);
    assert.equal(moved.headers.get('location'), url);
  });

  it('readiness asks the checks that were handed in and keeps their reasons to itself', async () => {
    let reason: string | undefined;
    const checked = await startTestServer({ readyChecks: [{ name: 'event-loop', check: () => reason }] });
    try {
      assert.match(await (await checked.fetch('/readyz?verbose')).text(), /^\[\+\]event-loop ok$/m);
      assert.equal(await (await checked.fetch('/readyz/event-loop')).text(), 'ok');
      reason = 'late';
      const failed = await checked.fetch('/readyz');
      assert.equal(failed.status, 500);
      assert.match(await failed.text(), /^\[-\]event-loop failed: reason withheld\nreadyz check failed$/m);
      assert.equal(await (await checked.fetch('/livez')).text(), 'ok');
    } finally {
      await checked.close();
    }
  });

  it('stands beside health and version', async () => {
    assert.match(await (await test.fetch('/readyz?verbose')).text(), /readyz check passed\n$/);
    const version = JSON.parse(await (await test.fetch('/version')).text());
    assert.equal(version.gitVersion, 'v1.34.4');
    assert.equal(await (await test.fetch('/nowhere')).text(), '404 page not found\n');
  });
});
