import { conditionOf } from '../../apimachinery/conditions.ts';
import { maybeObjectAt, nameOf, numberAt, objectAt, objectsAt, textAt } from '../../apimachinery/read.ts';
import type { JsonObject } from '../../base/index.ts';
import type { Cells } from '../built-in-kind.ts';
import { ageOf, none } from './texts.ts';

export const flowSchemaCells: Cells = (object) => [
  nameOf(object),
  textAt(object, 'spec', 'priorityLevelConfiguration', 'name'),
  numberAt(object, 'spec', 'matchingPrecedence'),
  textAt(object, 'spec', 'distinguisherMethod', 'type') || none,
  ageOf(object),
  textAt(conditionOf(object, 'Dangling'), 'status') || '?',
];

export const priorityLevelCells: Cells = (object) => {
  const limited = maybeObjectAt(object, 'spec', 'limited');
  const queuing = maybeObjectAt(limited, 'limitResponse', 'queuing');
  return [
    nameOf(object),
    textAt(object, 'spec', 'type'),
    limited ? (objectAt(object, 'spec', 'limited')['nominalConcurrencyShares'] ?? null) : none,
    queuing ? numberAt(queuing, 'queues') : none,
    queuing ? numberAt(queuing, 'handSize') : none,
    queuing ? numberAt(queuing, 'queueLengthLimit') : none,
    ageOf(object),
  ];
};

export const nameAndAgeCells: Cells = (object) => [nameOf(object), ageOf(object)];

/** Kinds without columns of their own: Name and Created At, which kubectl prints as it stands. */
export const nameAndCreatedCells: Cells = (object) => [
  nameOf(object),
  textAt(object, 'metadata', 'creationTimestamp') || null,
];

export const resourceClaimCells: Cells = (object) => [
  nameOf(object),
  claimStates(object).join(','),
  ageOf(object),
];

function claimStates(claim: JsonObject): readonly string[] {
  const deleted = textAt(claim, 'metadata', 'deletionTimestamp') !== '';
  const allocated = maybeObjectAt(claim, 'status', 'allocation') !== undefined;
  if (!allocated) return [deleted ? 'deleted' : 'pending'];
  const reserved = objectsAt(claim, 'status', 'reservedFor').length > 0;
  return [...(deleted ? ['deleted'] : []), 'allocated', ...(reserved ? ['reserved'] : [])];
}

export const resourceSliceCells: Cells = (object) => [
  nameOf(object),
  textAt(object, 'spec', 'nodeName'),
  textAt(object, 'spec', 'driver'),
  textAt(object, 'spec', 'pool', 'name'),
  ageOf(object),
];
