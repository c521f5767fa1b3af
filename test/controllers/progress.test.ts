import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { findCondition } from '../../src/apimachinery/conditions.ts';
import { asKind } from '../../src/apimachinery/kinds.ts';
import { type Deployment, deployments } from '../../src/controllers/kinds/apps.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { pool, startTestCluster } from './harness.ts';
import { workload } from './manifests.ts';

test('a rollout that stands still times out, counted from the last pod that became available', async () => {
  const clock = new ManualClock();
  const cluster = await startTestCluster({ clock, nodes: [pool('small', ['only'], { maxPods: 1 })] });
  const target = { name: 'slow', namespace: 'default' };
  /** Lets the work of a moment be done, a hundredth of a second at a time, until it holds. */
  const until = async (holds: (deployment: Deployment) => boolean): Promise<Deployment> => {
    for (let round = 0; round < 2_000; round++) {
      clock.advance(10);
      await setImmediate();
      const found = asKind(deployments, await cluster.client.get(deployments, target));
      if (holds(found)) return found;
    }
    throw new Error('it does not come to it');
  };
  const progressing = (deployment: Deployment) => findCondition(deployment.status?.conditions, 'Progressing');
  const spec = { ...target, replicas: 2, minReadySeconds: 40, progressDeadlineSeconds: 60 };
  await cluster.client.create(deployments, workload('apps/v1', 'Deployment', spec));
  await until(({ status }) => status?.readyReplicas === 1);
  clock.advance(40_000);
  const seen = await until(({ status }) => status?.availableReplicas === 1);
  assert.equal(progressing(seen)?.reason, 'ReplicaSetUpdated');
  const availableMs = clock.now();
  clock.advance(45_000);
  // More than a minute after the pod was ready, less after it was available.
  await until(() => clock.now() > availableMs + 50_000);
  const waiting = asKind(deployments, await cluster.client.get(deployments, target));
  assert.equal(progressing(waiting)?.reason, 'ReplicaSetUpdated');
  clock.advance(15_000);
  const late = await until((deployment) => progressing(deployment)?.status === 'False');
  assert.equal(progressing(late)?.reason, 'ProgressDeadlineExceeded');
  assert.match(progressing(late)?.message ?? '', /^ReplicaSet "slow-[a-z0-9]+" has timed out progressing\.$/);
  await cluster.close();
});

test('a rollout of which no pod ever becomes available times out', async () => {
  const clock = new ManualClock();
  const cluster = await startTestCluster({ clock, nodes: [] });
  const target = { name: 'stuck', namespace: 'default' };
  const spec = { ...target, replicas: 1, progressDeadlineSeconds: 60 };
  await cluster.client.create(deployments, workload('apps/v1', 'Deployment', spec));
  const reasons = new Set<string>();
  for (let round = 0; round < 2_000 && !reasons.has('ProgressDeadlineExceeded'); round++) {
    clock.advance(100);
    await setImmediate();
    const found = asKind(deployments, await cluster.client.get(deployments, target));
    reasons.add(findCondition(found.status?.conditions, 'Progressing')?.reason ?? '');
  }
  assert.ok(reasons.has('ReplicaSetUpdated'), [...reasons].join());
  assert.ok(reasons.has('ProgressDeadlineExceeded'), [...reasons].join());
  await cluster.close();
});
