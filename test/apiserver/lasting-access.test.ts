import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import type { UserInfo } from '../../src/apiserver/index.ts';
import { type EventStream, startTestServer, type TestEndpoint, type TestServer, users } from './harness.ts';
import { grantAllIn, rbac } from './rights.ts';

const core = (resource: string) => ({ group: '', version: 'v1', resource });
const path = '/api/v1/namespaces/default/configmaps?watch=1&allowWatchBookmarks=true';

describe('a watch goes on only as long as it is allowed:', () => {
  let test: TestServer;
  let endpoint: TestEndpoint;
  const known = new Map<string, UserInfo>(users);
  before(async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    test = await startTestServer({
      authenticators: [async ({ bearerToken }) => known.get(bearerToken ?? '')],
      serviceAccountKeyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    });
    endpoint = await test.listen();
    const metadata = { name: 'one', namespace: 'default' };
    await test.client.create(core('configmaps'), { apiVersion: 'v1', kind: 'ConfigMap', metadata });
  });
  after(() => test.close());

  const grant = () => grantAllIn(test, 'default');
  const revoke = async () => {
    await test.client.delete(rbac('rolebindings'), { name: 'all', namespace: 'default' });
    await test.client.delete(rbac('clusterroles'), { name: 'all' });
  };
  const open = async (headers: Record<string, string>): Promise<EventStream> => {
    const stream = await endpoint.watch(path, headers);
    assert.equal(stream.status, 200);
    assert.equal((await stream.next())?.['type'], 'ADDED');
    return stream;
  };
  /** Reads on until the stream ends by itself; the last event is a bookmark to go on from. */
  const ended = async (stream: EventStream): Promise<void> => {
    let last: unknown;
    for (let event = await stream.next(); event; event = await stream.next()) last = event['type'];
    assert.equal(last, 'BOOKMARK');
  };
  const statusOf = async (headers: Record<string, string>) =>
    (await test.fetch(path.split('?')[0] ?? '', { headers })).status;
  const jane = { authorization: 'Bearer user-token' };
  const touch = (text: string) =>
    test.client.patch(
      core('configmaps'),
      { name: 'one', namespace: 'default' },
      { type: 'merge', body: { data: { text } } },
    );

  it('it ends with the binding, and others go on', async () => {
    await grant();
    const [hers, admins] = [await open(jane), await open({})];
    const impersonated = await open({ 'impersonate-user': 'jane' });
    await test.client.delete(rbac('rolebindings'), { name: 'all', namespace: 'default' });
    await Promise.all([ended(hers), ended(impersonated)]);
    assert.equal(await statusOf(jane), 403);
    await touch('still here');
    assert.equal((await admins.next())?.['type'], 'MODIFIED');
    admins.close();
    await test.client.delete(rbac('clusterroles'), { name: 'all' });
  });

  it('it ends with the role, and when the role no longer holds it', async () => {
    await grant();
    const first = await open(jane);
    const rules = [{ apiGroups: [''], resources: ['secrets'], verbs: ['watch'] }];
    await test.client.patch(rbac('clusterroles'), { name: 'all' }, { type: 'merge', body: { rules } });
    await ended(first);
    await revoke();
    await grant();
    const second = await open(jane);
    await test.client.delete(rbac('clusterroles'), { name: 'all' });
    await ended(second);
    await test.client.delete(rbac('rolebindings'), { name: 'all', namespace: 'default' });
  });

  it('it goes on through changes that leave it allowed', async () => {
    await grant();
    const stream = await open(jane);
    const other = await endpoint.watch(path.replace('configmaps', 'secrets'), jane);
    const rules = [{ apiGroups: [''], resources: ['configmaps'], verbs: ['*'] }];
    await test.client.patch(rbac('clusterroles'), { name: 'all' }, { type: 'merge', body: { rules } });
    // Its right goes with the same change: when it has ended, everybody has been asked.
    await ended(other);
    await touch('more');
    assert.equal((await stream.next())?.['type'], 'MODIFIED');
    stream.close();
    await revoke();
  });

  it('it ends with the account of its token, which counts for nothing at once', async () => {
    const metadata = { name: 'robot', namespace: 'default' };
    await test.client.create(core('serviceaccounts'), { apiVersion: 'v1', kind: 'ServiceAccount', metadata });
    await test.client.create(rbac('clusterrolebindings'), {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: 'robot' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'edit' },
      subjects: [{ kind: 'ServiceAccount', ...metadata }],
    });
    const made = await test.fetch('/api/v1/namespaces/default/serviceaccounts/robot/token', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"apiVersion":"authentication.k8s.io/v1","kind":"TokenRequest","spec":{}}',
    });
    const robot = { authorization: `Bearer ${JSON.parse(await made.text()).status.token}` };
    const stream = await open(robot);
    await test.client.delete(core('serviceaccounts'), metadata);
    await ended(stream);
    assert.equal(await statusOf(robot), 401);
  });

  it('it ends when somebody outside says that the caller is nobody any more', async () => {
    await grant();
    const stream = await open(jane);
    known.delete('user-token');
    test.server.accessChanged();
    await ended(stream);
    assert.equal(await statusOf(jane), 401);
    await revoke();
  });
});
