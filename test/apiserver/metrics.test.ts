import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { startTestServer, type TestServer } from './harness.ts';
import { figure, figures } from './metrics-text.ts';

let server: TestServer;
before(async () => {
  server = await startTestServer();
});
after(() => server.close());

const post = (path: string, body: object) =>
  server.fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });

test('requests are counted with the labels of the real server', async () => {
  const path = '/api/v1/namespaces/default/configmaps';
  await post(path, { metadata: { name: 'counted' } });
  await post(`${path}?dryRun=All`, { metadata: { name: 'tried' } });
  await post(`${path}?dryRun=Some`, { metadata: { name: 'tried' } });
  await post(path, { metadata: { name: 'counted' } });
  await server.fetch(`${path}/counted`);
  await server.fetch(`${path}/missing`);
  await server.fetch(path);
  await server.fetch('/api/v1/configmaps?limit=1');
  await server.fetch(`${path}/counted`, {
    method: 'PATCH',
    headers: { 'content-type': 'application/apply-patch+yaml' },
    body: '{"apiVersion":"v1","kind":"ConfigMap"}',
  });
  await server.fetch(`${path}/counted`, { method: 'DELETE' });
  await server.fetch(`${path}?labelSelector=a`, { method: 'DELETE' });
  const counted = (await figures(server, 'apiserver_request_total'))
    .filter((line) => line.includes('resource="configmaps"'))
    .map((line) => line.replace('group="",resource="configmaps",', '').replace(',version="v1"', ''));
  const line = (code: number, scope: string, verb: string, dryRun = '') =>
    `apiserver_request_total{code="${code}",component="apiserver",dry_run="${dryRun}",scope="${scope}",subresource="",verb="${verb}"} 1`;
  assert.deepEqual(counted.sort(), [
    line(200, 'cluster', 'LIST'),
    line(200, 'namespace', 'DELETE'),
    line(200, 'namespace', 'LIST'),
    line(200, 'resource', 'DELETE'),
    line(200, 'resource', 'GET'),
    line(201, 'resource', 'POST'),
    line(201, 'resource', 'POST', 'All'),
    line(404, 'resource', 'GET'),
    line(409, 'resource', 'POST'),
    line(422, 'resource', 'APPLY'),
    line(422, 'resource', 'POST', 'invalid'),
  ]);
  const place = (scope: string, verb: string) =>
    `resource="configmaps",scope="${scope}",subresource="",verb="${verb}",version="v1"`;
  const read = `component="apiserver",group="",${place('resource', 'GET')}`;
  const sized = await figure(server, `apiserver_response_sizes_count{${read}}`);
  assert.equal(sized, 2);
  const listed = `component="apiserver",dry_run="",group="",${place('cluster', 'LIST')},le="+Inf"`;
  const within = `apiserver_request_duration_seconds_bucket{${listed}}`;
  assert.equal(await figure(server, within), 1);
});

test('nothing that a caller makes up becomes a label', async () => {
  await server.fetch('/api/v1/widgets');
  await server.fetch('/apis/made.up/v1/widgets');
  await server.fetch('/api/v1/namespaces/default/pods/p/made-up');
  await server.fetch('/api/v1/namespaces/default/pods', { method: 'BREW' });
  await server.fetch('/made-up', { headers: { 'user-agent': 'made-up' } });
  await server.fetch('/api/v1/pods', { headers: { authorization: 'Bearer made-up' } });
  const text = await (await server.fetch('/metrics')).text();
  assert.doesNotMatch(text, /widgets|made.up|BREW/i);
});

test('what is deprecated shows who still asks for it', async () => {
  await server.fetch('/api/v1/componentstatuses');
  const labels = 'group="",removed_release="",resource="componentstatuses",subresource="",version="v1"';
  assert.equal(await figure(server, `apiserver_requested_deprecated_apis{${labels}}`), 1);
});

