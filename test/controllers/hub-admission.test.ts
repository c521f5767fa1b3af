import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { ClusterClient, KubeObject } from '../../src/apimachinery/client.ts';
import { defineKind } from '../../src/apimachinery/kinds.ts';
import type { UserInfo } from '../../src/apiserver/index.ts';
import { isObject, type JsonObject } from '../../src/base/index.ts';
import { fleetCustomResources } from '../../src/controllers/index.ts';
import { startTestServer, type TestEndpoint } from '../apiserver/harness.ts';
import { eventually, startTestCluster, type TestCluster } from './harness.ts';

/** What KubeFleet's webhooks refuse on a hub, to the letter; and what must still pass. */

const customResources = defineKind(
  'apiextensions.k8s.io/v1',
  'CustomResourceDefinition',
  'customresourcedefinitions',
  'Cluster',
);
const placementGroup = 'placement.kubernetes-fleet.io';
const clusterGroup = 'cluster.kubernetes-fleet.io';

const storedOnly = {
  group: placementGroup,
  resource: 'clusterresourceoverrides',
  sentence: () => 'Overrides are only stored here.',
};

let hub: TestCluster;
let endpoint: TestEndpoint;
/** Everything is allowed to everybody here: what is refused, admission refuses. */
before(async () => {
  hub = await startTestCluster({
    profile: 'hub',
    notEnforced: [storedOnly],
    authorizers: [() => ({ decision: 'allow', reason: '' })],
  });
  for (const definition of fleetCustomResources()) await hub.client.create(customResources, definition);
  await hub.client.create(namespaces, namespaceNamed('fleet-system'));
  await hub.client.create(namespaces, namespaceNamed('fleet-member-east'));
  await hub.client.create(kindOf(`${clusterGroup}/v1`, 'MemberCluster', 'Cluster'), {
    ...member('east'),
    metadata: { name: 'east', annotations: { 'fleet.azure.com/cluster-resource-id': '/id' } },
  });
  endpoint = await hub.listen();
});
after(() => hub.close());

const namespaces = kindOf('v1', 'Namespace', 'Cluster');

function namespaceNamed(name: string): KubeObject {
  return { apiVersion: 'v1', kind: 'Namespace', metadata: { name } };
}

function kindOf(apiVersion: string, kind: string, scope: 'Cluster' | 'Namespaced' = 'Namespaced') {
  return defineKind<KubeObject>(apiVersion, kind, `${kind.toLowerCase()}s`, scope);
}

const somebody: UserInfo = { username: 'jane', uid: '', groups: ['devs', 'system:authenticated'], extra: {} };
const agent: UserInfo = { ...somebody, username: 'agent-east', groups: ['system:authenticated'] };

/** As a person would be told; undefined when it went well. */
async function told(call: Promise<unknown>): Promise<string | undefined> {
  try {
    await call;
    return undefined;
  } catch (thrown) {
    assert.ok(isObject(Object(thrown)) && thrown instanceof Error, String(thrown));
    return thrown.message;
  }
}

function denied(webhook: string, why: string): string {
  return `admission webhook "fleet.${webhook}.validating" denied the request: ${why}`;
}

function placement(spec: JsonObject, name = 'p'): KubeObject {
  return {
    apiVersion: `${placementGroup}/v1beta1`,
    kind: 'ClusterResourcePlacement',
    metadata: { name },
    spec: { resourceSelectors: [{ group: '', version: 'v1', kind: 'Namespace', name: 'a' }], ...spec },
  };
}

const placements = kindOf(`${placementGroup}/v1beta1`, 'ClusterResourcePlacement', 'Cluster');

function createPlacement(spec: JsonObject, name?: string): Promise<string | undefined> {
  return told(hub.client.create(placements, placement(spec, name), { dryRun: true }));
}

const invalidFields = (why: string) =>
  denied('clusterresourceplacementv1beta1', `deny create/update v1beta1 CRP has invalid fields ${why}`);
const invalidPolicy = (why: string) => invalidFields(`the placement policy field is invalid: ${why}`);
const invalidStrategy = (why: string) => invalidFields(`the rollout Strategy field  is invalid: ${why}`);

