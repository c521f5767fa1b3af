import type { ResourceRecord } from '../../../arm/index.ts';
import { isObject, type JsonObject, type Random } from '../../../base/index.ts';
import type { AccessOrder, ClusterOrder, NetworkOrder, NodePoolOrder } from '../../cluster-supply.ts';
import { isThere, nodesOf, type PoolNode } from '../../container-service/managed-clusters/pool-nodes.ts';
import { Fields } from '../../fields.ts';
import { arcClusterIdOf } from '../../kubernetes/connected-clusters/record.ts';
import { arcControlPlaneSizes, arcWorkerSizes, findSize, type MachineSize } from '../../machine-sizes.ts';
import { parseTaint } from '../../taints.ts';

export const instanceType = 'Microsoft.HybridContainerService/provisionedClusterInstances';
export const agentPoolType = 'Microsoft.HybridContainerService/provisionedClusterInstances/agentPools';

/** The connected cluster that an instance extends. */
export function connectedClusterIdOf(instanceId: string): string {
  return instanceId.slice(
    0,
    instanceId.toLowerCase().lastIndexOf('/providers/microsoft.hybridcontainerservice/'),
  );
}

/** The cluster that a pool, or another child of an instance, belongs to. */
export function instanceIdOfChild(id: string): string {
  return id.split('/').slice(0, -2).join('/');
}

const nodeNameAlphabet = 'abcdefghijklmnopqrstuvwxyz0123456789';
/** What the nodes of the control plane are called together. */
export const controlPlanePool = 'control-plane';

/** The last minor version whose control plane nodes carry the `master` taint beside the one of their mode. */
const lastMinorWithMasterRole = 24;

/** All groups of nodes: the control plane's, then the pools. */
export function nodeGroups(instance: Pick<ResourceRecord, 'properties'>): Fields[] {
  const properties = new Fields(instance.properties);
  const plane = new Fields({ count: 1, ...properties.object('controlPlane').value, name: controlPlanePool });
  return [plane, ...properties.objects('agentPoolProfiles')];
}

/** The version that the API server runs; what is asked for stands in `kubernetesVersion`. */
export function runningVersion(instance: Pick<ResourceRecord, 'properties'>): string {
  const properties = new Fields(instance.properties);
  return properties.string('currentKubernetesVersion') ?? properties.string('kubernetesVersion') ?? '';
}

/**
 * The record with the choices that must stay: the cluster's id, and a name for each node that is there. A node that is
 * replaced comes back as another machine, with another name.
 */
export function withChoices(instance: ResourceRecord, random: Random): ResourceRecord {
  const clusterId = arcClusterIdOf(instance) ?? random.uuid();
  const nodeNames: JsonObject = {};
  for (const group of nodeGroups(instance)) {
    const name = group.string('name') ?? '';
    const known = knownNames(instance, name);
    const there = nodesOf(instance, group).filter(isThere);
    nodeNames[name] = Object.fromEntries(
      there.map(({ number }) => [
        String(number),
        known.get(number) ?? `moc-l${random.string(10, nodeNameAlphabet)}`,
      ]),
    );
  }
  return { ...instance, internal: { ...instance.internal, clusterId, nodeNames } };
}

/** Names by the number of their node; lists are by number too. */
function knownNames({ internal }: Pick<ResourceRecord, 'internal'>, group: string): Map<number, string> {
  const all = internal?.['nodeNames'];
  const known = isObject(all) && Object.hasOwn(all, group) ? all[group] : undefined;
  const entries = Object.entries(Array.isArray(known) || isObject(known) ? known : {});
  return new Map(entries.flatMap(([at, name]) => (typeof name === 'string' ? [[Number(at), name]] : [])));
}

/** The name of a node of a group; empty until it is chosen. */
export function nodeNameOf(
  instance: Pick<ResourceRecord, 'internal'>,
  group: string,
  number: number,
): string {
  return knownNames(instance, group).get(number) ?? '';
}

