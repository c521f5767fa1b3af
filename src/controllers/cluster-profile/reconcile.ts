import { findCondition, isCurrent, type NewCondition, withCondition } from '../../apimachinery/conditions.ts';
import { ignoringMissing, type TypedClient } from '../../apimachinery/kinds.ts';
import { jsonEqual } from '../../base/index.ts';
import type { Informer, Reconciled } from '../../reconcile/index.ts';
import {
  type ClusterProfile,
  clusterProfiles,
  fleetKey,
  fleetNamespace,
  type MemberCluster,
} from '../kinds/fleet.ts';
import type { ClusterContext } from '../shared/context.ts';
import { hold, release } from '../shared/finalizers.ts';
import { commitStatus } from '../shared/status.ts';

/** A heartbeat older than this means that the member's agent is lost. */
const unhealthyAfterMs = 60_000;
const finalizer = fleetKey('cluster-profile-cleanup');
const managerName = 'KubeFleet';

/** One pass over the profile of one member. */
export async function reconcileClusterProfile(
  name: string,
  members: Informer<MemberCluster>,
  context: ClusterContext,
): Promise<Reconciled | undefined> {
  const member = members.get(name);
  if (!member) return removeProfileOf(name, context.client);
  const place = { client: context.client, informer: members };
  if (member.metadata.deletionTimestamp) return removeProfile(member, place);
  const joined = findCondition(member.status?.conditions, 'Joined');
  if (!isCurrent(joined, member.metadata.generation, 'True')) return undefined;
  await hold(member, finalizer, place);
  const profile = await ensureProfile(member, context);
  const nowMs = context.clock.now();
  const status = statusOf(member, profile, nowMs);
  await commitStatus(profile, status, { client: context.client, kind: clusterProfiles });
  // An agent that falls silent changes nothing: only the clock tells.
  const lostInMs = lastHeartbeatMs(member) + unhealthyAfterMs - nowMs;
  return lostInMs >= 0 ? { againAfterMs: lostInMs + 1 } : undefined;
}

/** NaN before the first one. */
function lastHeartbeatMs(member: MemberCluster): number {
  const agent = member.status?.agentStatus?.find(({ type }) => type === 'MemberAgent');
  return Date.parse(agent?.lastReceivedHeartbeat ?? '');
}

async function removeProfile(
  member: MemberCluster,
  members: { readonly client: TypedClient; readonly informer: Informer<MemberCluster> },
): Promise<undefined> {
  const { name = '', finalizers = [] } = member.metadata;
  if (!finalizers.includes(finalizer)) return undefined;
  await removeProfileOf(name, members.client);
  await release(member, finalizer, members);
  return undefined;
}

async function removeProfileOf(name: string, client: TypedClient): Promise<undefined> {
  await ignoringMissing(client.delete(clusterProfiles, { namespace: fleetNamespace, name }));
  return undefined;
}

async function ensureProfile(member: MemberCluster, context: ClusterContext): Promise<ClusterProfile> {
  const { name = '' } = member.metadata;
  const labels = { 'x-k8s.io/cluster-manager': managerName };
  const spec = { clusterManager: { name: managerName }, displayName: name };
  const current = await context.client.find(clusterProfiles, { namespace: fleetNamespace, name });
  if (!current) {
    return context.client.create(clusterProfiles, {
      apiVersion: clusterProfiles.apiVersion,
      kind: clusterProfiles.kind,
      metadata: { name, namespace: fleetNamespace, labels },
      spec,
    });
  }
  const allLabels = { ...current.metadata.labels, ...labels };
  if (jsonEqual(current.spec, spec) && jsonEqual(current.metadata.labels, allLabels)) return current;
  const metadata = { ...current.metadata, labels: allLabels };
  return context.client.update(clusterProfiles, { ...current, metadata, spec });
}

function statusOf(
  member: MemberCluster,
  profile: ClusterProfile,
  nowMs: number,
): NonNullable<ClusterProfile['status']> {
  const { generation } = profile.metadata;
  const health = {
    ...healthOf(member, nowMs),
    ...(generation === undefined ? {} : { observedGeneration: generation }),
  };
  const before = profile.status ?? {};
  const conditions = withCondition(before.conditions ?? [], health, nowMs);
  const collected = findCondition(member.status?.conditions, 'ClusterPropertyCollectionSucceeded');
  if (!isCurrent(collected, member.metadata.generation, 'True')) return { ...before, conditions };
  const properties = member.status?.properties ?? {};
  const version = properties['k8s.io/k8s-version']?.value;
  const authority = properties['k8s.io/cluster-certificate-authority-data']?.value;
  const server = properties['k8s.io/cluster-entrypoint']?.value;
  const cluster = {
    server: server ?? '',
    ...(authority ? { 'certificate-authority-data': Buffer.from(authority).toString('base64') } : {}),
  };
  return {
    ...before,
    conditions,
    ...(version ? { version: { kubernetes: version } } : {}),
    accessProviders: [{ name: managerName, cluster }],
  };
}

/** The first matching row of the table decides. */
function healthOf(member: MemberCluster, nowMs: number): NewCondition {
  const answer = (status: NewCondition['status'], reason: string, message: string): NewCondition => ({
    type: 'ControlPlaneHealthy',
    status,
    reason,
    message,
  });
  const agent = member.status?.agentStatus?.find((status) => status.type === 'MemberAgent');
  const unknown = (message: string) => answer('Unknown', 'MemberAgentReportedNoHealthInfo', message);
  if (!agent) {
    const message = 'The Fleet member agent has not reported its status yet';
    return answer('Unknown', 'MemberAgentReportedNoStatus', message);
  }
  const health = findCondition(agent.conditions, 'Healthy');
  if (!health) {
    return unknown('The Fleet member agent has reported its status, but the health condition is missing');
  }
  const heartbeatMs = Date.parse(agent.lastReceivedHeartbeat ?? '');
  if (!(nowMs - heartbeatMs <= unhealthyAfterMs)) {
    const message = 'The Fleet member agent has lost its heartbeat connection to the Fleet hub cluster';
    return answer('False', 'MemberAgentHeartbeatLost', message);
  }
  if (health.status === 'Unknown') {
    return unknown('The Fleet member agent health check result is out of date or unknown');
  }
  if (health.status === 'False') {
    const message = 'The Fleet member agent reports that the API server is unhealthy';
    return answer('False', 'MemberClusterAPIServerUnhealthy', message);
  }
  const message = 'The Fleet member agent reports that the API server is healthy';
  return answer('True', 'MemberClusterAPIServerHealthy', message);
}
