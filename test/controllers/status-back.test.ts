import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { JsonObject } from '../../src/base/index.ts';
import { type Deployment, deployments } from '../../src/controllers/kinds/apps.ts';
import { namespaces } from '../../src/controllers/kinds/core.ts';
import { memberNamespace } from '../../src/controllers/kinds/fleet.ts';
import {
  clusterFamily,
  type PlacementPolicy,
  type Work,
  works,
} from '../../src/controllers/kinds/placement.ts';
import { TestHub } from './fleet-hub.ts';
import { workload } from './manifests.ts';

const picked: PlacementPolicy = { placementType: 'PickN', numberOfClusters: 1 };
const target = { name: 'web', namespace: 'mirror' };

async function placeMirrored(hub: TestHub, policy: PlacementPolicy): Promise<void> {
  await hub.join('west');
  await hub.makeNamespace('mirror');
  await hub.client.create(deployments, workload('apps/v1', 'Deployment', { ...target, replicas: 1 }));
  const { apiVersion, kind } = clusterFamily.placements;
  await hub.client.create(clusterFamily.placements, {
    apiVersion,
    kind,
    metadata: { name: 'mirror' },
    spec: {
      resourceSelectors: [{ group: '', version: 'v1', kind: 'Namespace', name: 'mirror' }],
      policy,
      strategy: {
        type: 'RollingUpdate',
        reportBackStrategy: { type: 'Mirror', destination: 'OriginalResource' },
      },
    },
  });
}

/** What an agent says of the Deployment of a Work: it is applied, and has so many replicas. */
async function report(hub: TestHub, work: Work, replicas: number): Promise<void> {
  const { generation = 0 } = work.metadata;
  const type = { group: 'apps', version: 'v1', kind: 'Deployment' };
  const applied = {
    type: 'Applied',
    status: 'True',
    reason: 'Said',
    message: '',
    observedGeneration: generation,
  };
  const conditions = [{ ...applied, status: 'True' as const, lastTransitionTime: '2026-01-01T00:00:00Z' }];
  const observed: JsonObject = { apiVersion: 'apps/v1', kind: 'Deployment', status: { replicas } };
  const manifestConditions = [
    {
      identifier: { ordinal: 2, resource: 'deployments', ...type, ...target },
      conditions,
      backReportedStatus: { observationTime: '2026-01-01T00:00:00Z', observedStatus: observed },
    },
  ];
  await hub.client.updateStatus(works, { ...work, status: { conditions, manifestConditions } });
}

const has = (replicas: number) => (it: Deployment) => it.status?.replicas === replicas;

test('statuses come back to the originals from the member that was picked, whatever others write in its name', async () => {
  await using hub = await TestHub.start();
  await placeMirrored(hub, picked);
  const place = { name: 'mirror-work', namespace: memberNamespace('west') };
  const real = await hub.until<Work>(works, place, () => true);
  const space = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: memberNamespace('liar') } };
  await hub.client.create(namespaces, space);
  const { labels = {}, annotations = {} } = real.metadata;
  const metadata = { name: 'mirror-work', namespace: memberNamespace('liar'), labels, annotations };
  const { apiVersion, kind, spec } = real;
  const liar = await hub.client.create(works, { apiVersion, kind, metadata, spec });
  const seen: number[] = [];
  const watch = hub.server.client.watch(
    deployments,
    { namespace: 'mirror' },
    {
      onEvent(event) {
        if (event.type === 'BOOKMARK') return;
        const { status } = event.object as Deployment;
        if (status?.replicas) seen.push(status.replicas);
      },
      onError() {},
    },
  );
  await report(hub, liar, 66);
  await report(hub, real, 3);
  await hub.until(deployments, target, has(3));
  await report(hub, await hub.client.get(works, place), 4);
  await hub.until(deployments, target, has(4));
  watch.close();
  assert.deepEqual(seen, [3, 4]);
});

test('a status that came before its placement said where it goes comes back when it says so', async () => {
  await using hub = await TestHub.start();
  await hub.join('east');
  await placeMirrored(hub, { placementType: 'PickN', numberOfClusters: 2 });
  const place = { name: 'mirror-work', namespace: memberNamespace('west') };
  await report(hub, await hub.until<Work>(works, place, () => true), 3);
  await hub.report('east', 'mirror-work');
  // With one cluster less there is one status.
  await hub.client.patch(
    clusterFamily.placements,
    { name: 'mirror' },
    {
      type: 'merge',
      body: { spec: { policy: { numberOfClusters: 1 } } },
    },
  );
  await hub.until(deployments, target, has(3));
});
