import { nameOf, textAt } from '../../apimachinery/read.ts';
import type { Cells } from '../built-in-kind.ts';
import { ageOf } from './texts.ts';

export const nameAndAgeCells: Cells = (object) => [nameOf(object), ageOf(object)];

/** Kinds without columns of their own: Name and Created At, which kubectl prints as it stands. */
export const nameAndCreatedCells: Cells = (object) => [
  nameOf(object),
  textAt(object, 'metadata', 'creationTimestamp') || null,
];
