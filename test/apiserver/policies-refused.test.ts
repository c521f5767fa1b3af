import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import type { JsonObject } from '../../src/base/index.ts';
import { startTestServer, type TestServer } from './harness.ts';
import { ask, binding, bindingPath, make, policy, policyPath, rule } from './policies.ts';

let test: TestServer;
before(async () => {
  test = await startTestServer();
});
after(() => test.close());

const compiled = (why: string, source: string, at: number) =>
  `compilation failed: ERROR: <input>:1:${at}: ${why}\n | ${source}\n | ${'.'.repeat(at - 1)}^`;
const says = (expression: string, more: JsonObject = {}) => ({ validations: [{ expression, ...more }] });
const of = (field: string, value: string, why: string) =>
  `spec.${field}: Invalid value: ${JSON.stringify(value)}: ${why}`;
const ofExpression = (source: string, why: string) => of('validations[0].expression', source, why);

describe('a ValidatingAdmissionPolicy is refused', () => {
  const undeclared = (name: string) => `undeclared reference to '${name}' (in container '')`;
  const cases: readonly (readonly [spec: JsonObject, problems: string])[] = [
    [says('foo > 3'), ofExpression('foo > 3', compiled(undeclared('foo'), 'foo > 3', 1))],
    [says('object.a'), ofExpression('object.a', 'must evaluate to bool but got dyn')],
    [
      says('request.kind'),
      ofExpression('request.kind', 'must evaluate to bool but got kubernetes.GroupVersionKind'),
    ],
    [
      says('request.nope == 1'),
      ofExpression('request.nope == 1', compiled("undefined field 'nope'", 'request.nope == 1', 8)),
    ],
    [says('variables.x'), ofExpression('variables.x', compiled(undeclared('variables'), 'variables.x', 1))],
    [
      says('params.x == 1'),
      ofExpression('params.x == 1', compiled(undeclared('params'), 'params.x == 1', 1)),
    ],
    [says(''), 'spec.validations[0].expression: Required value: expression is not specified'],
    [
      says('true', { messageExpression: '3' }),
      of('validations[0].messageExpression', '3', 'must evaluate to string but got int'),
    ],
    [says('true', { message: 'a\nb' }), of('validations[0].message', 'a\nb', 'must not contain line breaks')],
    [
      says('true', { reason: 'Nope' }),
      'spec.validations[0].reason: Unsupported value: "Nope": supported values: "Forbidden", "Invalid", "RequestEntityTooLarge"',
    ],
    [
      { variables: [{ name: 'in', expression: '1' }], ...says('true') },
      of('variables[0].name', 'in', 'must be a valid CEL identifier'),
    ],
    [
      { variables: [{ name: 'a', expression: '1' }], ...says("variables.a == 'x'") },
      ofExpression(
        "variables.a == 'x'",
        compiled(
          "found no matching overload for '_==_' applied to '(int, string)'",
          "variables.a == 'x'",
          13,
        ),
      ),
    ],
    [
      { matchConditions: [{ name: 'x', expression: '1' }], ...says('true') },
      of('matchConditions[0].expression', '1', 'must evaluate to bool but got int'),
    ],
    [
      { paramKind: { apiVersion: 'a/b/c', kind: 'Foo' }, ...says('true') },
      of('paramKind.apiVersion', 'a/b/c', 'unexpected GroupVersion string: a/b/c'),
    ],
    [
      { matchConstraints: { resourceRules: [rule(['*', 'pods'])] }, ...says('true') },
      `spec.matchConstraints.resourceRules[0].resources: Invalid value: ["*","pods"]: if '*' is present, must not specify other resources without subresources`,
    ],
    [
      { matchConstraints: { resourceRules: [] }, ...says('true') },
      'spec.matchConstraints.resourceRules: Required value',
    ],
    [
      { auditAnnotations: [{ key: 'k', valueExpression: '1' }] },
      of(
        'auditAnnotations[0].valueExpression',
        '1',
        'must evaluate to one of [string null_type] but got int',
      ),
    ],
    [
      {},
      '[spec.validations: Required value: validations or auditAnnotations must contain at least one item, spec.auditAnnotations: Required value: validations or auditAnnotations must contain at least one item]',
    ],
    [
      says('true', { messageExpression: "string(authorizer.path('/').check('get').allowed())" }),
      of(
        'validations[0].messageExpression',
        "string(authorizer.path('/').check('get').allowed())",
        compiled(undeclared('authorizer'), "string(authorizer.path('/').check('get').allowed())", 8),
      ),
    ],
  ];
  for (const [spec, problems] of cases) {
    it(`with ${problems.split('\n')[0]}`, async () => {
      const { status, message } = await make(test, policyPath, policy(spec));
      const head = 'ValidatingAdmissionPolicy.admissionregistration.k8s.io "p" is invalid: ';
      assert.equal(status, 422);
      assert.equal(message, head + problems);
    });
  }

  it('for its conditions only when they or what they may speak of change', async () => {
    const paramKind = { apiVersion: 'v1', kind: 'ConfigMap' };
    const matchConditions = [{ name: 'x', expression: 'params != null' }];
    const made = await make(
      test,
      policyPath,
      policy({ paramKind, matchConditions, ...says('true') }, 'kept'),
    );
    assert.equal(made.status, 201);
    const patch = (body: JsonObject) =>
      ask(test, { method: 'PATCH', path: `${policyPath}/kept`, body, type: 'application/merge-patch+json' });
    assert.equal((await patch({ spec: { failurePolicy: 'Ignore' } })).status, 200);
    assert.match((await patch({ spec: { paramKind: null } })).message, /undeclared reference to 'params'/);
    const other = [{ name: 'y', expression: 'nothing' }];
    assert.match(
      (await patch({ spec: { matchConditions: other } })).message,
      /undeclared reference to 'nothing'/,
    );
  });
});

it('rules of a binding are judged like those of a policy', async () => {
  const matchResources = { matchPolicy: 'X', resourceRules: [rule(['pods/*', 'pods/status'])] };
  const { message } = await make(test, bindingPath, binding({ matchResources }));
  assert.equal(
    message,
    'ValidatingAdmissionPolicyBinding.admissionregistration.k8s.io "b" is invalid: [spec.matchResources.matchPolicy: Unsupported value: "X": supported values: "Equivalent", "Exact", spec.matchResources.resourceRules[0].resources[1]: Invalid value: "pods/status": if \'pods/*\' is present, must not specify pods/status]',
  );
});
