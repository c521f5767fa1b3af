import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { tokenAuthenticator } from '../../src/apiserver/index.ts';
import type { JsonObject } from '../../src/base/index.ts';
import { startTestServer, type TestServer, users } from './harness.ts';
import { ask } from './policies.ts';

const node = { username: 'system:node:n1', uid: '', groups: ['system:nodes'], extra: {} };
const leases = '/apis/coordination.k8s.io/v1/namespaces/kube-node-lease/leases';
const pods = '/api/v1/namespaces/default/pods';

describe('a node', () => {
  let test: TestServer;
  before(async () => {
    test = await startTestServer({
      authenticators: [tokenAuthenticator(new Map([...users, ['node-token', node]]))],
      // Only what admission says of a node is looked at.
      authorizers: [() => ({ decision: 'allow', reason: '' })],
      admissionPlugIns: { disable: ['ServiceAccount'], enable: ['NodeRestriction'] },
    });
    await made('/api/v1/nodes', { metadata: { name: 'n1' } });
    await made(leases, { metadata: { name: 'n1' } });
    const spec = { nodeName: 'n1', containers: [{ name: 'c', image: 'i' }] };
    await made(pods, { metadata: { name: 'own' }, spec });
  });
  after(() => test.close());

  async function made(path: string, body: JsonObject): Promise<void> {
    const answer = await ask(test, { method: 'POST', path, body });
    assert.equal(answer.status, 201, answer.message);
  }

  const asNode = (method: string, path: string, body?: JsonObject) =>
    ask(test, { method, path, token: 'node-token', ...(body && { body }) });

  it('deletes by its name what is its own, and no collection, even one that holds nothing else', async () => {
    for (const [path, why] of [
      ['/api/v1/nodes', 'nodes "Unknown" is forbidden: node "n1" is not allowed to modify node ""'],
      [
        leases,
        'leases.coordination.k8s.io "Unknown" is forbidden: can only access node lease with the same name as the requesting node',
      ],
    ] as const) {
      const all = await asNode('DELETE', `${path}?fieldSelector=metadata.name%3Dn1`);
      assert.deepEqual([all.status, all.message], [403, why]);
      assert.equal((await asNode('DELETE', `${path}/n1?dryRun=All`)).status, 200);
    }
  });

  it('is not kept from pods by this plug-in where nothing is written', async () => {
    const answer = await asNode('POST', `${pods}/own/exec?command=ls`);
    assert.doesNotMatch(answer.message, /unexpected pod subresource/);
    const bound = await asNode('POST', `${pods}/own/binding`, {
      metadata: { name: 'own' },
      target: { kind: 'Node', name: 'n1' },
    });
    assert.match(bound.message, /unexpected pod subresource "binding"/);
  });
});
