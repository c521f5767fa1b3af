import { findCondition, type NewCondition, withCondition } from '../../apimachinery/conditions.ts';
import type { FullCondition } from '../../apimachinery/meta.ts';
import type { AgentStatus, InternalMemberCluster, MemberCluster, MemberReport } from '../kinds/fleet.ts';

/** Agents that must say that they joined. The networking agents are not part of Drydock. */
const expectedAgents = ['MemberAgent'] as const;

export interface NextStatus {
  readonly status: MemberReport;
  readonly events: readonly { readonly reason: string; readonly message: string }[];
}

/** The status of a member that is to join: what its agent reports, `ReadyToJoin` and `Joined`. */
export function joinedStatus(member: MemberCluster, twin: InternalMemberCluster, nowMs: number): NextStatus {
  const ready: NewCondition = {
    type: 'ReadyToJoin',
    status: 'True',
    reason: 'MemberClusterReadyToJoin',
    message: 'Member cluster is ready to join the fleet',
    ...generationOf(member),
  };
  return nextStatus(member, twin, { nowMs, own: [ready, joinedCondition(member, twin)] });
}

/** The status of a member that is to leave; once its agent has left it is no longer ready to join. */
export function leavingStatus(member: MemberCluster, twin: InternalMemberCluster, nowMs: number): NextStatus {
  const joined = joinedCondition(member, twin);
  const notReady: NewCondition = {
    type: 'ReadyToJoin',
    status: 'False',
    reason: 'MemberClusterNotReadyToJoin',
    message: 'Member cluster is not ready to join the fleet',
    ...generationOf(member),
  };
  return nextStatus(member, twin, { nowMs, own: joined.status === 'False' ? [notReady, joined] : [joined] });
}

/** True once the agent has answered a request to leave. */
export function memberAgentLeft(twin: InternalMemberCluster): boolean {
  return joinStates(twin).every((state) => state === 'False');
}

function generationOf(member: MemberCluster): { observedGeneration?: number } {
  const { generation } = member.metadata;
  return generation === undefined ? {} : { observedGeneration: generation };
}

function nextStatus(
  member: MemberCluster,
  twin: InternalMemberCluster,
  { nowMs, own }: { readonly nowMs: number; readonly own: readonly NewCondition[] },
): NextStatus {
  const before = member.status?.conditions ?? [];
  let conditions: FullCondition[] = [...before];
  for (const reported of twin.status?.conditions ?? [])
    conditions = copyCondition(conditions, reported, member);
  for (const condition of own) conditions = withCondition(conditions, condition, nowMs);
  const events = own
    .filter((condition) => findCondition(before, condition.type)?.status !== condition.status)
    .flatMap(eventOf);
  return { status: { ...reportOf(member, twin), conditions }, events };
}

/** The agent's report; conditions are said of the member's generation, not of its twin's. */
function reportOf(member: MemberCluster, twin: InternalMemberCluster): MemberReport {
  const { agentStatus, namespaces, properties, resourceUsage } = twin.status ?? {};
  const copied = agentStatus?.map((agent): AgentStatus => {
    if (!agent.conditions) return agent;
    return { ...agent, conditions: agent.conditions.map((c) => ({ ...c, ...generationOf(member) })) };
  });
  return {
    ...(copied ? { agentStatus: copied } : {}),
    ...(namespaces ? { namespaces } : {}),
    ...(properties ? { properties } : {}),
    ...(resourceUsage ? { resourceUsage } : {}),
  };
}

function copyCondition(
  conditions: readonly FullCondition[],
  reported: FullCondition,
  member: MemberCluster,
): FullCondition[] {
  const copy = { ...reported, ...generationOf(member) };
  const at = conditions.findIndex((condition) => condition.type === reported.type);
  return at < 0 ? [...conditions, copy] : conditions.with(at, copy);
}

function joinStates(twin: InternalMemberCluster): (FullCondition['status'] | undefined)[] {
  return expectedAgents.map((type) => {
    const agent = twin.status?.agentStatus?.find((status) => status.type === type);
    return findCondition(agent?.conditions, 'Joined')?.status;
  });
}

function joinedCondition(member: MemberCluster, twin: InternalMemberCluster): NewCondition {
  const base = { type: 'Joined', ...generationOf(member) } as const;
  const unknown = (message: string): NewCondition => ({
    ...base,
    status: 'Unknown',
    reason: 'MemberClusterJoinStateUnknown',
    message,
  });
  const name = member.metadata.name ?? '';
  const reporting = new Set(twin.status?.agentStatus?.map((agent) => agent.type));
  const seen = expectedAgents.filter((type) => reporting.has(type));
  if (seen.length < expectedAgents.length) {
    const counts = `expected ${expectedAgents.length}, got ${seen.length}`;
    return unknown(`Member cluster ${name} has not reported all the expected agents, ${counts}`);
  }
  const states = joinStates(twin);
  const silent = expectedAgents[states.indexOf(undefined)];
  if (silent)
    return unknown(`Member cluster ${name} has not reported the join condition for agent ${silent}`);
  if (states.every((state) => state === 'True')) {
    const message = 'Member cluster has successfully joined the fleet';
    return { ...base, status: 'True', reason: 'MemberClusterJoined', message };
  }
  if (states.every((state) => state === 'False')) {
    return {
      ...base,
      status: 'False',
      reason: 'MemberClusterLeft',
      message: 'Member cluster has left the fleet',
    };
  }
  return unknown('Member agents are not in a consistent state');
}

/** What a change of a condition tells the reader of `kubectl describe`. */
function eventOf(condition: NewCondition): { reason: string; message: string }[] {
  const { type, status, reason, message } = condition;
  if (type === 'ReadyToJoin')
    return status === 'True' ? [{ reason, message: 'member cluster is ready to join' }] : [];
  if (status === 'True') return [{ reason, message: 'member cluster joined' }];
  // Leaving is told under the reason of joining, as KubeFleet does.
  if (status === 'False') return [{ reason: 'MemberClusterJoined', message: 'member cluster left' }];
  return [{ reason, message }];
}
