import type { ResourceRecord } from '../../../arm/index.ts';
import type { LoopParts } from '../../loop.ts';
import { withOutcome } from './upgrade-order.ts';
import { type Failure, withWork } from './upgrade-work.ts';

/** Ends what was begun with a cluster, and with it the upgrade that it was ordered. */
export async function end(
  record: ResourceRecord,
  { records }: LoopParts,
  outcome: 'Succeeded' | { readonly failed: Failure; readonly isCanceled: boolean },
): Promise<void> {
  const isWell = outcome === 'Succeeded';
  const provisioningState = isWell ? outcome : outcome.isCanceled ? 'Canceled' : 'Failed';
  await records.update(
    record.id,
    (current) => {
      const isSame =
        current.operation === record.operation && current.provisioningState === record.provisioningState;
      if (!isSame) return undefined;
      const ended = withOutcome(current, isWell ? outcome : { failed: outcome.failed });
      return { ...ended, internal: withWork(ended.internal, undefined), provisioningState };
    },
    isWell
      ? { status: 'Succeeded' }
      : { status: outcome.isCanceled ? 'Canceled' : 'Failed', error: outcome.failed },
  );
}