const refusedPlacements: Record<string, readonly [JsonObject, string]> = {
  'a kind that lies in namespaces': [
    { resourceSelectors: [{ group: '', version: 'v1', kind: 'ConfigMap', name: 'c' }] },
    invalidFields(
      'the resource is not found in schema (please retry) or it is not a cluster scoped resource: /v1, Kind=ConfigMap',
    ),
  ],
  'a kind that nobody serves, and says no more': [
    {
      resourceSelectors: [{ group: 'x.io', version: 'v1', kind: 'Nothing', name: 'c' }],
      strategy: { type: 'External', rollingUpdate: {} },
    },
    invalidFields('failed to get GVR of the selector: no matches for kind "Nothing" in version "x.io/v1"'),
  ],
  'a kind that is never placed': [
    { resourceSelectors: [{ group: '', version: 'v1', kind: 'Node', name: 'n' }] },
    invalidFields(
      'the resource is not found in schema (please retry) or it is not a cluster scoped resource: /v1, Kind=Node',
    ),
  ],
  'labels that are none': [
    {
      resourceSelectors: [
        {
          group: '',
          version: 'v1',
          kind: 'Namespace',
          labelSelector: { matchExpressions: [{ key: 'k', operator: 'In' }] },
        },
      ],
    },
    invalidFields(
      "the labelSelector in resource selector &LabelSelector{MatchLabels:map[string]string{},MatchExpressions:[]LabelSelectorRequirement{LabelSelectorRequirement{Key:k,Operator:In,Values:[],},},} is invalid: values: Invalid value: null: for 'in', 'notin' operators, values set can't be empty",
    ),
  ],
  'a cluster named twice': [
    { policy: { placementType: 'PickFixed', clusterNames: ['m2', 'm2'] } },
    invalidPolicy('cluster names must be unique for policy type PickFixed'),
  ],
  'a cluster by a name that no member has, and none at all': [
    { policy: { placementType: 'PickFixed', clusterNames: ['A_b'] } },
    invalidPolicy(
      "PickFixed cluster name A_b is not a valid member name: a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
    ),
  ],
  'no cluster by name': [
    { policy: { placementType: 'PickFixed' } },
    invalidPolicy('cluster names cannot be empty for policy type PickFixed'),
  ],
  'an unknown operator and, beside it, nothing about its value': [
    required({ name: 'kubernetes-fleet.io/node-count', operator: 'Foo', values: ['zz'] }),
    invalidPolicy('invalid requirement on property kubernetes-fleet.io/node-count: unsupported operator Foo'),
  ],
  'a value that is no quantity': [
    required({ name: 'kubernetes-fleet.io/node-count', operator: 'Ge', values: ['zz'] }),
    invalidPolicy(
      `invalid requirement on property kubernetes-fleet.io/node-count: value "zz" is not a valid resource.Quantity: quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'`,
    ),
  ],
  'a value with two suffixes': [
    required({ name: 'n', operator: 'Ge', values: ['1Kk'] }),
    invalidPolicy(
      `invalid requirement on property n: value "1Kk" is not a valid resource.Quantity: unable to parse quantity's suffix`,
    ),
  ],
  'a resource property of an unknown capacity, and no value': [
    required({ name: 'resources.kubernetes-fleet.io/most-cpu', operator: 'Ge', values: [] }),
    invalidPolicy(
      '[invalid property name resources.kubernetes-fleet.io/most-cpu: invalid capacity type in resource property name resources.kubernetes-fleet.io/most-cpu, supported values are [allocatable available total], invalid requirement on property resources.kubernetes-fleet.io/most-cpu: operator Ge requires exactly one value, got 0]',
    ),
  ],
  'requirements that exclude each other': [
    required(
      { name: 'n', operator: 'Gt', values: ['10'] },
      { name: 'n', operator: 'Lt', values: ['5'] },
      { name: 'm', operator: 'Eq', values: ['1'] },
      { name: 'm', operator: 'Ne', values: ['1000m'] },
    ),
    invalidPolicy(
      '[inconsistent requirements on property n: lower bound (10) and upper bound (5) exclude all values, inconsistent requirements on property m: conflicting Eq and Ne on same value 1]',
    ),
  ],
  'a sorter where clusters are required, preferences where all are picked': [
    {
      policy: {
        placementType: 'PickAll',
        affinity: {
          clusterAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: {
              clusterSelectorTerms: [{ propertySorter: { name: 'n', sortOrder: 'Ascending' } }],
            },
            preferredDuringSchedulingIgnoredDuringExecution: [{ weight: 1, preference: {} }],
          },
        },
      },
    },
    invalidPolicy(
      '[PropertySorter is not allowed for RequiredDuringSchedulingIgnoredDuringExecution affinity, PreferredDuringSchedulingIgnoredDuringExecution will be ignored for placement policy type PickAll]',
    ),
  ],
  'a selector among preferences': [
    {
      policy: {
        placementType: 'PickN',
        numberOfClusters: 1,
        affinity: {
          clusterAffinity: {
            preferredDuringSchedulingIgnoredDuringExecution: [
              { weight: 1, preference: { propertySelector: { matchExpressions: [] } } },
            ],
          },
        },
      },
    },
    invalidPolicy(
      'PropertySelector is not allowed for PreferredDuringSchedulingIgnoredDuringExecution affinity',
    ),
  ],
  'a toleration twice': [
    {
      policy: {
        tolerations: [
          { key: 'a', operator: 'Exists' },
          { key: 'a', operator: 'Exists' },
        ],
      },
    },
    invalidPolicy(
      'toleration {Key:a Operator:Exists Value: Effect:} already exists, tolerations must be unique',
    ),
  ],
  'a key of a toleration that is none': [
    { policy: { tolerations: [{ key: 'a b', operator: 'Exists' }] } },
    invalidPolicy(
      "invalid toleration key {Key:a b Operator:Exists Value: Effect:}: name part must consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]')",
    ),
  ],
  'a rolling update of what is rolled out from outside': [
    { strategy: { type: 'External', rollingUpdate: { maxSurge: 1 } } },
    invalidStrategy('rollingUpdateConifg is not valid for ExternalRollout strategy type'),
  ],
  'counts below nothing, and one that is neither number nor share': [
    { strategy: { rollingUpdate: { maxUnavailable: -1, maxSurge: '5' } } },
    invalidStrategy(
      '[maxUnavailable must be greater than or equal to 0, got `-1`, maxSurge `5` is invalid: invalid value for IntOrString: invalid type: string is not a percentage]',
    ),
  ],
  'settings of server-side apply without it': [
    { strategy: { applyStrategy: { type: 'ReportDiff', serverSideApplyConfig: { force: true } } } },
    invalidStrategy('serverSideApplyConfig is only valid for ServerSideApply strategy type'),
  ],
};

function required(...matchExpressions: JsonObject[]): JsonObject {
  const requiredDuringSchedulingIgnoredDuringExecution = {
    clusterSelectorTerms: [{ propertySelector: { matchExpressions } }],
  };
  return { policy: { affinity: { clusterAffinity: { requiredDuringSchedulingIgnoredDuringExecution } } } };
}

for (const [what, [spec, message]] of Object.entries(refusedPlacements)) {
  test(`a placement is refused: ${what}`, async () => {
    assert.equal(await createPlacement(spec), message);
  });
}

test('a placement with a name of 64 characters is refused', async () => {
  const why = await createPlacement({}, 'n'.repeat(64));
  assert.equal(why, invalidFields('the name field cannot have length exceeding 63'));
});

