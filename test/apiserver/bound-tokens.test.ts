import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { after, before, describe, it } from 'node:test';
import { isObject, type JsonObject } from '../../src/base/index.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { startTestServer, type TestServer } from './harness.ts';

const core = (resource: string) => ({ group: '', version: 'v1', resource });
const namespace = 'default';
const issuer = 'https://kubernetes.default.svc.cluster.local';

describe('a token that is bound to a pod', () => {
  const clock = new ManualClock();
  let test: TestServer;
  before(async () => {
    const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const serviceAccountKeyPem = privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
    test = await startTestServer({ clock, serviceAccountKeyPem });
    const metadata = { name: 'builder', namespace };
    await test.client.create(core('serviceaccounts'), { apiVersion: 'v1', kind: 'ServiceAccount', metadata });
  });
  after(() => test.close());

  const pod = (name: string) =>
    test.client.create(core('pods'), {
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name, namespace },
      spec: { serviceAccountName: 'builder', nodeName: 'n1', containers: [{ name: 'c', image: 'i' }] },
    });
  const post = async (path: string, body: object): Promise<JsonObject> => {
    const headers = { 'content-type': 'application/json' };
    const answer = await test.fetch(path, { method: 'POST', body: JSON.stringify(body), headers });
    const read: unknown = await answer.json();
    assert.ok(answer.ok && isObject(read), JSON.stringify(read));
    return isObject(read['status']) ? read['status'] : {};
  };
  const issue = (spec: object) =>
    post(`/api/v1/namespaces/${namespace}/serviceaccounts/builder/token`, {
      apiVersion: 'authentication.k8s.io/v1',
      kind: 'TokenRequest',
      spec,
    });
  const isKnown = async (token: unknown) =>
    (
      await post('/apis/authentication.k8s.io/v1/tokenreviews', {
        apiVersion: 'authentication.k8s.io/v1',
        kind: 'TokenReview',
        spec: { token },
      })
    )['authenticated'] === true;
  const claimsOf = (token: unknown) =>
    JSON.parse(Buffer.from(String(token).split('.')[1] ?? '', 'base64url').toString());

  it('as kubelets ask for it lasts for a year, and says when it counts as old', async () => {
    await pod('asked');
    const boundObjectRef = { kind: 'Pod', apiVersion: 'v1', name: 'asked' };
    const status = await issue({ expirationSeconds: 3607, boundObjectRef });
    const claims = claimsOf(status['token']);
    assert.equal(claims.exp - claims.iat, 365 * 24 * 3600);
    assert.equal(claims['kubernetes.io'].warnafter - claims.iat, 3607);
    assert.equal(Date.parse(String(status['expirationTimestamp'])) / 1000, claims.iat + 3607);
    for (const spec of [
      { expirationSeconds: 3606, boundObjectRef },
      { expirationSeconds: 3607 },
      { expirationSeconds: 3607, boundObjectRef, audiences: ['vault'] },
      { expirationSeconds: 3607, boundObjectRef, audiences: [issuer, 'vault'] },
    ]) {
      const other = claimsOf((await issue(spec))['token']);
      assert.equal(other.exp - other.iat, spec.expirationSeconds, JSON.stringify(spec));
      assert.equal(other['kubernetes.io'].warnafter, undefined);
    }
  });

  it('is bound to nothing of another group that is called a pod', async () => {
    await pod('core');
    const answer = issue({ boundObjectRef: { kind: 'Pod', apiVersion: 'apps/v1', name: 'core' } });
    await assert.rejects(answer, /cannot bind token to object of type apps\/v1, Kind=Pod/);
  });

  it('does not count for a node or a secret of the same name that came after what it is bound to', async () => {
    for (const [kind, resource] of [
      ['Node', 'nodes'],
      ['Secret', 'secrets'],
    ] as const) {
      const metadata = { name: 'again', ...(kind === 'Secret' && { namespace }) };
      const object = { apiVersion: 'v1', kind, metadata };
      await test.client.create(core(resource), object);
      const { token } = await issue({ boundObjectRef: { kind, apiVersion: 'v1', name: 'again' } });
      assert.equal(await isKnown(token), true);
      await test.client.delete(core(resource), metadata);
      await test.client.create(core(resource), object);
      assert.equal(await isKnown(token), false, kind);
    }
  });

  it('counts for a minute after the time that its pod had to end, and no longer', async () => {
    await pod('ending');
    const { token } = await issue({ boundObjectRef: { kind: 'Pod', apiVersion: 'v1', name: 'ending' } });
    const deleted = test.client.delete(
      core('pods'),
      { name: 'ending', namespace },
      { gracePeriodSeconds: 10 },
    );
    await deleted;
    clock.advance(70_000);
    assert.equal(await isKnown(token), true);
    clock.advance(1_000);
    assert.equal(await isKnown(token), false);
  });
});
