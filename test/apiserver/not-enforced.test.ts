import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { JsonObject } from '../../src/base/index.ts';
import { startTestServer, type TestServer } from './harness.ts';

describe('what is stored and has no effect', () => {
  let test: TestServer;
  before(async () => {
    test = await startTestServer();
  });
  after(() => test.close());

  const warningOf = async (path: string, object: JsonObject): Promise<string | null> => {
    const headers = { 'content-type': 'application/json' };
    const answer = await test.fetch(path, { method: 'POST', body: JSON.stringify(object), headers });
    assert.equal(answer.status, 201, await answer.text());
    return answer.headers.get('warning');
  };
  const admission = '/apis/admissionregistration.k8s.io/v1';
  const cases: readonly (readonly [path: string, object: JsonObject, words: RegExp])[] = [
    [
      `${admission}/validatingadmissionpolicies`,
      {
        apiVersion: 'admissionregistration.k8s.io/v1',
        kind: 'ValidatingAdmissionPolicy',
        metadata: { name: 'p' },
        spec: {
          matchConstraints: {
            resourceRules: [
              { apiGroups: [''], apiVersions: ['v1'], operations: ['CREATE'], resources: ['pods'] },
            ],
          },
          validations: [{ expression: 'true' }],
        },
      },
      /Admission policies are not built/,
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
