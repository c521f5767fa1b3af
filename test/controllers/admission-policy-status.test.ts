import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { typedClient } from '../../src/apimachinery/kinds.ts';
import type { JsonObject } from '../../src/base/index.ts';
import {
  validatingAdmissionPolicies as policies,
  type ValidatingAdmissionPolicy,
} from '../../src/controllers/kinds/admissionregistration.ts';
import { eventually, startTestCluster, type TestCluster } from './harness.ts';

let cluster: TestCluster;
before(async () => {
  cluster = await startTestCluster({ profile: 'hub' });
});
after(() => cluster.close());

const policy = (validations: JsonObject[], more: JsonObject = {}) => ({
  apiVersion: 'admissionregistration.k8s.io/v1',
  kind: 'ValidatingAdmissionPolicy',
  metadata: { name: 'types' },
  spec: {
    matchConstraints: {
      resourceRules: [
        {
          apiGroups: ['', 'apps'],
          apiVersions: ['v1'],
          operations: ['CREATE'],
          resources: ['deployments', 'pods'],
        },
      ],
    },
    validations,
    ...more,
  },
});

test('a policy says what its expressions get wrong about each kind that it names, once for each generation', async () => {
  const client = typedClient(cluster.client);
  const statusAt = async (generation: number) => {
    const isSeen = (one: ValidatingAdmissionPolicy | undefined) =>
      one?.status?.observedGeneration === generation;
    return (await eventually(cluster.client, policies, { name: 'types' }, isSeen))?.status ?? {};
  };
  const validations = [
    { expression: 'object.spec.replicas > 3', messageExpression: "'a' + object.metadata.name" },
    { expression: "variables.n == 'x'" },
    { expression: "params.data.x == '1'", messageExpression: 'string(params.nope)' },
    { expression: "authorizer.requestResource.check('get').allowed()" },
    { expression: "object.metadata.labels['a'] == 'b' && request.operation == 'CREATE'" },
  ];
  const more = {
    paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
    variables: [{ name: 'n', expression: 'object.spec.replicas' }],
  };
  await client.create(policies, policy(validations, more));
  const { typeChecking } = await statusAt(1);
  const of = (kind: string, why: string, source: string, at: number) =>
    `${kind}: ERROR: <input>:1:${at}: ${why}\n | ${source}\n | ${'.'.repeat(at - 1)}^\n`;
  const both = (why: string, source: string, at: number) =>
    ['/v1, Kind=Pod', 'apps/v1, Kind=Deployment'].map((kind) => of(kind, why, source, at)).join('\n');
  assert.deepEqual(typeChecking?.expressionWarnings, [
    {
      fieldRef: 'spec.validations[0].expression',
      warning: of('/v1, Kind=Pod', "undefined field 'replicas'", 'object.spec.replicas > 3', 12),
    },
    {
      fieldRef: 'spec.validations[1].expression',
      warning: of(
        'apps/v1, Kind=Deployment',
        "found no matching overload for '_==_' applied to '(int, string)'",
        "variables.n == 'x'",
        13,
      ),
    },
    {
      fieldRef: 'spec.validations[2].messageExpression',
      warning: both("undefined field 'nope'", 'string(params.nope)', 14),
    },
    {
      fieldRef: 'spec.validations[3].expression',
      warning: both(
        "unexpected failed resolution of 'kubernetes.authorization.Authorizer'",
        "authorizer.requestResource.check('get').allowed()",
        11,
      ),
    },
  ]);
  const current = await client.get(policies, { name: 'types' });
  await client.update(policies, { ...policy([{ expression: 'true' }]), metadata: current.metadata });
  assert.deepEqual((await statusAt(2)).typeChecking?.expressionWarnings ?? [], []);
});
