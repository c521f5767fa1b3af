import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../../src/apimachinery/client.ts';
import type { JsonObject } from '../../src/base/index.ts';
import type { OverrideSnapshot } from '../../src/controllers/kinds/placement.ts';
import { matchOverrides, overrideCandidates } from '../../src/controllers/shared/override-matching.ts';
import { seededRandom } from '../support/seeded-random.ts';

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

const latest = { 'kubernetes-fleet.io/is-latest-snapshot': 'true' };

function snapshot(
  name: string,
  spec: JsonObject,
  { namespace, labels = latest }: { namespace?: string | undefined; labels?: JsonObject } = {},
): OverrideSnapshot {
  // As it was read from a hub: only what is asked here is filled in.
  return {
    apiVersion: 'placement.kubernetes-fleet.io/v1beta1',
    kind: namespace === undefined ? 'ClusterResourceOverrideSnapshot' : 'ResourceOverrideSnapshot',
    metadata: { name, labels, ...(namespace !== undefined && { namespace }) },
    spec: { overrideHash: '', overrideSpec: { policy: { overrideRules: [everywhere] }, ...spec } },
  } as unknown as OverrideSnapshot;
}

interface Asked {
  readonly labels?: Record<string, string>;
  readonly namespace?: string;
  readonly objects?: readonly KubeObject[];
}

/** The overrides that change what the placement `crp` brings to a member, in their order. */
function found(
  snapshots: readonly OverrideSnapshot[],
  { labels = { region: 'west' }, namespace, objects = [map, web, role] }: Asked = {},
): readonly string[] {
  const indexed = {
    byIndex: (_: string, space: string) =>
      snapshots.filter(({ metadata }) => (metadata.namespace ?? '') === space),
  };
  const candidates = overrideCandidates(
    { placement: { name: 'crp', namespace }, selected: objects },
    { cluster: indexed, namespaced: indexed },
  );
  const matched = matchOverrides(candidates, { metadata: { name: 'm', labels } });
  return [
    ...matched.clusterResourceOverrideSnapshots,
    ...matched.resourceOverrideSnapshots.map((each) => `${each.namespace}/${each.name}`),
  ];
}

const cluster = (name: string, ...clusterResourceSelectors: JsonObject[]) =>
  snapshot(name, { clusterResourceSelectors });
const inNamespace = (name: string, namespace: string, ...resourceSelectors: JsonObject[]) =>
  snapshot(name, { resourceSelectors }, { namespace });

test('an override changes what it selects by group, version, kind and name', () => {
  const off = ['group', 'version', 'kind', 'name'].map((member) =>
    cluster(member, { ...isRole, [member]: 'other' }),
  );
  assert.deepEqual(found([cluster('right', isRole), ...off, cluster('none')]), ['right']);
  assert.deepEqual(found([cluster('two', { ...isRole, name: 'x' }, isRole)]), ['two']);
  assert.deepEqual(found([cluster('one', isRole)], { objects: [map] }), []);
  assert.deepEqual(found([snapshot('bare', {})]), []);
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
  assert.deepEqual(
    found([
      inNamespace('ro', 'demo', isWeb),
      inNamespace('ro', 'other', isWeb),
      inNamespace('empty', 'demo'),
    ]),
    ['demo/ro'],
  );
});

test('overrides of the hub come before those of namespaces, each by name', () => {
  const isMap = { group: '', version: 'v1', kind: 'ConfigMap', name: 'map' };
  assert.deepEqual(
    found([
      inNamespace('b-0', 'demo', isMap),
      inNamespace('a-1', 'demo', isWeb),
      cluster('z-0', isDemo),
      cluster('c-10', isRole),
    ]),
    ['c-10', 'z-0', 'demo/a-1', 'demo/b-0'],
  );
});

