import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { type ClusterClient, ClusterError } from '../../src/apimachinery/client.ts';
import { findCondition } from '../../src/apimachinery/conditions.ts';
import { asKind } from '../../src/apimachinery/kinds.ts';
import { systemClock, systemRandom } from '../../src/base/index.ts';
import {
  type RunningControllers,
  startHubControllers,
  startMemberAgent,
} from '../../src/controllers/index.ts';
import { namespaces, nodes } from '../../src/controllers/kinds/core.ts';
import {
  type ClusterProfile,
  clusterProfiles,
  internalMemberClusters,
  type MemberCluster,
  memberClusters,
} from '../../src/controllers/kinds/fleet.ts';
import { works } from '../../src/controllers/kinds/placement.ts';
import { roleBindings, roles } from '../../src/controllers/kinds/rbac.ts';
import { delegate } from '../reconcile/delegate.ts';
import { ManualClock } from '../support/manual-clock.ts';
import {
  eventually,
  installFleetKinds,
  installMemberKinds,
  startTestCluster,
  type TestCluster,
  testLog,
} from './harness.ts';

let hub: TestCluster;
let member: TestCluster;
let hubControllers: RunningControllers;
const surroundings = { clock: systemClock, random: systemRandom, log: testLog };

before(async () => {
  hub = await startTestCluster({ profile: 'hub' });
  member = await startTestCluster();
  await installFleetKinds(hub.client);
  await installMemberKinds(member.client);
  hubControllers = startHubControllers({ ...surroundings, hub: hub.client });
});
after(async () => {
  await hubControllers.close();
  await hub.close();
  await member.close();
});

function memberCluster(name: string, heartbeatPeriodSeconds = 60): MemberCluster {
  return {
    apiVersion: memberClusters.apiVersion,
    kind: memberClusters.kind,
    metadata: { name },
    spec: { identity: { kind: 'User', name: `agent-${name}` }, heartbeatPeriodSeconds },
  };
}

function joined(object: MemberCluster | undefined): string | undefined {
  return findCondition(object?.status?.conditions, 'Joined')?.status;
}

/** The member's agent, as the identity that the MemberCluster names. */
function startAgent(name: string, client: ClusterClient = member.client): RunningControllers {
  const identity = { username: `agent-${name}`, uid: '', groups: ['system:authenticated'], extra: {} };
  return startMemberAgent({ ...surroundings, hub: hub.clientAs(identity), member: client, memberName: name });
}

test('a member joins: the hub makes its namespace and rights, the agent answers, JOINED turns True', async () => {
  const agent = startAgent('aks-member-1');
  await hub.client.create(memberClusters, memberCluster('aks-member-1'));
  const seen = await eventually(
    hub.client,
    memberClusters,
    { name: 'aks-member-1' },
    (m) => joined(m) === 'True',
  );
  assert.equal(seen?.metadata.labels?.['kubernetes-fleet.io/member-name'], 'aks-member-1');
  assert.deepEqual(seen?.metadata.finalizers?.includes('kubernetes-fleet.io/membercluster-finalizer'), true);
  const ready = findCondition(seen?.status?.conditions, 'ReadyToJoin');
  assert.equal(ready?.reason, 'MemberClusterReadyToJoin');
  const condition = findCondition(seen?.status?.conditions, 'Joined');
  assert.equal(condition?.reason, 'MemberClusterJoined');
  assert.equal(condition?.message, 'Member cluster has successfully joined the fleet');
  assert.equal(condition?.observedGeneration, seen?.metadata.generation);
  const status = seen?.status?.agentStatus?.[0];
  assert.equal(status?.type, 'MemberAgent');
  assert.ok(status?.lastReceivedHeartbeat);
  assert.equal(findCondition(status?.conditions, 'Healthy')?.reason, 'InternalMemberClusterHealthy');
  assert.equal(seen?.status?.properties?.['kubernetes-fleet.io/node-count']?.value, '2');
  assert.equal(seen?.status?.resourceUsage?.capacity?.['cpu'], '8');
  assert.equal(findCondition(seen?.status?.conditions, 'ClusterPropertyCollectionSucceeded')?.status, 'True');
  const namespace = await hub.client.get(namespaces, { name: 'fleet-member-aks-member-1' });
  assert.equal(namespace.metadata.labels?.['kubernetes-fleet.io/is-fleet-resource'], 'true');
  const target = { namespace: 'fleet-member-aks-member-1' };
  await hub.client.get(roles, { ...target, name: 'fleet-role-aks-member-1' });
  await hub.client.get(roleBindings, { ...target, name: 'fleet-rolebinding-aks-member-1' });
  await agent.close();
});

