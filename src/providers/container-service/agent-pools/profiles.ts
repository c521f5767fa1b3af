import type { ResourceRecord } from '../../../arm/index.ts';
import type { JsonObject } from '../../../base/index.ts';
import { Fields } from '../../fields.ts';
import { powerOfPool } from '../managed-clusters/pools.ts';

/** The pools of a cluster, as its record has them. */
export function profilesOf(cluster: ResourceRecord): Fields[] {
  return new Fields(cluster.properties).objects('agentPoolProfiles');
}

/** What counts of a pool when a cluster must keep nodes for its system pods. */
export function systemNodes(pool: JsonObject) {
  return {
    mode: pool['mode'] === 'System' ? ('System' as const) : ('User' as const),
    count: typeof pool['count'] === 'number' ? pool['count'] : 0,
    power: powerOfPool(new Fields(pool)),
  };
}
