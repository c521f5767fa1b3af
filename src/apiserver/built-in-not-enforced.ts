import type { NotEnforced } from '../apimachinery/not-enforced.ts';
import { isObject } from '../base/index.ts';

/** Built-in kinds, or members of them, that are stored and have no effect on this API server yet. */
export const builtInNotEnforced: readonly NotEnforced[] = [
  {
    group: 'apiregistration.k8s.io',
    resource: 'apiservices',
    sentence: (object) =>
      isObject(object['spec']) && isObject(object['spec']['service'])
        ? 'API aggregation is not built in Drydock yet: nothing is passed on to the service of this APIService.'
        : undefined,
  },
  {
    group: 'autoscaling',
    resource: 'horizontalpodautoscalers',
    sentence: () =>
      'Horizontal autoscaling is not built in Drydock yet: this autoscaler is stored and scales nothing.',
  },
];