test('placements that upstream takes are taken', async () => {
  const brings = { group: '', version: 'v1', kind: 'Namespace', name: 'a' };
  const fine: JsonObject[] = [
    {},
    { resourceSelectors: [{ group: 'rbac.authorization.k8s.io', version: 'v1', kind: 'ClusterRole' }] },
    {
      resourceSelectors: [
        { ...brings, selectionScope: 'NamespaceWithResourceSelectors' },
        { group: '', version: 'v1', kind: 'ConfigMap', name: 'c' },
      ],
    },
    { policy: { placementType: 'PickFixed', clusterNames: ['m1', 'm2'] } },
    required(
      { name: 'resources.kubernetes-fleet.io/available-cpu', operator: 'Ge', values: ['1500m'] },
      { name: 'resources.kubernetes-fleet.io/available-cpu', operator: 'Le', values: ['1.5'] },
    ),
    {
      policy: {
        tolerations: [
          { key: 'a', operator: 'Exists' },
          { key: 'a', value: 'b' },
        ],
      },
    },
    { strategy: { rollingUpdate: { maxUnavailable: '50%', maxSurge: 0 } } },
    { strategy: { type: 'External' } },
    { strategy: { applyStrategy: { type: 'ServerSideApply' } } },
  ];
  for (const spec of fine) assert.equal(await createPlacement(spec), undefined, JSON.stringify(spec));
});

test('what the writer of a placement left out is filled in, and a second apply changes nothing', async () => {
  const manifest = JSON.stringify(placement({}, 'filled'));
  const first = await endpoint.run(['apply', '-f', '-'], manifest);
  assert.match(first.stdout, /filled created/, first.stderr);
  const { spec, metadata } = await hub.client.get(placements, { name: 'filled' });
  assert.deepEqual(spec, {
    resourceSelectors: [
      { group: '', version: 'v1', kind: 'Namespace', name: 'a', selectionScope: 'NamespaceWithResources' },
    ],
    revisionHistoryLimit: 10,
    statusReportingScope: 'ClusterScopeOnly',
    policy: { placementType: 'PickAll' },
    strategy: {
      type: 'RollingUpdate',
      rollingUpdate: { maxUnavailable: '25%', maxSurge: '25%', unavailablePeriodSeconds: 60 },
      applyStrategy: {
        type: 'ClientSideApply',
        comparisonOption: 'PartialComparison',
        whenToApply: 'Always',
        whenToTakeOver: 'Always',
      },
    },
  });
  const owned = JSON.stringify(metadata['managedFields']);
  assert.ok(!owned.includes('f:rollingUpdate'), `what the hub filled in belongs to nobody: ${owned}`);
  const second = await endpoint.run(['apply', '-f', '-'], manifest);
  assert.equal(second.code, 0, second.stderr);
  const again = await hub.client.get(placements, { name: 'filled' });
  assert.equal(again.metadata.resourceVersion, metadata.resourceVersion);
  assert.match(await endpoint.kubectl('get', 'crp', 'filled', '-o', 'wide'), /PickAll/);
});

test('tolerations of a placement are only added, by whatever verb and version', async () => {
  const policy = { tolerations: [{ key: 'a', operator: 'Exists' }] };
  await hub.client.create(placements, placement({ policy }, 'tolerant'));
  const why = denied(
    'clusterresourceplacementv1beta1',
    'tolerations have been updated/deleted, only additions to tolerations are allowed',
  );
  const at = { name: 'tolerant' };
  const none = { spec: { policy: { tolerations: null } } };
  const v1 = kindOf(`${placementGroup}/v1`, 'ClusterResourcePlacement', 'Cluster');
  const ways: Record<string, () => Promise<unknown>> = {
    merge: () => hub.client.patch(placements, at, { type: 'merge', body: none }),
    'merge in v1': () => hub.client.patch(v1, at, { type: 'merge', body: none }),
    json: () =>
      hub.client.patch(v1, at, {
        type: 'json',
        body: [{ op: 'remove', path: '/spec/policy/tolerations' }],
      }),
    apply: () =>
      hub.client.patch(
        placements,
        at,
        { type: 'apply', body: placement({ policy: { tolerations: [{ key: 'b' }] } }, 'tolerant') },
        { fieldManager: 'other', force: true },
      ),
    replace: async () => {
      const current = await hub.client.get(placements, at);
      return hub.client.update(placements, { ...current, spec: placement({ policy: {} }).spec });
    },
  };
  for (const [way, run] of Object.entries(ways)) assert.equal(await told(run()), why, way);
  const more = [{ op: 'add', path: '/spec/policy/tolerations/-', value: { key: 'c', operator: 'Exists' } }];
  await hub.client.patch(placements, at, { type: 'json', body: more });
});

test('a placement that is wrong since a kind went can still be deleted, and is not changed until then', async () => {
  const widgets = {
    apiVersion: 'apiextensions.k8s.io/v1',
    kind: 'CustomResourceDefinition',
    metadata: { name: 'widgets.example.com' },
    spec: {
      group: 'example.com',
      scope: 'Cluster',
      names: { plural: 'widgets', kind: 'Widget' },
      versions: [
        { name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: { type: 'object' } } },
      ],
    },
  };
  await hub.client.create(customResources, widgets);
  const selectors = { resourceSelectors: [{ group: 'example.com', version: 'v1', kind: 'Widget' }] };
  const made = placement(selectors, 'orphan');
  await hub.client.create(placements, { ...made, metadata: { name: 'orphan', finalizers: ['x.io/hold'] } });
  const definition = { name: 'widgets.example.com' };
  await hub.client.delete(customResources, definition);
  await eventually(hub.client, customResources, definition, (found) => found === undefined);
  const release = { metadata: { finalizers: null } };
  const patch = () => hub.client.patch(placements, { name: 'orphan' }, { type: 'merge', body: release });
  assert.equal(
    await told(patch()),
    denied(
      'clusterresourceplacementv1beta1',
      'deny update on old invalid v1beta1 CRP with DeletionTimestamp not set failed to get GVR of the selector: no matches for kind "Widget" in version "example.com/v1"',
    ),
  );
  await hub.client.delete(placements, { name: 'orphan' });
  await patch();
  assert.match((await told(hub.client.get(placements, { name: 'orphan' }))) ?? '', /not found/);
});

