import { createHash } from 'node:crypto';
import { ipAfter, ipText, namedUuid, parseIp, parseIpRange, rfc3339Seconds } from '../../base/index.ts';
import {
  type Node,
  type NodeCondition,
  type NodeStatus,
  nodes,
  type Resources,
  type Taint,
} from '../kinds/core.ts';
import type { NodePlan } from './node-pools.ts';

/** Marks the nodes whose kubelet is simulated here; its value is the pool. */
export const poolAnnotation = 'drydock.dev/node-pool';

const mebibyte = 1024 * 1024;
const kubeReserved = { cpu: 0.1, memoryPerPodMiB: 20, memoryBaseMiB: 50, evictionMiB: 100 } as const;
const diskKi = 129_886_128;

/** What the addresses of a node are counted from; its number is kept in its pod range. */
export interface NodeNetwork {
  readonly podCidr: string;
  readonly address: string;
}

const podRanges = parseIpRange('10.244.0.0/16');
const firstAddress = parseIp('10.224.0.4');
const podsPerRange = 256;

/** Nodes number 0, 1, … have pods in 10.244.0.0/24, 10.244.1.0/24, … and are 10.224.0.4, 10.224.0.5, … */
export function networkOf(index: number): NodeNetwork {
  const range = podRanges && ipAfter(podRanges.address, index * podsPerRange);
  const address = firstAddress && ipAfter(firstAddress, index);
  if (!range || !address) throw new RangeError(`there is no node number ${index}`);
  return { podCidr: `${ipText(range)}/24`, address: ipText(address) };
}

/** The number behind a pod range made by `networkOf`. */
export function indexOfCidr(podCidr: string | undefined): number | undefined {
  const range = parseIpRange(podCidr ?? '');
  if (!range || !podRanges || range.address.family !== 4 || range.length !== 24) return undefined;
  const index = Number(range.first - podRanges.first) / podsPerRange;
  return index < 0 ? undefined : index;
}

export interface NodeFacts {
  readonly plan: NodePlan;
  readonly index: number;
  readonly address: string;
  /** As displayed, without `v`. */
  readonly kubernetesVersion: string;
  readonly clusterId: string;
  readonly nowMs: number;
}

export function nodeObject(facts: NodeFacts): Node {
  const { plan, index } = facts;
  const { podCidr } = networkOf(index);
  const taints = [...(plan.pool.mode === 'control-plane' ? [controlPlaneTaint] : []), ...taintsOf(plan)];
  return {
    apiVersion: nodes.apiVersion,
    kind: nodes.kind,
    metadata: {
      name: plan.name,
      labels: labelsOf(facts),
      annotations: {
        [poolAnnotation]: plan.pool.name,
        'volumes.kubernetes.io/controller-managed-attach-detach': 'true',
      },
    },
    spec: { podCIDR: podCidr, podCIDRs: [podCidr], ...(taints.length > 0 ? { taints } : {}) },
    status: nodeStatus(facts),
  };
}

const controlPlaneTaint: Taint = { key: 'node-role.kubernetes.io/control-plane', effect: 'NoSchedule' };

function taintsOf(plan: NodePlan): Taint[] {
  const text = (value: unknown) => (typeof value === 'string' ? value : '');
  return plan.pool.taints.map(({ key, value, effect }) => ({
    key: text(key),
    effect: text(effect) || 'NoSchedule',
    ...(text(value) ? { value: text(value) } : {}),
  }));
}

function labelsOf({ plan, kubernetesVersion }: NodeFacts): { [key: string]: string } {
  const roles: { [key: string]: string } = {};
  if (plan.pool.mode === 'control-plane') {
    roles['node-role.kubernetes.io/control-plane'] = '';
    if (isOlderThan125(kubernetesVersion)) roles['node-role.kubernetes.io/master'] = '';
  }
  return {
    'beta.kubernetes.io/arch': 'amd64',
    'beta.kubernetes.io/os': 'linux',
    'kubernetes.io/arch': 'amd64',
    'kubernetes.io/hostname': plan.name,
    'kubernetes.io/os': 'linux',
    ...roles,
    ...plan.pool.labels,
  };
}

