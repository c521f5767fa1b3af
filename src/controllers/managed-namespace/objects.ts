import type { KubeObject } from '../../apimachinery/client.ts';
import { defineKind, type Kind } from '../../apimachinery/kinds.ts';
import type { JsonObject } from '../../base/index.ts';
import { namespaces, resourceQuotas } from '../kinds/core.ts';
import { managedLabel } from '../kinds/fleet-names.ts';
import { clusterFamily } from '../kinds/placement.ts';

/** What everything carries that Resource Manager made. Nobody else may write it (`guard.ts`). */
export const managedLabels = { [managedLabel]: 'arm' } as const;

/** Name of the quota and of the network policy in a managed namespace. */
export const defaultName = 'default';

export const networkPolicies = defineKind<KubeObject>(
  'networking.k8s.io/v1',
  'NetworkPolicy',
  'networkpolicies',
);

type Traffic = 'AllowAll' | 'DenyAll' | 'AllowSameNamespace';

/** The wanted state of one managed namespace. */
export interface WantedNamespace {
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  readonly annotations: Readonly<Record<string, string>>;
  /** The `hard` of its quota; empty: no quota. */
  readonly quota: Readonly<Record<string, string>>;
  readonly ingress: Traffic | undefined;
  readonly egress: Traffic | undefined;
  readonly placement: WantedPlacement | undefined;
  /** Of each change that is to be rolled out, once. */
  readonly change: string | undefined;
}

export interface WantedPlacement {
  readonly policy: JsonObject;
  readonly whenToTakeOver: 'Never' | 'IfNoDiff' | 'Always';
  readonly abandons: boolean;
  readonly isExternal: boolean;
  readonly updateStrategy?: string;
}

/** An object of a managed namespace: its kind and name, and what it is to be; `wanted` undefined: it is not to be. */
export interface Part {
  readonly kind: Kind<KubeObject>;
  readonly target: { readonly name: string; readonly namespace?: string };
  readonly wanted: KubeObject | undefined;
}

/** The kinds of its parts. */
export const managedKinds: readonly Kind<KubeObject>[] = [
  namespaces,
  resourceQuotas,
  networkPolicies,
  clusterFamily.placements,
];

/** All that makes up a managed namespace, in the order in which it comes to be. */
export function partsOf(order: WantedNamespace): readonly Part[] {
  const inside = { name: defaultName, namespace: order.name };
  return [
    { kind: namespaces, target: { name: order.name }, wanted: namespaceObject(order) },
    { kind: resourceQuotas, target: inside, wanted: quotaObject(order) },
    { kind: networkPolicies, target: inside, wanted: networkPolicyObject(order) },
    { kind: clusterFamily.placements, target: { name: order.name }, wanted: placementObject(order) },
  ];
}

function namespaceObject({ name, labels, annotations }: WantedNamespace): KubeObject {
  return {
    apiVersion: 'v1',
    kind: 'Namespace',
    metadata: { name, labels: { ...labels, ...managedLabels }, annotations: { ...annotations } },
  };
}

function quotaObject({ name, quota }: WantedNamespace): KubeObject | undefined {
  if (Object.keys(quota).length === 0) return undefined;
  return {
    apiVersion: 'v1',
    kind: 'ResourceQuota',
    metadata: { name: defaultName, namespace: name, labels: managedLabels },
    spec: { hard: { ...quota } },
  };
}

/** The peers of one direction; no rule lets nothing through. */
function rulesOf(traffic: Traffic, peers: 'from' | 'to'): JsonObject[] {
  switch (traffic) {
    case 'AllowAll':
      return [{}];
    case 'AllowSameNamespace':
      return [{ [peers]: [{ podSelector: {} }] }];
    case 'DenyAll':
      return [];
  }
}

function networkPolicyObject({ name, ingress, egress }: WantedNamespace): KubeObject | undefined {
  if (!ingress && !egress) return undefined;
  return {
    apiVersion: 'networking.k8s.io/v1',
    kind: 'NetworkPolicy',
    metadata: { name: defaultName, namespace: name, labels: managedLabels },
    spec: {
      podSelector: {},
      policyTypes: [...(ingress ? ['Ingress'] : []), ...(egress ? ['Egress'] : [])],
      ...(ingress && { ingress: rulesOf(ingress, 'from') }),
      ...(egress && { egress: rulesOf(egress, 'to') }),
    },
  };
}

function placementObject({ name, placement }: WantedNamespace): KubeObject | undefined {
  if (!placement) return undefined;
  return {
    apiVersion: 'placement.kubernetes-fleet.io/v1beta1',
    kind: 'ClusterResourcePlacement',
    metadata: { name, labels: managedLabels },
    spec: {
      resourceSelectors: [{ group: '', version: 'v1', kind: 'Namespace', name }],
      policy: placement.policy,
      strategy: {
        type: placement.isExternal ? 'External' : 'RollingUpdate',
        applyStrategy: { type: 'ClientSideApply', whenToTakeOver: placement.whenToTakeOver },
        deleteStrategy: { propagationPolicy: placement.abandons ? 'Abandon' : 'Delete' },
      },
    },
  };
}

export function isManaged(object: KubeObject): boolean {
  return object.metadata.labels?.[managedLabel] === 'arm';
}
