import {
  findCondition,
  isCurrent,
  isTrue,
  type NewCondition,
  withCondition,
} from '../../apimachinery/conditions.ts';
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
  if (!member) return undefined;
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
  await ignoringMissing(members.client.delete(clusterProfiles, { namespace: fleetNamespace, name }));
  await release(member, finalizer, members);
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
  if (!isTrue(member.status?.conditions, 'ClusterPropertyCollectionSucceeded'))
    return { ...before, conditions };
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
    ...(authority ? { accessProviders: [{ name: managerName, cluster }] } : {}),
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
  if (!agent)
    return answer('Unknown', 'MemberAgentReportedNoStatus', 'The member agent has reported no status');
  const health = findCondition(agent.conditions, 'Healthy');
  const noHealth = () =>
    answer(
      'Unknown',
      'MemberAgentReportedNoHealthInfo',
      'The member agent has reported no health information',
    );
  if (!health) return noHealth();
  const heartbeatMs = Date.parse(agent.lastReceivedHeartbeat ?? '');
  if (!(nowMs - heartbeatMs <= unhealthyAfterMs)) {
    return answer('False', 'MemberAgentHeartbeatLost', 'The heartbeat of the member agent is lost');
  }
  if (health.status === 'Unknown') return noHealth();
  if (health.status === 'False') {
    return answer('False', 'MemberClusterAPIServerUnhealthy', 'The API server of the member is not healthy');
  }
  return answer('True', 'MemberClusterAPIServerHealthy', 'The API server of the member is healthy');
}
