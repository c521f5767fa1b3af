import type { JsonObject } from '../../../src/base/index.ts';
import {
  apps,
  configMap,
  core,
  deployment,
  get,
  object,
  patch,
  pod,
  post,
  put,
  remove,
  service,
} from './asks.ts';
import type { Ask, Conversation } from './play.ts';

const group = '/apis/admissionregistration.k8s.io';
const policies = `${group}/v1beta1/mutatingadmissionpolicies`;
const bindings = `${group}/v1beta1/mutatingadmissionpolicybindings`;

const everywhere = { apiGroups: ['*'], apiVersions: ['*'], operations: ['CREATE', 'UPDATE'] };

/** A policy that speaks of objects of some resources in the conversation's own namespace. */
function policy(
  name: string,
  spec: JsonObject,
  resources: readonly string[] = ['configmaps'],
  version = 'v1beta1',
): JsonObject {
  return object(`admissionregistration.k8s.io/${version}`, 'MutatingAdmissionPolicy', name, {
    spec: {
      reinvocationPolicy: 'Never',
      matchConstraints: {
        resourceRules: [{ ...everywhere, resources: [...resources] }],
        namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': '{ns}' } },
      },
      ...spec,
    },
  });
}

function binding(name: string, spec: JsonObject = {}, version = 'v1beta1'): JsonObject {
  return object(`admissionregistration.k8s.io/${version}`, 'MutatingAdmissionPolicyBinding', name, {
    spec: { policyName: name, ...spec },
  });
}

const apply = (expression: string): JsonObject => ({
  patchType: 'ApplyConfiguration',
  applyConfiguration: { expression },
});
const operations = (expression: string): JsonObject => ({
  patchType: 'JSONPatch',
  jsonPatch: { expression },
});

const rbac = '/apis/rbac.authorization.k8s.io/v1';
const asPolicer = (ask: Ask): Ask => ({ ...ask, as: { user: 'policer', group: 'policers' } });

const unheard = (ask: Ask): Ask => ({ ...ask, unheard: true });

interface Held {
  readonly spec: JsonObject;
  readonly resources?: readonly string[];
  readonly binding?: JsonObject;
}

/**
 * A conversation while policies are in force: they are made, then a last one that refuses objects of a sort, which a server
 * asks about once it has heard of all of them.
 */
function during(
  name: string,
  held: Readonly<Record<string, Held>>,
  asks: readonly Ask[],
  before: readonly Ask[] = [],
): Conversation {
  const refuses = { mutations: [operations("[JSONPatch{op: 'remove', path: '/none'}]")] };
  const all: Readonly<Record<string, Held>> = {
    ...held,
    'talk-z': { spec: refuses, resources: ['limitranges'] },
  };
  const make = Object.entries(all).flatMap(([id, { spec, resources, binding: bound }]) => [
    unheard(post(policies, policy(id, spec, resources))),
    unheard(post(bindings, binding(id, bound))),
  ]);
  const take = Object.keys(all).flatMap((id) => [
    unheard(remove(`${bindings}/${id}`)),
    unheard(remove(`${policies}/${id}`)),
  ]);
  const heard: Ask = {
    ...post(core('limitranges?dryRun=All'), object('v1', 'LimitRange', 'sign')),
    until: 403,
    unheard: true,
  };
  return { name, asks: [...before, ...make, heard, ...asks, ...take] };
}

const maps = core('configmaps');
const map = (name: string, rest: JsonObject = {}) =>
  post(maps, configMap(name, { data: { a: 'b' }, ...rest }));
const deployments = apps('deployments');
const deploy = (name: string, spec: JsonObject = {}) => post(deployments, deployment(name, spec));

/** Writes of a config map whose data say which of many expressions is meant: one policy for each. */
function each(
  sort: (expression: string) => JsonObject,
  expressions: readonly string[],
): Record<string, Held> {
  return Object.fromEntries(
    expressions.map((expression, at) => [
      `talk-e${at}`,
      {
        spec: {
          matchConditions: [{ name: 'me', expression: `object.metadata.name == 'm${at}'` }],
          mutations: [sort(expression)],
        },
      },
    ]),
  );
}

const eachMap = (expressions: readonly string[]): Ask[] => expressions.map((_, at) => map(`m${at}`));

