import assert from 'node:assert/strict';
import { after, afterEach, before, describe, it } from 'node:test';
import { objectAt, textAt } from '../../src/apimachinery/read.ts';
import type { JsonObject } from '../../src/base/index.ts';
import { startTestServer, type TestServer } from './harness.ts';
import { figure } from './metrics-text.ts';
import { type Answer, ask, configMap, configMapPath } from './policies.ts';
import { allowed, configuration, patched, startWebhookServer, type WebhookServer } from './webhook-server.ts';

const group = '/apis/admissionregistration.k8s.io';
const policyPath = `${group}/v1beta1/mutatingadmissionpolicies`;
const bindingPath = `${group}/v1beta1/mutatingadmissionpolicybindings`;

const apply = (expression: string): JsonObject => ({
  patchType: 'ApplyConfiguration',
  applyConfiguration: { expression },
});
const operations = (expression: string): JsonObject => ({
  patchType: 'JSONPatch',
  jsonPatch: { expression },
});
const sets = (name: string, expression: string) => apply(`Object{data: {'${name}': ${expression}}}`);

const rule = (resources: readonly string[], groups: readonly string[] = ['*']) => ({
  apiGroups: [...groups],
  apiVersions: ['*'],
  operations: ['CREATE', 'UPDATE'],
  resources: [...resources],
});