/** Up to 1.24 control-plane nodes were masters as well. */
function isOlderThan125(version: string): boolean {
  const [major = 0, minor = 0] = version.replace(/^v/, '').split('.').map(Number);
  return major === 1 && minor <= 24;
}

function nodeStatus(facts: NodeFacts): NodeStatus {
  const { plan, address, kubernetesVersion, clusterId, nowMs } = facts;
  const { name, pool } = plan;
  return {
    addresses: [
      { type: 'InternalIP', address },
      { type: 'Hostname', address: name },
    ],
    capacity: capacityOf(pool.cpuCores, pool.memoryMiB * 1024, pool.maxPods),
    allocatable: allocatableOf(plan),
    conditions: readyConditions(nowMs),
    daemonEndpoints: { kubeletEndpoint: { Port: 10250 } },
    nodeInfo: {
      architecture: 'amd64',
      bootID: namedUuid(clusterId, name, 'boot'),
      containerRuntimeVersion: 'containerd://1.7.28-1',
      kernelVersion: '5.15.0-1091-azure',
      kubeProxyVersion: '',
      kubeletVersion: `v${kubernetesVersion.replace(/^v/, '')}`,
      machineID: createHash('sha256').update(`${clusterId}/${name}`).digest('hex').slice(0, 32),
      operatingSystem: 'linux',
      osImage: pool.osImage,
      systemUUID: namedUuid(clusterId, name, 'system'),
    },
  };
}

function capacityOf(cpu: number, memoryKi: number, maxPods: number): Resources {
  return {
    cpu: String(cpu),
    'ephemeral-storage': `${diskKi}Ki`,
    'hugepages-1Gi': '0',
    'hugepages-2Mi': '0',
    memory: `${memoryKi}Ki`,
    pods: String(maxPods),
  };
}

/** What is left for pods once the node's own services have their share. */
function allocatableOf({ pool }: NodePlan): Resources {
  const forPods = kubeReserved.memoryPerPodMiB * pool.maxPods + kubeReserved.memoryBaseMiB;
  const reservedMiB = Math.min(forPods, pool.memoryMiB / 4) + kubeReserved.evictionMiB;
  const memoryKi = Math.floor(((pool.memoryMiB - reservedMiB) * mebibyte) / 1024);
  return {
    ...capacityOf(pool.cpuCores, memoryKi, pool.maxPods),
    cpu: `${Math.round((pool.cpuCores - kubeReserved.cpu) * 1000)}m`,
    'ephemeral-storage': String(Math.floor(diskKi * 1024 * 0.9)),
  };
}

/** The conditions of a node that is well. */
export function readyConditions(nowMs: number, known: readonly NodeCondition[] = []): NodeCondition[] {
  const at = rfc3339Seconds(nowMs);
  const condition = (
    type: string,
    status: 'True' | 'False',
    reason: string,
    message: string,
  ): NodeCondition => {
    const before = known.find((other) => other.type === type);
    const since = before?.status === status ? before.lastTransitionTime : undefined;
    return { type, status, reason, message, lastHeartbeatTime: at, lastTransitionTime: since ?? at };
  };
  return [
    condition(
      'MemoryPressure',
      'False',
      'KubeletHasSufficientMemory',
      'kubelet has sufficient memory available',
    ),
    condition('DiskPressure', 'False', 'KubeletHasNoDiskPressure', 'kubelet has no disk pressure'),
    condition('PIDPressure', 'False', 'KubeletHasSufficientPID', 'kubelet has sufficient PID available'),
    condition('Ready', 'True', 'KubeletReady', 'kubelet is posting ready status'),
  ];
}