function eachOf(
  sort: (expression: string) => JsonObject,
  resource: string,
  expressions: readonly string[],
): Record<string, Held> {
  return Object.fromEntries(
    Object.entries(each(sort, expressions)).map(([id, held]) => [id, { ...held, resources: [resource] }]),
  );
}

const dry = (spec: JsonObject, name = 'talk-j'): Ask => {
  const whole = policy(name, {});
  return post(`${policies}?dryRun=All`, { ...whole, spec: { ...(whole['spec'] as JsonObject), ...spec } });
};
const good = apply("Object{data: {'x': 'y'}}");
const rule = (rest: JsonObject) => ({
  matchConstraints: { resourceRules: [{ ...everywhere, resources: ['pods'], ...rest }] },
});

const judged: Conversation = {
  name: 'policies that are taken, and that are not',
  asks: [
    dry({ mutations: [good] }),
    dry({}),
    dry({ mutations: [] }),
    dry({ mutations: [{}] }),
    dry({ mutations: [{ patchType: 'Merge' }] }),
    dry({ mutations: [{ patchType: 'JSONPatch' }] }),
    dry({ mutations: [{ patchType: 'ApplyConfiguration' }] }),
    dry({ mutations: [{ ...good, jsonPatch: { expression: '[JSONPatch{}]' } }] }),
    dry({ mutations: [{ ...operations('[JSONPatch{}]'), applyConfiguration: { expression: 'Object{}' } }] }),
    dry({ mutations: [apply('')] }),
    dry({ mutations: [apply('  ')] }),
    dry({ mutations: [operations('')] }),
    dry({ mutations: [apply('{}')] }),
    dry({ mutations: [apply("'a'")] }),
    dry({ mutations: [apply('Object.spec{}')] }),
    dry({ mutations: [apply('Other{}')] }),
    dry({ mutations: [apply('Other.spec{a: 1}')] }),
    dry({ mutations: [apply('object{a: 1}')] }),
    dry({ mutations: [apply('string{a: 1}')] }),
    dry({ mutations: [apply('Object{a 1}')] }),
    dry({ mutations: [apply('Object{a: }')] }),
    dry({ mutations: [apply('Object{"a": 1}')] }),
    dry({ mutations: [apply('Object{a: 1')] }),
    dry({ mutations: [apply('Object{a: b}')] }),
    dry({ mutations: [apply('Object{?a: 1}')] }),
    dry({ mutations: [apply('  Object{a: zz}  ')] }),
    dry({ mutations: [apply('Object{a: Object.a{b: [Object.a.b{c: 1}]}, d: 1,}')] }),
    dry({ mutations: [apply('Object{namespace: 1, if: 2}')] }),
    dry({ mutations: [operations('[]')] }),
    dry({ mutations: [operations('JSONPatch{}')] }),
    dry({ mutations: [operations('[JSONPatch{op: 1}]')] }),
    dry({ mutations: [operations("[JSONPatch{op: 'add', path: ['a'], from: 1}]")] }),
    dry({ mutations: [operations("[JSONPatch{op: 'add', path: '/a', value: Object.a{b: 1}}]")] }),
    dry({ mutations: [operations("true ? [JSONPatch{op: 'add', path: '/a', value: 1}] : []")] }),
    dry({ mutations: [operations("[JSONPatch{op: 'add', path: jsonpatch.escapeKey(1)}]")] }),
    dry({ mutations: [operations('[1]')] }),
    dry({ mutations: [apply("Object{a: jsonpatch.escapeKey('a/b')}")] }),
    dry({ mutations: [good], variables: [{ name: 'x', expression: 'Object{}' }] }),
    dry({ mutations: [good], variables: [{ name: 'x', expression: "jsonpatch.escapeKey('a')" }] }),
    dry({ mutations: [apply('Object{a: variables.x}')], variables: [{ name: 'x', expression: '1' }] }),
    dry({ mutations: [apply('Object{a: variables.y}')], variables: [{ name: 'x', expression: '1' }] }),
    dry({ mutations: [good], variables: [{ name: '1', expression: '' }] }),
    dry({ mutations: [apply('Object{a: params.x}')] }),
    dry({
      mutations: [apply('Object{a: params.x}')],
      paramKind: { apiVersion: 'v1', kind: 'ConfigMap' },
    }),
    dry({ mutations: [good], paramKind: { apiVersion: 'a/b/c', kind: '' } }),
    dry({ mutations: [good], matchConditions: [{ name: 'a', expression: 'Object{} == Object{}' }] }),
    dry({ mutations: [good], matchConditions: [{ name: 'a b', expression: '1' }] }),
    dry({ mutations: [good], failurePolicy: 'Maybe', reinvocationPolicy: 'Always' }),
    dry({ mutations: [good], reinvocationPolicy: '' }),
    dry({ mutations: [good], ...rule({ operations: ['DELETE', 'CONNECT', 'CREATE'] }) }),
    dry({ mutations: [good], ...rule({ operations: ['*'] }) }),
    dry({ mutations: [good], ...rule({ operations: ['*', 'CREATE'], resources: [] }) }),
    dry({ mutations: [good], matchConstraints: {} }),
    dry({ mutations: [good], matchConstraints: null }),
    dry({ mutations: [good], unknown: 1 }),
    dry({ mutations: 'x' }),
    dry({ mutations: [good] }, 'Talk_J'),
    post(`${bindings}?dryRun=All`, binding('talk-j')),
    post(`${bindings}?dryRun=All`, binding('talk-j', { policyName: '' })),
    post(`${bindings}?dryRun=All`, binding('talk-j', { policyName: 'A_B', paramRef: {} })),
    post(`${bindings}?dryRun=All`, binding('talk-j', { paramRef: { name: 'a/b', selector: {} } })),
    post(
      `${bindings}?dryRun=All`,
      binding('talk-j', { paramRef: { name: 'a', parameterNotFoundAction: 'Deny' } }),
    ),
    post(
      `${bindings}?dryRun=All`,
      binding('talk-j', { matchResources: { resourceRules: [{ operations: ['DELETE'] }] } }),
    ),
    post(`${bindings}?dryRun=All`, binding('talk-j', { validationActions: ['Deny'] })),
  ],
};

