import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { type JsonObject, silentLogger, systemClock, systemRandom } from '../../src/base/index.ts';
import { createMemoryStore } from '../../src/store/index.ts';
import { autoscalerV2 } from './autoscaler.ts';
import { startTestServer, type TestServer } from './harness.ts';
import {
  ask,
  binding,
  bindingPath,
  configMap,
  configMapPath,
  make,
  policy,
  policyPath,
  rule,
  under,
} from './policies.ts';

let test: TestServer;
before(async () => {
  test = await startTestServer();
});
after(() => test.close());

const tried = (name: string, data: JsonObject = {}, labels: JsonObject = {}) =>
  make(test, `${configMapPath}?dryRun=All`, configMap(name, data, labels));
const says = (expression: string, more: JsonObject = {}) => ({ validations: [{ expression, ...more }] });
const denied = "is forbidden: ValidatingAdmissionPolicy 'p' with binding 'b' denied request:";

describe('a ValidatingAdmissionPolicy', () => {
  it('denies what does not hold, and says so as the real server does', async () => {
    await under(test, { spec: says("object.metadata.name != 'bad'") }, async () => {
      assert.equal((await tried('good')).status, 201);
      const { status, body } = await tried('bad');
      const why = "failed expression: object.metadata.name != 'bad'";
      const cause = `ValidatingAdmissionPolicy 'p' with binding 'b' denied request: ${why}`;
      assert.equal(status, 422);
      assert.deepEqual(
        { message: body['message'], reason: body['reason'], details: body['details'] },
        {
          message: `configmaps "bad" ${denied} ${why}`,
          reason: 'Invalid',
          details: { name: 'bad', kind: 'configmaps', causes: [{ message: cause }] },
        },
      );
    });
    assert.equal((await tried('bad')).status, 201);
  });

  it('tells its own message, the one that an expression makes first, under its reason', async () => {
    const validations = [
      {
        expression: '!has(object.data.a)',
        messageExpression: "' a is ' + object.data.a",
        message: ' fixed ',
        reason: 'Forbidden',
      },
    ];
    await under(test, { spec: { validations } }, async () => {
      const made = await tried('x', { a: '1' });
      assert.deepEqual(
        [made.status, made.reason, made.message],
        [403, 'Forbidden', `configmaps "x" ${denied} a is 1`],
      );
      assert.equal((await tried('x', { a: '1\n2' })).message, `configmaps "x" ${denied} fixed`);
      assert.equal((await tried('x', { a: 'y'.repeat(6000) })).message, `configmaps "x" ${denied} fixed`);
    });
  });

  it('warns where its binding says so, and lets the write pass', async () => {
    const bound = { validationActions: ['Warn', 'Audit'] };
    await under(test, { spec: says('false'), bound }, async () => {
      const { status, warning } = await tried('x');
      assert.equal(status, 201);
      assert.equal(
        warning,
        `299 - "Validation failed for ValidatingAdmissionPolicy 'p' with binding 'b': failed expression: false"`,
      );
    });
  });

  it('denies what it cannot evaluate, unless failures are to be ignored', async () => {
    const spec = says("object.data.a == 'x'");
    await under(test, { spec }, async () => {
      assert.equal(
        (await tried('x', { b: '' })).message,
        `configmaps "x" ${denied} expression 'object.data.a == 'x'' resulted in error: no such key: a`,
      );
    });
    await under(test, { spec: { ...spec, failurePolicy: 'Ignore' } }, async () => {
      assert.equal((await tried('x', { b: '' })).status, 201);
      assert.equal((await tried('x', { a: 'y' })).status, 422);
    });
  });

  it('works its variables out when they are asked for, also those made of others', async () => {
    const variables = [
      { name: 'n', expression: 'object.metadata.name' },
      { name: 'long', expression: 'size(variables.n) > 3' },
      { name: 'broken', expression: 'object.data.nope' },
    ];
    const validations = [
      { expression: '!variables.long', messageExpression: "'too long: ' + variables.n" },
      { expression: "variables.n != 'abc' || variables.broken == 'x'" },
    ];
    await under(test, { spec: { variables, validations } }, async () => {
      assert.equal((await tried('abcd')).message, `configmaps "abcd" ${denied} too long: abcd`);
      assert.equal((await tried('ab')).status, 201);
      assert.match(
        (await tried('abc', { a: '' })).message,
        /composited variable "broken" fails to evaluate: no such key: nope$/,
      );
    });
  });

  it('leaves out what its conditions do not mean, also when others of them fail', async () => {
    const matchConditions = [
      { name: 'a', expression: "object.data.a == '1'" },
      { name: 'b', expression: "object.data.b == '1'" },
    ];
    await under(test, { spec: { matchConditions, ...says('false') } }, async () => {
      assert.equal((await tried('x', { b: '2' })).status, 201);
      assert.equal((await tried('x', { a: '1', b: '1' })).status, 422);
      assert.match(
        (await tried('x', { c: '' })).message,
        /request: \[expression .* key: a, expression .* b\]$/,
      );
    });
  });

  it('asks about rights of the caller and of others', async () => {
    const variables = [
      {
        name: 'other',
        expression: "authorizer.serviceAccount('default', 'x').group('').resource('secrets').check('get')",
      },
    ];
    const mine = "authorizer.group('apps').resource('deployments').namespace('default').check('delete')";
    const expression = `${mine}.allowed() && authorizer.requestResource.check('update').allowed()`;
    await under(test, { spec: { variables, ...says(expression) } }, async () => {
      assert.equal((await tried('x')).status, 201);
    });
    await under(test, { spec: { variables, ...says('variables.other.allowed()') } }, async () => {
      assert.equal((await tried('x')).status, 422);
    });
  });

  it('sees the namespace of the object, of which a namespace has none', async () => {
    const expression =
      "namespaceObject.metadata.labels['kubernetes.io/metadata.name'] == 'default' && !('managedFields' in dyn(namespaceObject).metadata)";
    await under(test, { spec: says(expression) }, async () => {
      assert.equal((await tried('x')).status, 201);
    });
    const spec = {
      matchConstraints: { resourceRules: [rule(['namespaces'])] },
      ...says('namespaceObject != null', { messageExpression: "request.namespace + '/' + request.name" }),
    };
    await under(test, { spec }, async () => {
      const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'own' } };
      assert.equal(
        (await make(test, '/api/v1/namespaces?dryRun=All', namespace)).message,
        `namespaces "own" ${denied} own/own`,
      );
    });
  });

  it('sees what a write replaces and what a delete takes away', async () => {
    await make(test, configMapPath, configMap('kept', { a: 'b' }));
    const told =
      "request.operation + ' ' + request.options.kind + ' ' + (object == null ? 'none' : object.data.a) + ' ' + oldObject.data.a";
    const spec = {
      matchConstraints: { resourceRules: [rule(['configmaps'], ['*'])] },
      ...says('oldObject == null', { messageExpression: told }),
    };
    await under(test, { spec }, async () => {
      const path = `${configMapPath}/kept`;
      const patch = {
        method: 'PATCH',
        path,
        body: { data: { a: 'c' } },
        type: 'application/merge-patch+json',
      };
      assert.match((await ask(test, patch)).message, /UPDATE UpdateOptions c b$/);
      assert.match((await ask(test, { method: 'DELETE', path })).message, /DELETE DeleteOptions none b$/);
    });
    assert.equal((await ask(test, { method: 'DELETE', path: `${configMapPath}/kept` })).status, 200);
  });

  it('is asked about another version of what its rules mean, unless they are exact', async () => {
    const path = '/apis/autoscaling/v2/namespaces/default/horizontalpodautoscalers?dryRun=All';
    const rules = {
      resourceRules: [{ ...rule(['horizontalpodautoscalers']), apiGroups: ['autoscaling'] }],
    };
    const said = "request.kind.version + ' of ' + request.requestKind.version";
    const spec = says('object.spec.targetCPUUtilizationPercentage < 50', { messageExpression: said });
    await under(test, { spec: { matchConstraints: rules, ...spec } }, async () => {
      assert.match((await make(test, path, autoscalerV2)).message, /v1 of v2$/);
    });
    await under(
      test,
      { spec: { matchConstraints: { ...rules, matchPolicy: 'Exact' }, ...spec } },
      async () => {
        assert.equal((await make(test, path, autoscalerV2)).status, 201);
      },
    );
  });

  it('stops an expression that does too much, and all of them when they do too much together', async () => {
    const tens = '[1,2,3,4,5,6,7,8,9,10]';
    const loops = (names: string) =>
      [...names].reduceRight(
        (inner, name) => `${tens}.all(${name}, ${inner})`,
        `${[...names].join('+')} > 0`,
      );
    await under(test, { spec: says(loops('abcdef')) }, async () => {
      assert.match(
        (await tried('x')).message,
        /resulted in error: operation cancelled: actual cost limit exceeded$/,
      );
    });
    const validations = Array.from({ length: 40 }, () => ({ expression: loops('abcde') }));
    await under(test, { spec: { validations } }, async () => {
      assert.match(
        (await tried('x')).message,
        /: validation failed due to running out of cost budget, no further validation rules will be run$/,
      );
    });
  });

  it('cannot keep anybody from taking it away', async () => {
    const everything = { apiGroups: ['*'], apiVersions: ['*'], operations: ['*'], resources: ['*'] };
    await under(
      test,
      { spec: { matchConstraints: { resourceRules: [everything] }, ...says('false') } },
      async () => {
        assert.equal((await tried('x')).status, 422);
      },
    );
    assert.equal((await ask(test, { method: 'GET', path: `${bindingPath}/b` })).status, 404);
    assert.equal((await ask(test, { method: 'GET', path: `${policyPath}/p` })).status, 404);
    assert.equal((await tried('x')).status, 201);
  });
});

