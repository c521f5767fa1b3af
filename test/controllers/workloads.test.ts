import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { ClusterClient, OwnerReference } from '../../src/apimachinery/client.ts';
import { findCondition } from '../../src/apimachinery/conditions.ts';
import { asKind } from '../../src/apimachinery/kinds.ts';
import { daemonSets, replicaSets, statefulSets } from '../../src/controllers/kinds/apps.ts';
import { type Job, jobs } from '../../src/controllers/kinds/batch.ts';
import {
  configMaps,
  eventObjects,
  nodes,
  type Pod,
  pods,
  services,
} from '../../src/controllers/kinds/core.ts';
import { endpointSlices, endpoints } from '../../src/controllers/kinds/discovery.ts';
import { persistentVolumeClaims } from '../../src/controllers/kinds/storage.ts';
import { isReady } from '../../src/controllers/shared/pods.ts';
import { eventually, eventuallyAll, meddled, pool, startTestCluster, type TestCluster } from './harness.ts';
import { template, workload } from './manifests.ts';

let cluster: TestCluster;
before(async () => {
  cluster = await startTestCluster();
});
after(() => cluster.close());

const inDefault = (name: string) => ({ namespace: 'default', name });
const podsOf = (app: string) => ({ namespace: 'default', labelSelector: `app=${app}` });
const names = (list: readonly Pod[]) => list.map(({ metadata }) => metadata.name).sort();

test('a stateful set makes its pods in order, each with its own volume, and updates them from the last', async () => {
  const claim = {
    metadata: { name: 'data' },
    spec: { accessModes: ['ReadWriteOnce'], resources: { requests: { storage: '1Gi' } } },
  };
  const made: string[] = [];
  const removed: string[] = [];
  const watch = cluster.client.watch(pods, podsOf('db'), {
    onEvent(event) {
      if (event.type === 'ADDED') made.push(event.object.metadata.name ?? '');
      if (event.type === 'DELETED') removed.push(event.object.metadata.name ?? '');
    },
    onError() {},
  });
  await cluster.client.create(
    statefulSets,
    workload('apps/v1', 'StatefulSet', {
      name: 'db',
      serviceName: 'db',
      replicas: 3,
      volumeClaimTemplates: [claim],
    }),
  );
  const set = await eventually(
    cluster.client,
    statefulSets,
    inDefault('db'),
    (s) => s?.status?.availableReplicas === 3,
  );
  assert.deepEqual(made, ['db-0', 'db-1', 'db-2']);
  assert.equal(set?.status?.currentRevision, set?.status?.updateRevision);
  await eventuallyAll(
    cluster.client,
    persistentVolumeClaims,
    { namespace: 'default' },
    (claims) => claims.length === 3 && claims.every(({ status }) => status?.phase === 'Bound'),
  );
  const body = { spec: { template: { spec: { containers: [{ name: 'main', image: 'nginx:2' }] } } } };
  await cluster.client.patch(statefulSets, inDefault('db'), { type: 'strategic', body });
  await eventually(
    cluster.client,
    statefulSets,
    inDefault('db'),
    (s) =>
      s?.status?.observedGeneration === s?.metadata.generation &&
      s?.status?.updatedReplicas === 3 &&
      s?.status?.availableReplicas === 3 &&
      s?.status?.currentRevision === s?.status?.updateRevision,
  );
  assert.deepEqual(removed, ['db-2', 'db-1', 'db-0']);
  await cluster.client.patch(statefulSets, inDefault('db'), {
    type: 'merge',
    body: { spec: { replicas: 1 } },
  });
  const left = await eventuallyAll(cluster.client, pods, podsOf('db'), (all) => all.length === 1);
  assert.deepEqual(names(left), ['db-0']);
  watch.close();
});