const alpha = `${group}/v1alpha1`;

const lives: Conversation = {
  name: 'a policy and its binding in both versions',
  asks: [
    get(`${group}/v1beta1`),
    get(`${group}/v1alpha1`),
    get(group),
    post(policies, policy('talk-l', { mutations: [good] })),
    get(`${alpha}/mutatingadmissionpolicies/talk-l`),
    get(policies, 'application/json;as=Table;v=v1;g=meta.k8s.io'),
    put(`${policies}/talk-l`, policy('talk-l', { mutations: [good] })),
    patch(`${policies}/talk-l`, { spec: { reinvocationPolicy: 'IfNeeded' } }),
    patch(`${alpha}/mutatingadmissionpolicies/talk-l`, { spec: { failurePolicy: 'Ignore' } }),
    patch(`${policies}/talk-l`, { spec: { mutations: [] } }),
    patch(`${policies}/talk-l`, { metadata: { labels: { a: 'b' } } }, 'strategic'),
    patch(
      `${policies}/talk-l`,
      { spec: { matchConditions: [{ name: 'a', expression: 'true' }] } },
      'strategic',
    ),
    patch(
      `${policies}/talk-l?fieldManager=t`,
      { ...policy('talk-l', {}), spec: { variables: [{ name: 'a', expression: '1' }] } },
      'apply',
    ),
    post(
      `${alpha}/mutatingadmissionpolicybindings`,
      binding('talk-l', { paramRef: { name: 'a' } }, 'v1alpha1'),
    ),
    get(`${bindings}/talk-l`),
    post(bindings, binding('talk-m', { paramRef: { selector: { matchLabels: { a: 'b' } } } })),
    get(bindings, 'application/json;as=Table;v=v1;g=meta.k8s.io'),
    get(`${policies}/talk-l/status`),
    remove(`${bindings}/talk-l`),
    remove(`${policies}/talk-l`),
    get(`${policies}/talk-l`),
    post(policies, policy('talk-l', { mutations: [good] }, undefined, 'v1alpha1')),
  ],
};