test('only the latest snapshot of an override counts', () => {
  const old = { 'kubernetes-fleet.io/is-latest-snapshot': 'false' };
  const selecting = { clusterResourceSelectors: [isRole] };
  assert.deepEqual(
    found([
      snapshot('co-0', selecting, { labels: old }),
      snapshot('co-1', selecting),
      snapshot('none-0', selecting, { labels: {} }),
    ]),
    ['co-1'],
  );
  const indexed = (index: string) => ({
    ...latest,
    'kubernetes-fleet.io/parent-resource-override': 'co',
    'kubernetes-fleet.io/override-index': index,
  });
  const two = ['9', '10'].map((index) => snapshot(`co-${index}`, selecting, { labels: indexed(index) }));
  assert.deepEqual(found(two), ['co-10'], 'while a newer one is made both count for a moment');
  assert.deepEqual(found(two.reverse()), ['co-10']);
});

test('an override is about the clusters that one of its rules selects', () => {
  const with_ = (...overrideRules: JsonObject[]) =>
    snapshot('co', { clusterResourceSelectors: [isRole], policy: { overrideRules } });
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
    namespace === undefined
      ? snapshot('o', { placement, clusterResourceSelectors: [isRole] })
      : snapshot('o', { placement, resourceSelectors: [isWeb] }, { namespace });
  const inDemo = { namespace: 'demo' };
  assert.deepEqual(found([placed({ name: 'crp' })]), ['o']);
  assert.deepEqual(found([placed({ name: 'crp', scope: 'Cluster' })]), ['o']);
  assert.deepEqual(found([placed({ name: 'other' })]), []);
  assert.deepEqual(found([placed({ name: 'crp' })], inDemo), []);
  assert.deepEqual(found([placed({ name: 'crp', scope: 'Namespaced' }, 'demo')], inDemo), ['demo/o']);
  assert.deepEqual(found([placed({ name: 'crp', scope: 'Namespaced' }, 'demo')]), []);
  assert.deepEqual(
    found([placed({ name: 'crp', scope: 'Namespaced' }, 'demo')], { namespace: 'other' }),
    [],
    'a placement of another namespace is another one',
  );
  assert.deepEqual(found([placed({ name: 'crp' }, 'demo')], inDemo), []);
  assert.deepEqual(found([placed({ name: 'crp' }, 'demo')]), ['demo/o']);
});

test('what lies in an envelope is overridden as what it is, and the envelope never', () => {
  const envelope: KubeObject = {
    apiVersion: 'placement.kubernetes-fleet.io/v1beta1',
    kind: 'ClusterResourceEnvelope',
    metadata: { name: 'envelope' },
    data: {
      'a.yaml': { ...role },
      'b.yaml': 'text',
      'c.yaml': { kind: 'ClusterRole' },
      'd.yaml': { ...web },
    },
  };
  const isEnvelope = {
    group: 'placement.kubernetes-fleet.io',
    version: 'v1beta1',
    kind: 'ClusterResourceEnvelope',
    name: 'envelope',
  };
  const all = [
    cluster('co', isRole),
    cluster('envelope', isEnvelope),
    cluster('ns', isDemo),
    inNamespace('ro', 'demo', isWeb),
  ];
  assert.deepEqual(found(all, { objects: [envelope] }), ['co']);
  const ofNamespace = { ...envelope, kind: 'ResourceEnvelope', metadata: { name: 'e', namespace: 'demo' } };
  assert.deepEqual(found(all, { objects: [ofNamespace] }), ['ns', 'demo/ro']);
  const { data: _data, ...empty } = envelope;
  assert.deepEqual(found([cluster('co', isRole)], { objects: [empty] }), []);
});

