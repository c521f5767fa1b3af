import { test } from 'node:test';
import { findCondition } from '../../src/apimachinery/conditions.ts';
import { defineKind } from '../../src/apimachinery/kinds.ts';
import { systemRandom } from '../../src/base/index.ts';
import { startHubControllers, startMemberAgent } from '../../src/controllers/index.ts';
import { configMaps, namespaces } from '../../src/controllers/kinds/core.ts';
import { memberClusters } from '../../src/controllers/kinds/fleet.ts';
import { clusterFamily, works } from '../../src/controllers/kinds/placement.ts';
import { ManualClock } from '../support/manual-clock.ts';
import { eventually, installFleetKinds, installMemberKinds, startTestCluster, testLog } from './harness.ts';
import { workload } from './manifests.ts';

const deployments = defineKind('apps/v1', 'Deployment', 'deployments');

test('whatever loops wait for, they end when they are told to, without any time passing', async () => {
  const clock = new ManualClock();
  const surroundings = { clock, random: systemRandom, log: testLog };
  const hub = await startTestCluster({ profile: 'hub', clock });
  const member = await startTestCluster({ clock });
  await installFleetKinds(hub.client);
  await installMemberKinds(member.client);
  const hubControllers = startHubControllers({ ...surroundings, hub: hub.client });
  const agent = startMemberAgent({
    ...surroundings,
    hub: hub.client,
    member: member.client,
    memberName: 'm',
  });
  const passing = setInterval(() => clock.advance(50), 1);
  const wanted = { kind: 'MemberCluster', apiVersion: memberClusters.apiVersion, metadata: { name: 'm' } };
  const spec = { identity: { kind: 'User' as const, name: 'agent-m' } };
  await hub.client.create(memberClusters, { ...wanted, spec });
  await eventually(
    hub.client,
    memberClusters,
    { name: 'm' },
    (m) => findCondition(m?.status?.conditions, 'Joined')?.status === 'True',
  );
  // A namespace that cannot go, a rollout that cannot end, a changed placement that waits for further changes.
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'held' } };
  for (const cluster of [hub, member]) await cluster.client.create(namespaces, namespace);
  const metadata = { name: 'holds', namespace: 'held', finalizers: ['example.com/hold'] };
  await member.client.create(configMaps, { apiVersion: 'v1', kind: 'ConfigMap', metadata });
  await member.client.create(
    deployments,
    workload('apps/v1', 'Deployment', { name: 'many', namespace: 'default', replicas: 500 }),
  );
  await hub.client.create(clusterFamily.placements, {
    apiVersion: clusterFamily.placements.apiVersion,
    kind: clusterFamily.placements.kind,
    metadata: { name: 'p' },
    spec: { resourceSelectors: [{ group: '', version: 'v1', kind: 'Namespace', name: 'held' }] },
  });
  const work = { name: 'p-work', namespace: 'fleet-member-m' };
  await eventually(hub.client, works, work, (w) => w !== undefined);
  await member.client.delete(namespaces, { name: 'held' });
  await hub.client.delete(memberClusters, { name: 'm' });
  clearInterval(passing);
  await agent.close();
  await hubControllers.close();
  await member.close();
  await hub.close();
});
