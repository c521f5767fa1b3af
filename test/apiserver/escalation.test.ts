import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startTestServer, type TestServer } from './harness.ts';
import { rbac } from './rights.ts';

const apiVersion = 'rbac.authorization.k8s.io/v1';
const base = `/apis/${apiVersion}`;
const editors = [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'jane' }];
const roleRef = (name: string) => ({ apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name });

describe('who may write roles and bindings, and holds little,', () => {
  let test: TestServer;
  before(async () => {
    test = await startTestServer();
    const resources = ['clusterroles', 'clusterrolebindings'];
    const roles = [
      { name: 'editor', rules: [{ apiGroups: ['rbac.authorization.k8s.io'], resources, verbs: ['*'] }] },
      { name: 'pods', rules: [{ apiGroups: [''], resources: ['pods'], verbs: ['get'] }] },
      { name: 'secrets', rules: [{ apiGroups: [''], resources: ['secrets'], verbs: ['*'] }] },
    ];
    // All verbs but escalate and bind.
    const verbs = ['get', 'list', 'create', 'update', 'patch', 'delete'];
    for (const { name, rules } of roles) {
      const held = name === 'editor' ? rules.map((rule) => ({ ...rule, verbs })) : rules;
      await test.client.create(rbac('clusterroles'), {
        apiVersion,
        kind: 'ClusterRole',
        metadata: { name },
        rules: held,
      });
    }
    for (const name of ['editor', 'pods', 'view']) {
      await test.client.create(rbac('clusterrolebindings'), {
        apiVersion,
        kind: 'ClusterRoleBinding',
        metadata: { name: `jane-${name}` },
        roleRef: roleRef(name),
        subjects: editors,
      });
    }
    await test.client.create(rbac('clusterrolebindings'), {
      apiVersion,
      kind: 'ClusterRoleBinding',
      metadata: { name: 'foreign' },
      roleRef: roleRef('secrets'),
      subjects: [],
    });
  });
  after(() => test.close());

  const send = async (method: string, path: string, body: object, contentType = 'application/json') => {
    const answer = await test.fetch(base + path, {
      method,
      headers: { authorization: 'Bearer user-token', 'content-type': contentType },
      body: JSON.stringify(body),
    });
    const { message } = JSON.parse(await answer.text());
    return { status: answer.status, message };
  };
  const merge = 'application/merge-patch+json';
  const label = { metadata: { labels: { 'rbac.authorization.k8s.io/aggregate-to-view': 'true' } } };

  it('is refused a short rule that stands for more than can be counted, and given one that a rule of his grants', async () => {
    const many = (what: string) => Array.from({ length: 2_000 }, (_, at) => `${what}${at}`);
    const role = (name: string, rule: object) => ({
      ...{ apiVersion, kind: 'ClusterRole', metadata: { name } },
      rules: [rule],
    });
    const vast = { verbs: many('v'), apiGroups: many('g'), resources: many('r') };
    const refused = await send('POST', '/clusterroles', role('vast', vast));
    assert.equal(refused.status, 403);
    assert.match(
      refused.message,
      /is attempting to grant RBAC permissions not currently held:\n\{APIGroups:/,
    );
    // Jane may get pods, whatever they are called.
    const pods = { verbs: ['get'], apiGroups: [''], resources: ['pods'], resourceNames: many('p') };
    assert.equal((await send('POST', '/clusterroles', role('named', pods))).status, 201);
    const held = { ...pods, resourceNames: Array.from({ length: 100_001 }, (_, at) => `p${at}`) };
    assert.equal((await send('POST', '/clusterroles', role('all-named', held))).status, 201);
    const more = { ...held, verbs: ['get', 'delete'] };
    assert.equal((await send('POST', '/clusterroles', role('more', more))).status, 403);
  });

  it('labels no role for an aggregate that holds more', async () => {
    const refused = await send('PATCH', '/clusterroles/cluster-admin', label, merge);
    assert.equal(refused.status, 403);
    assert.match(refused.message, /is attempting to grant RBAC permissions not currently held:\n/);
    const pointer = '/metadata/labels/rbac.authorization.k8s.io~1aggregate-to-view';
    for (const [body, type] of [
      [
        [
          { op: 'add', path: '/metadata/labels', value: {} },
          { op: 'add', path: pointer, value: 'true' },
        ],
        'application/json-patch+json',
      ],
      [label, 'application/strategic-merge-patch+json'],
      [
        { apiVersion, kind: 'ClusterRole', ...label, metadata: { ...label.metadata, name: 'secrets' } },
        'application/apply-patch+yaml',
      ],
    ] as const) {
      const answer = await send('PATCH', `/clusterroles/secrets?fieldManager=x`, body, type);
      assert.equal(answer.status, 403, type);
    }
    const whole = { apiVersion, kind: 'ClusterRole', metadata: { name: 'secrets', ...label.metadata } };
    const rules = [{ apiGroups: [''], resources: ['secrets'], verbs: ['*'] }];
    assert.equal((await send('PUT', '/clusterroles/secrets', { ...whole, rules })).status, 403);
  });

  it('labels roles that hold no more than he does', async () => {
    assert.equal((await send('PATCH', '/clusterroles/pods', label, merge)).status, 200);
  });

  it('writes no aggregate, neither its rule nor anything else of it', async () => {
    const words = 'must have cluster-admin privileges to use the aggregationRule';
    const aggregationRule = { clusterRoleSelectors: [{ matchLabels: { a: 'b' } }] };
    const made = { apiVersion, kind: 'ClusterRole', metadata: { name: 'collects' }, aggregationRule };
    const created = await send('POST', '/clusterroles', made);
    assert.equal(created.status, 403);
    assert.ok(created.message.endsWith(words), created.message);
    const applied = await send(
      'PATCH',
      '/clusterroles/collects?fieldManager=x',
      made,
      'application/apply-patch+yaml',
    );
    assert.equal(applied.status, 403);
    assert.equal((await send('PATCH', '/clusterroles/pods', { aggregationRule }, merge)).status, 403);
    const ended = await send('PATCH', '/clusterroles/view', { aggregationRule: null }, merge);
    assert.equal(ended.status, 403);
    const labelled = await send('PATCH', '/clusterroles/view', { metadata: { labels: { a: 'b' } } }, merge);
    assert.equal(labelled.status, 403);
  });

  it('adds no subject to a binding of what he does not hold, and changes nothing else of it', async () => {
    assert.equal(
      (await send('PATCH', '/clusterrolebindings/foreign', { subjects: editors }, merge)).status,
      403,
    );
    const labels = { metadata: { labels: { a: 'b' } } };
    assert.equal((await send('PATCH', '/clusterrolebindings/foreign', labels, merge)).status, 403);
    const made = { apiVersion, kind: 'ClusterRoleBinding', metadata: { name: 'n' }, subjects: editors };
    assert.equal(
      (await send('POST', '/clusterrolebindings', { ...made, roleRef: roleRef('secrets') })).status,
      403,
    );
    const unknown = await send('POST', '/clusterrolebindings', { ...made, roleRef: roleRef('none') });
    assert.equal(unknown.status, 404);
    assert.equal(
      (await send('POST', '/clusterrolebindings', { ...made, roleRef: roleRef('pods') })).status,
      201,
    );
  });

  it('sets what garbage collection needs, and writes what is there already', async () => {
    const finalizers = { metadata: { finalizers: ['example.com/keep'] } };
    assert.equal((await send('PATCH', '/clusterroles/secrets', finalizers, merge)).status, 200);
    const none = { metadata: { finalizers: null } };
    assert.equal((await send('PATCH', '/clusterroles/secrets', none, merge)).status, 200);
    assert.equal((await send('PATCH', '/clusterrolebindings/foreign', {}, merge)).status, 200);
  });

  it('creates nothing with a right to escalate one role by its name', async () => {
    await test.client.create(rbac('clusterroles'), {
      apiVersion,
      kind: 'ClusterRole',
      metadata: { name: 'one' },
      rules: [
        {
          apiGroups: ['rbac.authorization.k8s.io'],
          resources: ['clusterroles'],
          resourceNames: ['secrets', 'new'],
          verbs: ['escalate'],
        },
      ],
    });
    await test.client.create(rbac('clusterrolebindings'), {
      apiVersion,
      kind: 'ClusterRoleBinding',
      metadata: { name: 'one' },
      roleRef: roleRef('one'),
      subjects: editors,
    });
    const rules = [{ apiGroups: [''], resources: ['nodes'], verbs: ['*'] }];
    const made = { apiVersion, kind: 'ClusterRole', metadata: { name: 'new' }, rules };
    assert.equal((await send('POST', '/clusterroles', made)).status, 403);
    assert.equal((await send('PATCH', '/clusterroles/secrets', { rules }, merge)).status, 200);
  });
});
