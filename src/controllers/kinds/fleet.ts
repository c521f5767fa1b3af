import type { KubeObject } from '../../apimachinery/client.ts';
import { defineKind } from '../../apimachinery/kinds.ts';
import type { FullCondition } from '../../apimachinery/meta.ts';
import type { JsonObject } from '../../base/index.ts';
import type { Resources } from './core.ts';

const clusterGroup = 'cluster.kubernetes-fleet.io/v1beta1';

export interface AgentStatus extends JsonObject {
  type: string;
  conditions?: FullCondition[];
  lastReceivedHeartbeat?: string;
}

export type Properties = { [name: string]: { value: string; observationTime: string } };

export interface ResourceUsage extends JsonObject {
  capacity?: Resources;
  allocatable?: Resources;
  available?: Resources;
  observationTime?: string;
}

/** What a member reports, on its InternalMemberCluster and copied to its MemberCluster. */
export interface MemberReport extends JsonObject {
  agentStatus?: AgentStatus[];
  conditions?: FullCondition[];
  namespaces?: { [name: string]: string };
  properties?: Properties;
  resourceUsage?: ResourceUsage;
}

export interface Subject extends JsonObject {
  apiGroup?: string;
  kind: string;
  name: string;
  namespace?: string;
}

export interface MemberCluster extends KubeObject {
  spec: {
    identity: Subject;
    heartbeatPeriodSeconds?: number;
    taints?: { key: string; value?: string; effect: string }[];
  };
  status?: MemberReport;
}

export interface InternalMemberCluster extends KubeObject {
  spec: { state: 'Join' | 'Leave'; heartbeatPeriodSeconds?: number };
  status?: MemberReport;
}

export const memberClusters = defineKind<MemberCluster>(
  clusterGroup,
  'MemberCluster',
  'memberclusters',
  'Cluster',
);
export const internalMemberClusters = defineKind<InternalMemberCluster>(
  clusterGroup,
  'InternalMemberCluster',
  'internalmemberclusters',
);

export interface ClusterProfile extends KubeObject {
  spec: { clusterManager: { name: string }; displayName?: string };
  status?: {
    conditions?: FullCondition[];
    properties?: { name: string; value: string; lastObservedTime?: string }[];
    version?: { kubernetes?: string };
    accessProviders?: JsonObject[];
  };
}

export const clusterProfiles = defineKind<ClusterProfile>(
  'multicluster.x-k8s.io/v1alpha1',
  'ClusterProfile',
  'clusterprofiles',
);

/** The namespace of the hub that holds what belongs to one member. */
export function memberNamespace(memberName: string): string {
  return `fleet-member-${memberName}`;
}

/** The namespace of the fleet's own objects on the hub. */
export const fleetNamespace = 'fleet-system';

/** The prefix of the fleet's labels, annotations and finalizers. */
export function fleetKey(name: string): string {
  return `kubernetes-fleet.io/${name}`;
}
