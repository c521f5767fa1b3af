import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { after, before, test } from 'node:test';
import { createLocalJWKSet, jwtVerify } from 'jose';
import { objectAt, objectsAt } from '../../src/apimachinery/read.ts';
import { isObject, type Json, type JsonObject } from '../../src/base/index.ts';
import { decodeProtobuf } from '../../src/kinds/protobuf/index.ts';
import { startTestServer, type TestServer } from './harness.ts';

const issuer = 'https://issuer.test';
let server: TestServer;
let withRsa: TestServer;
let without: TestServer;

before(async () => {
  const ec = generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey;
  const rsa = generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey;
  const pem = (key: typeof ec) => key.export({ type: 'pkcs8', format: 'pem' }).toString();
  server = await startTestServer({
    serviceAccountKeyPem: pem(ec),
    serviceAccountIssuer: issuer,
  });
  withRsa = await startTestServer({ serviceAccountKeyPem: pem(rsa), serviceAccountIssuer: `${issuer}/` });
  without = await startTestServer();
});
after(async () => {
  for (const each of [server, withRsa, without]) await each?.close();
});

async function read(path: string, at = server): Promise<JsonObject> {
  const answer = await at.fetch(path);
  assert.equal(answer.status, 200, path);
  const body: unknown = await answer.json();
  assert.ok(isObject(body), path);
  return body;
}

async function post(path: string, body: JsonObject, headers: Record<string, string> = {}) {
  const answer = await server.fetch(path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify(body),
  });
  const answered: unknown = await answer.json();
  assert.ok(isObject(answered));
  return { code: answer.status, body: answered };
}

test('whoever verifies tokens of service accounts elsewhere finds the keys by the issuer', async () => {
  for (const [at, algorithm] of [
    [server, 'ES256'],
    [withRsa, 'RS256'],
  ] as const) {
    const document = await read('/.well-known/openid-configuration', at);
    assert.deepEqual(document, {
      issuer: at === server ? issuer : `${issuer}/`,
      jwks_uri: `${issuer}/openid/v1/jwks`,
      response_types_supported: ['id_token'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['ES256', 'RS256'],
    });
    const answer = await at.fetch('/openid/v1/jwks');
    assert.equal(answer.headers.get('content-type'), 'application/jwk-set+json');
    const { keys } = JSON.parse(await answer.text());
    assert.equal(keys.length, 1);
    const [key] = keys;
    assert.deepEqual([key.use, key.alg], ['sig', algorithm]);
    assert.deepEqual(
      Object.keys(key).sort(),
      algorithm === 'ES256'
        ? ['alg', 'crv', 'kid', 'kty', 'use', 'x', 'y']
        : ['alg', 'e', 'kid', 'kty', 'n', 'use'],
    );
    const token = await tokenOf(at);
    const verified = await jwtVerify(token, createLocalJWKSet({ keys }), { audience: 'somebody' });
    assert.equal(verified.protectedHeader.kid, key.kid);
    assert.equal(verified.payload.sub, 'system:serviceaccount:default:robot');
  }
  assert.equal((await without.fetch('/openid/v1/jwks')).status, 404);
  assert.equal((await without.fetch('/.well-known/openid-configuration')).status, 404);
});

async function tokenOf(at: TestServer): Promise<string> {
  const accounts = '/api/v1/namespaces/default/serviceaccounts';
  const headers = { 'content-type': 'application/json' };
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'robot' } };
  await at.fetch(accounts, { method: 'POST', headers, body: JSON.stringify(account) });
  const asked = {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: { audiences: ['somebody'] },
  };
  const answer = await at.fetch(`${accounts}/robot/token`, {
    method: 'POST',
    headers,
    body: JSON.stringify(asked),
  });
  return JSON.parse(await answer.text()).status.token;
}

test('the root lists the paths of every group that is served', async () => {
  const { paths } = await read('/');
  assert.ok(Array.isArray(paths));
  assert.deepEqual(paths, [...paths].sort());
  for (const path of [
    '/.well-known/openid-configuration',
    '/api',
    '/api/v1',
    '/apis',
    '/apis/apps',
    '/apis/apps/v1',
    '/apis/coordination.k8s.io/v1',
    '/healthz',
    '/livez',
    '/metrics',
    '/openapi/v2',
    '/openapi/v3',
    '/openid/v1/jwks',
    '/readyz',
    '/version',
  ])
    assert.ok(paths.includes(path), path);
  assert.ok(!paths.includes('/apis//v1'), 'the core group has no name');
  assert.equal(new Set(paths).size, paths.length);
  const { groups } = await read('/apis');
  assert.ok(Array.isArray(groups));
  for (const group of groups.filter(isObject)) assert.ok(paths.includes(`/apis/${group['name']}`));
  assert.equal((await read('/version/'))['gitVersion'], (await read('/version'))['gitVersion']);
});