describe('MutatingAdmissionPolicies', () => {
  let test: TestServer;
  let webhooks: WebhookServer;

  before(async () => {
    webhooks = await startWebhookServer();
    test = await startTestServer({
      features: {
        featureGates: ['MutatingAdmissionPolicy=true'],
        runtimeConfig: ['admissionregistration.k8s.io/v1beta1=true'],
      },
    });
  });

  after(async () => {
    await test.close();
    await webhooks.close();
  });

  afterEach(async () => {
    for (const path of [bindingPath, policyPath, `${group}/v1/mutatingwebhookconfigurations`, configMapPath])
      assert.equal((await ask(test, { method: 'DELETE', path })).status, 200);
  });

  const post = async (path: string, body: JsonObject, token?: string): Promise<Answer> =>
    ask(test, { method: 'POST', path, body, ...(token !== undefined && { token }) });

  async function hold(name: string, mutations: readonly JsonObject[], spec: JsonObject = {}): Promise<void> {
    const policy = {
      metadata: { name },
      spec: {
        reinvocationPolicy: 'Never',
        matchConstraints: { resourceRules: [rule(['configmaps'])] },
        mutations: [...mutations],
        ...spec,
      },
    };
    for (const [path, body] of [
      [policyPath, policy],
      [bindingPath, { metadata: { name }, spec: { policyName: name } }],
    ] as const) {
      const made = await post(path, body);
      assert.equal(made.status, 201, made.message);
    }
  }

  const create = (name: string, data: JsonObject = {}) => post(configMapPath, configMap(name, data));
  const dataOf = ({ body }: Answer) => objectAt(body, 'data');

  it('act in the order of their names, each on what the ones before made', async () => {
    await hold('b', [sets('x', "object.data.x + 'b'")]);
    await hold('c', [sets('x', "object.data.x + 'c'")]);
    await hold('a', [sets('x', "'a'")]);
    assert.equal(dataOf(await create('m'))['x'], 'abc');
  });

  it('come before webhooks, are asked again after one that changed something, and no third time', async () => {
    webhooks.on('/change', patched({ op: 'add', path: '/data/hook', value: 'h' }));
    const hooks = configuration('MutatingWebhookConfiguration', 'c', {
      clientConfig: webhooks.at('/change'),
    });
    await hold(
      'again',
      [sets('again', "object.?data.again.orValue('') + (has(object.data.hook) ? 'h' : '-')")],
      {
        reinvocationPolicy: 'IfNeeded',
      },
    );
    await hold('never', [sets('never', "object.?data.never.orValue('') + '1'")]);
    assert.equal((await post(`${group}/v1/mutatingwebhookconfigurations`, hooks)).status, 201);
    assert.deepEqual(dataOf(await create('m', { k: 'v' })), { again: '-h', hook: 'h', k: 'v', never: '1' });
    webhooks.on('/change', allowed);
    assert.equal(dataOf(await create('n', { k: 'v' }))['again'], '--');
  });

  it('speak of no policies and bindings, their own sort least of all', async () => {
    await hold('self', [apply("Object{metadata: Object.metadata{labels: {'a': 'b'}}}")], {
      matchConstraints: { resourceRules: [rule(['*'], ['admissionregistration.k8s.io'])] },
    });
    await hold('other', [sets('x', "'y'")]);
    for (const path of [`${policyPath}/other`, `${bindingPath}/other`]) {
      const { body } = await ask(test, { method: 'GET', path });
      assert.deepEqual(objectAt(body, 'metadata', 'labels'), {});
    }
  });

  it('change nothing of a delete, of a dry run only what it answers, and of an unbound policy nothing', async () => {
    await hold('all', [sets('x', "'y'")]);
    assert.equal(dataOf(await post(`${configMapPath}?dryRun=All`, configMap('m')))['x'], 'y');
    assert.equal((await ask(test, { method: 'GET', path: `${configMapPath}/m` })).status, 404);
    assert.equal((await ask(test, { method: 'DELETE', path: `${bindingPath}/all` })).status, 200);
    assert.deepEqual(dataOf(await create('m')), {});
  });

  it('give a caller no rights that he has not: roles are judged as they become', async () => {
    const rbac = '/apis/rbac.authorization.k8s.io/v1';
    await hold(
      'grow',
      [
        operations(
          "[JSONPatch{op: 'add', path: '/rules/-', value: {'apiGroups': ['*'], 'resources': ['*'], 'verbs': ['*']}}]",
        ),
      ],
      { matchConstraints: { resourceRules: [rule(['roles'], ['rbac.authorization.k8s.io'])] } },
    );
    const mayMake = { apiGroups: ['rbac.authorization.k8s.io'], resources: ['roles'], verbs: ['create'] };
    await post(`${rbac}/clusterroles`, { metadata: { name: 'maker' }, rules: [mayMake] });
    await post(`${rbac}/clusterrolebindings`, {
      metadata: { name: 'maker' },
      roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'maker' },
      subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'User', name: 'jane' }],
    });
    const role = { metadata: { name: 'r' }, rules: [mayMake] };
    const refused = await post(`${rbac}/namespaces/default/roles`, role, 'user-token');
    assert.equal(refused.status, 403);
    assert.match(refused.message, /is attempting to grant RBAC permissions not currently held/);
  });

  it('move no object elsewhere: neither its name nor its namespace', async () => {
    await hold('name', [operations("[JSONPatch{op: 'replace', path: '/metadata/name', value: 'kube'}]")]);
    assert.equal(textAt((await create('m')).body, 'metadata', 'name'), 'kube');
    const path = `${configMapPath}/kube`;
    const type = 'application/merge-patch+json';
    assert.equal((await ask(test, { method: 'PATCH', path, body: { data: { a: 'b' } }, type })).status, 200);
    await ask(test, { method: 'DELETE', path: `${bindingPath}/name` });
    await hold('space', [apply("Object{metadata: Object.metadata{namespace: 'kube-system'}}")]);
    const moved = await create('n');
    assert.equal(moved.status, 400);
    assert.match(moved.message, /the namespace of the provided object does not match/);
    assert.equal(
      (await ask(test, { method: 'GET', path: '/api/v1/namespaces/kube-system/configmaps/n' })).status,
      404,
    );
  });

  it('make no object without bound, however often they double it', async () => {
    const double = operations(
      "[JSONPatch{op: 'copy', from: '/data/a', path: '/data/b'}, JSONPatch{op: 'replace', path: '/data/a', value: object.data.a + object.data.a}]",
    );
    await hold(
      'grow',
      Array.from({ length: 40 }, () => double),
    );
    const { status, message } = await create('m', { a: 'x'.repeat(1000) });
    assert.equal(status, 403);
    assert.match(message, /accumulated size increase of copy is \d+, exceeding the limit 3145728/);
    const copies = Array.from(
      { length: 500 },
      (_, at) => `JSONPatch{op: 'copy', from: '/data', path: '/data/${at}'}`,
    );
    await ask(test, { method: 'DELETE', path: `${bindingPath}/grow` });
    await hold('copies', [operations(`[${copies.join(', ')}]`)]);
    assert.equal((await create('n', { a: 'x'.repeat(10_000) })).status, 403);
    await ask(test, { method: 'DELETE', path: `${bindingPath}/copies` });
    await hold(
      'parts',
      Array.from({ length: 20 }, (_, at) =>
        operations(`[JSONPatch{op: 'copy', from: '/data/a', path: '/data/p${at}'}]`),
      ),
    );
    const large = await create('o', { a: 'x'.repeat(1_000_000) });
    assert.match(large.message, /is larger than 8388608 bytes$/);
  });

  it('make of the body of a subresource another one of its kind, and so do webhooks', async () => {
    const path = '/apis/apps/v1/namespaces/default/deployments';
    const labels = { app: 'd' };
    const made = await post(path, {
      metadata: { name: 'd' },
      spec: {
        selector: { matchLabels: labels },
        template: { metadata: { labels }, spec: { containers: [{ name: 'c', image: 'i' }] } },
      },
    });
    assert.equal(made.status, 201, made.message);
    const type = 'application/merge-patch+json';
    const body = { spec: { replicas: 2 } };
    const scaled = () => ask(test, { method: 'PATCH', path: `${path}/d/scale`, body, type });
    const many = 'json: cannot unmarshal string into Go struct field ScaleSpec.spec.replicas of type int32';
    const whole = 'json: cannot unmarshal number into Go struct field Scale.spec of type v1.ScaleSpec';
    for (const [name, patch, why] of [
      ['many', "path: '/spec/replicas', value: 'many'", many],
      ['whole', "path: '/spec', value: 7", whole],
      ['other', "path: '/spec/other', value: 7", 'strict decoding error: unknown field "spec.other"'],
    ] as const) {
      await hold(name, [operations(`[JSONPatch{op: 'add', ${patch}}]`)], {
        matchConstraints: { resourceRules: [rule(['deployments/scale'])] },
      });
      const { status, message } = await scaled();
      assert.deepEqual([status, message], [500, `Internal error occurred: ${why}`]);
      await ask(test, { method: 'DELETE', path: `${bindingPath}/${name}` });
    }
    webhooks.on('/scale', patched({ op: 'replace', path: '/spec/replicas', value: 'many' }));
    const hooks = configuration('MutatingWebhookConfiguration', 'c', {
      clientConfig: webhooks.at('/scale'),
      rules: [rule(['deployments/scale'])],
    });
    assert.equal((await post(`${group}/v1/mutatingwebhookconfigurations`, hooks)).status, 201);
    assert.equal((await scaled()).message, `Internal error occurred: ${many}`);
    const { body: left } = await ask(test, { method: 'GET', path: `${path}/d/scale` });
    assert.deepEqual(objectAt(left, 'spec'), { replicas: 1 });
  });

  it('make nothing of what holds itself many times over, by however few steps', async () => {
    const ten = (item: string) => `[${Array.from({ length: 10 }, () => item).join(', ')}]`;
    const nested = (levels: number) =>
      Array.from({ length: levels }, (_, at) => ({
        name: `v${at}`,
        expression: ten(at === 0 ? "'x'" : `variables.v${at - 1}`),
      }));
    const whole = 'variables.v29';
    const add = "JSONPatch{op: 'add', path: '/data', value:";
    for (const [name, mutation, variables] of [
      ['laid', apply(`Object{data: {'a': ${whole}}}`), nested(30)],
      ['patched', operations(`[${add} ${whole}}]`), nested(30)],
      [
        'repeated',
        operations(`[${Array.from({ length: 200 }, () => `${add} object.data}`).join(', ')}]`),
        [],
      ],
    ] as const) {
      await hold(name, [mutation], { variables: [...variables] });
      const { status, message } = await create('m', { a: 'x'.repeat(100_000) });
      assert.equal(status, 403);
      assert.match(message, /what it makes has more than 1000000 parts$/);
      await ask(test, { method: 'DELETE', path: `${bindingPath}/${name}` });
    }
  });

  it('take all variables at once for no value: neither to put it somewhere nor to compare or show it', async () => {
    const refused = /(could not marshal to JSON: disallowed conversion from|invalid return type: )/;
    for (const expression of ["'x'", '[variables, variables]']) {
      const variables = [{ name: 'v', expression }];
      for (const [name, mutation] of [
        ['laid', apply("Object{data: {'a': variables}}")],
        ['patched', operations("[JSONPatch{op: 'add', path: '/data', value: [variables]}]")],
      ] as const) {
        await hold(name, [mutation], { variables });
        const { status, message } = await create('m');
        assert.equal(status, 403, message);
        assert.match(message, refused);
        await ask(test, { method: 'DELETE', path: `${bindingPath}/${name}` });
        await ask(test, { method: 'DELETE', path: `${policyPath}/${name}` });
      }
    }
    const variables = [
      { name: 'a', expression: '1' },
      { name: 'alike', expression: "dyn({'a': dyn(1), 'alike': dyn(false)}) == dyn(variables)" },
    ];
    await hold('compared', [sets('x', "variables.alike ? 'y' : 'n'")], { variables });
    assert.equal(dataOf(await create('m'))['x'], 'n');
    await hold('shown', [sets('x', "'%s'.format([dyn([variables])])")], { variables });
    assert.match(
      (await create('n')).message,
      /string clause can only be used on .*, was given kubernetes.variables$/,
    );
  });

  it('stop when their expressions cost too much, and let the write through where failures are ignored', async () => {
    const list = `[${Array.from({ length: 100 }, (_, at) => at).join()}]`;
    const costly = sets(
      'x',
      `${['a', 'b', 'c', 'd'].reduceRight((inner, name) => `${list}.all(${name}, ${inner})`, 'true')} ? 'y' : 'n'`,
    );
    await hold('costly', [costly]);
    const refused = await create('m');
    assert.equal(refused.status, 403);
    assert.match(refused.message, /operation cancelled: actual cost limit exceeded/);
    const path = `${policyPath}/costly`;
    const type = 'application/merge-patch+json';
    await ask(test, { method: 'PATCH', path, body: { spec: { failurePolicy: 'Ignore' } }, type });
    assert.deepEqual(dataOf(await create('m')), {});
  });

  it('are asked about what concerns them alone: each mutation once for each write', async () => {
    for (let at = 0; at < 30; at++)
      await hold(`p${at}`, [sets(`x${at}`, "'y'")], {
        matchConditions: [{ name: 'some', expression: `object.metadata.name == 'm${at}'` }],
      });
    const count = (at: number) =>
      figure(
        test,
        `apiserver_mutating_admission_policy_check_total{error_type="no_error",policy="p${at}",policy_binding="p${at}"}`,
      );
    assert.deepEqual(dataOf(await create('m7')), { x7: 'y' });
    assert.deepEqual([await count(7), await count(8)], [1, undefined]);
  });

  it('change custom resources by their schemas, with what they keep of the unknown', async () => {
    const name = 'widgets.example.com';
    const schema = {
      type: 'object',
      properties: {
        spec: {
          type: 'object',
          'x-kubernetes-preserve-unknown-fields': true,
          properties: {
            size: { type: 'integer', default: 3 },
            parts: {
              type: 'array',
              'x-kubernetes-list-type': 'map',
              'x-kubernetes-list-map-keys': ['id'],
              items: {
                type: 'object',
                required: ['id'],
                properties: { id: { type: 'string' }, n: { type: 'integer' } },
              },
            },
            plain: { type: 'array', items: { type: 'string' } },
          },
        },
      },
    };
    const made = await post('/apis/apiextensions.k8s.io/v1/customresourcedefinitions', {
      metadata: { name },
      spec: {
        group: 'example.com',
        scope: 'Namespaced',
        names: { plural: 'widgets', kind: 'Widget' },
        versions: [{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } }],
      },
    });
    assert.equal(made.status, 201);
    const path = '/apis/example.com/v1/namespaces/default/widgets';
    const widget = (id: string) => ({
      apiVersion: 'example.com/v1',
      kind: 'Widget',
      metadata: { name: id },
      spec: { parts: [{ id: 'a', n: 1 }], plain: ['x'] },
    });
    const constraints = { matchConstraints: { resourceRules: [rule(['widgets'])] } };
    await hold(
      'w',
      [
        apply(
          "Object{spec: Object.spec{parts: [Object.spec.parts{id: 'b', n: 2}, Object.spec.parts{id: 'a', n: 3}], other: {'k': 'v'}}}",
        ),
      ],
      constraints,
    );
    const { body } = await post(path, widget('one'));
    assert.deepEqual(objectAt(body, 'spec'), {
      size: 3,
      parts: [
        { id: 'b', n: 2 },
        { id: 'a', n: 3 },
      ],
      plain: ['x'],
      other: { k: 'v' },
    });
    await ask(test, { method: 'DELETE', path: `${bindingPath}/w` });
    await hold('v', [apply("Object{spec: Object.spec{plain: ['y']}}")], constraints);
    assert.match(
      (await post(path, widget('two'))).message,
      /may not mutate atomic arrays, maps or structs: \.spec\.plain$/,
    );
  });

  it('are what kubectl makes, gets, explains and removes', async () => {
    const endpoint = await test.listen();
    const manifest = {
      apiVersion: 'admissionregistration.k8s.io/v1beta1',
      kind: 'MutatingAdmissionPolicy',
      metadata: { name: 'sidecar' },
      spec: {
        matchConstraints: { resourceRules: [{ ...rule(['pods'], ['']), operations: ['CREATE'] }] },
        matchConditions: [
          {
            name: 'none',
            expression: "!object.spec.?initContainers.orValue([]).exists(c, c.name == 'mesh')",
          },
        ],
        failurePolicy: 'Fail',
        reinvocationPolicy: 'IfNeeded',
        mutations: [
          apply(
            "Object{spec: Object.spec{initContainers: [Object.spec.initContainers{name: 'mesh', image: 'mesh:1', restartPolicy: 'Always'}]}}",
          ),
        ],
      },
    };
    const bound = { ...manifest, kind: 'MutatingAdmissionPolicyBinding', spec: { policyName: 'sidecar' } };
    for (const each of [manifest, bound]) {
      const applied = await endpoint.run(['apply', '-f', '-'], JSON.stringify(each));
      assert.equal(applied.code, 0, applied.stderr);
    }
    assert.match(
      await endpoint.kubectl('get', 'mutatingadmissionpolicies'),
      /^NAME +MUTATIONS +PARAMKIND +AGE\nsidecar +1 +<unset> /,
    );
    assert.match(
      await endpoint.kubectl('explain', 'mutatingadmissionpolicy.spec.mutations'),
      /patchType\t<string> -required-/,
    );
    const images = [
      'run',
      'p',
      '--image=nginx',
      '-o',
      'jsonpath={.spec.initContainers[*].image} {.spec.containers[*].image}',
    ];
    assert.equal(await endpoint.kubectl(...images), 'mesh:1 nginx');
    const again = await endpoint.run(['apply', '-f', '-'], JSON.stringify(manifest));
    assert.equal(again.code, 0, again.stderr);
    await endpoint.kubectl('delete', 'mutatingadmissionpolicy,mutatingadmissionpolicybinding', 'sidecar');
    assert.equal(await endpoint.kubectl(...images.map((word) => (word === 'p' ? 'q' : word))), ' nginx');
  });
});