function override(name: string, rest: { readonly selector?: string; readonly rule?: JsonObject } = {}) {
  const { selector = name, rule } = rest;
  return {
    apiVersion: `${placementGroup}/v1`,
    kind: 'ClusterResourceOverride',
    metadata: { name },
    spec: {
      clusterResourceSelectors: [{ group: '', version: 'v1', kind: 'Namespace', name: selector }],
      policy: {
        overrideRules: [
          rule ?? { clusterSelector: { clusterSelectorTerms: [] }, jsonPatchOverrides: [patchOf('/data/x')] },
        ],
      },
    },
  };
}

function patchOf(path: string, op = 'add'): JsonObject {
  return { op, path, value: 'y' };
}

const overrides = kindOf(`${placementGroup}/v1`, 'ClusterResourceOverride', 'Cluster');
const wrongPatch = (shown: string, why: string) =>
  denied('clusterresourceoverride', `invalid JSONPatchOverride ${shown}: ${why}`);

const refusedRules: Record<string, readonly [JsonObject, string]> = {
  status: [
    { jsonPatchOverrides: [patchOf('/status/x')] },
    wrongPatch('{add /status/x {"y"}}', 'cannot override status fields'),
  ],
  'the name': [
    { jsonPatchOverrides: [patchOf('/metadata/name')] },
    wrongPatch('{add /metadata/name {"y"}}', 'cannot override metadata fields except annotations and labels'),
  ],
  metadata: [
    { jsonPatchOverrides: [patchOf('/metadata')] },
    wrongPatch('{add /metadata {"y"}}', 'cannot override field metadata'),
  ],
  'the kind': [
    { jsonPatchOverrides: [patchOf('/kind')] },
    wrongPatch('{add /kind {"y"}}', 'cannot override typeMeta fields'),
  ],
  nothing: [{ jsonPatchOverrides: [patchOf('')] }, wrongPatch('{add  {"y"}}', 'path cannot be empty')],
  'no path': [{ jsonPatchOverrides: [patchOf('x')] }, wrongPatch('{add x {"y"}}', 'path must start with /')],
  'an empty step': [
    { jsonPatchOverrides: [patchOf('/a//b')] },
    wrongPatch('{add /a//b {"y"}}', 'path cannot contain empty string'),
  ],
  'a removal with a value': [
    { jsonPatchOverrides: [patchOf('/data/x', 'remove')] },
    wrongPatch('{remove /data/x {"y"}}', 'remove operation cannot have value'),
  ],
  'patches of what is deleted': [
    { overrideType: 'Delete', jsonPatchOverrides: [patchOf('/data/x')] },
    denied(
      'clusterresourceoverride',
      'invalid JSONPatchOverrides: JSONPatchOverrides cannot be set when the override type is Delete',
    ),
  ],
  'no patches': [
    {},
    denied('clusterresourceoverride', 'invalid JSONPatchOverrides: JSONPatchOverrides cannot be empty'),
  ],
  'clusters by nothing': [
    { overrideType: 'Delete', clusterSelector: { clusterSelectorTerms: [{}] } },
    denied(
      'clusterresourceoverride',
      'invalid clusterSelector {LabelSelector:nil PropertySelector:<nil> PropertySorter:<nil>}: labelSelector is required',
    ),
  ],
};

for (const [what, [rule, message]] of Object.entries(refusedRules)) {
  test(`an override is refused that would change ${what}`, async () => {
    const created = hub.client.create(overrides, override('o', { rule }), { dryRun: true });
    assert.equal(await told(created), message);
  });
}

test('of overrides that select the same one is taken, also when many come at once', async () => {
  const names = ['one', 'two', 'three', 'four', 'five'];
  const answers = await Promise.all(
    names.map((name) => told(hub.client.create(overrides, override(name, { selector: 'shared' })))),
  );
  const won = names.filter((_, at) => answers[at] === undefined);
  assert.equal(won.length, 1, answers.join('\n'));
  const shown =
    '{Group: Version:v1 Kind:Namespace Name:shared LabelSelector:nil SelectionScope:NamespaceWithResources}';
  for (const [at, name] of names.entries()) {
    if (name === won[0]) continue;
    const why = `invalid resource selector ${shown}: the resource has been selected by both ${name} and ${won[0]}, which is not supported`;
    assert.equal(answers[at], denied('clusterresourceoverride', why));
  }
  // The one that is there may change.
  await hub.client.patch(
    overrides,
    { name: won[0] ?? '' },
    { type: 'merge', body: { metadata: { labels: { a: 'b' } } } },
  );
  await hub.client.deleteCollection(overrides);
});

test('an override selects by name, and nothing twice', async () => {
  const wanted = override('twice');
  const [selector] = wanted.spec.clusterResourceSelectors;
  assert.ok(selector);
  const { name: _, ...nameless } = selector;
  const { spec } = wanted;
  const shown = (name: string, labels = 'nil') =>
    `{Group: Version:v1 Kind:Namespace Name:${name} LabelSelector:${labels} SelectionScope:NamespaceWithResources}`;
  const clusterResourceSelectors = [selector, selector, nameless, { ...nameless, labelSelector: {} }];
  const created = hub.client.create(overrides, { ...wanted, spec: { ...spec, clusterResourceSelectors } });
  const noLabels =
    '&LabelSelector{MatchLabels:map[string]string{},MatchExpressions:[]LabelSelectorRequirement{},}';
  assert.equal(
    await told(created),
    denied(
      'clusterresourceoverride',
      `[resource selector ${shown('twice')} already exists, and must be unique, resource name is required for resource selection ${shown('')}, label selector is not supported for resource selection ${shown('', noLabels)}]`,
    ),
  );
});

test('a hub has at most 100 overrides, however many come at once', async () => {
  const names = Array.from({ length: 104 }, (_, at) => `o-${at}`);
  const answers = await Promise.all(names.map((name) => told(hub.client.create(overrides, override(name)))));
  const refused = answers.filter((answer) => answer !== undefined);
  const limit =
    'clusterResourceOverride limit has been reached: at most 100 cluster resources can be created.';
  assert.deepEqual(refused, Array(4).fill(denied('clusterresourceoverride', limit)));
  await hub.client.deleteCollection(overrides);
});