const configurations = [
  "Object{data: {'x': 'y'}}",
  "Object{metadata: Object.metadata{labels: {'a': 'b'}, annotations: Object.metadata.annotations{c: 'd'}}}",
  'Object{}',
  'Object{data: {"x": 1}}',
  'Object{data: Object.data{x: true}}',
  'Object{dato: {"x": "y"}}',
  'Object{data: Object.dato{x: "y"}}',
  'Object{metadata: Object.metadata{labels: Object.labels{a: Object.b{}}}}',
  'Object{data: ["a"]}',
  'Object{data: {1: "a"}}',
  'Object{data: {"x": null}}',
  'Object{data: null}',
  'Object{immutable: null}',
  'Object{immutable: "x"}',
  'Object{?immutable: optional.none(), ?data: optional.of({"o": "p"})}',
  'Object{immutable: object.metadata.name == "m15"}',
  'Object{data: object.data.transformMap(k, v, v + "!")}',
  'Object{binaryData: {"x": b"abc"}}',
  'Object{data: {"x": string(timestamp("2024-01-01T00:00:00Z"))}}',
  'Object{data: {"x": timestamp("2024-01-01T00:00:00Z")}}',
  'Object{data: {"x": duration("1h")}}',
  'Object{metadata: Object.metadata{name: "other"}}',
  'Object{metadata: Object.metadata{namespace: "other"}}',
  'Object{metadata: Object.metadata{generateName: "g-", uid: "u", resourceVersion: "5"}}',
  'Object{metadata: Object.metadata{finalizers: ["a.b/c"]}}',
  'Object{metadata: Object.metadata{finalizers: ["wrong"]}}',
  'Object{metadata: Object.metadata{ownerReferences: [Object.metadata.ownerReferences{apiVersion: "v1", kind: "Pod", name: "p", uid: "u"}]}}',
  'Object{metadata: Object.metadata{managedFields: []}}',
  'Object{apiVersion: "v2", kind: "Other"}',
  'Object{data: {"x": object.data.nope}}',
  'Object{data: {"x": oldObject.data.a}}',
  'Object{data: {"x": request.operation + request.kind.kind + request.userInfo.username}}',
  'Object{data: {"x": namespaceObject.metadata.name}}',
  'Object{data: {"x": authorizer.group("").resource("pods").namespace("default").check("get").allowed() ? "yes" : "no"}}',
  'Object{data: {"x": Object{a: 1}.a == 1 && !has(Object{}.b) ? "yes" : "no"}}',
  'Object{data: {"x": type(Object.a{}) == Object.a ? "yes" : "no"}}',
  'Object{data: {"x": Object.a{b: 1} == Object.a{b: 1} && Object.a{} != Object.b{} ? "yes" : "no"}}',
  'Object{data: {"x": "y", "x": "z"}}',
  'Object{data: Object.data{a: "1", a: "2"}}',
];

const patches = [
  "[JSONPatch{op: 'add', path: '/data/x', value: 'y'}]",
  "[JSONPatch{op: 'add', path: '/data/' + jsonpatch.escapeKey('b/c~d'), value: 'y'}]",
  "[JSONPatch{op: 'replace', path: '/data', value: {'z': 'q'}}]",
  "[JSONPatch{op: 'remove', path: '/data/a'}]",
  "[JSONPatch{op: 'remove', path: '/data/none'}]",
  "[JSONPatch{op: 'replace', path: '/data/none', value: 'x'}]",
  "[JSONPatch{op: 'add', path: '/none/none', value: 'x'}]",
  "[JSONPatch{op: 'test', path: '/data/a', value: 'b'}, JSONPatch{op: 'add', path: '/data/x', value: 'y'}]",
  "[JSONPatch{op: 'add', path: '/data/x', value: 'y'}, JSONPatch{op: 'test', path: '/data/a', value: 'c'}]",
  "[JSONPatch{op: 'move', from: '/data/a', path: '/data/c'}]",
  "[JSONPatch{op: 'copy', from: '/data/a', path: '/data/c'}]",
  "[JSONPatch{op: 'copy', path: '/data/c'}]",
  "[JSONPatch{op: 'copy', from: '/data/none', path: '/data/c'}]",
  "[JSONPatch{op: 'frob', path: '/data/c'}]",
  "[JSONPatch{path: '/data/c'}]",
  "[JSONPatch{op: 'add', value: 'x'}]",
  "[JSONPatch{op: 'add', path: '/data/x'}]",
  "[JSONPatch{op: 'add', path: '/data/x', value: 1}]",
  "[JSONPatch{op: 'add', path: '/dato', value: 1}]",
  "[JSONPatch{op: 'add', path: '/metadata/labels', value: Object.metadata.labels{a: 'b'}}]",
  "[JSONPatch{op: 'add', path: '/metadata/labels', value: Object.metadata.labels{a: Object.b{}}}]",
  "[JSONPatch{op: 'add', path: '/metadata/labels', value: {'a': 1u}}]",
  "[JSONPatch{op: 'add', path: '/data/x', value: timestamp('2024-01-01T00:00:00Z')}]",
  "[JSONPatch{op: 'add', path: '/data/x', value: duration('1h')}]",
  "[JSONPatch{op: 'add', path: '/data/x', value: 9223372036854775807}]",
  "[JSONPatch{op: 'add', path: '/binaryData', value: {'x': b'abc'}}]",
  "[JSONPatch{op: 'add', path: '/data/x', value: null}]",
  "[JSONPatch{op: 'add', path: '/data/x', value: 1.5}]",
  "[JSONPatch{op: 'replace', path: '/apiVersion', value: 'v2'}]",
  "[JSONPatch{op: 'replace', path: '/metadata/name', value: 'other'}]",
  "[JSONPatch{op: 'replace', path: '', value: 'x'}]",
  "[JSONPatch{op: 'add', path: '/data/x', value: dyn(type(1))}]",
  "[JSONPatch{op: 'add', path: '/metadata/annotations', value: object.data}]",
  'true ? [JSONPatch{op: "add", path: "/data/x", value: "y"}] : []',
  "[JSONPatch{op: 'add', path: '/data/x', value: JSONPatch{op: 'y'}.op}]",
  "[JSONPatch{op: 'add', path: '/data/x', value: optional.of('x')}]",
  "[JSONPatch{op: 'add', path: '/data/x', value: {1: 'x'}}]",
];