describe('policies and bindings', () => {
  const ofStore = (store: TestServer['store']) => startTestServer({ store });
  const surroundings = { clock: systemClock, random: systemRandom, log: silentLogger };

  it('hold in whatever order they come, as they are changed, and after a restart', async () => {
    const store = createMemoryStore(surroundings);
    const first = await ofStore(store);
    const create = (on: TestServer) => make(on, `${configMapPath}?dryRun=All`, configMap('x'));
    await make(first, bindingPath, binding());
    assert.equal((await create(first)).status, 201);
    await make(first, policyPath, policy(says('false')));
    assert.equal((await create(first)).status, 422);
    const change = (spec: JsonObject) => ({
      method: 'PATCH',
      path: `${policyPath}/p`,
      body: { spec },
      type: 'application/merge-patch+json',
    });
    assert.equal((await ask(first, change(says('true')))).status, 200);
    assert.equal((await create(first)).status, 201);
    assert.equal((await ask(first, change(says('false')))).status, 200);
    await first.close();
    const second = await ofStore(store);
    try {
      assert.equal((await create(second)).status, 422);
      await ask(second, { method: 'DELETE', path: `${policyPath}/p` });
      assert.equal((await create(second)).status, 201);
    } finally {
      await second.close();
      await store.close();
    }
  });

  it('are told no name of an object that goes with a collection', async () => {
    await make(test, configMapPath, configMap('named', {}, { one: '' }));
    const spec = {
      matchConstraints: { resourceRules: [rule(['configmaps'], ['DELETE'])] },
      ...says('has(request.name) && request.name == oldObject.metadata.name'),
    };
    await under(test, { spec }, async () => {
      const all = `${configMapPath}?labelSelector=one&dryRun=All`;
      assert.equal((await ask(test, { method: 'DELETE', path: all })).status, 422);
      const one = `${configMapPath}/named?dryRun=All`;
      assert.equal((await ask(test, { method: 'DELETE', path: one })).status, 200);
    });
  });

  it('judge each object of a deletion of many, and a rollout through its scale', async () => {
    await make(test, configMapPath, configMap('held', {}, { many: '' }));
    await make(test, configMapPath, configMap('free', {}, { many: '' }));
    const spec = {
      matchConstraints: { resourceRules: [rule(['configmaps'], ['DELETE'])] },
      ...says("oldObject.metadata.name != 'held'"),
    };
    await under(test, { spec }, async () => {
      const path = `${configMapPath}?labelSelector=many`;
      assert.match(
        (await ask(test, { method: 'DELETE', path })).message,
        /configmaps "Unknown" is forbidden/,
      );
      assert.equal((await ask(test, { method: 'GET', path: `${configMapPath}/held` })).status, 200);
    });
    const labels = { a: 'b' };
    const template = { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'i' }] } };
    const deployments = '/apis/apps/v1/namespaces/default/deployments';
    await make(test, deployments, {
      apiVersion: 'apps/v1',
      kind: 'Deployment',
      metadata: { name: 'd' },
      spec: { replicas: 1, selector: { matchLabels: labels }, template },
    });
    const scales = { ...rule(['deployments/scale'], ['UPDATE']), apiGroups: ['apps'] };
    const scaled = {
      matchConstraints: { resourceRules: [scales] },
      ...says('object.spec.replicas < 3', {
        messageExpression: "request.subResource + ' of ' + object.kind",
      }),
    };
    await under(test, { spec: scaled }, async () => {
      const path = `${deployments}/d/scale`;
      const body = { spec: { replicas: 5 } };
      const patch = { method: 'PATCH', path, body, type: 'application/merge-patch+json' };
      assert.match((await ask(test, patch)).message, /denied request: scale of Scale$/);
    });
  });
});