test('the scale of a workload shows its selector as text', async () => {
  const selector = {
    matchLabels: { b: '2', app: 'web' },
    matchExpressions: [
      { key: 'tier', operator: 'In', values: ['y', 'x'] },
      { key: 'stage', operator: 'NotIn', values: ['q', 'p'] },
      { key: 'old', operator: 'DoesNotExist' },
      { key: 'app', operator: 'Exists' },
    ],
  };
  const labels = { app: 'web', b: '2', tier: 'x' };
  const template = { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'i' }] } };
  const made = await post('/apis/apps/v1/namespaces/default/deployments', {
    apiVersion: 'apps/v1',
    kind: 'Deployment',
    metadata: { name: 'web' },
    spec: { replicas: 3, selector, template },
  });
  assert.equal(made.code, 201);
  const scale = await read('/apis/apps/v1/namespaces/default/deployments/web/scale');
  assert.deepEqual(scale['spec'], { replicas: 3 });
  assert.deepEqual(scale['status'], {
    replicas: 0,
    selector: 'app=web,b=2,tier in (x,y),stage notin (p,q),!old,app',
  });
});

test('what somebody may do in a namespace is told as rules, with the paths beside them', async () => {
  const rules = async (as?: string, groups: readonly string[] = []) => {
    const headers: Record<string, string> = as === undefined ? {} : { 'impersonate-user': as };
    if (groups.length > 0) headers['impersonate-group'] = groups.join(',');
    const { body } = await post(
      '/apis/authorization.k8s.io/v1/selfsubjectrulesreviews',
      {
        apiVersion: 'authorization.k8s.io/v1',
        kind: 'SelfSubjectRulesReview',
        spec: { namespace: 'default' },
      },
      headers,
    );
    return objectAt(body, 'status');
  };
  const all = ['*'];
  assert.deepEqual(await rules(), {
    resourceRules: [{ verbs: all, apiGroups: all, resources: all }],
    nonResourceRules: [{ verbs: all, nonResourceURLs: all }],
    incomplete: false,
  });
  await post('/apis/rbac.authorization.k8s.io/v1/clusterroles', {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRole',
    metadata: { name: 'one-map' },
    rules: [
      { verbs: ['get'], apiGroups: [''], resources: ['configmaps'], resourceNames: ['mine'] },
      { verbs: ['get'], nonResourceURLs: ['/mine/*'] },
    ],
  });
  await post('/apis/rbac.authorization.k8s.io/v1/clusterrolebindings', {
    apiVersion: 'rbac.authorization.k8s.io/v1',
    kind: 'ClusterRoleBinding',
    metadata: { name: 'one-map' },
    roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'one-map' },
    subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'eve' }],
  });
  const ofEve = await rules('eve');
  const own = (list: string) =>
    objectsAt(ofEve, list).filter((rule) => JSON.stringify(rule).includes('mine'));
  assert.deepEqual(own('resourceRules'), [
    { verbs: ['get'], apiGroups: [''], resources: ['configmaps'], resourceNames: ['mine'] },
  ]);
  assert.deepEqual(own('nonResourceRules'), [{ verbs: ['get'], nonResourceURLs: ['/mine/*'] }]);
  assert.equal(ofEve['incomplete'], false);
});

test('a path is asked about by its verb, and what is neither path nor resource is refused', async () => {
  const ask = (spec: Json) =>
    post('/apis/authorization.k8s.io/v1/subjectaccessreviews', {
      apiVersion: 'authorization.k8s.io/v1',
      kind: 'SubjectAccessReview',
      spec,
    });
  const may = async (user: string, path: string, verb: string) =>
    objectAt((await ask({ user, nonResourceAttributes: { path, verb } })).body, 'status')['allowed'];
  assert.equal(await may('eve', '/mine/x', 'get'), true);
  assert.equal(await may('eve', '/mine/x', 'put'), false);
  assert.equal(await may('eve', '/yours', 'get'), false);
  assert.equal(await may('adam', '/mine/x', 'get'), false);
  assert.equal((await ask({ user: 'eve' })).code, 422);
});

async function review(token: string): Promise<JsonObject> {
  const { body } = await post('/apis/authentication.k8s.io/v1/tokenreviews', {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenReview',
    spec: { token },
  });
  return objectAt(body, 'status');
}

