import { createHash } from 'node:crypto';
import { Recent } from '../../base/index.ts';
import type { Queuing } from './priority-level.ts';

const handLimits = {
  /** Flows of one schema whose queues are remembered. */
  rememberedFlows: 1_024,
  /** Longer names are dealt a hand each time. */
  nameCharacters: 512,
} as const;

/**
 * The queues that a flow may use (shuffle sharding): a few of many, so that two flows seldom share all of theirs. They follow from
 * the names alone, as in the real server.
 */
export class Hands {
  readonly #schema: string;
  readonly #queuing: Pick<Queuing, 'queues' | 'handSize'>;
  readonly #known = new Recent<readonly number[]>(handLimits.rememberedFlows);

  constructor(schema: string, queuing: Pick<Queuing, 'queues' | 'handSize'>) {
    this.#schema = schema;
    this.#queuing = queuing;
  }

  of(distinguisher: string): readonly number[] {
    const known = this.#known.get(distinguisher);
    if (known) return known;
    const hand = dealt(hashOf(this.#schema, distinguisher), this.#queuing);
    if (distinguisher.length <= handLimits.nameCharacters) this.#known.set(distinguisher, hand);
    return hand;
  }
}

function hashOf(schema: string, distinguisher: string): bigint {
  return createHash('sha256').update(`${schema}\0${distinguisher}`).digest().readBigUInt64LE();
}

/** Each card is drawn from those that are left: a remainder says the how-manieth of them. */
function dealt(hash: bigint, { queues, handSize }: Pick<Queuing, 'queues' | 'handSize'>): number[] {
  const drawn: number[] = [];
  const hand: number[] = [];
  let rest = hash;
  for (let at = 0; at < handSize; at++) {
    const left = BigInt(queues - at);
    const position = Number(rest % left);
    rest /= left;
    let card = position;
    for (let before = at - 1; before >= 0; before--) if (card >= (drawn[before] ?? 0)) card++;
    drawn.push(position);
    hand.push(card);
  }
  return hand;
}
