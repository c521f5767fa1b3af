import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { asKind } from '../../src/apimachinery/kinds.ts';
import {
  controllerRevisions,
  type Deployment,
  deployments,
  type ReplicaSet,
  replicaSets,
  statefulSets,
} from '../../src/controllers/kinds/apps.ts';
import { eventually, eventuallyAll, startTestCluster, type TestCluster } from './harness.ts';
import { template, workload } from './manifests.ts';

let cluster: TestCluster;
before(async () => {
  cluster = await startTestCluster();
});
after(() => cluster.close());

const at = (name: string) => ({ namespace: 'default', name });

async function image(
  kind: typeof deployments | typeof statefulSets,
  name: string,
  to: string,
): Promise<void> {
  const body = { spec: { template: { spec: { containers: [{ name: 'main', image: to }] } } } };
  const written = await cluster.client.patch(kind, at(name), { type: 'strategic', body });
  await eventually<Deployment>(
    cluster.client,
    // Both have the generation that their controller has seen.
    kind as typeof deployments,
    at(name),
    (found) => found?.status?.observedGeneration === written.metadata.generation,
  );
}

function setsOf(name: string, holds: (found: readonly ReplicaSet[]) => boolean) {
  const select = { namespace: 'default', labelSelector: `app=${name}` };
  return eventuallyAll<ReplicaSet>(cluster.client, replicaSets, select, holds);
}

test('a deployment keeps as many of its empty sets as is asked for, the newest ones', async () => {
  const spec = { name: 'short-history', replicas: 0, revisionHistoryLimit: 1 };
  await cluster.client.create(deployments, workload('apps/v1', 'Deployment', spec));
  for (const version of ['nginx:1', 'nginx:2', 'nginx:3']) await image(deployments, spec.name, version);
  const left = await setsOf(spec.name, ({ length }) => length === 2);
  const images = left.map(({ spec: { template: made } }) => made.spec.containers[0]?.image);
  assert.deepEqual(images.sort(), ['nginx:2', 'nginx:3']);
});

test('a set of another owner by the same name is left alone, and the deployment takes another name', async () => {
  const spec = { name: 'twin', replicas: 1 };
  const { metadata } = await cluster.client.create(deployments, workload('apps/v1', 'Deployment', spec));
  const [first] = await setsOf(spec.name, ({ length }) => length === 1);
  assert.ok(first);
  const wanted = first.metadata.name ?? '';
  await cluster.client.delete(deployments, at(spec.name), { propagationPolicy: 'Foreground' });
  await eventually(cluster.client, deployments, at(spec.name), (found) => found === undefined);
  await eventually(cluster.client, replicaSets, at(wanted), (found) => found === undefined);
  const other = workload('apps/v1', 'ReplicaSet', { name: wanted, replicas: 0 });
  const mine = await cluster.client.create(replicaSets, other);
  const again = await cluster.client.create(deployments, workload('apps/v1', 'Deployment', spec));
  assert.notEqual(again.metadata.uid, metadata.uid);
  const found = await eventually<Deployment>(
    cluster.client,
    deployments,
    at(spec.name),
    (deployment) => deployment?.status?.availableReplicas === 1,
  );
  assert.equal(found?.status?.collisionCount, 1);
  const kept = asKind(replicaSets, await cluster.client.get(replicaSets, at(wanted)));
  assert.deepEqual([kept.metadata.uid, kept.metadata.ownerReferences], [mine.metadata.uid, undefined]);
});

test('a stateful set that goes back to a template before raises its revision, and keeps the newest of the others', async () => {
  const spec = { name: 'back', replicas: 0, serviceName: 'back', revisionHistoryLimit: 1 };
  await cluster.client.create(statefulSets, workload('apps/v1', 'StatefulSet', spec));
  const select = { namespace: 'default', labelSelector: 'app=back' };
  const numbers = (wanted: readonly (readonly [string, number])[]) =>
    eventuallyAll(cluster.client, controllerRevisions, select, (all) => {
      const told = all.map(({ data, revision }) => [
        /"image":"([^"]*)"/.exec(JSON.stringify(data))?.[1] ?? '',
        revision,
      ]);
      return JSON.stringify(told.sort()) === JSON.stringify(wanted);
    });
  await numbers([['nginx', 1]]);
  await image(statefulSets, 'back', 'nginx:1');
  await numbers([
    ['nginx', 1],
    ['nginx:1', 2],
  ]);
  await image(statefulSets, 'back', 'nginx');
  await numbers([
    ['nginx', 3],
    ['nginx:1', 2],
  ]);
  await image(statefulSets, 'back', 'nginx:2');
  const left = await numbers([
    ['nginx', 3],
    ['nginx:2', 4],
  ]);
  assert.ok(left.every(({ metadata }) => metadata.ownerReferences?.[0]?.name === 'back'));
});

test('a revision of somebody else by the same name is left alone', async () => {
  const spec = { name: 'taken', replicas: 0, serviceName: 'taken' };
  await cluster.client.create(statefulSets, workload('apps/v1', 'StatefulSet', spec));
  const select = { namespace: 'default', labelSelector: 'app=taken' };
  const [first] = await eventuallyAll(
    cluster.client,
    controllerRevisions,
    select,
    ({ length }) => length === 1,
  );
  assert.ok(first);
  const { name = '' } = first.metadata;
  await cluster.client.delete(statefulSets, at('taken'), { propagationPolicy: 'Foreground' });
  await eventually(cluster.client, controllerRevisions, at(name), (found) => found === undefined);
  const data = { spec: { template: template('other') } };
  await cluster.client.create(controllerRevisions, {
    apiVersion: 'apps/v1',
    kind: 'ControllerRevision',
    metadata: at(name),
    data,
    revision: 7,
  });
  await cluster.client.create(statefulSets, workload('apps/v1', 'StatefulSet', spec));
  const [own] = await eventuallyAll(
    cluster.client,
    controllerRevisions,
    select,
    ({ length }) => length === 1,
  );
  assert.notEqual(own?.metadata.name, name);
  assert.equal(own?.revision, 1);
  const other = asKind(controllerRevisions, await cluster.client.get(controllerRevisions, at(name)));
  assert.deepEqual([other.data, other.revision], [data, 7]);
});
