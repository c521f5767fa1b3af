import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { typedClient } from '../../src/apimachinery/kinds.ts';
import { type Secret, secrets, serviceAccounts } from '../../src/controllers/kinds/core.ts';
import { eventually, startTestCluster, type TestCluster } from './harness.ts';

const type = 'kubernetes.io/service-account-token';
const namespace = 'default';

describe('Secrets of service accounts:', () => {
  let cluster: TestCluster;
  before(async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const serviceAccountKeyPem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    cluster = await startTestCluster({ serviceAccountKeyPem, nodes: [] });
  });
  after(() => cluster.close());

  const client = () => typedClient(cluster.client);
  const account = (name: string) =>
    client().create(serviceAccounts, {
      apiVersion: 'v1',
      kind: 'ServiceAccount',
      metadata: { name, namespace },
    });
  const secretFor = (name: string, owner: string, rest: Partial<Secret> = {}) =>
    client().create(secrets, {
      apiVersion: 'v1',
      kind: 'Secret',
      type,
      metadata: { name, namespace, annotations: { 'kubernetes.io/service-account.name': owner } },
      ...rest,
    });
  const filled = async (name: string) => {
    const found = await eventually(cluster.client, secrets, { name, namespace }, (secret) =>
      Boolean(secret?.data?.['token']),
    );
    assert.ok(found?.data);
    return found;
  };
  const gone = (name: string) =>
    eventually(cluster.client, secrets, { name, namespace }, (secret) => secret === undefined);
  const tokenOf = ({ data }: Secret) => Buffer.from(data?.['token'] ?? '', 'base64').toString();
  const whoIs = async (token: string) => {
    const review = { apiVersion: 'authentication.k8s.io/v1', kind: 'TokenReview', spec: { token } };
    const answer = await cluster.fetch('/apis/authentication.k8s.io/v1/tokenreviews', {
      method: 'POST',
      body: JSON.stringify(review),
      headers: { 'content-type': 'application/json' },
    });
    return JSON.parse(await answer.text()).status;
  };
  const statusWith = async (token: string) => {
    const headers = { authorization: `Bearer ${token}` };
    return (await cluster.fetch('/api/v1/namespaces', { headers })).status;
  };

  it('one gets its token, the authority and its namespace, and says whose it is', async () => {
    const { metadata } = await account('one');
    await secretFor('one-token', 'one');
    const secret = await filled('one-token');
    assert.deepEqual(Object.keys(secret.data ?? {}).sort(), ['ca.crt', 'namespace', 'token']);
    assert.equal(secret.metadata.annotations?.['kubernetes.io/service-account.uid'], metadata.uid);
    const claims = JSON.parse(Buffer.from(tokenOf(secret).split('.')[1] ?? '', 'base64url').toString());
    assert.equal(claims.iss, 'kubernetes/serviceaccount');
    assert.equal(claims.exp, undefined);
    const { authenticated, user } = await whoIs(tokenOf(secret));
    assert.equal(authenticated, true);
    assert.equal(user.username, 'system:serviceaccount:default:one');
    assert.equal(user.uid, metadata.uid);
    assert.equal(await statusWith(tokenOf(secret)), 403);
  });

  it('its token counts only as long as the Secret holds it', async () => {
    await account('two');
    await secretFor('two-token', 'two');
    const token = tokenOf(await filled('two-token'));
    assert.equal(await statusWith(token), 403);
    await client().delete(secrets, { name: 'two-token', namespace });
    assert.equal(await statusWith(token), 401);
    await secretFor('two-token', 'two');
    const next = tokenOf(await filled('two-token'));
    assert.equal(await statusWith(next), 403);
    const patch = {
      type: 'merge' as const,
      body: { data: { token: Buffer.from('other').toString('base64') } },
    };
    await client().patch(secrets, { name: 'two-token', namespace }, patch);
    assert.equal((await whoIs(next)).authenticated, undefined);
  });

  it('it goes with its account, and an account that comes again does not get the old tokens', async () => {
    await account('three');
    await secretFor('three-token', 'three');
    const secret = await filled('three-token');
    await client().delete(serviceAccounts, { name: 'three', namespace });
    await gone('three-token');
    await account('three');
    const { annotations = {} } = secret.metadata;
    await secretFor('three-again', 'three', { metadata: { name: 'three-again', namespace, annotations } });
    await gone('three-again');
    assert.equal(await statusWith(tokenOf(secret)), 401);
  });

  it('without an account it goes, and without the name of one it is refused', async () => {
    await secretFor('nobodys', 'nobody');
    await gone('nobodys');
    await assert.rejects(
      secretFor('unnamed', 'x', { metadata: { name: 'unnamed', namespace } }),
      /metadata.annotations\[kubernetes.io\/service-account.name\]: Required value/,
    );
  });

  it('a token of another key is nobody', async () => {
    const secret = await filled('one-token');
    const [head, body] = tokenOf(secret).split('.');
    const forged = `${head}.${body}.${Buffer.alloc(64, 1).toString('base64url')}`;
    const data = { ...secret.data, token: Buffer.from(forged).toString('base64') };
    await client().update(secrets, { ...secret, data });
    assert.equal(await statusWith(forged), 401);
  });

  it('its use is noted on it by the day, and what is marked as invalid is nobody', async () => {
    await account('four');
    await secretFor('four-token', 'four');
    const token = tokenOf(await filled('four-token'));
    assert.equal(await statusWith(token), 403);
    const label = 'kubernetes.io/legacy-token-last-used';
    const used = await eventually(
      cluster.client,
      secrets,
      { name: 'four-token', namespace },
      (secret) => secret?.metadata.labels?.[label] !== undefined,
    );
    assert.match(used?.metadata.labels?.[label] ?? '', /^\d{4}-\d\d-\d\d$/);
    await whoIs(token);
    const again = await client().get(secrets, { name: 'four-token', namespace });
    assert.equal(again.metadata.resourceVersion, used?.metadata.resourceVersion, 'once a day');
    const labels = { 'kubernetes.io/legacy-token-invalid-since': '2026-01-01' };
    await client().patch(
      secrets,
      { name: 'four-token', namespace },
      { type: 'merge', body: { metadata: { labels } } },
    );
    const { authenticated, error } = await whoIs(token);
    assert.equal(authenticated, undefined);
    assert.equal(
      error,
      "[invalid bearer token, the token in secret default/four-token for service account default/four has been marked invalid. Use tokens from the TokenRequest API or manually created secret-based tokens, or remove the 'kubernetes.io/legacy-token-invalid-since' label from the secret to temporarily allow use of this token]",
    );
    const since = await cluster.client.get(
      { group: '', version: 'v1', resource: 'configmaps' },
      { namespace: 'kube-system', name: 'kube-apiserver-legacy-service-account-token-tracking' },
    );
    assert.match(JSON.stringify(since['data']), /^\{"since":"\d{4}-\d\d-\d\d"\}$/);
  });
});