test('a watch is counted while it goes on, with what it sends, and as a request when it is over', async () => {
  const endpoint = await server.listen();
  const watch = await endpoint.watch('/api/v1/namespaces/kube-system/secrets?watch=1');
  const labels =
    'component="apiserver",group="",resource="secrets",scope="namespace",subresource="",verb="WATCH",version="v1"';
  assert.equal(await figure(server, `apiserver_longrunning_requests{${labels}}`), 1);
  const over = `apiserver_request_total{code="200",${labels.replace('group', 'dry_run="",group')}}`;
  assert.equal(await figure(server, over), undefined);
  await post('/api/v1/namespaces/kube-system/secrets', { metadata: { name: 'seen' } });
  const event = await watch.next();
  assert.equal(event?.['type'], 'ADDED');
  const resource = 'group="",resource="secrets",version="v1"';
  assert.equal(await figure(server, `apiserver_watch_events_total{${resource}}`), 1);
  assert.equal(await figure(server, `apiserver_watch_events_sizes_bucket{${resource},le="1024"}`), 1);
  watch.close();
  while ((await figure(server, `apiserver_longrunning_requests{${labels}}`)) !== 0)
    await new Promise((resolve) => setImmediate(resolve));
  assert.equal(await figure(server, over), 1);
});

test('who may read the figures is up to the roles, as of any path', async () => {
  const user = await server.fetch('/metrics', { headers: { authorization: 'Bearer user-token' } });
  assert.equal(user.status, 403);
  assert.match(await user.text(), /cannot get path \\"\/metrics\\"/);
  await post('/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', {
    metadata: { name: 'scraper' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'system:monitoring' },
    subjects: [{ kind: 'User', name: 'jane', apiGroup: 'rbac.authorization.k8s.io' }],
  });
  const scraper = await server.fetch('/metrics', { headers: { authorization: 'Bearer user-token' } });
  assert.equal(scraper.status, 200);
  assert.match(scraper.headers.get('content-type') ?? '', /^text\/plain; version=0\.0\.4; charset=utf-8/);
  assert.match(
    await scraper.text(),
    /^kubernetes_build_info\{.*git_version="v1\.34\.4",.*,major="1",minor="34",.*\} 1$/m,
  );
});

test('who asked and whether he might is counted without his name', async () => {
  const fresh = await startTestServer();
  await fresh.fetch('/version');
  await fresh.fetch('/api/v1/pods', { headers: { authorization: 'Bearer user-token' } });
  await fresh.fetch('/api/v1/pods', { headers: { authorization: 'Bearer nobody' } });
  const text = await (await fresh.fetch('/metrics')).text();
  assert.match(text, /^authenticated_user_requests\{username="admin"\} 2$/m);
  assert.match(text, /^authenticated_user_requests\{username="other"\} 1$/m);
  assert.match(text, /^authentication_attempts\{result="success"\} 3$/m);
  assert.match(text, /^authentication_attempts\{result="error"\} 1$/m);
  assert.match(text, /^authorization_attempts_total\{result="allowed"\} 2$/m);
  assert.match(text, /^authorization_attempts_total\{result="no-opinion"\} 1$/m);
  assert.match(text, /^authentication_duration_seconds_bucket\{result="success",le="16.384"\} 3$/m);
  assert.doesNotMatch(text, /jane/);
  await fresh.close();
});

test('admission, the store and what lies in it are measured under the names of the real server', async () => {
  const fresh = await startTestServer();
  const path = '/api/v1/namespaces/default/limitranges';
  const send = (body: object) =>
    fresh.fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  await send({ metadata: { name: 'a' }, spec: { limits: [] } });
  await fresh.fetch(`${path}/a`, { method: 'DELETE' });
  await send({ metadata: { name: 'b' }, spec: { limits: [] } });
  const gone = '/api/v1/namespaces/nowhere/limitranges';
  await fresh.fetch(gone, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"metadata":{"name":"a"},"spec":{"limits":[]}}',
  });
  const plugIn = (refused: boolean) =>
    `apiserver_admission_controller_admission_duration_seconds_count{name="NamespaceLifecycle",operation="CREATE",rejected="${refused}",type="admit"}`;
  assert.equal(await figure(fresh, plugIn(false)), 2);
  assert.equal(await figure(fresh, plugIn(true)), 1);
  const stored = (operation: string) =>
    `etcd_request_duration_seconds_count{group="",operation="${operation}",resource="limitranges"}`;
  assert.equal(await figure(fresh, stored('create')), 2);
  assert.equal(await figure(fresh, stored('delete')), 1);
  assert.equal(await figure(fresh, 'apiserver_resource_objects{group="",resource="limitranges"}'), 1);
  assert.equal(await figure(fresh, 'apiserver_storage_objects{resource="limitranges"}'), 1);
  await fresh.close();
});