test('a daemon set has one pod on every node, also on one that comes later, and none that it does not tolerate', async () => {
  await cluster.client.create(daemonSets, workload('apps/v1', 'DaemonSet', { name: 'agent' }));
  await eventually(cluster.client, daemonSets, inDefault('agent'), (s) => s?.status?.numberAvailable === 2);
  const control = pool('control', ['node-0'], { mode: 'control-plane' });
  const workers = pool('nodepool1', ['node-1', 'node-2', 'node-3']);
  await cluster.controllers.update({ nodes: [control, workers], kubernetesVersion: '1.34.4' });
  const set = await eventually(
    cluster.client,
    daemonSets,
    inDefault('agent'),
    (s) => s?.status?.numberAvailable === 3,
  );
  assert.equal(set?.status?.desiredNumberScheduled, 3);
  const all = await eventuallyAll(
    cluster.client,
    pods,
    podsOf('agent'),
    (list) => list.length === 3 && list.every(isReady),
  );
  assert.deepEqual(all.map(({ spec }) => spec.nodeName).sort(), ['node-1', 'node-2', 'node-3']);
});

test('nodes that are no longer asked for go, and their pods with them', async () => {
  await cluster.controllers.update({
    nodes: [pool('nodepool1', ['node-1', 'node-2'])],
    kubernetesVersion: '1.34.4',
  });
  const left = await eventuallyAll(cluster.client, nodes, {}, (list) => list.length === 2);
  assert.deepEqual(left.map(({ metadata }) => metadata.name).sort(), ['node-1', 'node-2']);
  await eventuallyAll(cluster.client, pods, podsOf('agent'), (list) => list.length === 2);
});

test('a job runs as many pods side by side as asked until enough have succeeded', async () => {
  const container = { name: 'main', image: 'busybox', command: ['sleep', '0.05'] };
  await cluster.client.create(
    jobs,
    workload('batch/v1', 'Job', {
      name: 'pi',
      completions: 4,
      parallelism: 2,
      template: template('pi', { containers: [container], restartPolicy: 'Never' }),
    }),
  );
  const job = await eventually(
    cluster.client,
    jobs,
    inDefault('pi'),
    (j) => findCondition(j?.status?.conditions, 'Complete')?.status === 'True',
  );
  assert.equal(job?.status?.succeeded, 4);
  assert.ok(job?.status?.completionTime);
  const types = job?.status?.conditions?.map(({ type, reason }) => [type, reason]);
  assert.deepEqual(types, [
    ['SuccessCriteriaMet', 'CompletionsReached'],
    ['Complete', 'CompletionsReached'],
  ]);
  assert.deepEqual(job?.status?.uncountedTerminatedPods ?? {}, {});
  const { items } = await cluster.client.list(pods, podsOf('pi'));
  assert.deepEqual(
    items.map((pod) => [asKind(pods, pod).status?.phase, pod.metadata.finalizers ?? []]),
    Array.from({ length: 4 }, () => ['Succeeded', []]),
  );
});

test('a finalizer that somebody gives to a pod while its job lets it go stays', async () => {
  const podOfJob = async (client: ClusterClient) => {
    const { items } = await client.list(pods, podsOf('once'));
    return items[0] ?? assert.fail('the job has no pod');
  };
  const { client, close } = await startTestCluster({
    clientFor: (own) =>
      meddled(own, { verb: 'patch', resource: 'pods', saying: '"finalizers"' }, async () => {
        const { name = '' } = (await podOfJob(own)).metadata;
        const body = [{ op: 'add', path: '/metadata/finalizers/-', value: 'example.com/keep' }];
        await own.patch(pods, inDefault(name), { type: 'json', body });
      }),
  });
  const container = { name: 'main', image: 'busybox', command: ['true'] };
  const once = template('once', { containers: [container], restartPolicy: 'Never' });
  await client.create(jobs, workload('batch/v1', 'Job', { name: 'once', template: once }));
  const released = await eventuallyAll(client, pods, podsOf('once'), ([pod]) => {
    const { finalizers = [] } = pod?.metadata ?? {};
    return pod?.status?.phase === 'Succeeded' && !finalizers.includes('batch.kubernetes.io/job-tracking');
  });
  assert.deepEqual(released[0]?.metadata.finalizers, ['example.com/keep']);
  await close();
});

test('a job whose pods fail too often fails', async () => {
  const container = { name: 'main', image: 'busybox', command: ['sh', '-c', 'exit 3'] };
  await cluster.client.create(
    jobs,
    workload('batch/v1', 'Job', {
      name: 'broken',
      backoffLimit: 0,
      template: template('broken', { containers: [container], restartPolicy: 'Never' }),
    }),
  );
  const job = await eventually(
    cluster.client,
    jobs,
    inDefault('broken'),
    (j) => findCondition(j?.status?.conditions, 'Failed')?.status === 'True',
  );
  assert.equal(findCondition(job?.status?.conditions, 'Failed')?.reason, 'BackoffLimitExceeded');
  assert.equal(job?.status?.failed, 1);
});

