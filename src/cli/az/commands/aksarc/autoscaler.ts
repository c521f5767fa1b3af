import type { JsonObject } from '../../../../base/index.ts';
import { setMember } from '../../../../base/index.ts';
import type { Values } from '../../declaration.ts';
import { integer, list, toggle } from '../../declare/flags.ts';
import { AzError, UsageError } from '../../errors.ts';
import { demandAutoscalerCounts } from '../aks/autoscaler-counts.ts';

/** How many nodes a pool may have when it scales by itself. */
export const countFlags = {
  minCount: integer('--min-count', 'Fewest nodes for the autoscaler.'),
  maxCount: integer('--max-count', 'Most nodes for the autoscaler.'),
} as const;

/** Switches that change what a pool does already. */
export const changeFlags = {
  enableAutoscaler: toggle('--enable-cluster-autoscaler -e', 'Let the number of nodes follow the load.'),
  disableAutoscaler: toggle('--disable-cluster-autoscaler -d', 'Keep the number of nodes.'),
  updateAutoscaler: toggle('--update-cluster-autoscaler -u', 'Change the bounds of the autoscaler.'),
  ...countFlags,
} as const;

export const profileFlag = list(
  '--cluster-autoscaler-profile',
  'Settings of the autoscaler: key=value, separated by blanks; "" resets them.',
);

/** The settings as a body has them; an empty word clears them. Throws for what is no pair. */
export function readProfile(words: readonly string[]): JsonObject {
  const profile: JsonObject = {};
  for (const item of words.flatMap((word) => word.split(/\s+/))) {
    if (item === '') continue;
    const cut = item.indexOf('=');
    if (cut < 1) {
      throw new UsageError(
        `argument --cluster-autoscaler-profile: '${item}' is not a pair such as scan-interval=30s`,
      );
    }
    setMember(profile, item.slice(0, cut), item.slice(cut + 1));
  }
  return profile;
}

/** Refuses bounds of a new pool that cannot be. */
export function demandCounts(given: {
  readonly autoscaler: boolean;
  readonly minCount: number | undefined;
  readonly maxCount: number | undefined;
  readonly nodeCount: number | undefined;
}): void {
  const { autoscaler: isOn, minCount, maxCount, nodeCount } = given;
  demandAutoscalerCounts(
    { isOn, minCount, maxCount, mode: undefined, ...(nodeCount !== undefined && { nodeCount }) },
    '--enable-cluster-autoscaler',
  );
}

type Change = Values<typeof changeFlags>;

/** Whether the flags say anything of the autoscaler. Throws for flags that contradict each other. */
export function changesAutoscaler(given: Change): boolean {
  const { enableAutoscaler, disableAutoscaler, updateAutoscaler, minCount, maxCount } = given;
  const asked = Number(enableAutoscaler) + Number(disableAutoscaler) + Number(updateAutoscaler);
  if (asked > 1) {
    throw new AzError(
      'Can only specify one of --enable-cluster-autoscaler, --update-cluster-autoscaler and --disable-cluster-autoscaler',
    );
  }
  demandAutoscalerCounts(
    { isOn: enableAutoscaler || updateAutoscaler, minCount, maxCount, mode: undefined },
    '--enable-cluster-autoscaler or --update-cluster-autoscaler',
  );
  return asked > 0;
}

/** A pool with another autoscaler. Throws when it has none to change. */
export function withAutoscaler(pool: JsonObject, given: Change): JsonObject {
  const isOn = pool['enableAutoScaling'] === true;
  if (given.updateAutoscaler && !isOn) {
    throw new AzError('Cluster autoscaler is not enabled: use --enable-cluster-autoscaler to enable it.');
  }
  if (given.disableAutoscaler) {
    const { minCount: _min, maxCount: _max, ...kept } = pool;
    return { ...kept, enableAutoScaling: false };
  }
  return {
    ...pool,
    enableAutoScaling: true,
    minCount: given.minCount ?? null,
    maxCount: given.maxCount ?? null,
  };
}
