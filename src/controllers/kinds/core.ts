import type { KubeObject } from '../../apimachinery/client.ts';
import { defineKind } from '../../apimachinery/kinds.ts';
import type { Condition } from '../../apimachinery/meta.ts';
import type { JsonObject } from '../../base/index.ts';

export interface Namespace extends KubeObject {
  spec?: { finalizers?: string[] };
  status?: { phase?: string; conditions?: Condition[] };
}

export interface ConfigMap extends KubeObject {
  data?: { [key: string]: string };
}

export interface Secret extends KubeObject {
  type?: string;
  /** Base64 by key. */
  data?: { [key: string]: string };
}

export type ServiceAccount = KubeObject;

export interface EventObject extends KubeObject {
  involvedObject: ObjectReference;
  reason: string;
  message: string;
  type: string;
  source: { component: string; host?: string };
  count: number;
  firstTimestamp: string;
  lastTimestamp: string;
}

export interface ObjectReference extends JsonObject {
  kind?: string;
  namespace?: string;
  name?: string;
  uid?: string;
  apiVersion?: string;
  resourceVersion?: string;
  fieldPath?: string;
}

/** Quantities by resource name, e.g. `{ cpu: '2', memory: '4Gi' }`. */
export type Resources = { [resource: string]: string };

export interface Taint extends JsonObject {
  key: string;
  value?: string;
  effect: string;
  timeAdded?: string;
}

export interface Toleration extends JsonObject {
  key?: string;
  operator?: string;
  value?: string;
  effect?: string;
  tolerationSeconds?: number;
}

export interface Node extends KubeObject {
  spec?: {
    podCIDR?: string;
    podCIDRs?: string[];
    providerID?: string;
    taints?: Taint[];
    unschedulable?: boolean;
  };
  status?: NodeStatus;
}

export interface NodeStatus extends JsonObject {
  capacity?: Resources;
  allocatable?: Resources;
  conditions?: NodeCondition[];
  addresses?: { type: string; address: string }[];
  nodeInfo?: JsonObject;
}

export interface NodeCondition extends Condition {
  lastHeartbeatTime?: string;
}

export interface Container extends JsonObject {
  name: string;
  image?: string;
  ports?: { name?: string; containerPort: number; protocol?: string }[];
  resources?: { requests?: Resources; limits?: Resources };
  restartPolicy?: string;
}

export interface PodSpec extends JsonObject {
  nodeName?: string;
  nodeSelector?: { [key: string]: string };
  containers: Container[];
  initContainers?: Container[];
  restartPolicy?: string;
  terminationGracePeriodSeconds?: number;
  activeDeadlineSeconds?: number;
  tolerations?: Toleration[];
  affinity?: { nodeAffinity?: NodeAffinity };
  hostname?: string;
  subdomain?: string;
  hostNetwork?: boolean;
  schedulerName?: string;
  schedulingGates?: { name: string }[];
  overhead?: Resources;
  readinessGates?: { conditionType: string }[];
}

export interface NodeAffinity extends JsonObject {
  requiredDuringSchedulingIgnoredDuringExecution?: { nodeSelectorTerms: NodeSelectorTerm[] };
  preferredDuringSchedulingIgnoredDuringExecution?: { weight: number; preference: NodeSelectorTerm }[];
}

export interface NodeSelectorTerm extends JsonObject {
  matchExpressions?: { key: string; operator: string; values?: string[] }[];
  matchFields?: { key: string; operator: string; values?: string[] }[];
}

export interface ContainerStatus extends JsonObject {
  name: string;
  ready: boolean;
  restartCount: number;
  image: string;
  imageID: string;
  containerID?: string;
  started?: boolean;
  state?: JsonObject;
  lastState?: JsonObject;
}

export interface PodStatus extends JsonObject {
  phase?: string;
  conditions?: Condition[];
  hostIP?: string;
  hostIPs?: { ip: string }[];
  podIP?: string;
  podIPs?: { ip: string }[];
  startTime?: string;
  containerStatuses?: ContainerStatus[];
  initContainerStatuses?: ContainerStatus[];
  qosClass?: string;
  reason?: string;
  message?: string;
  nominatedNodeName?: string;
}

export interface Pod extends KubeObject {
  spec: PodSpec;
  status?: PodStatus;
}

export interface PodTemplate extends JsonObject {
  metadata?: {
    labels?: { [key: string]: string };
    annotations?: { [key: string]: string };
    finalizers?: string[];
  };
  spec: PodSpec;
}

export interface Service extends KubeObject {
  spec: {
    selector?: { [key: string]: string };
    ports?: ServicePort[];
    clusterIP?: string;
    ipFamilies?: string[];
    type?: string;
    publishNotReadyAddresses?: boolean;
    loadBalancerIP?: string;
    loadBalancerClass?: string;
    allocateLoadBalancerNodePorts?: boolean;
  };
  status?: { loadBalancer?: { ingress?: LoadBalancerIngress[] } };
}

export interface LoadBalancerIngress extends JsonObject {
  ip?: string;
  hostname?: string;
  ipMode?: string;
}

export interface ServicePort extends JsonObject {
  name?: string;
  port: number;
  protocol?: string;
  appProtocol?: string;
  targetPort?: number | string;
}

export interface ResourceQuota extends KubeObject {
  spec?: { hard?: JsonObject; scopes?: string[]; scopeSelector?: JsonObject };
  status?: { hard?: JsonObject; used?: JsonObject };
}

export interface ReplicationController extends KubeObject {
  spec: {
    replicas?: number;
    minReadySeconds?: number;
    selector?: { [key: string]: string };
    template: PodTemplate;
  };
  status?: JsonObject;
}

export const namespaces = defineKind<Namespace>('v1', 'Namespace', 'namespaces', 'Cluster');
export const configMaps = defineKind<ConfigMap>('v1', 'ConfigMap', 'configmaps');
export const secrets = defineKind<Secret>('v1', 'Secret', 'secrets');
export const serviceAccounts = defineKind<ServiceAccount>('v1', 'ServiceAccount', 'serviceaccounts');
export const eventObjects = defineKind<EventObject>('v1', 'Event', 'events');
export const nodes = defineKind<Node>('v1', 'Node', 'nodes', 'Cluster');
export const pods = defineKind<Pod>('v1', 'Pod', 'pods');
export const replicationControllers = defineKind<ReplicationController>(
  'v1',
  'ReplicationController',
  'replicationcontrollers',
);
export const resourceQuotas = defineKind<ResourceQuota>('v1', 'ResourceQuota', 'resourcequotas');
export const services = defineKind<Service>('v1', 'Service', 'services');
