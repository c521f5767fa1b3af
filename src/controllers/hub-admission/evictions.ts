import type { ClusterView } from '../../apimachinery/admission.ts';
import { at, textAt } from '../../apimachinery/read.ts';
import { placementGroup } from '../fleet-kinds/placement.ts';
import type { Webhook } from './contract.ts';
import { aggregate } from './go-text.ts';

function placementNamed(hub: ClusterView, name: string): ReturnType<ClusterView['find']> {
  return hub.find({ group: placementGroup, resource: 'clusterresourceplacements', namespace: '' }, name);
}

/** An eviction of a placement that cannot lose a cluster. One of a placement that is not there is answered by its status. */
export const evictions: Webhook = {
  name: 'fleet.clusterresourceplacementeviction.validating',
  operations: ['CREATE'],
  async judge({ object, subresource }, hub) {
    if (subresource !== '') return undefined;
    const name = textAt(object, 'spec', 'placementName');
    const placement = await placementNamed(hub, name);
    const errors: string[] = [];
    if (at(placement, 'metadata', 'deletionTimestamp') !== undefined) {
      errors.push(`cluster resource placement ${name} is being deleted`);
    }
    if (textAt(placement, 'spec', 'policy', 'placementType') === 'PickFixed') {
      errors.push('cluster resource placement policy type PickFixed is not supported');
    }
    return aggregate(errors);
  },
};

/** A budget of a placement on all clusters: how many that are is not the placement's to say. */
export const disruptionBudgets: Webhook = {
  name: 'fleet.clusterresourceplacementdisruptionbudget.validating',
  operations: ['CREATE', 'UPDATE'],
  async judge({ object, name, subresource }, hub) {
    if (subresource !== '') return undefined;
    const placement = await placementNamed(hub, name);
    const type = textAt(placement, 'spec', 'policy', 'placementType');
    if (!placement || (type !== '' && type !== 'PickAll')) return undefined;
    const unsupported = 'cluster resource placement policy type PickAll is not supported with';
    const errors: string[] = [];
    const most = at(object, 'spec', 'maxUnavailable');
    const least = at(object, 'spec', 'minAvailable');
    if (most !== undefined) errors.push(`${unsupported} any specified max unavailable ${String(most)}`);
    if (typeof least === 'string') errors.push(`${unsupported} min available as a percentage ${least}`);
    return aggregate(errors);
  },
};
