import type { NotEnforced } from '../../apimachinery/not-enforced.ts';
import { isObject } from '../../base/index.ts';
import { placementGroup } from './placement.ts';

/** Reason of every condition that stands for something that is not built. */
export const notBuiltReason = 'NotBuilt';

export const sentences = {
  override:
    'Overrides are not built in Drydock yet: what this one selects is not placed on the clusters that it is for, and the placement says Overridden False.',
  run: 'Staged update runs are not built in Drydock yet: this one is stored and does nothing.',
  stages: 'Staged update runs are not built in Drydock yet: nothing reads this strategy.',
  approval: 'Staged update runs are not built in Drydock yet: nothing waits for this approval.',
  eviction:
    'Evictions are not built in Drydock yet: this one is stored and takes no resources off the cluster.',
  budget: 'Evictions are not built in Drydock yet: nothing asks this disruption budget.',
  statusScope:
    'The status reporting scope NamespaceAccessible is not built in Drydock yet: no ClusterResourcePlacementStatus is written into the namespace.',
  external:
    'Staged update runs are not built in Drydock yet: with the rollout strategy External nothing rolls this placement out.',
} as const;

const always = (text: string) => () => text;

/** What a hub tells those who write kinds, or fields of kinds, that have no effect yet. */
export const notBuilt: readonly NotEnforced[] = [
  ...notes(['clusterresourceoverrides', 'resourceoverrides'], always(sentences.override)),
  ...notes(['clusterstagedupdateruns', 'stagedupdateruns'], always(sentences.run)),
  ...notes(['clusterstagedupdatestrategies', 'stagedupdatestrategies'], always(sentences.stages)),
  ...notes(['clusterapprovalrequests', 'approvalrequests'], always(sentences.approval)),
  ...notes(['clusterresourceplacementevictions'], always(sentences.eviction)),
  ...notes(['clusterresourceplacementdisruptionbudgets'], always(sentences.budget)),
  ...notes(['clusterresourceplacements', 'resourceplacements'], ({ spec }) =>
    isObject(spec) && isObject(spec['strategy']) && spec['strategy']['type'] === 'External'
      ? sentences.external
      : undefined,
  ),
  ...notes(['clusterresourceplacements'], ({ spec }) =>
    isObject(spec) && spec['statusReportingScope'] === 'NamespaceAccessible'
      ? sentences.statusScope
      : undefined,
  ),
];

function notes(resources: readonly string[], sentence: NotEnforced['sentence']): readonly NotEnforced[] {
  return resources.map((resource) => ({ group: placementGroup, resource, sentence }));
}
