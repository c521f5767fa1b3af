import assert from 'node:assert/strict';
import { test } from 'node:test';
import { conditionOf, holds } from '../../src/apimachinery/conditions.ts';
import { defineKind, refOf, typedClient } from '../../src/apimachinery/kinds.ts';
import { textAt } from '../../src/apimachinery/read.ts';
import { rfc3339Seconds } from '../../src/base/index.ts';
import { limited, noteChange } from '../../src/controllers/horizontal-pod-autoscaler/limits.ts';
import { newMemory } from '../../src/controllers/horizontal-pod-autoscaler/memory.ts';
import { replicaSets } from '../../src/controllers/kinds/apps.ts';
import {
  horizontalPodAutoscalers as autoscalers,
  type HorizontalPodAutoscaler,
  type MetricSpec,
} from '../../src/controllers/kinds/autoscaling.ts';
import { eventObjects, type Pod, pods } from '../../src/controllers/kinds/core.ts';
import { json, startExtensionServer } from '../apiserver/extension-server.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { eventually, eventuallyAll, startTestCluster, type TestCluster } from './harness.ts';

const namespace = 'default';
const cpu: MetricSpec = {
  type: 'Resource',
  resource: { name: 'cpu', target: { type: 'Utilization', averageUtilization: 50 } },
};
const surplus = (name: string): MetricSpec[] => [
  { type: 'Pods', pods: { metric: { name }, target: { type: 'AverageValue', averageValue: '10' } } },
];

function autoscaler(
  name: string,
  spec: Partial<HorizontalPodAutoscaler['spec']> = {},
): HorizontalPodAutoscaler {
  const { apiVersion, kind } = autoscalers;
  const scaleTargetRef = { apiVersion: 'apps/v1', kind: 'ReplicaSet', name };
  return {
    apiVersion,
    kind,
    metadata: { name, namespace },
    spec: { scaleTargetRef, maxReplicas: 10, ...spec },
  };
}

async function replicaSet(cluster: TestCluster, name: string, replicas: number): Promise<void> {
  await typedClient(cluster.client).create(replicaSets, {
    apiVersion: 'apps/v1',
    kind: 'ReplicaSet',
    metadata: { name, namespace },
    spec: {
      replicas,
      selector: { matchLabels: { app: name } },
      template: {
        metadata: { labels: { app: name } },
        spec: { containers: [{ name: 'c', image: 'i', resources: { requests: { cpu: '100m' } } }] },
      },
    },
  });
}

/** Moves the clock on until it is so. */
async function until(clock: ManualClock, stepMs: number, isSo: () => Promise<boolean>): Promise<void> {
  while (!(await isSo())) {
    clock.advance(stepMs);
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}

/** Says of the pods of an app, once they are there, that they are ready for long. */
async function run(
  cluster: TestCluster,
  app: string,
  count: number,
  clock: ManualClock,
): Promise<readonly Pod[]> {
  const client = typedClient(cluster.client);
  const select = { namespace, labelSelector: `app=${app}` };
  await until(clock, 1_000, async () => (await client.list(pods, select)).items.length === count);
  const all = (await client.list(pods, select)).items;
  const since = rfc3339Seconds(clock.now() - 3_600_000);
  for (const pod of all) {
    const conditions = [{ type: 'Ready', status: 'True' as const, lastTransitionTime: since }];
    const body = { status: { phase: 'Running', startTime: since, conditions } };
    await client.patch(pods, refOf(pod), { type: 'merge', body }, { subresource: 'status' });
  }
  return all;
}

const said = (cluster: TestCluster, name: string, type: string, reason: string) =>
  eventually<HorizontalPodAutoscaler>(
    cluster.client,
    autoscalers,
    { name, namespace },
    (one) => textAt(conditionOf(one, type), 'reason') === reason,
  );

test('an autoscaler says why it cannot scale: no target, no such kind, no scale, no metrics', async () => {
  const cluster = await startTestCluster({ nodes: [] });
  try {
    const client = typedClient(cluster.client);
    await replicaSet(cluster, 'web', 2);
    const target = (apiVersion: string, kind: string) => ({
      scaleTargetRef: { apiVersion, kind, name: 'none' },
    });
    await client.create(autoscalers, autoscaler('none'));
    await client.create(autoscalers, autoscaler('kind', target('x.example.com/v1', 'Foo')));
    await client.create(autoscalers, autoscaler('scale', target('apps/v1', 'ControllerRevision')));
    const why = async (name: string, type: string, reason: string) =>
      textAt(conditionOf(await said(cluster, name, type, reason), type), 'message');
    const unable = "the HPA controller was unable to get the target's current scale: ";
    const reason = 'FailedGetScale';
    assert.equal(await why('none', 'AbleToScale', reason), `${unable}replicasets.apps "none" not found`);
    // A name is a part of a path, whatever it holds.
    const asked = { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'web?x' } };
    await client.create(autoscalers, autoscaler('asked', asked));
    assert.equal(await why('asked', 'AbleToScale', reason), `${unable}replicasets.apps "web?x" not found`);
    assert.equal(
      await why('kind', 'AbleToScale', reason),
      `${unable}no matches for kind "Foo" in group "x.example.com"`,
    );
    assert.equal(
      await why('scale', 'AbleToScale', reason),
      `${unable}the server could not find the requested resource`,
    );
    await client.create(autoscalers, autoscaler('web', { metrics: [cpu] }));
    assert.equal(
      await why('web', 'ScalingActive', 'FailedGetResourceMetric'),
      'the HPA was unable to compute the replica count: failed to get cpu utilization: unable to get metrics for resource cpu: unable to fetch metrics from resource metrics API: the server could not find the requested resource (get pods.metrics.k8s.io)',
    );
    const { status } = await client.get(autoscalers, { name: 'web', namespace });
    assert.deepEqual([status?.currentReplicas, status?.desiredReplicas], [2, 0]);
    await replicaSet(cluster, 'custom', 2);
    await client.create(autoscalers, autoscaler('custom', { metrics: surplus('rps') }));
    assert.equal(
      await why('custom', 'ScalingActive', 'FailedGetPodsMetric'),
      'the HPA was unable to compute the replica count: unable to get metric rps: unable to fetch metrics from custom metrics API: no custom metrics API (custom.metrics.k8s.io) registered',
    );
    await replicaSet(cluster, 'shared', 1);
    await client.create(autoscalers, autoscaler('shared', { metrics: [cpu] }));
    await said(cluster, 'shared', 'ScalingActive', 'FailedGetResourceMetric');
    const again = { scaleTargetRef: { apiVersion: 'apps/v1', kind: 'ReplicaSet', name: 'shared' } };
    await client.create(autoscalers, autoscaler('second', { ...again, metrics: [cpu] }));
    await eventuallyAll(
      cluster.client,
      pods,
      { namespace, labelSelector: 'app=shared' },
      (all) => all.length === 1,
    );
    assert.equal(
      await why('second', 'ScalingActive', 'AmbiguousSelector'),
      'pods by selector app=shared are controlled by multiple HPAs: [default/second default/shared]',
    );
  } finally {
    await cluster.close();
  }
});

