import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { KubeObject } from '../../src/apimachinery/client.ts';
import { defineKind } from '../../src/apimachinery/kinds.ts';
import { pods } from '../../src/controllers/kinds/core.ts';
import { eventually, startTestCluster } from './harness.ts';

const accounts = defineKind<KubeObject>('v1', 'ServiceAccount', 'serviceaccounts');

test('kubectl top shows what pods and nodes use, as annotations and requests say', async () => {
  const cluster = await startTestCluster({ servesNodeMetrics: true });
  const { client } = cluster;
  const namespace = 'default';
  await eventually(client, accounts, { namespace, name: 'default' }, (account) => account !== undefined);
  for (const [name, annotations] of [
    ['told', { 'drydock.dev/cpu': '250m', 'drydock.dev/memory': '64Mi' }],
    ['asks', {}],
  ] as const) {
    const resources = { requests: { cpu: '1', memory: '1Gi' } };
    const spec = { containers: [{ name: 'main', image: 'nginx', resources }] };
    const metadata = { name, namespace, annotations, labels: { app: name } };
    await client.create(pods, { apiVersion: 'v1', kind: 'Pod', metadata, spec });
    await eventually(client, pods, { namespace, name }, (pod) => pod?.status?.phase === 'Running');
  }
  const document = await cluster.fetch('/apis/metrics.k8s.io/v1beta1');
  assert.equal(JSON.stringify(await document.json()).match(/"verbs":/g)?.length, 2);
  const { kubectl } = await cluster.listen();
  const rows = (await kubectl('top', 'pods'))
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/));
  assert.deepEqual(rows[0], ['NAME', 'CPU(cores)', 'MEMORY(bytes)']);
  assert.deepEqual(rows[2], ['told', '250m', '64Mi']);
  const [, cpu = '', memory = ''] = rows[1] ?? [];
  assert.ok(Number.parseInt(cpu, 10) >= 240 && Number.parseInt(cpu, 10) <= 360, cpu);
  assert.match(memory, /^\d{3}Mi$/);
  assert.match(await kubectl('top', 'pods', '-l', 'app=told', '--containers'), /told +main +250m +64Mi/);
  assert.match(await kubectl('top', 'nodes'), /node-1 +\d+m +\d+% +\d+Mi +\d+%/);
  await cluster.close();
});
