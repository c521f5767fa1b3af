import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { JsonObject } from '../../src/base/index.ts';
import { startTestServer, type TestServer } from './harness.ts';
import { ask, binding, bindingPath, make, policy, policyPath } from './policies.ts';
import { rbac } from './rights.ts';

const jane = '&{jane u-1 [developers system:authenticated] map[]}';
const paramKind = { apiVersion: 'v1', kind: 'Secret' };
const paramRef = { name: 's', namespace: 'kube-system', parameterNotFoundAction: 'Deny' };
const validations = [{ expression: 'false', messageExpression: 'string(params.data.k)' }];

describe('who has policies read parameters may read them himself', () => {
  let test: TestServer;

  before(async () => {
    test = await startTestServer();
    const apiGroups = ['admissionregistration.k8s.io'];
    await grant('policies', [{ apiGroups, resources: ['*'], verbs: ['*'] }]);
  });

  after(() => test.close());

  async function grant(name: string, rules: JsonObject[]): Promise<void> {
    const apiVersion = 'rbac.authorization.k8s.io/v1';
    const metadata = { name };
    await test.client.create(rbac('clusterroles'), { apiVersion, kind: 'ClusterRole', metadata, rules });
    await test.client.create(rbac('clusterrolebindings'), {
      apiVersion,
      kind: 'ClusterRoleBinding',
      metadata,
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name },
      subjects: [{ kind: 'User', apiGroup: 'rbac.authorization.k8s.io', name: 'jane' }],
    });
  }

  const asJane = (method: string, path: string, body: JsonObject, type = 'application/json') =>
    ask(test, { method, path, body, type, token: 'user-token' });

  it('in what a policy is made or changed to, and in what it is bound to', async () => {
    const spec = { paramKind, validations };
    const mine = await asJane('POST', policyPath, policy(spec, 'mine'));
    assert.equal(mine.status, 422);
    assert.equal(
      mine.message,
      `ValidatingAdmissionPolicy.admissionregistration.k8s.io "mine" is invalid: spec.paramKind: Forbidden: user ${jane} must have "get" permission on all objects of the referenced paramKind (kind=Secret, apiVersion=v1)`,
    );
    const bound = (more: JsonObject = {}, name = 'b') =>
      asJane('POST', bindingPath, binding({ paramRef, ...more }, name));
    const cannot = (verb: string) => `user ${jane} does not have "${verb}" permission`;
    const ends = 'to determine minimum required permissions and';
    assert.ok(
      (await bound({ policyName: 'none' })).message.endsWith(
        `spec.paramRef: Forbidden: unable to get policy none ${ends} ${cannot('get')} for all groups, versions and resources`,
      ),
    );
    await make(test, policyPath, policy(spec));
    assert.ok((await bound()).message.endsWith(`${cannot('get')} on the object referenced by paramRef`));
    const selected = { paramRef: { selector: {}, parameterNotFoundAction: 'Deny' } };
    assert.ok(
      (await bound(selected)).message.endsWith(`${cannot('list')} on the object referenced by paramRef`),
    );
    await make(test, policyPath, policy({ ...spec, paramKind: { apiVersion: 'v1', kind: 'Foo' } }, 'foo'));
    assert.ok(
      (await bound({ policyName: 'foo' })).message.endsWith(
        `unable to resolve paramKind &{v1 Foo} ${ends} ${cannot('get')} for all groups, versions and resources`,
      ),
    );
  });

  it('also by a patch, an apply and a put of what was there without them', async () => {
    const plain = await asJane(
      'POST',
      policyPath,
      policy({ validations: [{ expression: 'true' }] }, 'plain'),
    );
    assert.equal(plain.status, 201);
    const whole = policy({ paramKind, validations }, 'plain');
    const { metadata } = plain.body;
    const writes = [
      ['PUT', `${policyPath}/plain`, { ...whole, metadata: metadata ?? {} }, 'application/json'],
      ['PATCH', `${policyPath}/plain`, { spec: { paramKind } }, 'application/merge-patch+json'],
      [
        'PATCH',
        `${policyPath}/new?fieldManager=m`,
        policy({ paramKind, validations }, 'new'),
        'application/apply-patch+yaml',
      ],
    ] as const;
    for (const [method, path, body, type] of writes) {
      const answer = await asJane(method, path, body, type);
      assert.match(answer.message, /must have "get" permission on all objects/, `${method} ${path}`);
      assert.equal(answer.status, 422);
    }
    await asJane('POST', bindingPath, binding({ policyName: 'plain' }, 'plain'));
    const rebound = await asJane(
      'PATCH',
      `${bindingPath}/plain`,
      { spec: { paramRef } },
      'application/merge-patch+json',
    );
    assert.match(rebound.message, /on the object referenced by paramRef$/);
  });

  it('what stays as it was needs no right, and whoever holds it goes on', async () => {
    await make(test, policyPath, policy({ paramKind, validations }, 'theirs'));
    const merge = 'application/merge-patch+json';
    const labelled = await asJane(
      'PATCH',
      `${policyPath}/theirs`,
      { metadata: { labels: { a: 'b' } } },
      merge,
    );
    assert.equal(labelled.status, 200);
    await grant('secrets', [{ apiGroups: [''], resources: ['secrets'], verbs: ['get'] }]);
    assert.equal((await asJane('POST', policyPath, policy({ paramKind, validations }, 'held'))).status, 201);
    assert.equal(
      (await asJane('POST', bindingPath, binding({ policyName: 'held', paramRef }, 'held'))).status,
      201,
    );
  });
});
