import type { NotEnforced } from '../../apimachinery/not-enforced.ts';
import { placementGroup } from './placement.ts';

/** Reason of every condition that stands for something that is not built. */
export const notBuiltReason = 'NotBuilt';

export const sentences = {
  eviction:
    'Evictions are not built in Drydock yet: this one is stored and takes no resources off the cluster.',
  budget: 'Evictions are not built in Drydock yet: nothing asks this disruption budget.',
} as const;

const always = (text: string) => () => text;

/** What a hub tells those who write kinds, or fields of kinds, that have no effect yet. */
export const notBuilt: readonly NotEnforced[] = [
  ...notes(['clusterresourceplacementevictions'], always(sentences.eviction)),
  ...notes(['clusterresourceplacementdisruptionbudgets'], always(sentences.budget)),
];

function notes(resources: readonly string[], sentence: NotEnforced['sentence']): readonly NotEnforced[] {
  return resources.map((resource) => ({ group: placementGroup, resource, sentence }));
}