/** What the cluster host is asked for. */
export function instanceOrder(
  instance: ResourceRecord,
  connectedCluster: ResourceRecord,
  parts: { readonly publicDomain: string; readonly network: NetworkOrder | undefined },
): ClusterOrder {
  const clusterId = arcClusterIdOf(instance) ?? '';
  const host = `${connectedCluster.name}-${clusterId.slice(0, 8)}.arc.${connectedCluster.location ?? 'local'}.${parts.publicDomain}`;
  return {
    clusterId,
    name: connectedCluster.name,
    resourceId: connectedCluster.id,
    role: 'arc',
    kubernetesVersion: runningVersion(instance),
    hostNames: [host.toLowerCase()],
    publicEndpoint: true,
    nodes: nodeGroups(instance).flatMap((group) => groupOrders(instance, group)),
    ...(parts.network ? { network: parts.network } : {}),
    access: accessOrder(connectedCluster),
  };
}

/** Who may enter the cluster of a connected cluster. */
export function accessOrder(connectedCluster: ResourceRecord): AccessOrder {
  const aad = new Fields(connectedCluster.properties).object('aadProfile');
  return {
    adminGroupObjectIds: aad.strings('adminGroupObjectIDs'),
    roleFamily: aad.boolean('enableAzureRBAC') ? 'arc' : undefined,
    roleScope: connectedCluster.id,
    localAccounts: true,
    // With or without a profile: people reach it through Arc, whose tokens say who they are.
    entraAudience: 'arc',
  };
}

/** Nodes of one group that run different versions are orders of their own. */
function groupOrders(instance: ResourceRecord, group: Fields): NodePoolOrder[] {
  const there = nodesOf(instance, group).filter(isThere);
  const alike = there.length === 0 ? [[]] : [...Map.groupBy(there, ({ version }) => version).values()];
  return alike.map((nodes) => groupOrder(instance, group, nodes));
}

function groupOrder(instance: ResourceRecord, group: Fields, nodes: readonly PoolNode[]): NodePoolOrder {
  const name = group.string('name') ?? '';
  const version = nodes[0]?.version || group.string('currentOrchestratorVersion');
  const common = {
    name,
    nodeNames: nodes.map(({ number }) => nodeNameOf(instance, name, number)),
    ...(version && { kubernetesVersion: version }),
  };
  if (name === controlPlanePool)
    return { ...common, ...planeOrder(group, version || runningVersion(instance)) };
  return {
    ...common,
    mode: 'worker',
    labels: {
      ...group.stringMap('nodeLabels'),
      'msft.microsoft/nodepool-name': name,
      'node.kubernetes.io/instance-type': group.string('vmSize') ?? '',
    },
    taints: group.strings('nodeTaints').map(parseTaint),
    ...capacity(arcWorkerSizes, group),
    osImage: group.string('osType') === 'Windows' ? 'Windows Server 2022 Datacenter' : linuxImage,
    maxPods: group.integer('maxPods', { min: 1, max: 250 }) ?? 110,
  };
}

const linuxImage = 'CBL-Mariner/Linux';

function planeOrder(plane: Fields, version: string): Omit<NodePoolOrder, 'name' | 'nodeNames'> {
  const withMaster = Number(version.split('.')[1]) <= lastMinorWithMasterRole;
  return {
    mode: 'control-plane',
    labels: { 'node.kubernetes.io/instance-type': plane.string('vmSize') ?? '' },
    taints: withMaster ? [{ key: 'node-role.kubernetes.io/master', effect: 'NoSchedule' }] : [],
    ...capacity(arcControlPlaneSizes, plane),
    osImage: linuxImage,
    maxPods: 110,
  };
}

function capacity(sizes: Readonly<Record<string, MachineSize>>, fields: Fields): MachineSize {
  return findSize(sizes, fields.string('vmSize') ?? '')?.size ?? { cpuCores: 4, memoryMiB: 8192 };
}
