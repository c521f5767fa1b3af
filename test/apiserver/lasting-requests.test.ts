import assert from 'node:assert/strict';
import { test } from 'node:test';
import { LastingRequests } from '../../src/apiserver/authz/lasting-requests.ts';
import { lastingAccessLimits, silentLogger } from '../../src/base/index.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { startTestServer } from './harness.ts';

test('who a caller is is asked again only after identities changed, and nothing any more once it is closed', async () => {
  const clock = new ManualClock();
  const requests = new LastingRequests({ clock, log: silentLogger });
  const asked: boolean[] = [];
  const pass = async () => {
    clock.advance(lastingAccessLimits.gatherMs);
    await new Promise((next) => setImmediate(next));
  };
  const judge = async (identitiesChanged: boolean) => void asked.push(identitiesChanged);
  requests.add({ judge, end: () => assert.fail('it is allowed') }, requests.moment());
  requests.rightsChanged();
  await pass();
  requests.identitiesChanged();
  await pass();
  requests.rightsChanged();
  await pass();
  assert.deepEqual(asked, [false, true, false]);
  requests.rightsChanged();
  requests.close();
  await pass();
  requests.identitiesChanged();
  await pass();
  assert.equal(asked.length, 3);
});

test('watches that have ended, in whatever way, are asked about no more', async () => {
  const asked: string[] = [];
  const server = await startTestServer({
    authorizers: [
      ({ verb, resource }) => {
        if (verb === 'watch') asked.push(resource?.resource ?? '');
        return { decision: 'allow', reason: '' };
      },
    ],
  });
  try {
    const { watch } = await server.listen();
    const headers = { authorization: 'Bearer user-token' };
    const kept = await watch('/api/v1/secrets?watch=true', headers);
    for (let round = 0; round < 10; round++) {
      const open = await Promise.all(
        Array.from({ length: 10 }, () => watch('/api/v1/configmaps?watch=true', headers)),
      );
      for (const stream of open) stream.close();
      const over = await watch('/api/v1/configmaps?watch=true&timeoutSeconds=0&resourceVersion=1', headers);
      over.close();
      // Refused before anything is sent.
      await watch('/api/v1/configmaps?watch=true&resourceVersion=x', headers);
      await watch('/api/v1/configmaps?watch=true&fieldSelector=x%3Dy', headers);
    }
    const changeRights = (name: string) =>
      server.fetch('/apis/rbac.authorization.k8s.io/v1/clusterroles', {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ metadata: { name }, rules: [] }),
      });
    // Connections that were broken off are seen to be so by and by; then a change asks about one watch alone.
    for (let change = 0; ; change++) {
      asked.length = 0;
      assert.ok(change < 200, 'watches that have ended are asked about');
      assert.equal((await changeRights(`role-${change}`)).status, 201);
      while (!asked.includes('secrets')) await new Promise((next) => setTimeout(next, 10));
      if (asked.every((resource) => resource === 'secrets')) break;
    }
    kept.close();
  } finally {
    await server.close();
  }
});
