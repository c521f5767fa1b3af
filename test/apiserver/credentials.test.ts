import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { connect } from 'node:http2';
import { request } from 'node:https';
import { after, before, describe, it } from 'node:test';
import { certificateAuthenticator, tokenAuthenticator } from '../../src/apiserver/index.ts';
import { systemClock, systemRandom } from '../../src/base/index.ts';
import { createAuthority, issueClientCertificate } from '../../src/http/index.ts';
import { plainRequest } from '../support/request.ts';
import { startTestServer, type TestEndpoint, type TestServer, users } from './harness.ts';
import { rbac } from './rights.ts';

const surroundings = { clock: systemClock, random: systemRandom };
const selfReview = '{"apiVersion":"authentication.k8s.io/v1","kind":"SelfSubjectReview"}';
const reviewsPath = '/apis/authentication.k8s.io/v1/selfsubjectreviews';
const issuer = 'https://kubernetes.default.svc.cluster.local';

interface Ask {
  readonly token?: string;
  readonly pair?: { readonly cert: string; readonly key: string };
  readonly headers?: Record<string, string | string[]>;
}

describe('credentials for an API server', () => {
  let test: TestServer;
  let endpoint: TestEndpoint;
  let master: { cert: string; key: string };
  let stranger: { cert: string; key: string };

  before(async () => {
    const authority = createAuthority({ commonName: 'clients', ...surroundings });
    const other = createAuthority({ commonName: 'clients', ...surroundings });
    const subject = { commonName: 'master', organizations: ['system:masters'], days: 1, ...surroundings };
    const pairOf = ({
      certificatePem,
      privateKeyPem,
    }: {
      certificatePem: string;
      privateKeyPem: string;
    }) => ({
      cert: certificatePem,
      key: privateKeyPem,
    });
    master = pairOf(await issueClientCertificate(authority, subject));
    stranger = pairOf(await issueClientCertificate(other, subject));
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    test = await startTestServer({
      authenticators: [
        tokenAuthenticator(users),
        certificateAuthenticator(authority.certificatePem, systemClock),
      ],
      serviceAccountKeyPem: privateKey.export({ type: 'pkcs8', format: 'pem' }).toString(),
    });
    endpoint = await test.listen();
    const accounts = { group: '', version: 'v1', resource: 'serviceaccounts' };
    const metadata = { name: 'robot', namespace: 'default' };
    await test.client.create(accounts, { apiVersion: 'v1', kind: 'ServiceAccount', metadata });
  });
  after(() => test.close());

  /** Each on a connection of its own, as other programs would. */
  const whoAmI = ({ token, pair, headers }: Ask) =>
    new Promise<string>((resolve, reject) => {
      const sent = request(endpoint.url + reviewsPath, {
        ...{ agent: false, ca: endpoint.caPem, method: 'POST', ...pair },
        headers: {
          'content-type': 'application/json',
          'content-length': selfReview.length,
          ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
          ...headers,
        },
      });
      sent.on('error', reject);
      sent.on('response', async (response) => {
        const text = Buffer.concat(await response.toArray()).toString();
        const { status } = JSON.parse(text);
        resolve(`${response.statusCode} ${status?.userInfo?.username ?? ''}`.trim());
      });
      sent.end(selfReview);
    });

  const post = async (path: string, body: object) => {
    const answer = await test.fetch(path, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    const { status, message } = JSON.parse(await answer.text());
    return { code: answer.status, status, message };
  };
  const tokenFor = async (audiences: readonly string[]): Promise<string> => {
    const path = '/api/v1/namespaces/default/serviceaccounts/robot/token';
    const made = await post(path, {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec: { audiences },
    });
    return made.status.token;
  };

  it('are remembered for what they proved, never for what travelled beside them', async () => {
    assert.equal(await whoAmI({ token: 'nobody' }), '401');
    assert.equal(await whoAmI({ token: 'nobody', pair: master }), '201 master');
    assert.equal(await whoAmI({ token: 'nobody' }), '401');
    assert.equal(await whoAmI({ token: 'user-token', pair: master }), '201 master');
    assert.equal(await whoAmI({ token: 'user-token' }), '201 jane');
  });

  it('count by certificate first, and by token where the certificate is nobody’s', async () => {
    assert.equal(await whoAmI({ token: 'user-token', pair: stranger }), '201 jane');
    assert.equal(await whoAmI({ token: 'nobody', pair: stranger }), '401');
    assert.equal(await whoAmI({ pair: stranger }), '401');
    assert.equal(await whoAmI({ pair: master }), '201 master');
    const robot = await tokenFor([]);
    assert.equal(await whoAmI({ token: robot, pair: master }), '201 master');
    assert.equal(await whoAmI({ token: robot }), '201 system:serviceaccount:default:robot');
  });

  it('for another audience are nobody’s here', async () => {
    const elsewhere = await tokenFor(['vault']);
    assert.equal(await whoAmI({ token: elsewhere }), '401');
    // Neither once they have been reviewed for their own audience.
    await review(elsewhere, ['vault']);
    assert.equal(await whoAmI({ token: elsewhere }), '401');
  });

  const review = (token: string, audiences?: readonly string[]) =>
    post('/apis/authentication.k8s.io/v1/tokenreviews', {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenReview',
      spec: { token, ...(audiences && { audiences }) },
    }).then(({ status }) => status);

  it('are reviewed for the audiences asked for, and the answer names those that hold', async () => {
    const elsewhere = await tokenFor(['vault', 'other']);
    const here = await tokenFor([]);
    const forVault = await review(elsewhere, ['x', 'vault']);
    assert.deepEqual([forVault.authenticated, forVault.audiences], [true, ['vault']]);
    const wrong = await review(here, ['vault']);
    assert.deepEqual(wrong, {
      user: {},
      error: `[invalid bearer token, token audiences ["${issuer}"] is invalid for the target audiences ["vault"]]`,
    });
    assert.match((await review(elsewhere)).error, /is invalid for the target audiences \["https:/);
    assert.deepEqual((await review(here)).audiences, [issuer]);
    assert.deepEqual((await review('user-token', [issuer, 'x'])).audiences, [issuer]);
    assert.equal((await review('user-token', ['x'])).error, 'invalid bearer token');
    assert.equal((await review('nobody')).error, 'invalid bearer token');
  });

  describe('of another, taken by headers,', () => {
    const plain = { authorization: 'Bearer user-token', 'content-type': 'application/json' };
    const as = async (headers: Record<string, string>) => {
      const answer = await test.fetch(reviewsPath, {
        method: 'POST',
        headers: { ...plain, ...headers },
        body: selfReview,
      });
      const { status, message } = JSON.parse(await answer.text());
      return { code: answer.status, user: status?.userInfo, message };
    };
    before(async () => {
      await test.client.create(rbac('clusterroles'), {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRole',
        metadata: { name: 'impersonator' },
        rules: [
          { apiGroups: [''], resources: ['users', 'groups'], verbs: ['impersonate'] },
          {
            apiGroups: ['authentication.k8s.io'],
            resources: ['userextras/scopes'],
            resourceNames: ['view'],
            verbs: ['impersonate'],
          },
        ],
      });
      await test.client.create(rbac('clusterrolebindings'), {
        apiVersion: 'rbac.authorization.k8s.io/v1',
        kind: 'ClusterRoleBinding',
        metadata: { name: 'impersonator' },
        roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'impersonator' },
        subjects: [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'jane' }],
      });
    });

    it('are asked about one by one: user, groups, uid and each value of each extra', async () => {
      const user = { 'impersonate-user': 'x' };
      assert.equal((await as(user)).code, 201);
      const scoped = await as({ ...user, 'impersonate-extra-scopes': 'view' });
      assert.deepEqual(scoped.user.extra, { scopes: ['view'] });
      const refused = await as({ ...user, 'impersonate-extra-scopes%2fa': 'admin' });
      assert.deepEqual(
        [refused.code, refused.message],
        [
          403,
          'userextras.authentication.k8s.io "admin" is forbidden: User "jane" cannot impersonate resource "userextras/scopes/a" in API group "authentication.k8s.io" at the cluster scope',
        ],
      );
      assert.equal((await as({ ...user, 'impersonate-extra-scopes': 'admin' })).code, 403);
      assert.equal((await as({ ...user, 'impersonate-extra-oid': 'view' })).code, 403);
      assert.equal((await as({ ...user, 'impersonate-uid': '1' })).code, 403);
      assert.equal((await as({ 'impersonate-user': 'system:serviceaccount:default:robot' })).code, 403);
    });

    it('are refused with 500 without a user', async () => {
      for (const headers of [
        { 'impersonate-extra-scopes': 'view' },
        { 'impersonate-group': 'a' },
        { 'impersonate-uid': '1' },
        { 'impersonate-user': '', 'impersonate-group': 'a' },
      ]) {
        const answer = await as(headers as Record<string, string>);
        assert.equal(answer.code, 500);
        assert.match(answer.message, /requested \[\{.*\}\] without impersonating a user$/);
      }
      assert.equal((await as({ 'impersonate-user': '' })).user.username, 'jane');
    });

    it('are whole header lines: a comma separates nothing', async () => {
      const session = connect(endpoint.url, { ca: endpoint.caPem });
      const stream = session.request({
        ':method': 'POST',
        ':path': reviewsPath,
        authorization: 'Bearer admin-token',
        'content-type': 'application/json',
        'impersonate-user': 'x',
        'impersonate-group': ['a, system:masters', 'b'],
        'impersonate-extra-scopes%2fa': ['one', 'two, three'],
      });
      stream.end(selfReview);
      const body = JSON.parse(Buffer.concat(await stream.toArray()).toString());
      session.close();
      assert.deepEqual(body.status.userInfo.groups, ['a, system:masters', 'b', 'system:authenticated']);
      assert.deepEqual(body.status.userInfo.extra, { 'scopes/a': ['one', 'two, three'] });
      const headers = { 'impersonate-user': 'x', 'impersonate-group': 'a, system:masters' };
      assert.equal(await whoAmI({ token: 'admin-token', headers }), '201 x');
    });
  });
});

it('a token that was taken counts no longer once its account is gone, also for an answer that was under way', async (t) => {
  const known = new Set(['token']);
  let asked = 0;
  let asking: PromiseWithResolvers<void> | undefined;
  const test = await startTestServer({
    authenticators: [
      async ({ bearerToken }) => {
        const user = bearerToken !== undefined && known.has(bearerToken);
        asked++;
        await asking?.promise;
        return user ? { username: 'jane', uid: '', groups: [], extra: {} } : undefined;
      },
    ],
  });
  t.after(() => test.close());
  const ask = async () => {
    const headers = { authorization: 'Bearer token' };
    return (await test.fetch('/api', { headers })).status;
  };
  assert.deepEqual([await ask(), await ask(), asked], [200, 200, 1]);
  known.delete('token');
  test.server.accessChanged();
  assert.equal(await ask(), 401);
  known.add('token');
  asking = Promise.withResolvers();
  const underWay = ask();
  while (asked < 3) await new Promise((resolve) => setImmediate(resolve));
  known.delete('token');
  test.server.accessChanged();
  asking.resolve();
  assert.equal(await underWay, 200);
  assert.equal(await ask(), 401);
});

it('a certificate counts no longer on its own connection once local accounts are off', async (t) => {
  let localAccounts = true;
  const user = { username: 'admin', uid: '', groups: [], extra: {} };
  const test = await startTestServer({
    authenticators: [
      async ({ clientCertificate }) => (localAccounts && clientCertificate ? user : undefined),
    ],
  });
  t.after(() => test.close());
  // As on one connection, which hands in the same bytes with each request.
  const clientCertificate = new Uint8Array([1]);
  const ask = async () => {
    const request = plainRequest({ target: '/api' });
    const connection = { ...request.connection, clientCertificate };
    return (await test.server.handler({ ...request, connection })).status;
  };
  assert.equal(await ask(), 200);
  localAccounts = false;
  test.server.accessChanged();
  assert.equal(await ask(), 401);
});