test('overrides in a namespace have their own words', async () => {
  const resourceOverrides = kindOf(`${placementGroup}/v1beta1`, 'ResourceOverride');
  const one = (name: string, path = '/data/x') => ({
    apiVersion: `${placementGroup}/v1beta1`,
    kind: 'ResourceOverride',
    metadata: { name, namespace: 'default' },
    spec: {
      resourceSelectors: [{ group: '', version: 'v1', kind: 'ConfigMap', name: 'c' }],
      policy: { overrideRules: [{ jsonPatchOverrides: [patchOf(path)] }] },
    },
  });
  await hub.client.create(resourceOverrides, one('first'));
  assert.equal(
    await told(hub.client.create(resourceOverrides, one('second', '/status'))),
    denied(
      'resourceoverride',
      '[invalid resource selector {Group: Version:v1 Kind:ConfigMap Name:c}: the resource has been selected by both second and first, which is not supported, invalid JSONPatchOverride {add /status {"y"}}: cannot override status fields]',
    ),
  );
});

test('evictions and budgets are refused by what their placement is, and taken where there is none', async () => {
  const evictions = kindOf(`${placementGroup}/v1beta1`, 'ClusterResourcePlacementEviction', 'Cluster');
  const budgets = kindOf(`${placementGroup}/v1beta1`, 'ClusterResourcePlacementDisruptionBudget', 'Cluster');
  const fixed = { policy: { placementType: 'PickFixed', clusterNames: ['m1'] } };
  await hub.client.create(placements, placement(fixed, 'fixed'));
  await hub.client.create(placements, {
    ...placement({}, 'going'),
    metadata: { name: 'going', finalizers: ['x.io/hold'] },
  });
  await hub.client.delete(placements, { name: 'going' });
  const evict = (placementName: string) =>
    told(
      hub.client.create(
        evictions,
        { ...evictions, metadata: { name: 'e' }, spec: { placementName, clusterName: 'm1' } },
        { dryRun: true },
      ),
    );
  const eviction = 'clusterresourceplacementeviction';
  assert.equal(
    await evict('fixed'),
    denied(eviction, 'cluster resource placement policy type PickFixed is not supported'),
  );
  assert.equal(await evict('going'), denied(eviction, 'cluster resource placement going is being deleted'));
  assert.equal(await evict('nowhere'), undefined);
  const budget = (name: string, spec: JsonObject) =>
    told(hub.client.create(budgets, { ...budgets, metadata: { name }, spec }, { dryRun: true }));
  const all = 'cluster resource placement policy type PickAll is not supported with';
  const refused = (why: string) => denied('clusterresourceplacementdisruptionbudget', `${all} ${why}`);
  assert.equal(await budget('going', { maxUnavailable: 1 }), refused('any specified max unavailable 1'));
  assert.equal(await budget('going', { minAvailable: '50%' }), refused('min available as a percentage 50%'));
  assert.equal(await budget('going', { minAvailable: 1 }), undefined);
  assert.equal(await budget('nowhere', { maxUnavailable: 1 }), undefined);
  await hub.client.patch(
    placements,
    { name: 'going' },
    { type: 'merge', body: { metadata: { finalizers: null } } },
  );
});

function member(name: string, taints: readonly JsonObject[] = []): KubeObject {
  return {
    apiVersion: `${clusterGroup}/v1`,
    kind: 'MemberCluster',
    metadata: { name },
    spec: {
      identity: { kind: 'User', name: `agent-${name}`, apiGroup: 'rbac.authorization.k8s.io' },
      taints: [...taints],
    },
  };
}

const members = kindOf(`${clusterGroup}/v1`, 'MemberCluster', 'Cluster');
const asSomebody = (): ClusterClient => hub.clientAs(somebody);
const refusedTo = (
  operation: string,
  what: string,
  user = "'jane' in 'groups: [devs system:authenticated]'",
) => `user: ${user} is not allowed to ${operation} resource ${what}`;

test('taints of a member are what taints can be, once each', async () => {
  const taint = { key: 'a', value: 'b', effect: 'NoSchedule' };
  assert.equal(
    await told(hub.client.create(members, member('tainted', [taint, taint, { ...taint, value: 'b c' }]))),
    denied(
      'membercluster',
      "[taint {Key:a Value:b Effect:NoSchedule} already exists, taints must be unique, invalid taint value {Key:a Value:b c Effect:NoSchedule}: a valid label must be an empty string or consist of alphanumeric characters, '-', '_' or '.', and must start and end with an alphanumeric character (e.g. 'MyValue',  or 'my_value',  or '12345', regex used for validation is '(([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9])?')]",
    ),
  );
});

test('pods and replica sets are made in reserved namespaces only; kubectl is told so, also in a dry run', async () => {
  const pod = (namespace: string) =>
    JSON.stringify({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'nope', namespace },
      spec: { containers: [{ name: 'c', image: 'nginx' }] },
    });
  for (const dryRun of [[], ['--dry-run=server']]) {
    const { code, stderr } = await endpoint.run(['create', ...dryRun, '-f', '-'], pod('default'));
    const why = denied('pod', 'Pod default/nope creation is disallowed in the fleet hub cluster');
    assert.equal(stderr, `Error from server (Forbidden): error when creating "STDIN": ${why}\n`);
    assert.equal(code, 1);
  }
  await endpoint.run(['create', '-f', '-'], pod('fleet-system'));
  await endpoint.kubectl('-n', 'fleet-system', 'get', 'pod', 'nope');
  const template = {
    metadata: { labels: { a: 'b' } },
    spec: { containers: [{ name: 'c', image: 'nginx' }] },
  };
  const replicaSet = {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { generateName: 'set-', namespace: 'default' },
    spec: { selector: { matchLabels: { a: 'b' } }, template },
  };
  const why = await told(hub.client.create(kindOf('apps/v1', 'ReplicaSet'), replicaSet));
  assert.match(
    why ?? '',
    /^admission webhook "fleet\.replicaset\.validating" denied the request: ReplicaSet default\/set-\w{5} creation is disallowed in the fleet hub cluster\.$/,
  );
  await hub.client.create(kindOf('apps/v1', 'Deployment'), {
    ...replicaSet,
    kind: 'Deployment',
    metadata: { name: 'placed', namespace: 'default' },
  });
});

