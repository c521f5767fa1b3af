import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { KubeObject } from '../../src/apimachinery/client.ts';
import { defineKind } from '../../src/apimachinery/kinds.ts';
import { isObject, type JsonObject } from '../../src/base/index.ts';
import { fleetCustomResources, memberCustomResources } from '../../src/controllers/index.ts';
import { startTestServer, type TestServer } from '../apiserver/harness.ts';

const customResources = defineKind(
  'apiextensions.k8s.io/v1',
  'CustomResourceDefinition',
  'customresourcedefinitions',
  'Cluster',
);
const group = 'placement.kubernetes-fleet.io/v1beta1';
const placements = defineKind(group, 'ClusterResourcePlacement', 'clusterresourceplacements', 'Cluster');
const runs = defineKind(group, 'ClusterStagedUpdateRun', 'clusterstagedupdateruns', 'Cluster');
const strategies = defineKind(
  group,
  'ClusterStagedUpdateStrategy',
  'clusterstagedupdatestrategies',
  'Cluster',
);
const budgets = defineKind(
  group,
  'ClusterResourcePlacementDisruptionBudget',
  'clusterresourceplacementdisruptionbudgets',
  'Cluster',
);
const overrides = defineKind(group, 'ClusterResourceOverride', 'clusterresourceoverrides', 'Cluster');
const members = defineKind(
  'cluster.kubernetes-fleet.io/v1beta1',
  'MemberCluster',
  'memberclusters',
  'Cluster',
);

let server: TestServer;
before(async () => {
  server = await startTestServer();
  for (const definition of [...fleetCustomResources(), ...memberCustomResources()]) {
    await server.client.create(customResources, definition);
  }
});
after(() => server.close());

function object(kind: { apiVersion: string; kind: string }, name: string, spec: JsonObject): KubeObject {
  return { apiVersion: kind.apiVersion, kind: kind.kind, metadata: { name }, spec };
}

function specOf(of: KubeObject): JsonObject {
  const spec = of['spec'];
  assert.ok(isObject(spec));
  return spec;
}

const namespace = (rest: JsonObject = {}) => ({
  group: '',
  version: 'v1',
  kind: 'Namespace',
  name: 'shop',
  ...rest,
});

test('a hub has 27 kinds and a member one, each with one stored version', () => {
  assert.equal(fleetCustomResources().length, 27);
  assert.deepEqual(
    memberCustomResources().map(({ metadata }) => metadata.name),
    ['appliedworks.placement.kubernetes-fleet.io'],
  );
  for (const definition of [...fleetCustomResources(), ...memberCustomResources()]) {
    const { versions } = specOf(definition);
    assert.ok(Array.isArray(versions));
    const stored = versions.filter((version) => isObject(version) && version['storage'] === true);
    assert.equal(stored.length, 1, definition.metadata.name);
  }
});

test('every kind is served in each of its versions, and described by kubectl', async () => {
  const { kubectl } = await server.listen();
  const listed = await kubectl('api-resources', '--api-group=placement.kubernetes-fleet.io');
  assert.match(
    listed,
    /clusterresourceplacements +crp +placement\.kubernetes-fleet\.io\/v1 +false +ClusterResourcePlacement/,
  );
  assert.match(
    listed,
    /resourcesnapshots +rs +placement\.kubernetes-fleet\.io\/v1beta1 +true +ResourceSnapshot/,
  );
  assert.equal(listed.trim().split('\n').length, 26);
  const explained = await kubectl('explain', 'membercluster.spec');
  assert.match(explained, /heartbeatPeriodSeconds\s+<integer>/);
  assert.match(explained, /identity\s+<Object> -required-/);
});

test('defaults are filled in', async () => {
  const member = object(members, 'defaults', { identity: { kind: 'User', name: 'agent' } });
  const created = await server.client.create(members, member);
  assert.equal(specOf(created)['heartbeatPeriodSeconds'], 60);
  const placement = object(placements, 'defaults', {
    resourceSelectors: [namespace()],
    policy: {},
    strategy: { rollingUpdate: {} },
  });
  const spec = specOf(await server.client.create(placements, placement));
  assert.equal(spec['revisionHistoryLimit'], 10);
  assert.equal(spec['statusReportingScope'], 'ClusterScopeOnly');
  assert.deepEqual(spec['policy'], { placementType: 'PickAll' });
  assert.deepEqual(spec['strategy'], {
    type: 'RollingUpdate',
    rollingUpdate: { maxSurge: '25%', maxUnavailable: '25%', unavailablePeriodSeconds: 60 },
  });
});

const long = 'a'.repeat(64);
const selectors = [namespace()];
const withSelectors = (...list: JsonObject[]) => ({ resourceSelectors: list });

