import { deserializes } from '../deserialized.ts';
import { knownShapes } from '../known-shapes.ts';

export const conformCustomLocation = deserializes(knownShapes.customLocations);
export const conformResourceSyncRule = deserializes(knownShapes.resourceSyncRules);