test('the Status of a denial is the one that the API server makes of it', async () => {
  const response = await hub.fetch('/api/v1/namespaces/default/pods', {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      apiVersion: 'v1',
      kind: 'Pod',
      metadata: { name: 'nope' },
      spec: { containers: [{ name: 'c', image: 'nginx' }] },
    }),
  });
  assert.equal(response.status, 403);
  assert.deepEqual(await response.json(), {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: denied('pod', 'Pod default/nope creation is disallowed in the fleet hub cluster'),
    reason: 'Forbidden',
    code: 403,
  });
});

test('members of the fleet come and go by the fleet alone, and nobody else changes what a member is', async () => {
  const guard = 'membercluster.guardrail';
  const what = (name: string, part = '') => `${clusterGroup}/v1, Kind=MemberCluster/${part}: /${name}`;
  const jane = hub.clientAs({ ...somebody, extra: { oid: ['1'] } });
  assert.equal(
    await told(jane.create(members, member('rogue'))),
    denied(guard, refusedTo('CREATE', what('rogue'))),
  );
  const apply = jane.patch(
    members,
    { name: 'rogue' },
    { type: 'apply', body: member('rogue') },
    { fieldManager: 'jane' },
  );
  assert.equal(await told(apply), denied(guard, refusedTo('CREATE', what('rogue'))));
  const east = { name: 'east' };
  const deleted = denied(guard, refusedTo('DELETE', what('east')));
  assert.equal(await told(jane.delete(members, east)), deleted);
  assert.equal(await told(jane.deleteCollection(members)), deleted);
  assert.equal(await told(asSomebody().delete(members, east)), deleted);
  const annotated = {
    ...member('rogue'),
    metadata: { name: 'rogue', annotations: { 'fleet.azure.com/x': 'y' } },
  };
  assert.equal(
    await told(asSomebody().create(members, annotated)),
    denied(guard, refusedTo('CREATE', what('rogue'))),
  );
  const change = (body: JsonObject, client = jane) =>
    told(client.patch(members, east, { type: 'merge', body }));
  const updated = denied(guard, refusedTo('UPDATE', what('east')));
  assert.equal(await change({ spec: { identity: { name: 'jane' } } }), updated);
  assert.equal(await change({ metadata: { finalizers: ['x.io/hold'] } }), updated);
  assert.equal(
    await change({ metadata: { ownerReferences: [{ apiVersion: 'v1', kind: 'Pod', name: 'x', uid: 'y' }] } }),
    updated,
  );
  const annotation = 'fleet.azure.com/cluster-resource-id';
  assert.equal(await change({ metadata: { annotations: { [annotation]: '/other' } } }), updated);
  for (const client of [jane, hub.client]) {
    assert.equal(
      await change({ metadata: { annotations: { [annotation]: null } } }, client),
      denied(
        guard,
        'no user is allowed to remove all fleet pre-fixed annotations from a fleet member cluster',
      ),
    );
  }
  const status = jane.patch(
    members,
    east,
    { type: 'merge', body: { status: { conditions: [] } } },
    { subresource: 'status' },
  );
  assert.equal(await told(status), denied(guard, refusedTo('UPDATE', what('east', 'status'))));
  assert.equal(await change({ metadata: { annotations: { 'fleet.azure.com/more': 'x' } } }), updated);
  const free = { labels: { 'kubernetes-fleet.io/a': 'b' }, annotations: { a: 'b' } };
  assert.equal(await change({ metadata: free }), undefined);
  assert.equal(await change({ spec: { taints: [{ key: 'a', effect: 'NoSchedule' }] } }), undefined);
});

test('labels of a member of the fleet come from Resource Manager; of other members everybody may change them', async () => {
  const account: UserInfo = {
    ...somebody,
    username: 'system:serviceaccount:fleet-system:robot',
    groups: ['system:serviceaccounts', 'system:serviceaccounts:fleet-system'],
  };
  const label = (labels: JsonObject, client: ClusterClient, name = 'east') =>
    told(client.patch(members, { name }, { type: 'merge', body: { metadata: { labels } } }));
  const refused = denied(
    'membercluster.guardrail',
    'users are not allowed to modify labels through hub cluster directly',
  );
  await hub.client.patch(
    members,
    { name: 'east' },
    { type: 'merge', body: { metadata: { labels: { team: 'a' } } } },
  );
  for (const client of [asSomebody(), hub.clientAs(account)]) {
    for (const labels of [{ team: 'b' }, { team: null }, { other: 'x' }]) {
      assert.equal(await label(labels, client), refused);
    }
    const applied = { ...member('east'), metadata: { name: 'east', labels: { applied: 'x' } } };
    const apply = client.patch(
      members,
      { name: 'east' },
      { type: 'apply', body: applied },
      { fieldManager: 'f', force: true },
    );
    assert.equal(await told(apply), refused);
  }
  assert.equal(await label({ team: 'c' }, hub.client), undefined);
  await hub.client.create(members, member('labelled'));
  assert.equal(await label({ team: 'b' }, asSomebody(), 'labelled'), undefined);
});

test('a PodDisruptionBudget is kept on a hub, as upstream does unless it is told otherwise', async () => {
  await asSomebody().create(kindOf('policy/v1', 'PodDisruptionBudget'), {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name: 'kept', namespace: 'default' },
    spec: { minAvailable: 1, selector: { matchLabels: { a: 'b' } } },
  });
});