/** The rules once more, as a person would go through them: each override by each object by each rule. */
function byHand(snapshots: readonly OverrideSnapshot[], { labels = {}, namespace, objects = [] }: Asked) {
  const fits = (each: OverrideSnapshot, object: KubeObject) => {
    const { clusterResourceSelectors = [], resourceSelectors = [] } = each.spec.overrideSpec;
    const own = each.metadata.namespace;
    const of = object.metadata.namespace;
    return [...clusterResourceSelectors, ...resourceSelectors].some(({ group, version, kind, name }) => {
      const isIt =
        (group === '' ? version : `${group}/${version}`) === object.apiVersion &&
        kind === object.kind &&
        name === object.metadata.name;
      if (own !== undefined) return isIt && own === of;
      return of === undefined
        ? isIt
        : group === '' && version === 'v1' && kind === 'Namespace' && name === of;
    });
  };
  return snapshots
    .filter((each) => {
      const { placement, policy } = each.spec.overrideSpec;
      const isMeant =
        !placement ||
        (placement.name === 'crp' &&
          (placement.scope === 'Namespaced'
            ? namespace === each.metadata.namespace
            : namespace === undefined));
      const isHere = policy.overrideRules.some(({ clusterSelector }) => {
        const terms = clusterSelector?.clusterSelectorTerms;
        if (!terms) return false;
        return (
          terms.length === 0 ||
          terms.some(({ labelSelector }) => {
            const wanted = Object.entries(Object(labelSelector?.['matchLabels']));
            return wanted.every(([key, value]) => labels[key] === value);
          })
        );
      });
      return isMeant && isHere && objects.some((object) => fits(each, object));
    })
    .map(({ metadata: { name, namespace: space } }) => (space === undefined ? `${name}` : `${space}/${name}`))
    .sort();
}

test('whatever is selected, placed and labelled, the overrides are those that a reading of the rules gives', () => {
  const random = seededRandom('override matching');
  // Never asked of an empty list.
  const one = <T>(of: readonly T[]): T => of[random.integer(of.length)] as T;
  const kinds = [
    ['v1', 'ConfigMap', true],
    ['apps/v1', 'Deployment', true],
    ['v1', 'Namespace', false],
    ['rbac.authorization.k8s.io/v1', 'ClusterRole', false],
  ] as const;
  const names = ['a', 'b'] as const;
  const selector = () => {
    const [apiVersion, kind] = one(kinds);
    const [version = '', group = ''] = apiVersion.split('/').reverse();
    return { group, version, kind, name: one(names) };
  };
  const rule = () => {
    const labelled = () => ({ labelSelector: { matchLabels: { [one(['x', 'y'])]: one(names) } } });
    const clusterSelectorTerms = Array.from({ length: random.integer(3) }, labelled);
    return random.integer(4) === 0 ? {} : { clusterSelector: { clusterSelectorTerms } };
  };
  const some = <T>(most: number, make: () => T) => Array.from({ length: 1 + random.integer(most) }, make);
  let matched = 0;
  for (let round = 0; round < 2000; round++) {
    const objects = some(3, (): KubeObject => {
      const [apiVersion, kind, isNamespaced] = one(kinds);
      return {
        apiVersion,
        kind,
        metadata: { name: one(names), ...(isNamespaced && { namespace: one(names) }) },
      };
    });
    const overrides = Array.from({ length: 4 }, (_, at) => {
      const namespace = one([undefined, 'a', 'b']);
      const spec = {
        policy: { overrideRules: some(2, rule) },
        [namespace === undefined ? 'clusterResourceSelectors' : 'resourceSelectors']: some(2, selector),
        ...(random.integer(3) === 0 && {
          placement: {
            name: one(['crp', 'other']),
            ...(namespace !== undefined && { scope: one(['Cluster', 'Namespaced']) }),
          },
        }),
      };
      return snapshot(`o${at}`, spec, { namespace });
    });
    const namespace = one([undefined, 'a', 'b']);
    const asked = {
      labels: { x: one(names), y: one(names) },
      objects,
      ...(namespace !== undefined && { namespace }),
    };
    const answer = [...found(overrides, asked)].sort();
    assert.deepEqual(answer, byHand(overrides, asked), JSON.stringify({ overrides, asked }));
    matched += answer.length;
  }
  assert.ok(matched > 500, `${matched} overrides matched: enough that the rounds say something`);
});
