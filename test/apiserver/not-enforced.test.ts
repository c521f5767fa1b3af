import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { NotEnforced } from '../../src/apimachinery/not-enforced.ts';
import type { JsonObject } from '../../src/base/index.ts';
import { startTestServer, type TestServer } from './harness.ts';

const notEnforced: readonly NotEnforced[] = [
  {
    group: 'autoscaling',
    resource: 'horizontalpodautoscalers',
    sentence: () => 'Nothing is scaled here.',
  },
];

describe('what is stored and has no effect', () => {
  let test: TestServer;
  before(async () => {
    test = await startTestServer({ notEnforced });
  });
  after(() => test.close());

  const warningOf = async (path: string, object: JsonObject): Promise<string | null> => {
    const headers = { 'content-type': 'application/json' };
    const answer = await test.fetch(path, { method: 'POST', body: JSON.stringify(object), headers });
    assert.equal(answer.status, 201, await answer.text());
    return answer.headers.get('warning');
  };
  const cases: readonly (readonly [path: string, object: JsonObject, words: RegExp])[] = [
    [
      '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers',
      {
        apiVersion: 'autoscaling/v2',
        kind: 'HorizontalPodAutoscaler',
        metadata: { name: 'h' },
        spec: { maxReplicas: 3, scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd' } },
      },
      /Nothing is scaled here/,
    ],
  ];
  for (const [path, object, words] of cases) {
    it(`says so when a ${String(object['kind'])} is written`, async () => {
      assert.match(String(await warningOf(path, object)), words);
    });
  }

  it('is not claimed of a plain namespace', async () => {
    const plain = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'plain' } };
    assert.equal(await warningOf('/api/v1/namespaces', plain), null);
  });
});