test('a member that was made without the fleet never becomes one of the fleet', async () => {
  await hub.client.create(members, member('upstream'));
  const change = (body: JsonObject, client: ClusterClient) =>
    told(client.patch(members, { name: 'upstream' }, { type: 'merge', body }));
  const annotated = { metadata: { annotations: { 'fleet.azure.com/location': 'eastus' } } };
  for (const client of [asSomebody(), hub.client]) {
    const why = 'no user is allowed to add a fleet pre-fixed annotation to an upstream member cluster';
    assert.equal(await change(annotated, client), denied('membercluster.guardrail', why));
  }
  assert.equal(await change({ spec: { heartbeatPeriodSeconds: 30 } }, asSomebody()), undefined);
  await asSomebody().create(members, member('elsewhere'));
  await asSomebody().delete(members, { name: 'elsewhere' });
  // Of the fleet's own, by the name that it gives to agents, the spec stays.
  const own = member('own');
  const identity = { kind: 'User', name: 'fleet-member-agent:own', apiGroup: 'rbac.authorization.k8s.io' };
  await hub.client.create(members, { ...own, spec: { identity } });
  const body = { metadata: { annotations: { 'fleet.azure.com/location': 'eastus' } } };
  assert.match(
    (await told(asSomebody().patch(members, { name: 'own' }, { type: 'merge', body }))) ?? '',
    /no user is allowed to add/,
  );
  const swap = { type: 'merge' as const, body: { spec: { identity: { name: 'jane' } } } };
  assert.match(
    (await told(asSomebody().patch(members, { name: 'own' }, swap))) ?? '',
    /not allowed to UPDATE/,
  );
});

test('what lies in a namespace of a member is written by the fleet and that member', async () => {
  const works = kindOf(`${placementGroup}/v1`, 'Work');
  const work = (namespace = 'fleet-member-east') => ({
    apiVersion: `${placementGroup}/v1`,
    kind: 'Work',
    metadata: { name: 'mine', namespace },
    spec: { workload: { manifests: [] } },
  });
  const at = { name: 'mine', namespace: 'fleet-member-east' };
  const guard = 'fleetmembernamespacedresources.guardrail';
  const what = `${placementGroup}/v1, Kind=Work/: fleet-member-east/mine`;
  const jane = asSomebody();
  assert.equal(await told(jane.create(works, work())), denied(guard, refusedTo('CREATE', what)));
  await hub.client.create(works, work());
  const inStatus = { subresource: 'status' };
  const change = { type: 'merge' as const, body: { status: { conditions: [] } } };
  assert.equal(
    await told(jane.patch(works, at, change, inStatus)),
    denied(guard, refusedTo('UPDATE', `${placementGroup}/v1, Kind=Work/status: fleet-member-east/mine`)),
  );
  assert.equal(await told(jane.delete(works, at)), denied(guard, refusedTo('DELETE', what)));
  const collection = jane.deleteCollection(works, { namespace: 'fleet-member-east' });
  assert.equal(await told(collection), denied(guard, refusedTo('DELETE', what)));
  await hub.clientAs(agent).patch(works, at, change, inStatus);
  assert.match((await told(hub.clientAs(agent).create(works, work('fleet-system')))) ?? '', /not allowed/);
  const settings = {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'mine', namespace: 'fleet-member-east' },
  };
  const configMaps = kindOf('v1', 'ConfigMap');
  assert.match((await told(hub.clientAs(agent).create(configMaps, settings))) ?? '', /not allowed to CREATE/);
  // Where the member is gone, nobody is it.
  await hub.client.create(namespaces, namespaceNamed('fleet-member-gone'));
  const left = { ...agent, username: 'agent-gone' };
  assert.match(
    (await told(hub.clientAs(left).create(works, work('fleet-member-gone')))) ?? '',
    /not allowed/,
  );
});

test('namespaces of the fleet and of Kubernetes, and what is in them, are theirs', async () => {
  const jane = asSomebody();
  const named = (name: string) => ({ ...namespaceNamed(name) });
  for (const name of ['fleet-mine', 'kube-mine']) {
    assert.equal(
      await told(jane.create(namespaces, named(name))),
      denied('namespace.guardrail', refusedTo('CREATE', `/v1, Kind=Namespace/: /${name}`)),
    );
  }
  assert.equal(
    await told(jane.delete(namespaces, { name: 'fleet-system' })),
    denied('namespace.guardrail', refusedTo('DELETE', '/v1, Kind=Namespace/: /fleet-system')),
  );
  const finalize = jane.update(
    namespaces,
    { ...named('fleet-member-east'), spec: { finalizers: [] } },
    { subresource: 'finalize' },
  );
  assert.equal(
    await told(finalize),
    denied('namespace.guardrail', refusedTo('UPDATE', '/v1, Kind=Namespace/finalize: /fleet-member-east')),
  );
  await jane.create(namespaces, named('fleeting'));
  const settings = (namespace: string) => ({
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { name: 'mine', namespace },
  });
  const configMaps = kindOf('v1', 'ConfigMap');
  for (const [namespace, which] of [
    ['fleet-system', 'fleetsystem'],
    ['kube-system', 'kube'],
  ] as const) {
    const why = refusedTo('CREATE', `/v1, Kind=ConfigMap/: ${namespace}/mine`);
    assert.equal(
      await told(jane.create(configMaps, settings(namespace))),
      denied(`${which}namespacedresources.guardrail`, why),
    );
  }
  const event = {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: 'e', namespace: 'kube-system' },
    involvedObject: { kind: 'Pod', name: 'p', namespace: 'kube-system' },
  };
  await jane.create(kindOf('v1', 'Event'), event);
  const leases = kindOf('coordination.k8s.io/v1', 'Lease');
  const lease = {
    apiVersion: 'coordination.k8s.io/v1',
    kind: 'Lease',
    metadata: { name: 'l', namespace: 'kube-system' },
  };
  await jane.create(leases, lease);
  assert.match((await told(jane.delete(leases, lease.metadata))) ?? '', /not allowed to DELETE/);
});

