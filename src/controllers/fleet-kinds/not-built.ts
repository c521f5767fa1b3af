import type { NotEnforced } from '../../apimachinery/not-enforced.ts';
import { isObject } from '../../base/index.ts';
import { placementGroup } from './placement.ts';

/** Reason of every condition that stands for something that is not built. */
export const notBuiltReason = 'NotBuilt';

export const sentences = {
  eviction:
    'Evictions are not built in Drydock yet: this one is stored and takes no resources off the cluster.',
  budget: 'Evictions are not built in Drydock yet: nothing asks this disruption budget.',
  statusScope:
    'The status reporting scope NamespaceAccessible is not built in Drydock yet: no ClusterResourcePlacementStatus is written into the namespace.',
} as const;

const always = (text: string) => () => text;

/** What a hub tells those who write kinds, or fields of kinds, that have no effect yet. */
export const notBuilt: readonly NotEnforced[] = [
  ...notes(['clusterresourceplacementevictions'], always(sentences.eviction)),
  ...notes(['clusterresourceplacementdisruptionbudgets'], always(sentences.budget)),
  ...notes(['clusterresourceplacements'], ({ spec }) =>
    isObject(spec) && spec['statusReportingScope'] === 'NamespaceAccessible'
      ? sentences.statusScope
      : undefined,
  ),
];

function notes(resources: readonly string[], sentence: NotEnforced['sentence']): readonly NotEnforced[] {
  return resources.map((resource) => ({ group: placementGroup, resource, sentence }));
}
