import type { ResourceRecord } from '../../../arm/index.ts';
import type { Random } from '../../../base/index.ts';
import type { ClusterOrder, NetworkOrder, NodePoolOrder } from '../../cluster-supply.ts';
import { Fields } from '../../fields.ts';
import { arcClusterIdOf } from '../../kubernetes/connected-clusters/record.ts';
import { arcControlPlaneSizes, arcWorkerSizes, findSize, type MachineSize } from '../../machine-sizes.ts';
import { parseTaint } from '../../taints.ts';

export const instanceType = 'Microsoft.HybridContainerService/provisionedClusterInstances';

/** The connected cluster that an instance extends. */
export function connectedClusterIdOf(instanceId: string): string {
  return instanceId.slice(
    0,
    instanceId.toLowerCase().lastIndexOf('/providers/microsoft.hybridcontainerservice/'),
  );
}

const nodeNameAlphabet = 'abcdefghijklmnopqrstuvwxyz0123456789';
const controlPlanePool = 'control-plane';
const range = { min: 0, max: 200 } as const;

/** The last minor version whose control plane nodes carry the `master` taint beside the one of their mode. */
const lastMinorWithMasterRole = 24;

/**
 * What the cluster host is asked for, and the record with the choices that must stay: the cluster's id and the
 * names of its nodes.
 */
export function instanceOrder(
  instance: ResourceRecord,
  connectedCluster: ResourceRecord,
  parts: {
    readonly random: Random;
    readonly publicDomain: string;
    readonly network: NetworkOrder | undefined;
  },
): { readonly order: ClusterOrder; readonly record: ResourceRecord } {
  const properties = new Fields(instance.properties);
  const internal = new Fields(instance.internal);
  const clusterId = arcClusterIdOf(instance) ?? parts.random.uuid();
  const known = internal.object('nodeNames');
  const nodes = poolOrders(properties, known, parts.random);
  const nodeNames = Object.fromEntries(nodes.map((pool) => [pool.name, [...pool.nodeNames]]));
  const aad = new Fields(connectedCluster.properties).object('aadProfile');
  const host = `${connectedCluster.name}-${clusterId.slice(0, 8)}.arc.${connectedCluster.location ?? 'local'}.${parts.publicDomain}`;
  return {
    record: { ...instance, internal: { ...instance.internal, clusterId, nodeNames } },
    order: {
      clusterId,
      name: connectedCluster.name,
      resourceId: connectedCluster.id,
      role: 'arc',
      kubernetesVersion: properties.string('kubernetesVersion') ?? '',
      hostNames: [host.toLowerCase()],
      publicEndpoint: true,
      nodes,
      ...(parts.network ? { network: parts.network } : {}),
      access: {
        adminGroupObjectIds: aad.strings('adminGroupObjectIDs'),
        roleFamily: aad.boolean('enableAzureRBAC') ? 'arc' : undefined,
        roleScope: connectedCluster.id,
        localAccounts: true,
        // With or without a profile: people reach it through Arc, whose tokens say who they are.
        entraAudience: 'arc',
      },
    },
  };
}

function poolOrders(properties: Fields, known: Fields, random: Random): NodePoolOrder[] {
  const plane = properties.object('controlPlane');
  const minor = Number((properties.string('kubernetesVersion') ?? '').split('.')[1]);
  const withMaster = minor <= lastMinorWithMasterRole;
  return [
    {
      name: controlPlanePool,
      mode: 'control-plane',
      nodeNames: names(known, controlPlanePool, { count: plane.integer('count', range) ?? 1, random }),
      labels: { 'node.kubernetes.io/instance-type': plane.string('vmSize') ?? '' },
      taints: withMaster ? [{ key: 'node-role.kubernetes.io/master', effect: 'NoSchedule' }] : [],
      ...capacity(arcControlPlaneSizes, plane),
      osImage: linuxImage,
      maxPods: 110,
    },
    ...properties.objects('agentPoolProfiles').map((pool) => workerPool(pool, known, random)),
  ];
}

const linuxImage = 'CBL-Mariner/Linux';

function workerPool(pool: Fields, known: Fields, random: Random): NodePoolOrder {
  const name = pool.string('name') ?? '';
  return {
    name,
    mode: 'worker',
    nodeNames: names(known, name, { count: pool.integer('count', range) ?? 1, random }),
    labels: {
      ...pool.stringMap('nodeLabels'),
      'msft.microsoft/nodepool-name': name,
      'node.kubernetes.io/instance-type': pool.string('vmSize') ?? '',
    },
    taints: pool.strings('nodeTaints').map(parseTaint),
    ...capacity(arcWorkerSizes, pool),
    osImage: pool.string('osType') === 'Windows' ? 'Windows Server 2022 Datacenter' : linuxImage,
    maxPods: pool.integer('maxPods', { min: 1, max: 250 }) ?? 110,
  };
}

function capacity(sizes: Readonly<Record<string, MachineSize>>, fields: Fields): MachineSize {
  return findSize(sizes, fields.string('vmSize') ?? '')?.size ?? { cpuCores: 4, memoryMiB: 8192 };
}

/** Keeps the names that a pool has, adds what is missing and drops what is too many. */
function names(
  known: Fields,
  pool: string,
  wanted: { readonly count: number; readonly random: Random },
): string[] {
  const kept = known.strings(pool).slice(0, wanted.count);
  while (kept.length < wanted.count) kept.push(`moc-l${wanted.random.string(10, nodeNameAlphabet)}`);
  return kept;
}