test('an eviction in a reserved namespace is refused like the end of its pod, which stays as it was', async () => {
  const pods = kindOf('v1', 'Pod');
  const at = { name: 'evicted', namespace: 'kube-system' };
  const spec = { containers: [{ name: 'c', image: 'nginx' }], nodeName: 'n' };
  const account = { apiVersion: 'v1', kind: 'ServiceAccount', metadata: { ...at, name: 'default' } };
  await told(hub.client.create(kindOf('v1', 'ServiceAccount'), account));
  const made = await hub.client.create(pods, { apiVersion: 'v1', kind: 'Pod', metadata: at, spec });
  const eviction = { apiVersion: 'policy/v1', kind: 'Eviction', metadata: at };
  const answer = await told(hub.clientAs(somebody).create(pods, eviction, { subresource: 'eviction' }));
  assert.match(answer ?? '', /not allowed to CREATE resource policy\/v1, Kind=Eviction\/eviction/);
  const { resourceVersion } = (await hub.client.get(pods, at)).metadata;
  assert.equal(resourceVersion, made.metadata.resourceVersion);
});

test('service accounts pass the guard rail from reserved namespaces only; more than ten groups are cut short', async () => {
  const account = (namespace: string): UserInfo => ({
    ...somebody,
    username: `system:serviceaccount:${namespace}:robot`,
    groups: ['system:serviceaccounts', `system:serviceaccounts:${namespace}`, 'system:authenticated'],
  });
  const named = namespaceNamed('fleet-robots');
  assert.match((await told(hub.clientAs(account('default')).create(namespaces, named))) ?? '', /not allowed/);
  assert.match(
    (await told(hub.clientAs(account('fleeting')).create(namespaces, named))) ?? '',
    /not allowed/,
  );
  await hub.clientAs(account('fleet-system')).create(namespaces, named, { dryRun: true });
  const many = { ...somebody, groups: Array.from({ length: 11 }, (_, at) => `g${at}`) };
  assert.equal(
    await told(hub.clientAs(many).create(namespaces, named)),
    denied(
      'namespace.guardrail',
      refusedTo('CREATE', '/v1, Kind=Namespace/: /fleet-robots', "'jane' in 'groups: [g0, g1, g2,......]'"),
    ),
  );
});

test('the definitions of the fleet are touched by administrators alone, also their status and all at once', async () => {
  const name = `works.${placementGroup}`;
  const guard = 'customresourcedefinition.guardrail';
  const what = (part = '') => `apiextensions.k8s.io/v1, Kind=CustomResourceDefinition/${part}: /${name}`;
  const jane = asSomebody();
  assert.equal(
    await told(jane.delete(customResources, { name })),
    denied(guard, refusedTo('DELETE', what())),
  );
  const body = { metadata: { labels: { a: 'b' } } };
  assert.equal(
    await told(jane.patch(customResources, { name }, { type: 'merge', body })),
    denied(guard, refusedTo('UPDATE', what())),
  );
  const conditions = { status: { conditions: [] } };
  assert.equal(
    await told(
      jane.patch(customResources, { name }, { type: 'merge', body: conditions }, { subresource: 'status' }),
    ),
    denied(guard, refusedTo('UPDATE', what('status'))),
  );
  const all = { labelSelector: '!nothing', fieldSelector: `metadata.name=${name}` };
  assert.equal(
    await told(jane.deleteCollection(customResources, all)),
    denied(guard, refusedTo('DELETE', what())),
  );
  await hub.client.patch(customResources, { name }, { type: 'merge', body });
});

test('many wrong values of one long key, and many requirements, cost no more than they are long', async () => {
  const key = 'k'.repeat(100_000);
  const values = Array.from({ length: 20_000 }, (_, at) => `a b ${at}`);
  const labelSelector = { matchExpressions: [{ key, operator: 'In', values }] };
  const selector = { group: '', version: 'v1', kind: 'Namespace', labelSelector };
  const why = (await createPlacement({ resourceSelectors: [selector] })) ?? '';
  assert.match(why, /name part must be no more than 63 characters/);
  assert.ok(why.length < 4_000_000, `${why.length} characters`);
  const requirements = Array.from({ length: 20_000 }, (_, at) => ({
    name: 'n',
    operator: 'Ne',
    values: [`${at}`],
  }));
  assert.equal(await createPlacement(required(...requirements)), undefined);
});

test('what is refused is not warned of as stored, and what the hub takes is', async () => {
  const manifest = (path: string) =>
    JSON.stringify(override('warned', { rule: { jsonPatchOverrides: [patchOf(path)] } }));
  const warned = async (path: string) => {
    const { stderr } = await endpoint.run(['create', '--dry-run=server', '-f', '-'], manifest(path));
    return stderr.includes('only stored here');
  };
  assert.deepEqual([await warned('/status'), await warned('/data/x')], [false, true]);
});

test('rules of the schema stand beside: staged strategies and runs', async () => {
  const strategies = defineKind<KubeObject>(
    `${placementGroup}/v1`,
    'ClusterStagedUpdateStrategy',
    'clusterstagedupdatestrategies',
    'Cluster',
  );
  const strategy = {
    apiVersion: `${placementGroup}/v1`,
    kind: 'ClusterStagedUpdateStrategy',
    metadata: { name: 's' },
    spec: { stages: [{ name: 'one', afterStageTasks: [{ type: 'TimedWait' }] }] },
  };
  assert.match(
    (await told(hub.client.create(strategies, strategy))) ?? '',
    /AfterStageTaskType is TimedWait, waitTime is required/,
  );
});

test('a cluster that is no hub refuses nothing of this', async () => {
  const cluster = await startTestServer();
  await cluster.client.create(kindOf('v1', 'Pod'), {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { name: 'fine', namespace: 'default' },
    spec: { containers: [{ name: 'c', image: 'nginx' }] },
  });
  await cluster.client.create(namespaces, namespaceNamed('fleet-mine'));
  await cluster.close();
});