test('an indexed job runs each index once', async () => {
  const container = { name: 'main', image: 'busybox', command: ['true'] };
  await cluster.client.create(
    jobs,
    workload('batch/v1', 'Job', {
      name: 'indexed',
      completions: 3,
      parallelism: 3,
      completionMode: 'Indexed',
      template: template('indexed', { containers: [container], restartPolicy: 'Never' }),
    }),
  );
  const job = await eventually(
    cluster.client,
    jobs,
    inDefault('indexed'),
    (j) => findCondition(j?.status?.conditions, 'Complete')?.status === 'True',
  );
  assert.equal(job?.status?.completedIndexes, '0-2');
});

test('a service knows the addresses of the ready pods behind it', async () => {
  await cluster.client.create(services, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'agent', namespace: 'default' },
    spec: { selector: { app: 'agent' }, ports: [{ name: 'web', port: 80, targetPort: 'http' }] },
  });
  const select = { namespace: 'default', labelSelector: 'kubernetes.io/service-name=agent' };
  const [slice] = await eventuallyAll(
    cluster.client,
    endpointSlices,
    select,
    ([first]) => first?.endpoints?.length === 2,
  );
  assert.deepEqual(slice?.ports, [{ name: 'web', port: 8080, protocol: 'TCP' }]);
  assert.ok(
    slice?.endpoints?.every(({ conditions, targetRef }) => conditions.ready && targetRef?.kind === 'Pod'),
  );
  const legacy = await eventually(
    cluster.client,
    endpoints,
    inDefault('agent'),
    (e) => e?.subsets?.[0]?.addresses?.length === 2,
  );
  assert.deepEqual(
    legacy?.subsets?.[0]?.addresses?.map(({ ip }) => ip).sort(),
    slice?.endpoints?.flatMap(({ addresses }) => addresses).sort(),
  );
  const tier = (labels: Record<string, string> | undefined) => labels?.['tier'] === 'front';
  const merge = (body: object) => ({ type: 'merge' as const, body: { ...body } });
  await cluster.client.patch(
    services,
    inDefault('agent'),
    merge({ metadata: { labels: { tier: 'front' } } }),
  );
  await eventuallyAll(cluster.client, endpointSlices, select, ([first]) => tier(first?.metadata.labels));
  const told = await eventually(cluster.client, endpoints, inDefault('agent'), (e) =>
    tier(e?.metadata.labels),
  );
  assert.equal(told?.metadata.labels?.['service.kubernetes.io/headless'], undefined);
  // Whoever writes an address of his own into a slice is not listened to.
  const forged = { endpoints: [{ addresses: ['10.9.9.9'] }], metadata: { labels: { tier: 'back' } } };
  const written = await cluster.client.patch(
    endpointSlices,
    inDefault(slice?.metadata.name ?? ''),
    merge(forged),
  );
  await eventuallyAll(
    cluster.client,
    endpointSlices,
    select,
    ([first]) =>
      first?.metadata.resourceVersion !== written.metadata.resourceVersion &&
      first?.endpoints?.length === 2 &&
      tier(first.metadata.labels),
  );
  await cluster.client.delete(services, inDefault('agent'));
  await eventuallyAll(cluster.client, endpointSlices, select, (list) => list.length === 0);
  await eventually(cluster.client, endpoints, inDefault('agent'), (e) => e === undefined);
});

test('a service without an address of its own says so in its slices and Endpoints', async () => {
  await cluster.client.create(services, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata: { name: 'headless', namespace: 'default' },
    spec: { clusterIP: 'None', selector: { app: 'nobody' } },
  });
  const label = 'service.kubernetes.io/headless';
  const select = { namespace: 'default', labelSelector: `kubernetes.io/service-name=headless,${label}=` };
  await eventuallyAll(cluster.client, endpointSlices, select, ({ length }) => length === 1);
  await eventually(
    cluster.client,
    endpoints,
    inDefault('headless'),
    (e) => e?.metadata.labels?.[label] === '',
  );
  await cluster.client.delete(services, inDefault('headless'));
});

