import type { Cell } from '../../apimachinery/contract.ts';
import { nameOf, numberAt, objectAt } from '../../apimachinery/read.ts';
import type { JsonObject } from '../../base/index.ts';
import { ageOf } from './cells.ts';

export function replicaCells(object: JsonObject): readonly Cell[] {
  return [
    nameOf(object),
    numberAt(object, 'spec', 'replicas'),
    numberAt(object, 'status', 'replicas'),
    numberAt(object, 'status', 'readyReplicas'),
    ageOf(object),
  ];
}

export function templateOf(object: JsonObject): JsonObject {
  return objectAt(object, 'spec', 'template', 'spec');
}
