import { metadataOf } from '../../apimachinery/metadata.ts';
import { at, maybeObjectAt, nameOf, numberAt, objectAt, textAt } from '../../apimachinery/read.ts';
import type { JsonObject } from '../../base/index.ts';

/** How many queues a level has, how many of them a flow uses, and how many requests each holds. */
export interface Queuing {
  readonly queues: number;
  readonly handSize: number;
  readonly queueLengthLimit: number;
}

/** A PriorityLevelConfiguration, read once for each of its states. */
export interface PriorityLevel {
  readonly name: string;
  readonly uid: string;
  /** Nothing is refused, and nothing waits. */
  readonly isExempt: boolean;
  readonly shares: number;
  /** Of its seats, others may have so many percent. */
  readonly lendablePercent: number;
  /** It may have so many percent on top of its own; undefined: whatever there is. */
  readonly borrowingLimitPercent: number | undefined;
  /** Undefined: what finds no seat is refused at once. */
  readonly queuing: Queuing | undefined;
}

export function readPriorityLevel(object: JsonObject): PriorityLevel {
  const spec = objectAt(object, 'spec');
  const isExempt = textAt(spec, 'type') === 'Exempt';
  const limits = objectAt(spec, isExempt ? 'exempt' : 'limited');
  const borrowing = at(limits, 'borrowingLimitPercent');
  const queuing = maybeObjectAt(limits, 'limitResponse', 'queuing');
  return {
    name: nameOf(object),
    uid: textAt(metadataOf(object), 'uid'),
    isExempt,
    shares: numberAt(limits, 'nominalConcurrencyShares'),
    lendablePercent: numberAt(limits, 'lendablePercent'),
    borrowingLimitPercent: typeof borrowing === 'number' && !isExempt ? borrowing : undefined,
    queuing: queuing && {
      queues: numberAt(queuing, 'queues'),
      handSize: numberAt(queuing, 'handSize'),
      queueLengthLimit: numberAt(queuing, 'queueLengthLimit'),
    },
  };
}
