import type { Cell } from '../../apimachinery/contract.ts';
import { nameOf, numberAt, objectAt } from '../../apimachinery/read.ts';
import type { JsonObject } from '../../base/index.ts';
import type { Cells } from '../built-in-kind.ts';
import { ageOf, containerCells, labelsText } from './texts.ts';

export const replicationControllerCells: Cells = (object) => [
  ...replicaCells(object),
  ...containerCells(templateOf(object)),
  labelsText(objectAt(object, 'spec', 'selector')),
];

export const podTemplateCells: Cells = (object) => [
  nameOf(object),
  ...containerCells(objectAt(object, 'template', 'spec')),
  labelsText(objectAt(object, 'template', 'metadata', 'labels')),
];

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
