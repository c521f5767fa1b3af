import { findCondition, type NewCondition, withCondition } from '../../apimachinery/conditions.ts';
import { ignoringMissing } from '../../apimachinery/kinds.ts';
import type { FullCondition } from '../../apimachinery/meta.ts';
import { CodedError, type Random, rfc3339Seconds } from '../../base/index.ts';
import type { Informer, Reconciled } from '../../reconcile/index.ts';
import {
  type AgentStatus,
  fleetKey,
  type InternalMemberCluster,
  type MemberReport,
  memberNamespace,
} from '../kinds/fleet.ts';
import { works } from '../kinds/placement.ts';
import { commitStatus } from '../shared/status.ts';
import type { MemberAgentContext } from './context.ts';
import { probeHealth } from './health.ts';
import { collectProperties } from './properties.ts';

/** A heartbeat comes up to this share of its period early or late, so that a fleet does not beat in step. */
const heartbeatJitter = 0.05;
const agentType = 'MemberAgent';
const defaultHeartbeatSeconds = 60;

/** One pass: join and report, or leave. */
export async function reconcileMembership(
  twins: Informer<InternalMemberCluster>,
  context: MemberAgentContext,
): Promise<Reconciled | undefined> {
  const twin = twins.get(`${memberNamespace(context.memberName)}/${context.memberName}`);
  if (!twin) return undefined;
  return twin.spec.state === 'Leave' ? leave(twin, twins, context) : join(twin, twins, context);
}

async function join(
  twin: InternalMemberCluster,
  twins: Informer<InternalMemberCluster>,
  context: MemberAgentContext,
): Promise<Reconciled> {
  context.applier.setJoined(true, twin.metadata.uid ?? '');
  const health = await probeHealth(context.member.cluster, context.clock);
  const collected = health.healthy ? await collectProperties(context) : undefined;
  const nowMs = context.clock.now();
  const generation = generationOf(twin);
  const healthy: NewCondition = health.healthy
    ? { type: 'Healthy', status: 'True', reason: 'InternalMemberClusterHealthy', message: '', ...generation }
    : {
        type: 'Healthy',
        status: 'False',
        reason: 'InternalMemberClusterUnhealthy',
        message: health.message,
        ...generation,
      };
  const joined: NewCondition = {
    type: 'Joined',
    status: 'True',
    reason: 'InternalMemberClusterJoined',
    message: '',
    ...generation,
  };
  const agent = withAgentConditions(twin, [joined, healthy], nowMs);
  let conditions: FullCondition[] = twin.status?.conditions ?? [];
  for (const condition of collected?.conditions ?? []) {
    conditions = withCondition(conditions, { ...condition, ...generation }, nowMs);
  }
  const report: MemberReport = {
    ...twin.status,
    ...collected?.report,
    conditions,
    // The heartbeat is written even when the probe failed: the agent itself is alive.
    agentStatus: withAgent(twin, { ...agent, lastReceivedHeartbeat: rfc3339Seconds(nowMs) }),
  };
  await writeReport(twin, report, { twins, context });
  tellChanges(twin, [joined, healthy], context);
  if (!health.healthy) throw new CodedError('unavailable', health.message);
  return { againAfterMs: nextHeartbeatMs(twin, context.random) };
}

/** Frees the Works without touching what was applied, then tells the hub that the agent has left. */
async function leave(
  twin: InternalMemberCluster,
  twins: Informer<InternalMemberCluster>,
  context: MemberAgentContext,
): Promise<undefined> {
  context.applier.setJoined(false, twin.metadata.uid ?? '');
  const generation = generationOf(twin);
  const left = { type: 'Joined', ...generation } as const;
  try {
    await releaseWorks(context);
  } catch (thrown) {
    const message = thrown instanceof Error ? thrown.message : String(thrown);
    const failed: NewCondition = {
      ...left,
      status: 'Unknown',
      reason: 'InternalMemberClusterFailedToLeave',
      message,
    };
    await writeAgent(twin, failed, { twins, context });
    throw thrown;
  }
  const done: NewCondition = { ...left, status: 'False', reason: 'InternalMemberClusterLeft', message: '' };
  await writeAgent(twin, done, { twins, context });
  tellChanges(twin, [done], context);
  return undefined;
}

async function releaseWorks(context: MemberAgentContext): Promise<void> {
  const cleanup = fleetKey('work-cleanup');
  const { items } = await context.hub.list(works, { namespace: memberNamespace(context.memberName) });
  for (const work of items) {
    const { finalizers = [] } = work.metadata;
    if (!finalizers.includes(cleanup)) continue;
    const metadata = { ...work.metadata, finalizers: finalizers.filter((name) => name !== cleanup) };
    await ignoringMissing(context.hub.update(works, { ...work, metadata }));
  }
}

interface Writing {
  readonly twins: Informer<InternalMemberCluster>;
  readonly context: MemberAgentContext;
}

async function writeAgent(
  twin: InternalMemberCluster,
  condition: NewCondition,
  writing: Writing,
): Promise<void> {
  const agent = withAgentConditions(twin, [condition], writing.context.clock.now());
  await writeReport(twin, { ...twin.status, agentStatus: withAgent(twin, agent) }, writing);
}

async function writeReport(
  twin: InternalMemberCluster,
  status: MemberReport,
  { twins, context }: Writing,
): Promise<void> {
  await commitStatus(twin, status, { client: context.hub, informer: twins });
}

function agentOf(twin: InternalMemberCluster): AgentStatus | undefined {
  return twin.status?.agentStatus?.find((agent) => agent.type === agentType);
}

function withAgentConditions(
  twin: InternalMemberCluster,
  changes: readonly NewCondition[],
  nowMs: number,
): AgentStatus {
  const agent = agentOf(twin) ?? { type: agentType };
  let conditions = agent.conditions ?? [];
  for (const change of changes) conditions = withCondition(conditions, change, nowMs);
  return { ...agent, conditions };
}

/** All agents' states with this one's renewed. */
function withAgent(twin: InternalMemberCluster, agent: AgentStatus): AgentStatus[] {
  const all = twin.status?.agentStatus ?? [];
  const at = all.findIndex((other) => other.type === agent.type);
  return at < 0 ? [...all, agent] : all.with(at, agent);
}

function generationOf(twin: InternalMemberCluster): { observedGeneration?: number } {
  const { generation } = twin.metadata;
  return generation === undefined ? {} : { observedGeneration: generation };
}

function tellChanges(
  twin: InternalMemberCluster,
  conditions: readonly NewCondition[],
  context: MemberAgentContext,
): void {
  for (const { type, status, reason, message } of conditions) {
    if (findCondition(agentOf(twin)?.conditions, type)?.status === status) continue;
    const isBad = reason === 'InternalMemberClusterUnhealthy';
    context.events.record(twin, {
      type: isBad ? 'Warning' : 'Normal',
      reason,
      message: message || `internal member cluster: ${type} is ${status}`,
      component: 'internalMemberCluster-controller',
    });
  }
}

function nextHeartbeatMs(twin: InternalMemberCluster, random: Random): number {
  const periodMs = (twin.spec.heartbeatPeriodSeconds ?? defaultHeartbeatSeconds) * 1000;
  const share = (random.integer(2001) - 1000) / 1000;
  return periodMs * (1 + heartbeatJitter * share);
}
