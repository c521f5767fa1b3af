import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { findCondition } from '../../src/apimachinery/conditions.ts';
import {
  type Binding,
  clusterFamily,
  type Eviction,
  evictions,
  type PlacementBudget,
  type PlacementPolicy,
  placementBudgets,
} from '../../src/controllers/kinds/placement.ts';
import { TestHub } from './fleet-hub.ts';
import { eventuallyAll } from './harness.ts';

const members = ['east', 'north', 'west'];
let hub: TestHub;
let endReports: () => void;

before(async () => {
  hub = await TestHub.start();
  for (const name of members) await hub.join(name);
  endReports = hub.reportAll();
});
after(async () => {
  endReports?.();
  await hub?.[Symbol.asyncDispose]();
});

/** A placement of a namespace of its name, on as many clusters as are expected to have it. */
async function place(name: string, policy: PlacementPolicy, count = members.length): Promise<void> {
  await hub.makeNamespace(name);
  const { apiVersion, kind } = clusterFamily.placements;
  const resourceSelectors = [{ group: '', version: 'v1', kind: 'Namespace', name }];
  await hub.client.create(clusterFamily.placements, {
    apiVersion,
    kind,
    metadata: { name },
    spec: { resourceSelectors, policy },
  });
  await bindings(name, (all) => all.length === count && all.every(isAvailable));
}

function isAvailable({ metadata, status }: Binding): boolean {
  const said = findCondition(status?.conditions, 'Available');
  return said?.status === 'True' && said.observedGeneration === metadata.generation;
}

const bindings = (placement: string, holds: (all: readonly Binding[]) => boolean) =>
  eventuallyAll(
    hub.server.client,
    clusterFamily.bindings,
    { labelSelector: `kubernetes-fleet.io/parent-CRP=${placement}` },
    holds,
  );

const bindingOn = async (placement: string, cluster: string) => {
  const all = await bindings(placement, () => true);
  return all.find(({ spec }) => spec.targetCluster === cluster)?.metadata.uid;
};

let made = 0;
function ask(placementName: string, clusterName: string): Promise<Eviction> {
  const { apiVersion, kind } = evictions;
  const metadata = { name: `eviction-${++made}` };
  return hub.client.create(evictions, { apiVersion, kind, metadata, spec: { placementName, clusterName } });
}

async function outcome({ metadata: { name = '' } }: Eviction): Promise<readonly string[]> {
  const said = (it: Eviction, type: string) => findCondition(it.status?.conditions, type);
  const done = await hub.until(
    evictions,
    { name },
    (it) => said(it, 'Executed') !== undefined || said(it, 'Valid')?.status === 'False',
  );
  return (done.status?.conditions ?? []).map(
    ({ type, status, reason, message }) =>
      `${type} ${status} ${reason.replace('ClusterResourcePlacementEviction', '')}: ${message}`,
  );
}

const evict = async (placement: string, cluster: string) => outcome(await ask(placement, cluster));

async function limit(name: string, spec: PlacementBudget['spec']): Promise<void> {
  const { apiVersion, kind } = placementBudgets;
  await hub.client.create(placementBudgets, { apiVersion, kind, metadata: { name }, spec });
}

const valid = 'Valid True Valid: Eviction is valid';
const budgetWords = 'by specified ClusterResourcePlacementDisruptionBudget';

test('an eviction takes a placement off a cluster, and is done once and for all', async () => {
  await place('plain', { placementType: 'PickAll' });
  const before = await bindingOn('plain', 'east');
  const asked = await ask('plain', 'east');
  assert.deepEqual(await outcome(asked), [
    valid,
    'Executed True Executed: Eviction is allowed, no ClusterResourcePlacementDisruptionBudget specified',
  ]);
  // PickAll picks the cluster again.
  await bindings(
    'plain',
    (all) => all.length === 3 && all.every(isAvailable) && all.every((b) => b.metadata.uid !== before),
  );
  const again = await bindingOn('plain', 'east');
  const body = { metadata: { labels: { looked: 'at' } } };
  await hub.client.patch(evictions, { name: asked.metadata.name ?? '' }, { type: 'merge', body });
  await hub.restart();
  await evict('plain', 'nowhere');
  assert.equal(await bindingOn('plain', 'east'), again);
});

