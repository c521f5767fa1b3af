import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../../src/apimachinery/client.ts';
import { findCondition } from '../../src/apimachinery/conditions.ts';
import { asKind } from '../../src/apimachinery/kinds.ts';
import { silentLogger } from '../../src/base/index.ts';
import {
  eventObjects,
  type Node,
  type NodeCondition,
  nodes,
  type Pod,
  pods,
  type Toleration,
} from '../../src/controllers/kinds/core.ts';
import { startNodeLifecycleController } from '../../src/controllers/node-lifecycle/controller.ts';
import { nodeHealthTimes } from '../../src/controllers/node-lifecycle/health.ts';
import { clusterContext } from '../../src/controllers/shared/context.ts';
import { startTestServer } from '../apiserver/harness.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { seededRandom } from '../support/seeded-random.ts';
import { eventually, eventuallyAll } from './harness.ts';

/** The controller of nodes by itself, on a clock that stands still; no kubelet reports for its nodes. */
async function startLifecycle() {
  const clock = new ManualClock();
  const server = await startTestServer({ clock });
  const random = seededRandom('taints');
  const made = clusterContext({ client: server.client, clock, random, log: silentLogger });
  const controller = startNodeLifecycleController(made.context);
  await made.context.informers.synced();
  const { client } = server;
  return {
    clock,
    client,
    register: (name: string, conditions: readonly NodeCondition[] = [kubelets('Ready', 'True')]) => {
      const node: Node = {
        apiVersion: 'v1',
        kind: 'Node',
        metadata: { name },
        status: { conditions: [...conditions] },
      };
      return client.create(nodes, node);
    },
    place: (name: string, nodeName: string, tolerations: Toleration[] = []) =>
      client.create(pods, podOn(nodeName, name, tolerations)),
    gone: (name: string) =>
      eventually(client, pods, { namespace: 'default', name }, (pod) => pod === undefined || isGoing(pod)),
    node: (name: string, holds: (node: Node) => boolean) =>
      eventually(client, nodes, { name }, (node) => node !== undefined && holds(node)),
    /** Moves time on in steps of a second until `done` is. */
    async until<T>(done: Promise<T>): Promise<T> {
      let isDone = false;
      done.then(() => {
        isDone = true;
      });
      while (!isDone) {
        clock.advance(1000);
        for (let turn = 0; turn < 5; turn++) await new Promise((resolve) => setImmediate(resolve));
      }
      return done;
    },
    async close() {
      made.close();
      await controller.stopped;
      await server.close();
    },
  };
}

function kubelets(type: string, status: NodeCondition['status']): NodeCondition {
  return {
    type,
    status,
    reason: 'AsReported',
    message: '',
    lastHeartbeatTime: '2025-12-31T23:59:00Z',
    lastTransitionTime: '2025-12-31T00:00:00Z',
  };
}

function podOn(nodeName: string, name: string, tolerations: Toleration[]): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Pod',
    metadata: { namespace: 'default', name },
    spec: { nodeName, tolerations, containers: [{ name: 'c', image: 'i' }] },
  };
}

/** A pod on a node ends when its kubelet says so; here nobody does. */
function isGoing(pod: Pod): boolean {
  return pod.metadata.deletionTimestamp !== undefined;
}

function taintsOf(node: Node | undefined): string[] {
  return (node?.spec?.taints ?? []).map(({ key, effect }) => `${key}:${effect}`);
}

test('a taint that ends pods ends those that do not bear it, at once or when their time is over', async () => {
  const { client, clock, register, place, gone, until, close } = await startLifecycle();
  await register('worn');
  const own = { key: 'disk', effect: 'NoExecute' };
  await place('bears-none', 'worn');
  await place('bears-another-value', 'worn', [{ ...own, operator: 'Equal', value: 'full' }]);
  await place('bears-another-effect', 'worn', [{ key: 'disk', operator: 'Exists', effect: 'NoSchedule' }]);
  await place('bears-it', 'worn', [{ ...own, operator: 'Equal', value: 'worn' }]);
  await place('bears-any', 'worn', [{ operator: 'Exists' }]);
  await place('bears-it-for-20', 'worn', [{ ...own, operator: 'Exists', tolerationSeconds: 20 }]);
  await place('bears-it-for-40', 'worn', [
    { ...own, operator: 'Exists', tolerationSeconds: 90 },
    { ...own, value: 'worn', tolerationSeconds: 40 },
  ]);
  const elsewhere = await place('elsewhere', 'other');
  const startMs = clock.now();
  // As `kubectl taint` puts it there: without the time.
  const body = { spec: { taints: [{ ...own, value: 'worn' }] } };
  await client.patch(nodes, { name: 'worn' }, { type: 'merge', body });
  await Promise.all(['bears-none', 'bears-another-value', 'bears-another-effect'].map(gone));
  assert.equal(clock.now(), startMs, 'without a second passing');
  await eventuallyAll(client, eventObjects, {}, (events) =>
    events.some(
      ({ reason, message, involvedObject }) =>
        reason === 'TaintManagerEviction' &&
        message === 'Marking for deletion Pod default/bears-none' &&
        involvedObject.name === 'bears-none',
    ),
  );
  await until(gone('bears-it-for-20'));
  assert.ok(clock.now() - startMs >= 20_000);
  const late = await place('late', 'worn', [{ ...own, operator: 'Exists', tolerationSeconds: 30 }]);
  await until(gone('bears-it-for-40'));
  assert.ok(clock.now() - startMs >= 40_000);
  const lateMs = Date.parse(late.metadata.creationTimestamp ?? '');
  await until(gone('late'));
  assert.ok(clock.now() - lateMs >= 30_000, 'its time begins with itself');
  const left = (await client.list(pods)).items.filter(({ metadata }) => !metadata.deletionTimestamp);
  assert.deepEqual(left.map(({ metadata }) => metadata.name).sort(), ['bears-any', 'bears-it', 'elsewhere']);
  assert.equal(elsewhere.metadata.deletionTimestamp, undefined);
  await close();
});

