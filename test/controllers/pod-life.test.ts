import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { KubeObject } from '../../src/apimachinery/client.ts';
import { defineKind } from '../../src/apimachinery/kinds.ts';
import { isObject, type JsonObject } from '../../src/base/index.ts';
import { type Pod, pods } from '../../src/controllers/kinds/core.ts';
import { eventually, eventuallyAll, startTestCluster, type TestCluster } from './harness.ts';

const configMaps = defineKind<KubeObject>('v1', 'ConfigMap', 'configmaps');
const accounts = defineKind<KubeObject>('v1', 'ServiceAccount', 'serviceaccounts');
const services = defineKind<KubeObject>('v1', 'Service', 'services');
const events = defineKind<KubeObject & { reason?: string; message?: string; type?: string }>(
  ...(['v1', 'Event', 'events'] as const),
);

const namespace = 'default';
let cluster: TestCluster;
before(async () => {
  cluster = await startTestCluster();
  await eventually(
    cluster.client,
    accounts,
    { namespace, name: 'default' },
    (account) => account !== undefined,
  );
});
after(() => cluster.close());

async function run(name: string, spec: JsonObject, annotations: Record<string, string> = {}): Promise<void> {
  const metadata = { name, namespace, annotations };
  // The parts of a spec that a test gives make one.
  const body = { apiVersion: 'v1', kind: 'Pod', metadata, spec: spec as Pod['spec'] };
  await cluster.client.create(pods, body);
}

const main = (rest: JsonObject = {}) => ({ name: 'main', image: 'busybox:1.36', ...rest });
const script = (text: string) => main({ command: ['sh', '-c', text] });

async function when(name: string, holds: (pod: Pod) => boolean): Promise<Pod> {
  const found = await eventually(
    cluster.client,
    pods,
    { namespace, name },
    (pod) => pod !== undefined && holds(pod),
  );
  return found ?? assert.fail(`there is no pod ${name}`);
}

/** What the first container of a pod is in: `waiting ErrImagePull`, `running`, `terminated Completed`. */
function state(
  pod: Pod,
  list: 'containerStatuses' | 'initContainerStatuses' = 'containerStatuses',
  index = 0,
): string {
  const [found] = Object.entries(pod.status?.[list]?.[index]?.state ?? {});
  const [name, value] = found ?? ['', undefined];
  return [name, isObject(value) ? value['reason'] : undefined].filter(Boolean).join(' ');
}

/** What is told of a pod, once that is told. */
async function told(name: string, last: string): Promise<string[]> {
  const select = { namespace, fieldSelector: `involvedObject.name=${name},source=kubelet` };
  const says = (all: readonly KubeObject[]) =>
    all.some((event) => JSON.stringify(event).includes(JSON.stringify(last).slice(1, -1)));
  const found = await eventuallyAll(cluster.client, events, select, says);
  return found.map((event) => `${event.type} ${event.reason}: ${event.message}`);
}

test('an image that is not there is tried, and waited for', async () => {
  await run('absent', { containers: [main({ image: 'app:notfound' })] });
  const pod = await when('absent', (each) => state(each) === 'waiting ImagePullBackOff');
  assert.equal(pod.status?.phase, 'Pending');
  const reference = 'docker.io/library/app:notfound';
  const why = `failed to pull and unpack image "${reference}": failed to resolve reference "${reference}": ${reference}: not found`;
  assert.deepEqual(pod.status?.containerStatuses?.[0]?.state, {
    waiting: {
      reason: 'ImagePullBackOff',
      message: `Back-off pulling image "app:notfound": ErrImagePull: ${why}`,
    },
  });
  const lines = await told('absent', 'Error: ImagePullBackOff');
  for (const line of [
    'Normal Pulling: Pulling image "app:notfound"',
    `Warning Failed: Failed to pull image "app:notfound": rpc error: code = NotFound desc = ${why}`,
    'Warning Failed: Error: ErrImagePull',
    'Normal BackOff: Back-off pulling image "app:notfound"',
  ]) {
    assert.ok(lines.includes(line), `${line} is not among\n${lines.join('\n')}`);
  }
});

test('a registry under .invalid resolves nowhere, and an image that gets another name runs', async () => {
  await run('lost', { containers: [main({ image: 'registry.invalid/app:1' })] });
  const lost = await when('lost', (each) => state(each) === 'waiting ErrImagePull');
  assert.match(
    JSON.stringify(lost.status),
    /Head .*https:\/\/registry\.invalid\/v2\/app\/manifests\/1.*no such host/,
  );
  const body = { spec: { containers: [{ name: 'main', image: 'app:1' }] } };
  await cluster.client.patch(pods, { namespace, name: 'lost' }, { type: 'strategic', body });
  await when('lost', (each) => state(each) === 'running');
});

test('a pod waits for the ConfigMap of its volume, and for that of its variables', async () => {
  const volume = { name: 'settings', configMap: { name: 'late' } };
  await run('mounts', {
    containers: [main({ volumeMounts: [{ name: 'settings', mountPath: '/etc/settings' }] })],
    volumes: [volume],
  });
  const from = { configMapKeyRef: { name: 'late', key: 'color' } };
  await run('reads', { containers: [main({ env: [{ name: 'COLOR', valueFrom: from }] })] });
  const reads = await when('reads', (each) => state(each) === 'waiting CreateContainerConfigError');
  assert.match(JSON.stringify(reads.status), /configmap \\"late\\" not found/);
  await when('mounts', (each) => state(each) === 'waiting ContainerCreating');
  const lines = await told('mounts', 'configmap "late" not found');
  assert.deepEqual(lines, [
    'Warning FailedMount: MountVolume.SetUp failed for volume "settings" : configmap "late" not found',
  ]);
  const metadata = { name: 'late', namespace };
  await cluster.client.create(configMaps, {
    apiVersion: 'v1',
    kind: 'ConfigMap',
    metadata,
    data: { color: 'red' },
  });
  await when('mounts', (each) => state(each) === 'running');
  await when('reads', (each) => state(each) === 'running');
});

