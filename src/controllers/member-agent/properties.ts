import type { NewCondition } from '../../apimachinery/conditions.ts';
import { formatQuantity, parseAmount, quantityOf } from '../../apimachinery/quantity.ts';
import { decodeJson, isObject, rfc3339Seconds } from '../../base/index.ts';
import { type Node, namespaces, nodes, type Pod, pods, type Resources } from '../kinds/core.ts';
import type { MemberReport, Properties, ResourceUsage } from '../kinds/fleet.ts';
import type { MemberAgentContext } from './context.ts';
import { costsOf } from './costs.ts';
import { machineCounts } from './machines.ts';
import { namespacesOf } from './namespaces.ts';

export interface Collected {
  readonly report: Pick<MemberReport, 'namespaces' | 'properties' | 'resourceUsage'>;
  readonly conditions: readonly NewCondition[];
}

/** What the hub's scheduler may ask about a member: its size, what is free and what it costs, its version, machines and namespaces. */
export async function collectProperties(context: MemberAgentContext): Promise<Collected> {
  const observedAt = rfc3339Seconds(context.clock.now());
  const [nodeList, podList, namespaceList, version] = await Promise.all([
    context.member.list(nodes),
    context.member.list(pods),
    context.member.list(namespaces),
    kubernetesVersion(context),
  ]);
  const costs = context.hourlyPrice && costsOf(nodeList.items, context.hourlyPrice);
  const spaces = namespacesOf(namespaceList.items);
  const values: Record<string, string> = {
    'kubernetes-fleet.io/node-count': String(nodeList.items.length),
    ...(version ? { 'k8s.io/k8s-version': version } : {}),
    ...(context.certificateAuthority
      ? { 'k8s.io/cluster-certificate-authority-data': context.certificateAuthority }
      : {}),
    ...costs?.properties,
    ...machineCounts(nodeList.items),
  };
  const properties: Properties = {};
  for (const [name, value] of Object.entries(values))
    properties[name] = { value, observationTime: observedAt };
  return {
    report: {
      namespaces: spaces.namespaces,
      properties,
      resourceUsage: usageOf(nodeList.items, podList.items, observedAt),
    },
    conditions: [
      {
        type: 'ClusterPropertyProviderStarted',
        status: 'True',
        reason: 'Started',
        message: 'The property provider has started successfully',
      },
      {
        type: 'ClusterPropertyCollectionSucceeded',
        status: 'True',
        reason: 'PropertiesCollected',
        message: 'The property provider has returned the latest cluster properties',
      },
      spaces.condition,
      ...(costs?.conditions ?? []),
    ],
  };
}

async function kubernetesVersion(context: MemberAgentContext): Promise<string | undefined> {
  const { status, body } = await context.member.cluster.raw('GET', '/version');
  if (status !== 200) return undefined;
  const version = decodeJson(body);
  const git = isObject(version) ? version['gitVersion'] : undefined;
  return typeof git === 'string' ? git : undefined;
}

function usageOf(nodeList: readonly Node[], podList: readonly Pod[], observationTime: string): ResourceUsage {
  const capacity = sum(nodeList.map((node) => node.status?.capacity));
  const allocatable = sum(nodeList.map((node) => node.status?.allocatable));
  const running = podList.filter((pod) => pod.spec.nodeName && !isFinished(pod));
  const requested = sum(
    running.flatMap((pod) => pod.spec.containers.map((container) => container.resources?.requests)),
  );
  const available = {
    cpu: Math.max(0, allocatable.cpu - requested.cpu),
    memory: Math.max(0, allocatable.memory - requested.memory),
  };
  return {
    capacity: format(capacity),
    allocatable: format(allocatable),
    available: format(available),
    observationTime,
  };
}

function isFinished(pod: Pod): boolean {
  return pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed';
}

interface Total {
  readonly cpu: number;
  readonly memory: number;
}

function sum(parts: readonly (Resources | undefined)[]): Total {
  let cpu = 0;
  let memory = 0;
  for (const part of parts) {
    cpu += parseAmount(part?.['cpu']) ?? 0;
    memory += parseAmount(part?.['memory']) ?? 0;
  }
  return { cpu, memory };
}

function format(total: Total): Resources {
  return {
    cpu: formatQuantity(quantityOf(total.cpu, 'decimal')),
    memory: formatQuantity(quantityOf(Math.round(total.memory), 'binary')),
  };
}