test('a token that is bound to a pod says whose it is, and ends with the pod', async () => {
  await post('/api/v1/namespaces/default/serviceaccounts', {
    apiVersion: 'v1',
    kind: 'ServiceAccount',
    metadata: { name: 'bound' },
  });
  const { body: node } = await post('/api/v1/nodes', {
    apiVersion: 'v1',
    kind: 'Node',
    metadata: { name: 'node-1' },
  });
  const pods = '/api/v1/namespaces/default/pods';
  const { body: pod } = await post(pods, {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'holder' },
    spec: {
      nodeName: 'node-1',
      serviceAccountName: 'bound',
      containers: [{ name: 'c', image: 'i' }],
    },
  });
  const uid = objectAt(pod, 'metadata')['uid'];
  assert.ok(typeof uid === 'string', JSON.stringify(pod));
  const { body: given } = await post('/api/v1/namespaces/default/serviceaccounts/bound/token', {
    apiVersion: 'authentication.k8s.io/v1',
    kind: 'TokenRequest',
    spec: { boundObjectRef: { apiVersion: 'v1', kind: 'Pod', name: 'holder', uid } },
  });
  const token = objectAt(given, 'status')['token'];
  assert.ok(typeof token === 'string', JSON.stringify(given));
  const status = await review(token);
  assert.equal(status['authenticated'], true, JSON.stringify(status));
  const extra = objectAt(status, 'user', 'extra');
  const named = (what: string) => extra[`authentication.kubernetes.io/${what}`];
  assert.deepEqual([named('pod-name'), named('pod-uid')], [['holder'], [uid]]);
  assert.deepEqual(
    [named('node-name'), named('node-uid')],
    [['node-1'], [objectAt(node, 'metadata')['uid']]],
  );
  const removed = async (path: string) => {
    const answer = await server.fetch(path, {
      method: 'DELETE',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ gracePeriodSeconds: 0 }),
    });
    assert.equal(answer.status, 200);
  };
  await removed('/api/v1/nodes/node-1');
  assert.equal((await review(token))['authenticated'], true, 'the token hangs on its pod, not on the node');
  await removed(`${pods}/holder`);
  assert.notEqual((await review(token))['authenticated'], true);
});

test('a token that is bound to a node or a secret ends with it', async () => {
  const accounts = '/api/v1/namespaces/default/serviceaccounts';
  await post(accounts, { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { name: 'tied' } });
  const things = [
    ['/api/v1/nodes', 'Node', 'node-2', ['node-name', 'node-uid']],
    ['/api/v1/namespaces/default/secrets', 'Secret', 'secret-2', []],
  ] as const;
  for (const [path, kind, name, told] of things) {
    await post(path, { apiVersion: 'v1', kind, metadata: { name } });
    const { body } = await post(`${accounts}/tied/token`, {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: { boundObjectRef: { apiVersion: 'v1', kind, name } },
    });
    const token = objectAt(body, 'status')['token'];
    assert.ok(typeof token === 'string', JSON.stringify(body));
    const headers = { authorization: `Bearer ${token}` };
    const self = await post(
      '/apis/authentication.k8s.io/v1/selfsubjectreviews',
      { apiVersion: 'authentication.k8s.io/v1', kind: 'SelfSubjectReview' },
      headers,
    );
    assert.equal(self.code, 201, kind);
    const extra = Object.keys(objectAt(self.body, 'status', 'userInfo', 'extra'));
    const names = ['credential-id', ...told].map((what) => `authentication.kubernetes.io/${what}`);
    assert.deepEqual(extra.sort(), names);
    assert.equal((await server.fetch(`${path}/${name}`, { method: 'DELETE' })).status, 200);
    assert.notEqual((await review(token))['authenticated'], true, kind);
  }
});

test('documents of discovery are the same in JSON and in protobuf', async () => {
  for (const path of ['/api', '/apis', '/api/v1', '/apis/apps', '/apis/apps/v1', '/apis/autoscaling/v2']) {
    const { serverAddressByClientCIDRs: _where, ...expected } = await read(path);
    const answer = await server.fetch(path, { headers: { accept: 'application/vnd.kubernetes.protobuf' } });
    assert.equal(answer.headers.get('content-type'), 'application/vnd.kubernetes.protobuf', path);
    const decoded = decodeProtobuf(new Uint8Array(await answer.arrayBuffer()));
    const { serverAddressByClientCIDRs: _there, ...found } = decoded;
    assert.deepEqual(found, { apiVersion: '', ...expected }, path);
  }
});

test('aggregated discovery names the group of a subresource that has another one, and else of custom kinds alone', async () => {
  const answer = await server.fetch('/apis', {
    headers: { accept: 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList' },
  });
  const { items } = JSON.parse(await answer.text());
  const apps = items.find(({ metadata }: { metadata: JsonObject }) => metadata['name'] === 'apps');
  assert.deepEqual(apps.metadata, { name: 'apps' });
  const deployments = objectsAt(apps.versions[0], 'resources').find(
    (each) => each['resource'] === 'deployments',
  );
  assert.deepEqual(deployments?.['responseKind'], { group: '', version: '', kind: 'Deployment' });
  assert.deepEqual(
    objectsAt(deployments ?? {}, 'subresources').map((each) => each['responseKind']),
    [
      { group: 'autoscaling', version: 'v1', kind: 'Scale' },
      { group: '', version: '', kind: 'Deployment' },
    ],
  );
});
