import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../../src/apimachinery/client.ts';
import type { JsonObject } from '../../src/base/index.ts';
import type { Override } from '../../src/controllers/kinds/placement.ts';
import { overridesOf } from '../../src/controllers/work-generator/overrides.ts';

type Asked = Parameters<typeof overridesOf>;
type Binding = Asked[0];
type Snapshot = Asked[1][number];

const parentLabel = 'kubernetes-fleet.io/parent-CRP';
const map: KubeObject = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { namespace: 'demo', name: 'map' } };
const web: KubeObject = {
  apiVersion: 'apps/v1',
  kind: 'Deployment',
  metadata: { namespace: 'demo', name: 'web' },
};
const role: KubeObject = {
  apiVersion: 'rbac.authorization.k8s.io/v1',
  kind: 'ClusterRole',
  metadata: { name: 'reader' },
};
const everywhere = { clusterSelector: { clusterSelectorTerms: [] } };
const isWeb = { group: 'apps', version: 'v1', kind: 'Deployment', name: 'web' };
const isRole = { group: 'rbac.authorization.k8s.io', version: 'v1', kind: 'ClusterRole', name: 'reader' };
const isDemo = { group: '', version: 'v1', kind: 'Namespace', name: 'demo' };

function override(name: string, spec: JsonObject, namespace?: string): Override {
  const whole = { policy: { overrideRules: [everywhere] }, ...spec };
  // As it was read from a hub: only what is asked here is filled in.
  return {
    apiVersion: 'placement.kubernetes-fleet.io/v1beta1',
    kind: namespace === undefined ? 'ClusterResourceOverride' : 'ResourceOverride',
    metadata: { name, ...(namespace !== undefined && { namespace }) },
    spec: whole,
  } as unknown as Override;
}

/** The overrides that change what a placement brings to a member. */
function found(
  overrides: readonly Override[],
  {
    labels = { region: 'west' },
    bound = { labels: { [parentLabel]: 'crp' } },
    objects = [map, web, role],
  }: { labels?: Record<string, string>; bound?: JsonObject; objects?: readonly KubeObject[] } = {},
): readonly string[] {
  const of = (isNamespaced: boolean) => ({
    list: () => overrides.filter(({ metadata }) => (metadata.namespace !== undefined) === isNamespaced),
  });
  const binding = { metadata: { name: 'b', ...bound }, spec: {} } as unknown as Binding;
  // Each object in a snapshot of its own: a group may have several.
  const group = objects.map((object) => ({ spec: { selectedResources: [object] } }) as unknown as Snapshot);
  return overridesOf(binding, group, {
    overrides: { cluster: of(false), namespaced: of(true) },
    member: { metadata: { name: 'm', labels } } as Asked[2]['member'],
  });
}

const cluster = (name: string, ...clusterResourceSelectors: JsonObject[]) =>
  override(name, { clusterResourceSelectors });

test('an override changes what it selects by group, version, kind and name', () => {
  const off = ['group', 'version', 'kind', 'name'].map((member) =>
    cluster(member, { ...isRole, [member]: 'other' }),
  );
  assert.deepEqual(found([cluster('right', isRole), ...off, cluster('none')]), ['right']);
  assert.deepEqual(found([cluster('two', { ...isRole, name: 'x' }, isRole)]), ['two']);
  assert.deepEqual(found([cluster('one', isRole)], { objects: [map] }), []);
  assert.deepEqual(found([override('bare', {})]), []);
});

test('a namespace that is selected stands for everything in it, and for nothing else', () => {
  assert.deepEqual(found([cluster('ns', isDemo)]), ['ns']);
  assert.deepEqual(found([cluster('ns', isDemo)], { objects: [role] }), []);
  assert.deepEqual(found([cluster('ns', { ...isDemo, name: 'other' })]), []);
  assert.deepEqual(found([cluster('ns', { ...isDemo, group: 'x' })]), []);
  assert.deepEqual(found([cluster('ns', { ...isDemo, kind: 'Node' })]), []);
  assert.deepEqual(found([cluster('of-a-namespace', isWeb)]), [], 'objects in a namespace go with it');
});

test('an override of a namespace changes objects of that namespace alone', () => {
  const own = { resourceSelectors: [isWeb] };
  assert.deepEqual(
    found([override('ro', own, 'demo'), override('ro', own, 'other'), override('empty', {}, 'demo')]),
    ['demo/ro'],
  );
  const core = { resourceSelectors: [{ group: '', version: 'v1', kind: 'ConfigMap', name: 'map' }] };
  assert.deepEqual(found([override('b', core, 'demo'), override('a', own, 'demo')]), ['demo/a', 'demo/b']);
});

test('an override is about the clusters that one of its rules selects', () => {
  const with_ = (...overrideRules: JsonObject[]) =>
    override('co', { clusterResourceSelectors: [isRole], policy: { overrideRules } });
  const selecting = (labels: JsonObject) => ({
    clusterSelector: { clusterSelectorTerms: [{ labelSelector: { matchLabels: labels } }] },
  });
  assert.deepEqual(found([with_(selecting({ region: 'west' }))]), ['co']);
  assert.deepEqual(found([with_(selecting({ region: 'east' }))]), []);
  assert.deepEqual(found([with_(selecting({ region: 'east' }), selecting({ region: 'west' }))]), ['co']);
  assert.deepEqual(found([with_({})]), [], 'no selector is no cluster');
  assert.deepEqual(found([with_({ clusterSelector: {} })]), ['co'], 'one without terms is every cluster');
  assert.deepEqual(found([with_()]), []);
});

test('an override may be for one placement, of the hub or of its namespace', () => {
  const placed = (placement: JsonObject, namespace?: string) =>
    override(
      'o',
      namespace === undefined
        ? { placement, clusterResourceSelectors: [isRole] }
        : { placement, resourceSelectors: [isWeb] },
      namespace,
    );
  const inDemo = { bound: { namespace: 'demo', labels: { [parentLabel]: 'crp' } } };
  assert.deepEqual(found([placed({ name: 'crp' })]), ['o']);
  assert.deepEqual(found([placed({ name: 'crp', scope: 'Cluster' })]), ['o']);
  assert.deepEqual(found([placed({ name: 'other' })]), []);
  assert.deepEqual(found([placed({ name: 'crp' })], { bound: {} }), []);
  assert.deepEqual(found([placed({ name: 'crp', scope: 'Namespaced' }, 'demo')], inDemo), ['demo/o']);
  assert.deepEqual(found([placed({ name: 'crp', scope: 'Namespaced' }, 'demo')]), []);
  assert.deepEqual(found([placed({ name: 'crp' }, 'demo')], inDemo), []);
  assert.deepEqual(found([placed({ name: 'crp' }, 'demo')]), ['demo/o']);
});

test('what lies in an envelope is overridden as what it is', () => {
  const envelope: KubeObject = {
    apiVersion: 'placement.kubernetes-fleet.io/v1beta1',
    kind: 'ClusterResourceEnvelope',
    metadata: { name: 'envelope' },
    data: { 'a.yaml': { ...role }, 'b.yaml': 'text', 'c.yaml': { kind: 'ClusterRole' } },
  };
  assert.deepEqual(found([cluster('co', isRole)], { objects: [envelope] }), ['co']);
  const { data: _data, ...empty } = envelope;
  assert.deepEqual(found([cluster('co', isRole)], { objects: [empty] }), []);
});