describe('rules and selectors of policies and bindings', () => {
  const cases: readonly (readonly [what: string, matchConstraints: JsonObject, denied: string])[] = [
    ['excluded names', { excludeResourceRules: [{ ...rule(), resourceNames: ['free'] }] }, 'plain labelled'],
    ['labels', { objectSelector: { matchLabels: { l: 'x' } } }, 'labelled'],
    ['another namespace', { namespaceSelector: { matchLabels: { a: 'b' } } }, ''],
    [
      'the namespace',
      { namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': 'default' } } },
      'free plain labelled',
    ],
  ];
  for (const [what, matchConstraints, expected] of cases) {
    it(`mean what they select: ${what}`, async () => {
      const refused = async () => {
        const names = [];
        for (const name of ['free', 'plain', 'labelled']) {
          const { status } = await tried(name, {}, name === 'labelled' ? { l: 'x' } : {});
          if (status === 422) names.push(name);
        }
        return names.join(' ');
      };
      const constraints = { resourceRules: [rule()], ...matchConstraints };
      const spec = { matchConstraints: constraints, ...says('false') };
      assert.equal(await under(test, { spec }, refused), expected);
      const bound = { matchResources: matchConstraints };
      assert.equal(await under(test, { spec: says('false'), bound }, refused), expected);
    });
  }
});

describe('parameters of a policy', () => {
  const paramKind = { apiVersion: 'v1', kind: 'ConfigMap' };
  const spec = {
    paramKind,
    ...says('params.data.max != object.data.max', {
      messageExpression: "params.kind + ' ' + params.metadata.name",
    }),
  };
  before(async () => {
    await make(test, configMapPath, configMap('one', { max: '1' }, { limit: '' }));
    await make(test, configMapPath, configMap('two', { max: '2' }, { limit: '' }));
  });

  it('are those that the binding names', async () => {
    const paramRef = { name: 'one', namespace: 'default', parameterNotFoundAction: 'Deny' };
    await under(test, { spec, bound: { paramRef } }, async () => {
      assert.match((await tried('x', { max: '1' })).message, /request: ConfigMap one$/);
      assert.equal((await tried('x', { max: '2' })).status, 201);
    });
  });

  it('are all that are selected, in the namespace of the write when none is named', async () => {
    const paramRef = { selector: { matchLabels: { limit: '' } }, parameterNotFoundAction: 'Deny' };
    await under(test, { spec, bound: { paramRef } }, async () => {
      assert.match((await tried('x', { max: '1' })).message, /request: ConfigMap one$/);
      assert.match((await tried('x', { max: '2' })).message, /request: ConfigMap two$/);
      assert.equal((await tried('x', { max: '3' })).status, 201);
    });
  });

  it('are told of when there are none, if that is to be denied', async () => {
    const missing = { name: 'none', namespace: 'default', parameterNotFoundAction: 'Deny' };
    await under(test, { spec, bound: { paramRef: missing } }, async () => {
      assert.equal(
        (await tried('x')).message,
        `configmaps "x" ${denied} failed to configure binding: no params found for policy binding with \`Deny\` parameterNotFoundAction`,
      );
    });
    const allowed = { ...missing, parameterNotFoundAction: 'Allow' };
    await under(test, { spec, bound: { paramRef: allowed } }, async () => {
      assert.equal((await tried('x')).status, 201);
    });
  });

  it('are of a kind that is served, once there is a definition of it', async () => {
    const kind = {
      paramKind: { apiVersion: 'example.com/v1', kind: 'Limit' },
      ...says('int(object.data.n) <= params.max'),
    };
    const paramRef = { name: 'limit', parameterNotFoundAction: 'Deny' };
    await under(test, { spec: kind, bound: { paramRef } }, async () => {
      assert.equal(
        (await tried('x', { n: '4' })).message,
        `configmaps "x" is forbidden: ValidatingAdmissionPolicy 'p' denied request: failed to configure policy: failed to find resource referenced by paramKind: 'example.com/v1, Kind=Limit'`,
      );
      const schema = { openAPIV3Schema: { type: 'object', properties: { max: { type: 'integer' } } } };
      const versions = [{ name: 'v1', served: true, storage: true, schema }];
      await make(test, '/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
        apiVersion: 'apiextensions.k8s.io/v1',
        kind: 'CustomResourceDefinition',
        metadata: { name: 'limits.example.com' },
        spec: {
          group: 'example.com',
          scope: 'Cluster',
          names: { plural: 'limits', kind: 'Limit' },
          versions,
        },
      });
      assert.match((await tried('x', { n: '4' })).message, /no params found/);
      const limit = { apiVersion: 'example.com/v1', kind: 'Limit', metadata: { name: 'limit' }, max: 3 };
      assert.equal((await make(test, '/apis/example.com/v1/limits', limit)).status, 201);
      assert.equal((await tried('x', { n: '4' })).status, 422);
      assert.equal((await tried('x', { n: '3' })).status, 201);
    });
  });
});
