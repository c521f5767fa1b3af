import type {
  AdmissionTarget,
  AdmittedWrite,
  ClusterAdmission,
  ClusterView,
} from '../../apimachinery/cluster-admission.ts';
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

const overrides = [
  `${placementGroup}/clusterresourceoverrides`,
  `${placementGroup}/resourceoverrides`,
] as const;
const placements = `${placementGroup}/clusterresourceplacements`;

/** What a hub refuses and fills in. Source: KubeFleet, `pkg/webhook`. */
export class HubAdmission implements ClusterAdmission {
  readonly name = 'fleet';
  /** At most 100, and no two that select the same: that depends on all others. */
  readonly exclusive = overrides;
  readonly #byResource: ReadonlyMap<string, readonly Webhook[]>;

  constructor(names: FleetNames) {
    this.#byResource = new Map<string, readonly Webhook[]>([
      ['/pods', [pods]],
      ['apps/replicasets', [replicaSets]],
      [placements, [clusterResourcePlacements]],
      [overrides[0], [clusterResourceOverrides]],
      [overrides[1], [resourceOverrides]],
      [`${placementGroup}/clusterresourceplacementevictions`, [evictions]],
      [`${placementGroup}/clusterresourceplacementdisruptionbudgets`, [disruptionBudgets]],
      ['cluster.kubernetes-fleet.io/memberclusters', [memberClusters, memberClusterGuard(names)]],
      ['apiextensions.k8s.io/customresourcedefinitions', [definitionGuard]],
      ['/namespaces', [namespaceGuard]],
    ]);
  }

  concerns(target: AdmissionTarget): boolean {
    return guardOf(target) !== undefined || this.#byResource.has(keyOf(target));
  }

  mutate({ group, resource, subresource, object }: AdmittedWrite): void {
    if (object && subresource === '' && `${group}/${resource}` === placements) setPlacementDefaults(object);
  }

  /** Throws 403 in the words of the first webhook that refuses. */
  async validate(write: AdmittedWrite, hub: ClusterView): Promise<void> {
    const guard = guardOf(write);
    for (const webhook of [...(this.#byResource.get(keyOf(write)) ?? []), ...(guard ? [guard] : [])]) {
      if (!webhook.operations.includes(write.operation)) continue;
      const why = await webhook.judge(write, hub);
      if (why !== undefined) throw deniedByWebhook(webhook.name, why);
    }
  }
}

function keyOf({ group, resource }: AdmissionTarget): string {
  return `${group}/${resource}`;
}

/** A namespace itself has a guard of its own. */
function guardOf({ group, resource, namespace }: AdmissionTarget): Webhook | undefined {
  return group === '' && resource === 'namespaces' ? undefined : guardInside(namespace);
}
