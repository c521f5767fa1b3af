import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import type { KubeObject } from '../../src/apimachinery/client.ts';
import { asKind, defineKind, type Kind } from '../../src/apimachinery/kinds.ts';
import { deployments } from '../../src/controllers/kinds/apps.ts';
import { eventObjects, type Pod, pods, serviceAccounts } from '../../src/controllers/kinds/core.ts';
import { type PodDisruptionBudget, podDisruptionBudgets } from '../../src/controllers/kinds/policy.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { eventually, eventuallyAll, startTestCluster, type TestCluster } from './harness.ts';
import { workload } from './manifests.ts';

function budget(name: string, spec: Partial<PodDisruptionBudget['spec']>, app = 'web'): PodDisruptionBudget {
  return {
    apiVersion: 'policy/v1',
    kind: 'PodDisruptionBudget',
    metadata: { name, namespace: 'default' },
    spec: { selector: { matchLabels: { app } }, ...spec },
  };
}

const counts = ({ status }: PodDisruptionBudget) => [
  status?.expectedPods,
  status?.currentHealthy,
  status?.desiredHealthy,
  status?.disruptionsAllowed,
];

function counted(
  cluster: TestCluster,
  name: string,
  holds: (budget: PodDisruptionBudget) => boolean,
): Promise<PodDisruptionBudget | undefined> {
  const target = { name, namespace: 'default' };
  return eventually(
    cluster.client,
    podDisruptionBudgets,
    target,
    (found) => found !== undefined && holds(found),
  );
}

test('a budget counts pods, by numbers and by shares of the scale of their controllers', async () => {
  const cluster = await startTestCluster();
  await cluster.client.create(deployments, workload('apps/v1', 'Deployment', { name: 'web', replicas: 5 }));
  const wanted: [string, Partial<PodDisruptionBudget['spec']>, number[]][] = [
    ['least', { minAvailable: 3 }, [5, 5, 3, 2]],
    ['least-share', { minAvailable: '50%' }, [5, 5, 3, 2]],
    ['most', { maxUnavailable: 1 }, [5, 5, 4, 1]],
    ['most-share', { maxUnavailable: '30%' }, [5, 5, 3, 2]],
    ['all', { minAvailable: '100%' }, [5, 5, 5, 0]],
    ['none', { maxUnavailable: '100%' }, [5, 5, 0, 5]],
    ['more-than-there-are', { maxUnavailable: 7 }, [5, 5, 0, 5]],
  ];
  for (const [name, spec, numbers] of wanted) {
    await cluster.client.create(podDisruptionBudgets, budget(name, spec));
    const seen = await counted(cluster, name, (found) => `${counts(found)}` === `${numbers}`);
    const allowed = (numbers[3] ?? 0) > 0;
    assert.equal(seen?.status?.observedGeneration, 1);
    const condition = seen?.status?.conditions?.[0];
    assert.deepEqual(
      [
        condition?.type,
        condition?.status,
        condition?.reason,
        condition?.message,
        condition?.observedGeneration,
      ],
      [
        'DisruptionAllowed',
        allowed ? 'True' : 'False',
        allowed ? 'SufficientPods' : 'InsufficientPods',
        '',
        1,
      ],
    );
  }
  const { kubectl } = await cluster.listen();
  await kubectl('patch', 'pdb', 'least', '-p', '{"spec":{"minAvailable":4}}');
  await counted(cluster, 'least', (found) => found.status?.observedGeneration === 2);
  assert.match(await kubectl('get', 'pdb', 'least'), /least +4 +N\/A +1 +/);
  await kubectl('scale', 'deployment', 'web', '--replicas=2');
  await counted(cluster, 'most', (found) => `${counts(found)}` === '2,2,1,1');
  await cluster.close();
});

