import type { Cell } from '../../apimachinery/contract.ts';
import { nameOf, numberAt, objectAt } from '../../apimachinery/read.ts';
import type { JsonObject } from '../../base/index.ts';
import { ageOf } from './cells.ts';

/** Of what keeps a number of pods running; the first five are `replicaCells`. */
export const replicaColumns = [
  'Name|string|name|0',
  'Desired|integer||0',
  'Current|integer||0',
  'Ready|integer||0',
  'Age',
  'Containers|string||1',
  'Images|string||1',
  'Selector|string||1',
];

/** The first cells of `replicaColumns`. */
export function replicaCells(object: JsonObject): readonly Cell[] {
  return [
    nameOf(object),
    numberAt(object, 'spec', 'replicas'),
    numberAt(object, 'status', 'replicas'),
    numberAt(object, 'status', 'readyReplicas'),
    ageOf(object),
  ];
}

/** The spec of a workload's pods. */
export function templateOf(object: JsonObject): JsonObject {
  return objectAt(object, 'spec', 'template', 'spec');
}
