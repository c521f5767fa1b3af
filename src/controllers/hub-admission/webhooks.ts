import { type AdmissionStep, resourceKey } from '../../apimachinery/admission.ts';
import { deniedByWebhook } from '../../apimachinery/status.ts';
import { placementGroup } from '../fleet-kinds/placement.ts';
import type { Webhook } from './contract.ts';
import { disruptionBudgets, evictions } from './evictions.ts';
import { definitionGuard, guardInside, memberClusterGuard, namespaceGuard } from './guard-rail.ts';
import type { FleetNames } from './member-cluster-guard.ts';
import { clusterResourceOverrides, resourceOverrides } from './overrides.ts';
import { setPlacementDefaults } from './placement-defaults.ts';
import { clusterResourcePlacements } from './placements.ts';
import { memberClusters } from './taints.ts';
import { pods, replicaSets } from './workloads.ts';

const placements = `${placementGroup}/clusterresourceplacements`;

/** What a hub refuses and fills in, each as a step of admission. Source: KubeFleet, `pkg/webhook`. */
export function hubAdmission(names: FleetNames): readonly AdmissionStep[] {
  return [
    placementDefaults,
    asked('/pods', pods),
    asked('apps/replicasets', replicaSets),
    asked(placements, clusterResourcePlacements),
    // At most 100, and no two that select the same: that depends on all others.
    { ...asked(`${placementGroup}/clusterresourceoverrides`, clusterResourceOverrides), alone: true },
    { ...asked(`${placementGroup}/resourceoverrides`, resourceOverrides), alone: true },
    asked(`${placementGroup}/clusterresourceplacementevictions`, evictions),
    asked(`${placementGroup}/clusterresourceplacementdisruptionbudgets`, disruptionBudgets),
    asked('cluster.kubernetes-fleet.io/memberclusters', memberClusters),
    asked('cluster.kubernetes-fleet.io/memberclusters', memberClusterGuard(names)),
    asked('apiextensions.k8s.io/customresourcedefinitions', definitionGuard),
    asked('/namespaces', namespaceGuard),
    guardOfReserved,
  ];
}

const placementDefaults: AdmissionStep = {
  name: 'placement-defaults',
  concerns: ({ definition, subresource, operation }) =>
    operation !== 'DELETE' && subresource === '' && resourceKey(definition) === placements,
  mutate({ object }) {
    if (object) setPlacementDefaults(object);
  },
};

/** A webhook about writes of one resource. */
function asked(resource: string, webhook: Webhook): AdmissionStep {
  return {
    name: webhook.name,
    concerns: ({ definition, operation }) =>
      webhook.operations.includes(operation) && resourceKey(definition) === resource,
    validate: (write, hub) => verdict(webhook.judge(write, hub), webhook),
  };
}

/** What lies in a reserved namespace; a namespace itself has a guard of its own. */
const guardOfReserved: AdmissionStep = {
  name: 'fleet-reserved-namespaces',
  concerns: ({ definition }) => definition.namespaced,
  validate(write, hub) {
    const webhook = guardInside(write.namespace);
    if (!webhook?.operations.includes(write.operation)) return undefined;
    return verdict(webhook.judge(write, hub), webhook);
  },
};

/** Throws 403 in the words of the webhook that refuses. */
function verdict(why: ReturnType<Webhook['judge']>, webhook: Webhook): Promise<void> | undefined {
  if (why instanceof Promise) return why.then((text) => verdict(text, webhook));
  if (why !== undefined) throw deniedByWebhook(webhook.name, why);
  return undefined;
}