test('kubectl drain goes on as pods become ready elsewhere, and never beyond the budget', async () => {
  const cluster = await startTestCluster();
  await cluster.client.create(deployments, workload('apps/v1', 'Deployment', { name: 'web', replicas: 4 }));
  await cluster.client.create(podDisruptionBudgets, budget('web', { minAvailable: 3 }));
  await counted(cluster, 'web', (found) => found.status?.disruptionsAllowed === 1);
  let fewest = 4;
  const watch = cluster.client.watch(
    podDisruptionBudgets,
    { namespace: 'default' },
    {
      onEvent(event) {
        if (event.type === 'BOOKMARK') return;
        const { status } = asKind(podDisruptionBudgets, event.object);
        fewest = Math.min(fewest, status?.currentHealthy ?? 0);
      },
      onError: () => {},
    },
  );
  const { kubectl } = await cluster.listen();
  const drained = await kubectl('drain', 'node-1', '--ignore-daemonsets', '--timeout=60s');
  assert.match(drained, /node\/node-1 drained/);
  const { items } = await cluster.client.list(pods, { namespace: 'default' });
  assert.deepEqual(
    items.filter((pod) => asKind(pods, pod).spec.nodeName === 'node-1').map((pod) => pod.metadata.name),
    [],
  );
  watch.close();
  assert.equal(fewest, 3);
  await cluster.close();
});

/** A ready pod that nobody runs. */
async function makePod(cluster: TestCluster, name: string, owner?: KubeObject): Promise<void> {
  const made = await cluster.client.create(pods, {
    ...{ apiVersion: 'v1', kind: 'Pod', spec: { containers: [{ name: 'c', image: 'i' }] } },
    metadata: {
      ...{ name, namespace: 'default', labels: { app: 'web' } },
      ...(owner
        ? {
            ownerReferences: [
              {
                ...{ apiVersion: owner.apiVersion, kind: owner.kind, controller: true },
                ...{ name: owner.metadata.name ?? '', uid: owner.metadata.uid ?? '' },
              },
            ],
          }
        : {}),
    },
  });
  const status = { phase: 'Running', conditions: [{ type: 'Ready', status: 'True' }] };
  await cluster.client.patch(
    pods,
    { name: made.metadata.name ?? '', namespace: 'default' },
    { type: 'merge', body: { status } },
    { subresource: 'status' },
  );
}

const definitions = defineKind<KubeObject>(
  'apiextensions.k8s.io/v1',
  'CustomResourceDefinition',
  'customresourcedefinitions',
  'Cluster',
);

function definition(plural: string, kind: string, scaled: boolean): KubeObject {
  const scale = { specReplicasPath: '.spec.replicas', statusReplicasPath: '.status.replicas' };
  const schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
  return Object.assign(
    {
      apiVersion: definitions.apiVersion,
      kind: definitions.kind,
      metadata: { name: `${plural}.example.com` },
    },
    {
      spec: {
        ...{ group: 'example.com', scope: 'Namespaced' },
        names: { plural, singular: kind.toLowerCase(), kind },
        versions: [
          {
            ...{ name: 'v1', served: true, storage: true, schema: { openAPIV3Schema: schema } },
            subresources: { status: {}, ...(scaled ? { scale } : {}) },
          },
        ],
      },
    },
  );
}

test('the scale of custom resources counts, and a controller without one is said to have none', async () => {
  const cluster = await startTestCluster({ nodes: [] });
  const kinds: Kind<KubeObject>[] = [];
  for (const [plural, kind, scaled] of [
    ['fleets', 'Fleet', true],
    ['crews', 'Crew', false],
  ] as const) {
    const made = definition(plural, kind, scaled);
    await cluster.client.create(definitions, made);
    await eventually(cluster.client, definitions, { name: `${plural}.example.com` }, (found) =>
      JSON.stringify(found?.['status'] ?? {}).includes('"type":"Established"'),
    );
    kinds.push(defineKind('example.com/v1', kind, plural));
  }
  const [fleets, crews] = kinds;
  if (!fleets || !crews) throw new Error('two were made');
  const own = (kind: Kind<KubeObject>) =>
    cluster.client.create(
      kind,
      Object.assign(
        { apiVersion: kind.apiVersion, kind: kind.kind, metadata: { name: 'one', namespace: 'default' } },
        { spec: { replicas: 7 } },
      ),
    );
  const fleet = await own(fleets);
  await makePod(cluster, 'a', fleet);
  await makePod(cluster, 'b', fleet);
  await cluster.client.create(podDisruptionBudgets, budget('web', { maxUnavailable: 6 }));
  await counted(cluster, 'web', (found) => `${counts(found)}` === '7,2,1,1');
  await makePod(cluster, 'c', await own(crews));
  const failed = await counted(
    cluster,
    'web',
    (found) => found.status?.conditions?.[0]?.reason === 'SyncFailed',
  );
  assert.equal(
    failed?.status?.conditions?.[0]?.message,
    'crews.example.com does not implement the scale subresource',
  );
  assert.equal(failed?.status?.disruptionsAllowed, 0);
  await cluster.close();
});