test('replicas follow what pods use, within bounds, up at once and down after five minutes', async () => {
  const clock = new ManualClock();
  const urls = new Map<string, URL>();
  const cluster = await startTestCluster({ nodes: [], controllersClock: clock, serviceUrls: urls });
  const trusted = await cluster.client.get(
    { group: '', version: 'v1', resource: 'configmaps' },
    { name: 'extension-apiserver-authentication', namespace: 'kube-system' },
  );
  const metrics = await startExtensionServer(textAt(trusted['data'], 'requestheader-client-ca-file'));
  urls.set('default/backend', new URL(`https://127.0.0.1:${metrics.port}`));
  try {
    const client = typedClient(cluster.client);
    const [group, version] = ['metrics.k8s.io', 'v1beta1'];
    metrics.on(
      `/apis/${group}/${version}`,
      json({ kind: 'APIResourceList', apiVersion: 'v1', groupVersion: `${group}/${version}`, resources: [] }),
    );
    const availability = defineKind('apiregistration.k8s.io/v1', 'APIService', 'apiservices', 'Cluster');
    await cluster.client.create(availability, {
      apiVersion: 'apiregistration.k8s.io/v1',
      kind: 'APIService',
      metadata: { name: `${version}.${group}` },
      spec: {
        ...{ group, version, groupPriorityMinimum: 100, versionPriority: 100 },
        ...{ caBundle: metrics.caBundle, service: { name: 'backend', namespace } },
      },
    });
    await replicaSet(cluster, 'web', 2);
    const selected = new Set<string>();
    let use = '100m';
    const measure = (all: readonly Pod[]) =>
      metrics.on(`/apis/${group}/${version}/namespaces/${namespace}/pods`, (received, request, response) => {
        selected.add(new URL(received.url, 'https://metrics').searchParams.get('labelSelector') ?? '');
        const items = all.map(({ metadata }) => ({
          metadata: { name: metadata.name ?? '', namespace },
          timestamp: rfc3339Seconds(clock.now()),
          window: '30s',
          containers: [{ name: 'c', usage: { cpu: use } }],
        }));
        const list = { kind: 'PodMetricsList', apiVersion: `${group}/${version}`, metadata: {}, items };
        json(list)(received, request, response);
      });
    measure(await run(cluster, 'web', 2, clock));
    await eventually(cluster.client, availability, { name: `${version}.${group}` }, (one) =>
      holds(one, 'Available'),
    );
    await client.create(autoscalers, autoscaler('web', { metrics: [cpu], minReplicas: 1, maxReplicas: 6 }));
    const has = (replicas: number) =>
      until(clock, 15_000, async () => {
        const set = await client.get(replicaSets, { name: 'web', namespace });
        return set.spec.replicas === replicas;
      });
    // Twice what there should be: 100 % where 50 are meant.
    await has(4);
    assert.deepEqual([...selected], ['app=web']);
    const up = await said(cluster, 'web', 'AbleToScale', 'SucceededRescale');
    assert.deepEqual(up?.status?.currentMetrics, [
      {
        type: 'Resource',
        resource: { name: 'cpu', current: { averageUtilization: 100, averageValue: '100m' } },
      },
    ]);
    assert.equal(up?.status?.desiredReplicas, 4);
    assert.ok(up?.status?.lastScaleTime);
    const active = textAt(conditionOf(up, 'ScalingActive'), 'message');
    assert.equal(
      active,
      'the HPA was able to successfully calculate a replica count from cpu resource utilization (percentage of request)',
    );
    measure(await run(cluster, 'web', 4, clock));
    await has(6);
    const most = await said(cluster, 'web', 'ScalingLimited', 'TooManyReplicas');
    assert.equal(textAt(conditionOf(most, 'ScalingLimited'), 'status'), 'True');
    measure(await run(cluster, 'web', 6, clock));
    const fewerSinceMs = clock.now();
    use = '10m';
    await until(clock, 15_000, async () => {
      const one = await client.get(autoscalers, { name: 'web', namespace });
      return textAt(conditionOf(one, 'AbleToScale'), 'reason') === 'ScaleDownStabilized';
    });
    assert.equal((await client.get(replicaSets, { name: 'web', namespace })).spec.replicas, 6);
    await has(2);
    assert.ok(clock.now() - fewerSinceMs >= 300_000, 'not before five minutes are over');
    const told = [
      'New size: 4; reason: cpu resource utilization (percentage of request) above target',
      'New size: 2; reason: All metrics below target',
    ];
    await eventuallyAll(cluster.client, eventObjects, { namespace }, (all) =>
      told.every((message) => all.some((event) => event.message === message)),
    );
  } finally {
    await cluster.close();
    await metrics.close();
  }
});