test('the rights of a member are bound to its identity as it is named, with the API group of users where it is left out', async () => {
  const group = 'rbac.authorization.k8s.io';
  for (const [name, identity, subject] of [
    ['by-user', { kind: 'User', name: 'u' }, { kind: 'User', name: 'u', apiGroup: group }],
    ['by-group', { kind: 'Group', name: 'g' }, { kind: 'Group', name: 'g', apiGroup: group }],
    [
      'by-account',
      { kind: 'ServiceAccount', name: 's', namespace: 'fleet-system' },
      { kind: 'ServiceAccount', name: 's', namespace: 'fleet-system' },
    ],
  ] as const) {
    const member = memberCluster(name);
    await hub.client.create(memberClusters, { ...member, spec: { ...member.spec, identity } });
    const target = { name: `fleet-rolebinding-${name}`, namespace: `fleet-member-${name}` };
    const binding = await eventually(hub.client, roleBindings, target, (found) => found !== undefined);
    assert.deepEqual(binding?.subjects, [subject]);
    await hub.client.delete(memberClusters, { name });
  }
});

test("kubectl shows the member as Azure's page does", async () => {
  const { kubectl } = await hub.listen();
  const table = await kubectl('get', 'memberclusters');
  assert.match(table, /^NAME +JOINED +AGE\n/);
  assert.match(table, /aks-member-1 +True +\d+s\n/);
  const wide = await kubectl('get', 'memberclusters', '-o', 'wide');
  assert.match(wide, /MEMBER-AGENT-LAST-SEEN +NODE-COUNT +AVAILABLE-CPU +AVAILABLE-MEMORY/);
  assert.match(wide, /aks-member-1 +True +\d+s +\d+s +2 +7800m +28068Mi/);
});

test('a joined member gets a ClusterProfile that says whether its API server is healthy', async () => {
  const target = { namespace: 'fleet-system', name: 'aks-member-1' };
  const profile = await eventually(
    hub.client,
    clusterProfiles,
    target,
    (p) => findCondition(p?.status?.conditions, 'ControlPlaneHealthy')?.status === 'True',
  );
  assert.equal(profile?.spec.displayName, 'aks-member-1');
  assert.equal(profile?.status?.version?.kubernetes, 'v1.34.4');
});

test('a ClusterProfile that somebody changes or deletes is put right', async () => {
  const target = { namespace: 'fleet-system', name: 'aks-member-1' };
  const before = await hub.client.get(clusterProfiles, target);
  await hub.client.patch(clusterProfiles, target, { type: 'merge', body: { spec: { displayName: 'mine' } } });
  await eventually(hub.client, clusterProfiles, target, (p) => p?.spec.displayName === 'aks-member-1');
  await hub.client.delete(clusterProfiles, target);
  await eventually(
    hub.client,
    clusterProfiles,
    target,
    (p) => p !== undefined && p.metadata.uid !== before.metadata.uid,
  );
});

test('namespaces and nodes that come and go on a member are told before the next heartbeat', async () => {
  const agent = startAgent('lively');
  await hub.client.create(memberClusters, memberCluster('lively', 600));
  await eventually(hub.client, memberClusters, { name: 'lively' }, (m) => joined(m) === 'True');
  const metadata = { name: 'fresh' };
  await member.client.create(namespaces, { apiVersion: 'v1', kind: 'Namespace', metadata });
  await eventually(
    hub.client,
    memberClusters,
    { name: 'lively' },
    (m) => m?.status?.namespaces?.['fresh'] === '',
  );
  await member.client.delete(namespaces, metadata);
  await eventually(
    hub.client,
    memberClusters,
    { name: 'lively' },
    (m) => m?.status?.namespaces?.['fresh'] === undefined,
  );
  const nodeCount = (count: string) => (m: MemberCluster | undefined) =>
    m?.status?.properties?.['kubernetes-fleet.io/node-count']?.value === count;
  await member.client.create(nodes, { apiVersion: 'v1', kind: 'Node', metadata: { name: 'by-hand' } });
  await eventually(hub.client, memberClusters, { name: 'lively' }, nodeCount('3'));
  await member.client.delete(nodes, { name: 'by-hand' });
  await eventually(hub.client, memberClusters, { name: 'lively' }, nodeCount('2'));
  await agent.close();
});

