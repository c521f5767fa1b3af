import { type Kind, objectKey } from '../../apimachinery/kinds.ts';
import { type Controller, runController, watchKeys } from '../../reconcile/index.ts';
import { sentences } from '../fleet-kinds/not-built.ts';
import { evictions } from '../kinds/placement.ts';
import type { ClusterContext } from '../shared/context.ts';
import { type Asked, sayNotBuilt, type Verdict } from './reconcile.ts';

const verdicts: readonly (readonly [Kind<Asked>, Verdict])[] = [
  [evictions, { type: 'Executed', message: sentences.eviction }],
];

/** Answers requests that a hub takes and does not act upon: their status says so, and does not stay blank. */
export function startNotBuiltControllers(context: ClusterContext): readonly Controller[] {
  return verdicts.map(([kind, verdict]) => {
    const informer = context.informers.of(kind);
    return runController({
      ...context,
      name: `not-built/${kind.resource}`,
      watches: [
        watchKeys(informer, (asked, previous) =>
          asked.metadata.generation === previous?.metadata.generation ? undefined : objectKey(asked),
        ),
      ],
      reconcile: (key) => sayNotBuilt(informer.get(key), verdict, { ...context, informer }),
    });
  });
}
