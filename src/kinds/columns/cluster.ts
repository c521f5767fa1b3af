import { conditionOf } from '../../apimachinery/conditions.ts';
import { maybeObjectAt, nameOf, numberAt, objectAt, textAt } from '../../apimachinery/read.ts';
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