test('a member whose agent falls silent keeps its last heartbeat, and its profile says that it is lost', async () => {
  const clock = new ManualClock();
  const quiet = { ...surroundings, clock };
  const ownHub = await startTestCluster({ profile: 'hub', clock });
  await installFleetKinds(ownHub.client);
  const controllers = startHubControllers({ ...quiet, hub: ownHub.client });
  const agent = startMemberAgent({
    ...{ ...quiet, hub: ownHub.client, member: member.client, memberName: 'silent' },
  });
  await ownHub.client.create(memberClusters, memberCluster('silent', 15));
  const target = { namespace: 'fleet-system', name: 'silent' };
  const health = (p: ClusterProfile | undefined) =>
    findCondition(p?.status?.conditions, 'ControlPlaneHealthy');
  await eventually(ownHub.client, clusterProfiles, target, (p) => health(p)?.status === 'True');
  await agent.close();
  const { client } = ownHub;
  const before = asKind(memberClusters, await client.get(memberClusters, { name: 'silent' }));
  await clock.advance(60_000);
  await clock.advance(2_000);
  const lost = await eventually(client, clusterProfiles, target, (p) => health(p)?.status === 'False');
  assert.equal(health(lost)?.reason, 'MemberAgentHeartbeatLost');
  const after = asKind(memberClusters, await client.get(memberClusters, { name: 'silent' }));
  assert.deepEqual(after.status?.agentStatus, before.status?.agentStatus);
  assert.equal(joined(after), 'True');
  await controllers.close();
  await ownHub.close();
});

test('a member that stops answering shows it on its agent status, and stays joined', async () => {
  let answers = true;
  const faulty = delegate(member.client, {
    raw: (...args) =>
      answers
        ? member.client.raw(...args)
        : Promise.reject(new ClusterError(503, 'ServiceUnavailable', 'down')),
  });
  const agent = startAgent('faulty', faulty);
  await hub.client.create(memberClusters, memberCluster('faulty', 1));
  const healthy = (m: MemberCluster | undefined) =>
    findCondition(m?.status?.agentStatus?.[0]?.conditions, 'Healthy');
  await eventually(hub.client, memberClusters, { name: 'faulty' }, (m) => healthy(m)?.status === 'True');
  answers = false;
  const seen = await eventually(
    hub.client,
    memberClusters,
    { name: 'faulty' },
    (m) => healthy(m)?.status === 'False',
  );
  assert.equal(healthy(seen)?.message, 'health probe failed with status code 503');
  assert.equal(joined(seen), 'True');
  answers = true;
  await eventually(hub.client, memberClusters, { name: 'faulty' }, (m) => healthy(m)?.status === 'True');
  await agent.close();
});

test('a member that is deleted leaves: the agent says so and everything of it goes', async () => {
  const agent = startAgent('leaver');
  await hub.client.create(memberClusters, memberCluster('leaver'));
  await eventually(hub.client, memberClusters, { name: 'leaver' }, (m) => joined(m) === 'True');
  const left = eventually(
    hub.client,
    internalMemberClusters,
    { namespace: 'fleet-member-leaver', name: 'leaver' },
    (twin) =>
      findCondition(twin?.status?.agentStatus?.[0]?.conditions, 'Joined')?.reason ===
      'InternalMemberClusterLeft',
  );
  await hub.client.delete(memberClusters, { name: 'leaver' });
  await left;
  await eventually(hub.client, memberClusters, { name: 'leaver' }, (m) => m === undefined);
  await assert.rejects(() => hub.client.get(namespaces, { name: 'fleet-member-leaver' }), {
    reason: 'NotFound',
  });
  await agent.close();
});

test('a member gets back the finalizer that a replace took off, and leaves nothing when it went without', async () => {
  const name = 'stripped';
  const finalizer = 'kubernetes-fleet.io/membercluster-finalizer';
  const namespace = `fleet-member-${name}`;
  const without = { type: 'merge', body: { metadata: { finalizers: null } } } as const;
  await hub.client.create(memberClusters, memberCluster(name));
  await eventually(hub.client, internalMemberClusters, { name, namespace }, (twin) => twin !== undefined);
  await hub.client.patch(memberClusters, { name }, without);
  await eventually(
    hub.client,
    memberClusters,
    { name },
    (m) => m?.metadata.finalizers?.includes(finalizer) === true,
  );
  // As after a deletion that nobody on the hub saw: a namespace of a member that is not there, with a Work that is held.
  const left = 'fleet-member-unheard';
  const labels = { 'kubernetes-fleet.io/is-fleet-resource': 'true' };
  await hub.client.create(namespaces, {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name: left, labels },
  });
  await hub.client
    .create(works, {
      apiVersion: works.apiVersion,
      kind: works.kind,
      metadata: { name: 'held', namespace: left, finalizers: ['kubernetes-fleet.io/work-cleanup'] },
      spec: { workload: { manifests: [] } },
    })
    // The namespace may be on its way out already.
    .catch((thrown: unknown) => assert.ok(thrown instanceof ClusterError));
  await eventually(hub.client, namespaces, { name: left }, (n) => n === undefined);
  await hub.client.delete(memberClusters, { name });
  await hub.client.delete(internalMemberClusters, { name, namespace });
  await eventually(hub.client, memberClusters, { name }, (m) => m === undefined);
});