const refusals: readonly [string, typeof placements, KubeObject, RegExp][] = [
  [
    'a member name of 64 letters',
    members,
    object(members, long, { identity: { kind: 'User', name: 'a' } }),
    /metadata\.name max length is 63/,
  ],
  [
    'cluster names with PickAll',
    placements,
    object(placements, 'p', {
      resourceSelectors: selectors,
      policy: { placementType: 'PickAll', clusterNames: ['a'] },
    }),
    /clusterNames, numberOfClusters, and topologySpreadConstraints cannot be set when placementType is PickAll/,
  ],
  [
    'PickN without a number',
    placements,
    object(placements, 'p', { resourceSelectors: selectors, policy: { placementType: 'PickN' } }),
    /clusterNames cannot be set and numberOfClusters must be set when placementType is PickN/,
  ],
  [
    'name and labels in one selector',
    placements,
    object(placements, 'p', withSelectors(namespace({ labelSelector: {} }))),
    /name and labelSelector are mutually exclusive in a resource selector/,
  ],
  [
    'two namespaces with selectors',
    placements,
    object(
      placements,
      'p',
      withSelectors(
        namespace({ selectionScope: 'NamespaceWithResourceSelectors' }),
        namespace({ name: 'b', selectionScope: 'NamespaceWithResourceSelectors' }),
      ),
    ),
    /only one namespace selector with NamespaceWithResourceSelectors mode is allowed/,
  ],
  [
    'a namespace with selectors by label',
    placements,
    object(
      placements,
      'p',
      withSelectors({
        group: '',
        version: 'v1',
        kind: 'Namespace',
        selectionScope: 'NamespaceWithResourceSelectors',
        labelSelector: {},
      }),
    ),
    /must select by name \(not by label\)/,
  ],
  [
    'an unknown scope',
    placements,
    object(placements, 'p', { resourceSelectors: selectors, statusReportingScope: 'Everywhere' }),
    /supported values: "ClusterScopeOnly", "NamespaceAccessible"/,
  ],
  [
    'both budgets',
    budgets,
    object(budgets, 'b', { maxUnavailable: 1, minAvailable: 1 }),
    /Both MaxUnavailable and MinAvailable cannot be specified/,
  ],
  [
    'a budget that is no percentage',
    budgets,
    object(budgets, 'b', { maxUnavailable: '101%' }),
    /is invalid: spec\.maxUnavailable/,
  ],
  [
    'a namespaced reference of a cluster override',
    overrides,
    object(overrides, 'o', {
      clusterResourceSelectors: [namespace()],
      placement: { name: 'p', scope: 'Namespaced' },
      policy: { overrideRules: [{ jsonPatchOverrides: [{ op: 'remove', path: '/metadata/labels/a' }] }] },
    }),
    /clusterResourceOverride placement reference cannot be Namespaced scope/,
  ],
  [
    '32 stages',
    strategies,
    object(strategies, 's', { stages: Array.from({ length: 32 }, (_, i) => ({ name: `s${i}` })) }),
    /spec\.stages: Too many: 32: must have at most 31 items/,
  ],
  [
    'a concurrency of 0',
    strategies,
    object(strategies, 's', { stages: [{ name: 'one', maxConcurrency: 0 }] }),
    /maxConcurrency must be at least 1/,
  ],
  [
    'an approval with a time',
    strategies,
    object(strategies, 's', {
      stages: [{ name: 'one', afterStageTasks: [{ type: 'Approval', waitTime: '1h' }] }],
    }),
    /AfterStageTaskType is Approval, waitTime is not allowed/,
  ],
];

for (const [what, kind, wrong, message] of refusals) {
  test(`refused with its message: ${what}`, async () => {
    await assert.rejects(() => server.client.create(kind, wrong), { status: 422, message });
  });
}

test('a placement takes ten terms of clusters and not eleven', async () => {
  const terms = (count: number) =>
    Array.from({ length: count }, (_, n) => ({ labelSelector: { matchLabels: { n: String(n) } } }));
  const withTerms = (name: string, count: number) =>
    object(placements, name, {
      resourceSelectors: selectors,
      policy: {
        placementType: 'PickAll',
        affinity: {
          clusterAffinity: {
            requiredDuringSchedulingIgnoredDuringExecution: { clusterSelectorTerms: terms(count) },
          },
        },
      },
    });
  await assert.rejects(() => server.client.create(placements, withTerms('eleven', 11)), {
    status: 422,
    message: /clusterSelectorTerms: Too many: 11: must have at most 10 items/,
  });
  await server.client.create(placements, withTerms('ten', 10));
});

test('what may not change is refused on update', async () => {
  const spec = { placementName: 'p', stagedRolloutStrategyName: 's' };
  const run = await server.client.create(runs, object(runs, 'run', spec));
  assert.equal(specOf(run)['state'], 'Initialize');
  const changed = { ...run, spec: { ...specOf(run), placementName: 'q' } };
  await assert.rejects(() => server.client.update(runs, changed), { message: /placementName is immutable/ });
  const stopped = { ...run, spec: { ...specOf(run), state: 'Stop' } };
  await assert.rejects(() => server.client.update(runs, stopped), {
    message: /invalid state transition: cannot transition from Initialize to Stop/,
  });
  const policy = { placementType: 'PickAll' };
  const placed = await server.client.create(
    placements,
    object(placements, 'kept', { resourceSelectors: selectors, policy }),
  );
  const { policy: _, ...rest } = specOf(placed);
  await assert.rejects(() => server.client.update(placements, { ...placed, spec: rest }), {
    message: /policy cannot be removed once set/,
  });
});

test('an object written in one version is read in another, without the fields that it does not have', async () => {
  const spec = { identity: { kind: 'User', name: 'a' }, deleteOptions: { validationMode: 'Skip' } };
  await server.client.create(members, object(members, 'versions', spec));
  const v1 = { ...members, version: 'v1' };
  const read = await server.client.get(v1, { name: 'versions' });
  assert.equal(read.apiVersion, 'cluster.kubernetes-fleet.io/v1');
  assert.equal(specOf(read)['deleteOptions'], undefined);
  const stored = await server.client.get(members, { name: 'versions' });
  assert.deepEqual(specOf(stored)['deleteOptions'], { validationMode: 'Skip' });
});