test('a node that says it is not ready is tainted so, and otherwise keeps the taints that people gave it', async () => {
  const { client, register, node, close } = await startLifecycle();
  await register('ill');
  const own = { key: 'own', effect: 'NoSchedule' };
  await client.patch(nodes, { name: 'ill' }, { type: 'merge', body: { spec: { taints: [own] } } });
  const say = async (status: NodeCondition['status']) => {
    const now = await client.get(nodes, { name: 'ill' });
    const next = { ...now, status: { conditions: [kubelets('Ready', status)] } };
    await client.update(nodes, next, { subresource: 'status' });
  };
  const notReady = ['NoSchedule', 'NoExecute'].map((effect) => `node.kubernetes.io/not-ready:${effect}`);
  const unreachable = ['NoSchedule', 'NoExecute'].map((effect) => `node.kubernetes.io/unreachable:${effect}`);
  const has = (wanted: readonly string[]) =>
    node('ill', (one) => taintsOf(one).join() === ['own:NoSchedule', ...wanted].join());
  await say('False');
  const tainted = await has(notReady);
  assert.ok(tainted?.spec?.taints?.slice(1).every(({ timeAdded }) => timeAdded === '2026-01-01T00:00:00Z'));
  await say('Unknown');
  await has(unreachable);
  await say('False');
  await has(notReady);
  await say('True');
  await has([]);
  await close();
});

test('what a lost node said last is unknown, what others said of it stays, and its pods serve nobody', async () => {
  const { client, clock, register, place, node, until, close } = await startLifecycle();
  const reported = [
    kubelets('Ready', 'True'),
    kubelets('DiskPressure', 'False'),
    kubelets('PIDPressure', 'Unknown'),
    kubelets('NetworkUnavailable', 'False'),
  ];
  await register('silent', reported);
  await register('mute', []);
  const status = { conditions: [kubelets('Ready', 'True'), kubelets('Initialized', 'True')] };
  for (const [name, nodeName] of [
    ['serves', 'silent'],
    ['waits', 'silent'],
    ['beside', 'elsewhere'],
  ] as const) {
    const pod = await place(name, nodeName, [{ operator: 'Exists' }]);
    if (name !== 'waits') await client.update(pods, { ...pod, status }, { subresource: 'status' });
  }
  const startMs = clock.now();
  const lost = await until(node('silent', (one) => taintsOf(one).length === 2));
  assert.ok(clock.now() - startMs >= nodeHealthTimes.graceMs);
  const said = (type: string) => {
    const found = findCondition(lost?.status?.conditions, type);
    return [found?.status, found?.reason, found?.lastHeartbeatTime, found?.lastTransitionTime];
  };
  const before = '2025-12-31T23:59:00Z';
  const readyChange = said('Ready')[3];
  assert.ok(Date.parse(String(readyChange)) - startMs >= nodeHealthTimes.graceMs);
  assert.deepEqual(said('Ready'), ['Unknown', 'NodeStatusUnknown', before, readyChange]);
  assert.deepEqual(said('DiskPressure'), ['Unknown', 'NodeStatusUnknown', before, readyChange]);
  assert.deepEqual(said('PIDPressure'), ['Unknown', 'NodeStatusUnknown', before, '2025-12-31T00:00:00Z']);
  assert.deepEqual(said('NetworkUnavailable'), ['False', 'AsReported', before, '2025-12-31T00:00:00Z']);
  assert.equal(
    findCondition(lost?.status?.conditions, 'Ready')?.message,
    'Kubelet stopped posting node status.',
  );
  const mute = await until(node('mute', (one) => taintsOf(one).length === 2));
  assert.deepEqual(
    mute?.status?.conditions?.map(({ type, status: now }) => [type, now]),
    [['Ready', 'Unknown']],
  );
  await eventuallyAll(client, eventObjects, {}, (events) =>
    events.some(
      ({ reason, message }) =>
        reason === 'NodeNotReady' && message === 'Node silent status is now: NodeNotReady',
    ),
  );
  const ready = (pod: Pod | undefined) => findCondition(pod?.status?.conditions, 'Ready')?.status;
  const target = (name: string) => ({ namespace: 'default', name });
  const serves = await eventually(client, pods, target('serves'), (pod) => ready(pod) === 'False');
  assert.equal(findCondition(serves?.status?.conditions, 'Initialized')?.status, 'True');
  assert.equal(ready(asKind(pods, await client.get(pods, target('waits')))), undefined);
  await eventually(client, pods, target('beside'), (pod) => ready(pod) === 'True');
  await close();
});

test('the pods of a node that is gone go with it, without waiting for a kubelet', async () => {
  const { client, register, place, close } = await startLifecycle();
  await register('going');
  await register('staying');
  await place('one', 'going', [{ operator: 'Exists' }]);
  await place('two', 'going', [{ operator: 'Exists' }]);
  await place('other', 'staying', [{ operator: 'Exists' }]);
  await client.delete(nodes, { name: 'going' });
  await eventuallyAll(client, pods, {}, (all) => all.map(({ metadata }) => metadata.name).join() === 'other');
  await close();
});