test('a program that ends is started again, at once and then later each time', async () => {
  await run('crashes', { containers: [script('echo broken; exit 7')] });
  const pod = await when('crashes', (each) => state(each) === 'waiting CrashLoopBackOff');
  const [status] = pod.status?.containerStatuses ?? [];
  assert.equal(status?.restartCount, 1);
  assert.equal(JSON.stringify(status?.lastState).includes('"exitCode":7'), true);
  const { uid } = pod.metadata;
  const words = `restarting failed container=main pod=crashes_default(${uid})`;
  assert.deepEqual(status?.state, {
    waiting: { reason: 'CrashLoopBackOff', message: `back-off 10s ${words}` },
  });
  const lines = await told('crashes', 'Back-off restarting');
  assert.ok(
    lines.includes(
      `Warning BackOff: Back-off restarting failed container main in pod crashes_default(${uid})`,
    ),
  );
});

test('containers before the others run one after the other, and one that goes on beside them', async () => {
  await run('ordered', {
    restartPolicy: 'Never',
    initContainers: [
      { name: 'first', image: 'busybox', command: ['true'] },
      { name: 'beside', image: 'busybox', restartPolicy: 'Always' },
    ],
    containers: [script('exit 0')],
  });
  const pod = await when('ordered', (each) => each.status?.phase === 'Succeeded');
  assert.equal(state(pod, 'initContainerStatuses', 0), 'terminated Completed');
  assert.equal(state(pod), 'terminated Completed');
  await run('blocked', {
    restartPolicy: 'Never',
    initContainers: [{ name: 'first', image: 'busybox', command: ['sh', '-c', 'exit 2'] }],
    containers: [main()],
  });
  const blocked = await when('blocked', (each) => each.status?.phase === 'Failed');
  assert.equal(state(blocked), 'waiting PodInitializing');
  assert.match(JSON.stringify(blocked.status?.conditions), /containers with incomplete status: \[first\]/);
});

test('a container that waits for a Service goes on once it is there', async () => {
  const command = ['sh', '-c', 'until nslookup db; do echo waiting for db; sleep 2; done'];
  await run('waits', { initContainers: [{ name: 'wait', image: 'busybox', command }], containers: [main()] });
  await when('waits', (each) => state(each, 'initContainerStatuses') === 'running');
  const metadata = { name: 'db', namespace };
  await cluster.client.create(services, {
    apiVersion: 'v1',
    kind: 'Service',
    metadata,
    spec: { ports: [{ port: 80 }] },
  });
  await when('waits', (each) => each.status?.phase === 'Running');
});

test('a probe that fails keeps a pod unready, and one for life starts its container again', async () => {
  const exec = { exec: { command: ['cat', '/tmp/healthy'] }, periodSeconds: 1, failureThreshold: 1 };
  await run('unready', { containers: [main({ readinessProbe: exec })] });
  const unready = await when('unready', (each) => state(each) === 'running');
  assert.equal(unready.status?.containerStatuses?.[0]?.ready, false);
  assert.match(JSON.stringify(unready.status?.conditions), /containers with unready status: \[main\]/);
  const lines = await told('unready', 'Readiness probe failed');
  assert.ok(
    lines.some((line) =>
      line.startsWith("Warning Unhealthy: Readiness probe failed: cat: can't open '/tmp/healthy'"),
    ),
  );
  const command = ['sh', '-c', 'touch /tmp/healthy; sleep 3600'];
  await run('ready', { containers: [main({ command, readinessProbe: exec })] });
  await when('ready', (each) => each.status?.containerStatuses?.[0]?.ready === true);
  await run('dies', { containers: [main({ livenessProbe: exec })] });
  const dies = await when('dies', (each) => (each.status?.containerStatuses?.[0]?.restartCount ?? 0) > 0);
  assert.equal(JSON.stringify(dies.status).includes('"exitCode":137'), true);
  await told('dies', 'Container main failed liveness probe, will be restarted');
});

test('an annotation says that a container runs out of memory', async () => {
  await run(
    'large',
    { restartPolicy: 'Never', containers: [main()] },
    { 'drydock.dev/oom-after-seconds': '0' },
  );
  const pod = await when('large', (each) => each.status?.phase === 'Failed');
  assert.equal(state(pod), 'terminated OOMKilled');
});

test('a pod goes only after what its containers do before they stop', async () => {
  const lifecycle = { preStop: { exec: { command: ['sleep', '2'] } } };
  await run('leaves', { terminationGracePeriodSeconds: 5, containers: [main({ lifecycle })] });
  await when('leaves', (each) => state(each) === 'running');
  const askedAtMs = Date.now();
  await cluster.client.delete(pods, { namespace, name: 'leaves' });
  await eventually(cluster.client, pods, { namespace, name: 'leaves' }, (pod) => pod === undefined);
  // Never earlier; how much later depends on the machine.
  assert.ok(Date.now() - askedAtMs >= 1_000);
});
