import type { NotEnforced } from '../apimachinery/not-enforced.ts';

/** Built-in kinds, or members of them, that are stored and have no effect on this API server yet. */
export const builtInNotEnforced: readonly NotEnforced[] = [
  {
    group: 'autoscaling',
    resource: 'horizontalpodautoscalers',
    sentence: () =>
      'Horizontal autoscaling is not built in Drydock yet: this autoscaler is stored and scales nothing.',
  },
];
