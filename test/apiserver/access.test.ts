import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { startTestServer, type TestServer } from './harness.ts';

const rbac = (resource: string) => ({ group: 'rbac.authorization.k8s.io', version: 'v1', resource });
const jane = { authorization: 'Bearer user-token' };

describe('access to an API server', () => {
  let test: TestServer;
  before(async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    test = await startTestServer({
      serviceAccountKeyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    });
  });
  after(() => test.close());

  const ask = async (path: string, init: RequestInit = {}) => {
    const answer = await test.fetch(path, init);
    const text = await answer.text();
    return { status: answer.status, text, body: text.startsWith('{') ? JSON.parse(text) : {} };
  };

  it('is refused without credentials, except for health and version', async () => {
    const anonymous = { authorization: '' };
    assert.equal((await ask('/readyz', { headers: anonymous })).text, 'ok');
    assert.equal((await ask('/version', { headers: anonymous })).body.gitVersion, 'v1.34.4');
    const refused = await ask('/api/v1/pods', { headers: anonymous });
    assert.equal(refused.status, 401);
    assert.equal(refused.body.reason, 'Unauthorized');
    const unknown = await ask('/api/v1/pods', { headers: { authorization: 'Bearer nobody' } });
    assert.equal(unknown.status, 401);
  });

  it('is refused in the words of the real server without a role, and given by one at once', async () => {
    const refused = await ask('/api/v1/namespaces/default/pods', { headers: jane });
    assert.equal(refused.status, 403);
    assert.equal(
      refused.body.message,
      'pods is forbidden: User "jane" cannot list resource "pods" in API group "" in the namespace "default"',
    );
    await test.client.create(rbac('rolebindings'), {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: 'devs', namespace: 'default' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'edit' },
      subjects: [{ kind: 'Group', apiGroup: 'rbac.authorization.k8s.io', name: 'developers' }],
    });
    assert.equal((await ask('/api/v1/namespaces/default/pods', { headers: jane })).status, 200);
    assert.equal((await ask('/api/v1/namespaces/kube-system/pods', { headers: jane })).status, 403);
    for (const path of ['/api/v1', '/apis/discovery.k8s.io/v1']) {
      const plural = path === '/api/v1' ? 'endpoints' : 'endpointslices';
      const list = `${path}/namespaces/default/${plural}`;
      const read = await ask(list, { headers: jane });
      assert.equal(read.status, 200, list);
      const kind = String(read.body.kind).replace('List', '');
      const body = JSON.stringify({
        apiVersion: path.replace(/^\/apis?\//, ''),
        kind,
        metadata: { name: 'x' },
      });
      assert.equal((await ask(list, { method: 'POST', headers: jane, body })).status, 403, list);
    }
    const cluster = await ask('/api/v1/nodes', { headers: jane });
    assert.match(cluster.body.message, /cannot list resource "nodes" in API group "" at the cluster scope$/);
  });

  it('lets nobody hand out rights that he does not hold', async () => {
    await test.client.create(rbac('rolebindings'), {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: 'admins', namespace: 'kube-public' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'admin' },
      subjects: [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'jane' }],
    });
    const role = (resources: string[]) => ({
      method: 'POST',
      headers: { ...jane, 'content-type': 'application/json' },
      body: JSON.stringify({
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'Role',
        metadata: { generateName: 'r-' },
        rules: [{ apiGroups: [''], resources, verbs: ['get'] }],
      }),
    });
    const path = '/apis/rbac.authorization.k8s.io/v1/namespaces/kube-public/roles';
    assert.equal((await ask(path, role(['pods']))).status, 201);
    const refused = await ask(path, role(['nodes']));
    assert.equal(refused.status, 403);
    assert.match(
      refused.body.message,
      /is attempting to grant RBAC permissions not currently held:\n\{APIGroups:\[""\], Resources:\["nodes"\], Verbs:\["get"\]\}$/,
    );
  });

  it('counts the rules of aggregated cluster roles', async () => {
    const labels = { 'rbac.example.com/aggregate-to-monitoring': 'true' };
    await test.client.create(rbac('clusterroles'), {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: 'part', labels },
      rules: [{ apiGroups: [''], resources: ['nodes'], verbs: ['get', 'list'] }],
    });
    await test.client.create(rbac('clusterroles'), {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: 'monitoring' },
      aggregationRule: { clusterRoleSelectors: [{ matchLabels: labels }] },
      rules: [],
    });
    await test.client.create(rbac('clusterrolebindings'), {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRoleBinding',
      metadata: { name: 'monitoring' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'monitoring' },
      subjects: [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'jane' }],
    });
    assert.equal((await ask('/api/v1/nodes', { headers: jane })).status, 200);
  });

  it('can be taken in the place of another by those who may', async () => {
    const asOther = { 'impersonate-user': 'jane', 'impersonate-group': 'developers' };
    const review = {
      method: 'POST',
      headers: { ...asOther, 'content-type': 'application/json' },
      body: '{"apiVersion":"authentication.k8s.io/v1","kind":"SelfSubjectReview"}',
    };
    const path = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
    const { body } = await ask(path, review);
    assert.deepEqual(body.status.userInfo, {
      username: 'jane',
      groups: ['developers', 'system:authenticated'],
    });
    const refused = await ask('/api/v1/pods', { headers: { ...jane, 'impersonate-user': 'admin' } });
    assert.equal(refused.status, 403);
    assert.equal(
      refused.body.message,
      'users "admin" is forbidden: User "jane" cannot impersonate resource "users" in API group "" at the cluster scope',
    );
  });

  it('answers reviews', async () => {
    const review = (attributes: object) => ({
      method: 'POST',
      headers: { ...jane, 'content-type': 'application/json' },
      body: JSON.stringify({
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectAccessReview',
        spec: { resourceAttributes: attributes },
      }),
    });
    const path = '/apis/authorization.k8s.io/v1/selfsubjectaccessreviews';
    const yes = await ask(path, review({ verb: 'create', resource: 'pods', namespace: 'default' }));
    assert.equal(yes.status, 201);
    assert.equal(yes.body.status.allowed, true);
    const no = await ask(path, review({ verb: 'create', resource: 'pods', namespace: 'kube-system' }));
    assert.equal(no.body.status.allowed, false);
  });

  it('creates by no update and no apply what it may not create', async () => {
    await test.client.create(rbac('clusterroles'), {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'ClusterRole',
      metadata: { name: 'changes' },
      rules: [
        { apiGroups: ['*'], resources: ['*'], verbs: ['update', 'patch', 'get'] },
        { apiGroups: [''], resources: ['configmaps'], resourceNames: ['known'], verbs: ['create'] },
      ],
    });
    await test.client.create(rbac('rolebindings'), {
      apiVersion: 'rbac.authorization.k8s.io/v1',
      kind: 'RoleBinding',
      metadata: { name: 'changes', namespace: 'kube-node-lease' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'changes' },
      subjects: [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'jane' }],
    });
    const write = (method: string, path: string, body: object, type: string) =>
      ask(path, { method, headers: { ...jane, 'content-type': type }, body: JSON.stringify(body) });
    const lease = {
      apiVersion: 'coordination.k8s.io/v1',
      kind: 'Lease',
      metadata: { name: 'new' },
      spec: {},
    };
    const leases = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases/new';
    const refused = await write('PUT', leases, lease, 'application/json');
    assert.equal(refused.status, 403);
    assert.equal(
      refused.body.message,
      'leases.coordination.k8s.io "new" is forbidden: User "jane" cannot create resource "leases" in API group "coordination.k8s.io" in the namespace "kube-node-lease"',
    );
    const apply = 'application/apply-patch+yaml';
    for (const query of ['?fieldManager=x', '?fieldManager=x&dryRun=All', '?fieldManager=x&force=true']) {
      assert.equal((await write('PATCH', leases + query, lease, apply)).status, 403, query);
    }
    assert.equal((await ask(leases)).status, 404);
    const maps = '/api/v1/namespaces/kube-node-lease/configmaps';
    for (const [name, status] of [
      ['other', 403],
      ['known', 201],
      ['known', 200],
    ] as const) {
      const map = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } };
      assert.equal((await write('PATCH', `${maps}/${name}?fieldManager=x`, map, apply)).status, status, name);
    }
  });

  it('to one service account gives no token of another, whatever the body says', async () => {
    const accounts = { group: '', version: 'v1', resource: 'serviceaccounts' };
    for (const name of ['weak', 'strong']) {
      const metadata = { name, namespace: 'default' };
      await test.client.create(accounts, { apiVersion: 'v1', kind: 'ServiceAccount', metadata });
    }
    await test.client.create(
      { group: '', version: 'v1', resource: 'pods' },
      {
        apiVersion: 'v1',
        kind: 'Pod',
        metadata: { name: 'strong', namespace: 'default' },
        spec: { serviceAccountName: 'strong', containers: [{ name: 'c', image: 'i' }] },
      },
    );
    const token = (metadata: object, spec: object = {}) =>
      ask('/api/v1/namespaces/default/serviceaccounts/weak/token', {
        method: 'POST',
        body: JSON.stringify({
          apiVersion: 'authentication.k8s.io/v1',
          kind: 'TokenRequest',
          metadata,
          spec,
        }),
      });
    const ofPod = await token({}, { boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: 'strong' } });
    assert.equal(ofPod.status, 400);
    assert.equal(
      ofPod.body.message,
      'cannot bind token for serviceaccount "weak" to pod running with different serviceaccount name.',
    );
    assert.equal((await token({ name: 'strong' })).status, 422);
    assert.equal((await token({ namespace: 'kube-system' })).status, 400);
    assert.equal((await token({ uid: '00000000-0000-4000-8000-000000000000' })).status, 409);
    assert.equal((await token({ name: 'weak', namespace: 'default' })).status, 201);
  });

  it('is given by service account tokens as long as their account exists', async () => {
    const accounts = { group: '', version: 'v1', resource: 'serviceaccounts' };
    await test.client.create(accounts, {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name: 'robot', namespace: 'default' },
    });
    const { body } = await ask('/api/v1/namespaces/default/serviceaccounts/robot/token', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"apiVersion":"authentication.k8s.io/v1","kind":"TokenRequest","spec":{}}',
    });
    const headers = { authorization: `Bearer ${body.status.token}` };
    const refused = await ask('/api/v1/namespaces/default/secrets', { headers });
    assert.match(
      refused.body.message,
      /User "system:serviceaccount:default:robot" cannot list resource "secrets"/,
    );
    const review = await ask('/apis/authentication.k8s.io/v1/tokenreviews', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenReview',
        spec: { token: body.status.token },
      }),
    });
    assert.equal(review.body.status.authenticated, true);
    assert.ok(review.body.status.user.groups.includes('system:serviceaccounts:default'));
    await test.client.delete(accounts, { name: 'robot', namespace: 'default' });
    const after = await ask('/apis/authentication.k8s.io/v1/tokenreviews', {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenReview',
        spec: { token: body.status.token },
      }),
    });
    assert.notEqual(after.body.status.authenticated, true);
  });
});
