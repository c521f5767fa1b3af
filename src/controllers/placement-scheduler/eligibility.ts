import { findCondition, isTrue } from '../../apimachinery/conditions.ts';
import type { MemberCluster } from '../kinds/fleet.ts';

const eligibilityLimits = {
  /** A member whose agent was silent for longer gets nothing new. */
  heartbeatMs: 5 * 60_000,
  /** A member that was not healthy for longer gets nothing new. */
  unhealthyMs: 5 * 60_000,
} as const;

/** Why a member may not be picked anew; undefined when it may. */
export function ineligibility(member: MemberCluster, nowMs: number): string | undefined {
  if (member.metadata.deletionTimestamp) return 'cluster has left the fleet';
  const problem = connectionProblem(member, nowMs);
  return problem === undefined ? undefined : `cluster is not connected to the fleet: ${problem}`;
}

function connectionProblem(member: MemberCluster, nowMs: number): string | undefined {
  const agent = member.status?.agentStatus?.find(({ type }) => type === 'MemberAgent');
  if (!agent) return 'member agent not online yet';
  const silentMs = nowMs - Date.parse(agent.lastReceivedHeartbeat ?? '1970-01-01T00:00:00Z');
  if (silentMs > eligibilityLimits.heartbeatMs) {
    return `no recent heartbeat signals (last received ${minutes(silentMs)} minutes ago)`;
  }
  if (!isTrue(agent.conditions, 'Joined')) return 'member agent not joined yet';
  const health = findCondition(agent.conditions, 'Healthy');
  if (!health) return 'health condition from member agent is not available';
  const sinceMs = nowMs - Date.parse(health.lastTransitionTime);
  if (health.status !== 'True' && sinceMs > eligibilityLimits.unhealthyMs) {
    return `unhealthy for a prolonged period of time (last transitioned ${minutes(sinceMs)} minutes ago)`;
  }
  return undefined;
}

function minutes(ms: number): string {
  return (ms / 60_000).toFixed(2);
}