const deploying = [
  'Object{spec: Object.spec{replicas: 3, template: Object.spec.template{spec: Object.spec.template.spec{containers: [Object.spec.template.spec.containers{name: "c", image: "i:2"}, Object.spec.template.spec.containers{name: "side", image: "s"}]}}}}',
  'Object{spec: Object.spec{template: Object.spec.template{spec: Object.spec.template.spec{containers: [Object.spec.template.spec.containers{image: "i:2"}]}}}}',
  'Object{spec: Object.spec{template: Object.spec.template{spec: Object.spec.template.spec{containers: [Object.spec.template.spec.containers{name: "c", args: ["a"]}]}}}}',
  'Object{spec: Object.spec{selector: Object.spec.selector{matchLabels: {"a": "c"}}}}',
  'Object{spec: Object.spec{replicas: "3"}}',
  'Object{spec: Object.spec{replicas: -1}}',
  'Object{spec: Object.spec{replicas: 1.5}}',
  'Object{spec: Object.spec{strategy: Object.spec.strategy{rollingUpdate: Object.spec.strategy.rollingUpdate{maxSurge: "50%", maxUnavailable: 2}}}}',
  'Object{spec: Object.spec{template: Object.spec.template{spec: Object.spec.template.spec{containers: object.spec.template.spec.containers.map(c, Object.spec.template.spec.containers{name: c.name, resources: Object.spec.template.spec.containers.resources{limits: {"cpu": "1"}}})}}}}',
  'Object{spec: Object.spec{template: Object.spec.template{spec: Object.spec.template.spec{containers: [Object.spec.template.spec.containers{name: "c", resources: Object.spec.template.spec.containers.resources{limits: {"cpu": "x"}}}]}}}}',
  'Object{spec: Object.spec{template: Object.spec.template{spec: Object.spec.template.spec{containers: [Object.spec.template.spec.containers{name: "c"}, Object.spec.template.spec.containers{name: "c"}]}}}}',
  'Object{spec: Object.spec{template: Object.spec.template{spec: Object.spec.template.spec{tolerations: [Object.spec.template.spec.tolerations{key: "a"}]}}}}',
  'Object{spec: Object.spec{template: Object.spec.template{spec: Object.spec.template.spec{nodeSelector: {"x": "y"}}}}}',
  'Object{spec: Object.spec{template: Object.spec.template{spec: Object.spec.template.spec{containers: "c", wrong: 1}}}}',
  'Object{status: Object.status{replicas: 7}}',
  'Object{metadata: Object.metadata{creationTimestamp: "yesterday"}}',
  'Object{spec: Object.spec{paused: true}}',
];

/** What policies are told besides: of a kind whose objects every server finds. */
const param = (name: string, p: string): Ask =>
  unheard(
    post(
      core('podtemplates'),
      object('v1', 'PodTemplate', name, {
        metadata: { labels: { is: 'param' }, annotations: { p } },
        template: { spec: { containers: [{ name: 'c', image: 'i' }] } },
      }),
    ),
  );