test('behaviour bounds how fast an autoscaler goes, by pods and by percent, in each direction', () => {
  const memory = newMemory();
  const behavior = {
    scaleUp: {
      ...{ stabilizationWindowSeconds: 0, selectPolicy: 'Max' },
      policies: [
        { type: 'Pods', value: 4, periodSeconds: 60 },
        { type: 'Percent', value: 50, periodSeconds: 60 },
      ],
    },
    scaleDown: {
      ...{ stabilizationWindowSeconds: 60, selectPolicy: 'Min' },
      policies: [
        { type: 'Pods', value: 3, periodSeconds: 30 },
        { type: 'Percent', value: 50, periodSeconds: 30 },
      ],
    },
  };
  const spec = { ...autoscaler('a').spec, maxReplicas: 50, behavior };
  const ask = (current: number, desired: number, nowMs: number) => {
    const { replicas, able, limit } = limited(spec, { current, desired, minimum: 1, memory, nowMs });
    if (replicas !== current) noteChange(memory, { from: current, to: replicas, nowMs }, behavior);
    return [replicas, able.reason, limit.isLimited, limit.reason];
  };
  assert.deepEqual(ask(4, 40, 0), [8, 'ReadyForNewScale', true, 'ScaleUpLimit']);
  assert.deepEqual(ask(8, 40, 30_000), [8, 'ReadyForNewScale', true, 'ScaleUpLimit']);
  assert.deepEqual(ask(8, 40, 61_000), [12, 'ReadyForNewScale', true, 'ScaleUpLimit']);
  assert.deepEqual(ask(12, 13, 200_000), [13, 'ReadyForNewScale', false, 'DesiredWithinRange']);
  assert.deepEqual(ask(13, 1, 210_000), [13, 'ScaleDownStabilized', false, 'DesiredWithinRange']);
  assert.deepEqual(ask(13, 1, 270_000), [10, 'ReadyForNewScale', true, 'ScaleDownLimit']);
  assert.deepEqual(ask(10, 1, 280_000), [10, 'ReadyForNewScale', true, 'ScaleDownLimit']);
  assert.deepEqual(ask(10, 1, 301_000), [7, 'ReadyForNewScale', true, 'ScaleDownLimit']);
  const stopped = {
    ...spec,
    behavior: { ...behavior, scaleUp: { ...behavior.scaleUp, selectPolicy: 'Disabled' } },
  };
  const held = limited(stopped, { current: 4, desired: 9, minimum: 1, memory: newMemory(), nowMs: 0 });
  assert.deepEqual([held.replicas, held.limit.reason], [4, 'ScaleUpLimit']);
});