test('pods that nobody controls are told of, and a budget without pods allows nothing', async () => {
  const cluster = await startTestCluster({ nodes: [] });
  await cluster.client.create(podDisruptionBudgets, budget('web', { maxUnavailable: 1 }));
  await counted(cluster, 'web', (found) => `${counts(found)}` === '0,0,0,0');
  const told = (reason: string) =>
    eventuallyAll(
      cluster.client,
      eventObjects,
      { namespace: 'default', fieldSelector: `involvedObject.name=web,reason=${reason}` },
      (all) => all.length > 0,
    );
  const [none] = await told('NoPods');
  assert.equal(none?.message, 'No matching pods found');
  await makePod(cluster, 'alone');
  const [unmanaged] = await told('UnmanagedPods');
  assert.match(
    unmanaged?.message ?? '',
    /\(selector: &LabelSelector\{MatchLabels:map\[string\]string\{app: web,\},MatchExpressions:\[\]LabelSelectorRequirement\{\},\}\) were found to be unmanaged/,
  );
  await cluster.close();
});

test('an evicted pod that is not deleted counts again after two minutes, and is no longer said to go', async () => {
  const clock = new ManualClock();
  const cluster = await startTestCluster({ nodes: [], clock });
  /** Lets the work of a moment be done until something holds. */
  const until = async <T extends KubeObject>(kind: Kind<T>, name: string, holds: (object: T) => boolean) => {
    for (let round = 0; round < 500; round++) {
      clock.advance(10);
      await setImmediate();
      const found = asKind(kind, await cluster.client.get(kind, { name, namespace: 'default' }));
      if (holds(found)) return found;
    }
    throw new Error(`${kind.kind} ${name} does not come to it`);
  };
  const account = { metadata: { name: 'default', namespace: 'default' } };
  await cluster.client.create(serviceAccounts, { apiVersion: 'v1', kind: 'ServiceAccount', ...account });
  await makePod(cluster, 'a');
  await makePod(cluster, 'b');
  await cluster.client.create(podDisruptionBudgets, budget('web', { minAvailable: 1 }));
  await until(podDisruptionBudgets, 'web', (found) => `${counts(found)}` === '2,2,1,1');
  const at = new Date(clock.now()).toISOString().replace(/\.\d+/, '');
  const merge = <T extends KubeObject>(kind: Kind<T>, name: string, status: object) =>
    cluster.client.patch(
      kind,
      { name, namespace: 'default' },
      { type: 'merge', body: JSON.parse(JSON.stringify({ status })) },
      { subresource: 'status' },
    );
  await merge(podDisruptionBudgets, 'web', { disruptionsAllowed: 0, disruptedPods: { a: at, ghost: at } });
  const target = {
    type: 'DisruptionTarget',
    status: 'True',
    reason: 'EvictionByEvictionAPI',
    lastTransitionTime: at,
  };
  await merge(pods, 'a', { conditions: [{ type: 'Ready', status: 'True' }, target] });
  const between = await until(podDisruptionBudgets, 'web', (found) => `${counts(found)}` === '2,1,1,0');
  assert.deepEqual(between.status?.disruptedPods, { a: at });
  clock.advance(2 * 60_000);
  const after = await until(podDisruptionBudgets, 'web', (found) => `${counts(found)}` === '2,2,1,1');
  assert.equal(after.status?.disruptedPods, undefined);
  const isTarget = (pod: Pod) =>
    pod.status?.conditions?.find((condition) => condition.type === 'DisruptionTarget')?.status;
  await until(pods, 'a', (pod) => isTarget(pod) === 'False');
  await cluster.close();
});