const params = (rest: JsonObject): JsonObject => ({ parameterNotFoundAction: 'Deny', ...rest });
const withParams = (name: string, more: JsonObject = {}): JsonObject => ({
  paramKind: { apiVersion: 'v1', kind: 'PodTemplate' },
  matchConditions: [{ name: 'me', expression: `object.metadata.name == '${name}'` }],
  mutations: [apply('Object{data: {params.metadata.name: params.metadata.annotations.p}}')],
  ...more,
});
const when = (name: string) => ({
  matchConditions: [{ name: 'me', expression: `object.metadata.name == '${name}'` }],
});

/** Objects that policies changed, in the words of the real server with the feature gate MutatingAdmissionPolicy. */
export const mutatingConversations: readonly Conversation[] = [
  judged,
  lives,
  during('configurations of config maps', each(apply, configurations), eachMap(configurations)),
  during('JSON patches of config maps', each(operations, patches), eachMap(patches)),
  during(
    'configurations of deployments',
    eachOf(apply, 'deployments', deploying),
    deploying.map((_, at) => deploy(`m${at}`)),
  ),
  during(
    'JSON patches of deployments',
    eachOf(operations, 'deployments', [
      "[JSONPatch{op: 'add', path: '/spec/template/spec/containers/-', value: Object.spec.template.spec.containers{name: 'side', image: 's'}}]",
      "[JSONPatch{op: 'add', path: '/spec/template/spec/containers/5', value: {}}]",
      "[JSONPatch{op: 'replace', path: '/spec/replicas', value: 'x'}]",
      "[JSONPatch{op: 'replace', path: '/spec/replicas', value: 1.5}]",
      "[JSONPatch{op: 'add', path: '/spec/wrong', value: 1}, JSONPatch{op: 'add', path: '/spec/template/other', value: 1}]",
      "[JSONPatch{op: 'replace', path: '/spec', value: {}}]",
      "[JSONPatch{op: 'remove', path: '/spec/template/spec/containers/0'}]",
      "[JSONPatch{op: 'add', path: '/metadata/annotations', value: {'n': string(object.spec.template.spec.containers.size())}}]",
    ]),
    [0, 1, 2, 3, 4, 5, 6, 7].map((at) => deploy(`m${at}`)),
  ),
  during(
    'parameters',
    {
      'talk-a': {
        spec: withParams('named'),
        binding: { paramRef: params({ name: 'p1', namespace: '{ns}' }) },
      },
      'talk-b': { spec: withParams('own'), binding: { paramRef: params({ name: 'p1' }) } },
      'talk-c': {
        spec: withParams('none'),
        resources: ['endpoints'],
        binding: { paramRef: params({ name: 'nope' }) },
      },
      'talk-c2': {
        spec: withParams('none'),
        resources: ['nodes'],
        binding: { paramRef: params({ name: 'nope' }) },
      },
      'talk-d': {
        spec: withParams('none-ignored', { failurePolicy: 'Ignore' }),
        binding: { paramRef: params({ name: 'nope' }) },
      },
      'talk-e': {
        spec: withParams('none-allowed'),
        binding: { paramRef: params({ name: 'nope', parameterNotFoundAction: 'Allow' }) },
      },
      'talk-f': {
        spec: withParams('selected'),
        binding: { paramRef: params({ selector: { matchLabels: { is: 'param' } } }) },
      },
      'talk-g': {
        spec: withParams('unbound', {
          mutations: [apply('Object{data: {"n": params == null ? "yes" : "no"}}')],
        }),
      },
      'talk-h': {
        spec: withParams('unknown', { paramKind: { apiVersion: 'example.com/v1', kind: 'Nothing' } }),
        resources: ['secrets'],
        binding: { paramRef: params({ name: 'a' }) },
      },
      'talk-i': {
        spec: withParams('conditional', {
          matchConditions: [
            {
              name: 'me',
              expression: "object.metadata.name == 'conditional' && params.metadata.annotations.p == 'two'",
            },
          ],
        }),
        binding: { paramRef: params({ selector: { matchLabels: { is: 'param' } } }) },
      },
    },
    [
      { ...post(`${maps}?dryRun=All`, configMap('named')), until: 201, unheard: true },
      map('named'),
      map('own'),
      post(core('endpoints'), object('v1', 'Endpoints', 'e')),
      map('none-ignored'),
      map('none-allowed'),
      map('selected'),
      map('unbound'),
      post(core('secrets'), object('v1', 'Secret', 'unknown')),
      map('conditional'),
    ],
    [param('p1', 'one'), param('p2', 'two')],
  ),
  during(
    'asked again',
    {
      'talk-a': {
        spec: {
          reinvocationPolicy: 'IfNeeded',
          variables: [{ name: 'seen', expression: "object.?data.a1.orValue('')" }],
          mutations: [
            apply("Object{data: {'a1': variables.seen + '1', 'b-seen': has(object.data.b1) ? 'yes' : 'no'}}"),
          ],
        },
      },
      'talk-b': {
        spec: { mutations: [apply("Object{data: {'b1': object.?data.b1.orValue('') + '1'}}")] },
      },
      'talk-c': {
        spec: {
          reinvocationPolicy: 'IfNeeded',
          mutations: [
            operations("[JSONPatch{op: 'add', path: '/data/c1', value: object.?data.c1.orValue('') + 'x'}]"),
            operations("[JSONPatch{op: 'add', path: '/data/c2', value: object.data.c1}]"),
          ],
        },
      },
    },
    [
      map('m'),
      patch(`${maps}/m`, { data: { n: 'o' } }),
      put(`${maps}/m`, configMap('m', { data: { q: 'r' } })),
    ],
  ),
  during(
    'failures that are ignored, and that are not',
    {
      'talk-a': {
        spec: {
          ...when('partly'),
          failurePolicy: 'Ignore',
          mutations: [
            apply("Object{data: {'first': 'yes'}}"),
            apply("Object{data: {'second': object.data.none}}"),
            apply("Object{data: {'third': 'yes'}}"),
          ],
        },
      },
      'talk-b': {
        spec: {
          ...when('twice'),
          mutations: [
            apply("Object{data: {'x': object.data.none}}"),
            apply("Object{data: {'y': object.data.never}}"),
          ],
        },
      },
      'talk-c': {
        spec: {
          matchConditions: [
            { name: 'me', expression: "object.metadata.name == 'unsure'" },
            { name: 'odd', expression: "object.data.none == 'x'" },
          ],
          mutations: [good],
        },
      },
      'talk-d': {
        spec: {
          failurePolicy: 'Ignore',
          matchConditions: [
            {
              name: 'odd',
              expression: "object.metadata.name == 'unsure-ignored' && object.data.none == 'x'",
            },
          ],
          mutations: [good],
        },
      },
      'talk-e': {
        spec: {
          ...when('variable'),
          variables: [
            { name: 'bad', expression: 'object.data.none' },
            { name: 'fine', expression: "'v'" },
          ],
          mutations: [
            apply("Object{data: {'x': variables.fine}}"),
            apply("Object{data: {'y': variables.bad}}"),
          ],
        },
      },
      'talk-f': {
        spec: {
          ...when('costly'),
          mutations: [
            apply(
              "Object{data: {'x': [1,2,3,4,5,6,7,8,9,10].all(a, [1,2,3,4,5,6,7,8,9,10].all(b, [1,2,3,4,5,6,7,8,9,10].all(c, [1,2,3,4,5,6,7,8,9,10].all(d, [1,2,3,4,5,6,7,8,9,10].all(e, [1,2,3,4,5,6,7,8,9,10].all(f, [1,2,3,4,5,6,7,8,9,10].all(g, true))))))) ? 'y' : 'n'}}",
            ),
          ],
        },
      },
    },
    ['partly', 'twice', 'unsure', 'unsure-ignored', 'variable', 'costly'].map((name) => map(name)),
  ),
  during(
    'parts of objects, bodies of subresources, and other operations',
    {
      'talk-a': {
        spec: { mutations: [apply("Object{metadata: Object.metadata{labels: {'p': 'q'}}}")] },
        resources: ['pods'],
      },
      'talk-b': {
        spec: { mutations: [apply("Object{status: Object.status{message: 'changed'}}")] },
        resources: ['pods/status'],
      },
      'talk-c': {
        spec: { mutations: [apply('Object{spec: Object.spec{replicas: object.spec.replicas + 1}}')] },
        resources: ['deployments/scale'],
      },
      'talk-d': {
        spec: {
          mutations: [operations("[JSONPatch{op: 'replace', path: '/target/name', value: 'elsewhere'}]")],
        },
        resources: ['pods/binding'],
      },
      'talk-e': {
        spec: {
          mutations: [
            apply("Object{metadata: Object.metadata{annotations: {'old': string(oldObject.metadata.name)}}}"),
          ],
        },
        resources: ['services'],
      },
    },
    [
      post(core('pods'), pod('p')),
      patch(core('pods/p/status'), { status: { reason: 'r' } }),
      post(core('pods/p/binding'), {
        ...object('v1', 'Binding', 'p'),
        target: { kind: 'Node', name: 'here' },
      }),
      get(core('pods/p')),
      deploy('d', { replicas: 1 }),
      patch(`${deployments}/d/scale`, { spec: { replicas: 4 } }),
      get(`${deployments}/d/scale`),
      post(core('services'), service('s')),
      remove(core('pods/p')),
    ],
  ),
  {
    name: 'rights on parameters',
    asks: [
      unheard(
        post(
          `${rbac}/clusterroles`,
          object('rbac.authorization.k8s.io/v1', 'ClusterRole', 'talk-policies', {
            rules: [{ apiGroups: ['admissionregistration.k8s.io'], resources: ['*'], verbs: ['*'] }],
          }),
        ),
      ),
      unheard(
        post(
          `${rbac}/clusterrolebindings`,
          object('rbac.authorization.k8s.io/v1', 'ClusterRoleBinding', 'talk-policies', {
            roleRef: { apiGroup: 'rbac.authorization.k8s.io', kind: 'ClusterRole', name: 'talk-policies' },
            subjects: [{ apiGroup: 'rbac.authorization.k8s.io', kind: 'Group', name: 'policers' }],
          }),
        ),
      ),
      { ...asPolicer(post(`${policies}?dryRun=All`, policy('talk-r', { mutations: [good] }))), until: 201 },
      asPolicer(
        post(
          policies,
          policy('talk-r', { mutations: [good], paramKind: { apiVersion: 'v1', kind: 'Secret' } }),
        ),
      ),
      asPolicer(
        post(
          policies,
          policy('talk-r', { mutations: [good], paramKind: { apiVersion: 'a.b/v1', kind: 'None' } }),
        ),
      ),
      post(
        policies,
        policy('talk-r', { mutations: [good], paramKind: { apiVersion: 'v1', kind: 'Secret' } }),
      ),
      asPolicer(
        post(
          bindings,
          binding('talk-r', { paramRef: { name: 'a', namespace: 'b', parameterNotFoundAction: 'Deny' } }),
        ),
      ),
      asPolicer(
        post(bindings, binding('talk-r', { paramRef: { selector: {}, parameterNotFoundAction: 'Deny' } })),
      ),
      asPolicer(
        post(
          bindings,
          binding('talk-r', {
            policyName: 'talk-none',
            paramRef: { name: 'a', parameterNotFoundAction: 'Deny' },
          }),
        ),
      ),
      asPolicer(post(`${bindings}?dryRun=All`, binding('talk-r'))),
      unheard(remove(`${policies}/talk-r`)),
      unheard(remove(`${rbac}/clusterrolebindings/talk-policies`)),
      unheard(remove(`${rbac}/clusterroles/talk-policies`)),
    ],
  },
  during(
    'other versions of a resource',
    {
      'talk-v': {
        spec: {
          matchConstraints: {
            resourceRules: [
              {
                apiGroups: ['autoscaling'],
                apiVersions: ['v2'],
                operations: ['CREATE'],
                resources: ['horizontalpodautoscalers'],
              },
            ],
            namespaceSelector: { matchLabels: { 'kubernetes.io/metadata.name': '{ns}' } },
          },
          mutations: [
            apply(
              'Object{spec: Object.spec{maxReplicas: object.spec.maxReplicas + object.spec.metrics.size(), behavior: Object.spec.behavior{scaleDown: Object.spec.behavior.scaleDown{stabilizationWindowSeconds: 7}}}}',
            ),
          ],
        },
      },
    },
    [
      post(
        '/apis/autoscaling/v1/namespaces/{ns}/horizontalpodautoscalers',
        object('autoscaling/v1', 'HorizontalPodAutoscaler', 'h', {
          spec: {
            scaleTargetRef: { apiVersion: 'apps/v1', kind: 'Deployment', name: 'd' },
            maxReplicas: 3,
            targetCPUUtilizationPercentage: 50,
          },
        }),
      ),
      get('/apis/autoscaling/v2/namespaces/{ns}/horizontalpodautoscalers/h'),
    ],
  ),
];