test('an eviction of what is not there, or of clusters that were named, is invalid', async () => {
  const invalid = (message: string) => [`Valid False Invalid: ${message}`];
  assert.deepEqual(
    await evict('absent', 'east'),
    invalid('Failed to find ClusterResourcePlacement targeted by eviction'),
  );
  await place('few', { placementType: 'PickN', numberOfClusters: 1 }, 1);
  const [only] = await bindings('few', () => true);
  const other = members.find((name) => name !== only?.spec.targetCluster) ?? '';
  assert.deepEqual(
    await evict('few', other),
    invalid('Failed to find scheduler decision for placement in cluster targeted by eviction'),
  );
  // As long as it is not there whoever writes the eviction is not refused.
  const early = await ask('later', 'east');
  assert.deepEqual(
    await outcome(early),
    invalid('Failed to find ClusterResourcePlacement targeted by eviction'),
  );
  await place('later', { placementType: 'PickFixed', clusterNames: ['east'] }, 1);
  await assert.rejects(
    ask('later', 'east'),
    /cluster resource placement policy type PickFixed is not supported/,
  );
});

test('a budget lets as many clusters be without the placement as it says', async () => {
  await place('most', { placementType: 'PickN', numberOfClusters: 3 });
  await limit('most', { maxUnavailable: 0 });
  assert.deepEqual(await evict('most', 'east'), [
    valid,
    `Executed False NotExecuted: Eviction is blocked ${budgetWords}, availablePlacements: 3, totalPlacements: 3`,
  ]);
  await hub.client.patch(
    placementBudgets,
    { name: 'most' },
    { type: 'merge', body: { spec: { maxUnavailable: '20%' } } },
  );
  assert.deepEqual(await evict('most', 'east'), [
    valid,
    `Executed True Executed: Eviction is allowed ${budgetWords}, availablePlacements: 3, totalPlacements: 3`,
  ]);
});

test('a budget keeps as many clusters as it says', async () => {
  await place('least', { placementType: 'PickAll' });
  await limit('least', { minAvailable: 3 });
  assert.deepEqual(await evict('least', 'north'), [
    valid,
    `Executed False NotExecuted: Eviction is blocked ${budgetWords}, availablePlacements: 3, totalPlacements: 3`,
  ]);
  await hub.client.patch(
    placementBudgets,
    { name: 'least' },
    { type: 'merge', body: { spec: { minAvailable: 2 } } },
  );
  assert.match((await evict('least', 'north'))[1] ?? '', /^Executed True .* allowed by specified/);
});

test('of evictions that come at once only as many pass as the budget has room for', async () => {
  await place('rush', { placementType: 'PickN', numberOfClusters: 3 });
  await limit('rush', { minAvailable: 2 });
  endReports();
  const asked = await Promise.all(members.map((name) => ask('rush', name)));
  const outcomes = await Promise.all(asked.map(outcome));
  endReports = hub.reportAll();
  const executed = outcomes.map((conditions) => conditions[1]?.startsWith('Executed True'));
  assert.equal(executed.filter(Boolean).length, 1, JSON.stringify(outcomes));
});

test('a budget that says nothing about a placement on all clusters blocks', async () => {
  // Written before the placement: then nobody refuses it.
  await limit('unsaid', { maxUnavailable: 1 });
  await place('unsaid', { placementType: 'PickAll' });
  assert.deepEqual(await evict('unsaid', 'west'), [
    valid,
    'Executed False NotExecuted: Eviction is blocked by misconfigured ClusterResourcePlacementDisruptionBudget, either MaxUnavailable is specified or MinAvailable is specified as a percentage for PickAll ClusterResourcePlacement',
  ]);
});

test('where the placement failed anyway a budget guards nothing', async () => {
  await place('broken', { placementType: 'PickAll' });
  await limit('broken', { minAvailable: 3 });
  endReports();
  await hub.report('west', 'broken-work', 'failed');
  await bindings('broken', (all) =>
    all.some(({ status }) => findCondition(status?.conditions, 'Applied')?.status === 'False'),
  );
  assert.deepEqual(await evict('broken', 'west'), [
    valid,
    'Executed True Executed: Eviction is allowed, placement has failed',
  ]);
  endReports = hub.reportAll();
});

test('an eviction that was cut off between its deed and its word takes nothing off twice', async () => {
  await place('cut', { placementType: 'PickAll' });
  const first = await bindingOn('cut', 'east');
  let isCut = false;
  await hub.restart(
    (client) =>
      new Proxy(client, {
        get(target, name) {
          const own: unknown = Reflect.get(target, name);
          if (typeof own !== 'function') return own;
          return (...sent: unknown[]) => {
            const isWord = name === 'update' && JSON.stringify(sent).includes('"Executed"');
            isCut ||= isWord;
            return isWord ? Promise.reject(new Error('cut off')) : own.apply(target, sent);
          };
        },
      }),
  );
  const asked = await ask('cut', 'east');
  await bindings(
    'cut',
    (all) => all.length === 3 && all.every(isAvailable) && all.every((b) => b.metadata.uid !== first),
  );
  const second = await bindingOn('cut', 'east');
  assert.ok(isCut);
  await hub.restart();
  assert.match((await outcome(asked))[1] ?? '', /^Executed True /);
  assert.equal(await bindingOn('cut', 'east'), second);
});