test('a pod that is not selected any more is let go, others keep their claim on it, and it is taken back', async () => {
  const { client } = cluster;
  await client.create(replicaSets, workload('apps/v1', 'ReplicaSet', { name: 'picky', replicas: 1 }));
  const select = { namespace: 'default', labelSelector: 'app in (picky,free)' };
  const owners = (pod: Pod | undefined) =>
    (pod?.metadata.ownerReferences ?? []).map(({ kind, name }) => `${kind} ${name}`);
  const [first] = await eventuallyAll(client, pods, select, ({ length }) => length === 1);
  assert.ok(first);
  const { name = '', uid } = first.metadata;
  const target = { namespace: 'default', name };
  const holder = await client.create(configMaps, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata: { namespace: 'default', name: 'holder' },
  });
  const other = { apiVersion: 'v1', kind: 'ConfigMap', name: 'holder', uid: holder.metadata.uid ?? '' };
  const mine = first.metadata.ownerReferences ?? [];
  const label = (app: string, ownerReferences?: readonly OwnerReference[]) => ({
    type: 'merge' as const,
    body: {
      metadata: { labels: { app }, ...(ownerReferences && { ownerReferences: [...ownerReferences] }) },
    },
  });
  await client.patch(pods, target, label('picky', [...mine, other]));
  await client.patch(pods, target, label('free'));
  const freed = await eventually(client, pods, target, (pod) => owners(pod).length === 1);
  assert.deepEqual([owners(freed), freed?.metadata.uid], [['ConfigMap holder'], uid]);
  await eventuallyAll(client, pods, select, ({ length }) => length === 2);
  const adopted = eventually(client, pods, target, (pod) => owners(pod).includes('ReplicaSet picky'));
  await client.patch(pods, target, label('picky'));
  assert.deepEqual(owners(await adopted), ['ConfigMap holder', 'ReplicaSet picky']);
  await eventuallyAll(client, pods, select, (all) => all.length === 1);
});

test('a job says that it is suspended and that it was resumed; one that never was says nothing of it', async () => {
  const { client } = cluster;
  const job = (name: string, suspend: boolean) => {
    const spec = { name, suspend, parallelism: 1, template: template(name, { restartPolicy: 'Never' }) };
    return client.create(jobs, workload('batch/v1', 'Job', spec));
  };
  const suspended = (found: Job | undefined) => findCondition(found?.status?.conditions, 'Suspended');
  const shown = (found: Job | undefined) => {
    const { status, reason, message } = suspended(found) ?? {};
    return [status, reason, message];
  };
  await job('never', false);
  await job('held', true);
  const held = await eventually(client, jobs, inDefault('held'), (found) => suspended(found) !== undefined);
  assert.deepEqual(shown(held), ['True', 'JobSuspended', 'Job suspended']);
  assert.deepEqual([held?.status?.active ?? 0, held?.status?.startTime], [0, undefined]);
  await client.patch(jobs, inDefault('held'), { type: 'merge', body: { spec: { suspend: false } } });
  const resumed = await eventually(
    client,
    jobs,
    inDefault('held'),
    (found) => suspended(found)?.status === 'False',
  );
  assert.deepEqual(shown(resumed), ['False', 'JobResumed', 'Job resumed']);
  const never = await eventually(
    client,
    jobs,
    inDefault('never'),
    (found) => found?.status?.startTime !== undefined,
  );
  assert.equal(suspended(never), undefined);
  const select = { fieldSelector: 'involvedObject.kind=Job' };
  const told = await eventuallyAll(client, eventObjects, select, (events) =>
    events.some(({ reason }) => reason === 'Resumed'),
  );
  const reasons = (name: string) =>
    told.filter(({ involvedObject }) => involvedObject.name === name).map(({ reason }) => reason);
  assert.deepEqual(
    reasons('held').filter((reason) => reason === 'Suspended' || reason === 'Resumed'),
    ['Suspended', 'Resumed'],
  );
  assert.ok(
    reasons('never').every((reason) => reason === 'SuccessfulCreate'),
    reasons('never').join(),
  );
});
