import type { JsonObject } from '../base/index.ts';
import { objectsAt } from './read.ts';
import { child, index } from './validation/errors.ts';

/** The lists of containers in the spec of a pod, in the order in which they are looked at. */
const lists = ['initContainers', 'containers', 'ephemeralContainers'];

/** All containers in the spec of a pod. */
export function containersIn(podSpec: JsonObject): readonly JsonObject[] {
  return lists.flatMap((list) => objectsAt(podSpec, list));
}

/** A container with its path. */
export interface PlacedContainer {
  readonly container: JsonObject;
  readonly path: string;
}

/** All containers in the spec of a pod that lies at `path`. */
export function placedContainers(podSpec: JsonObject, path: string): PlacedContainer[] {
  return lists.flatMap((list) =>
    objectsAt(podSpec, list).map((container, at) => ({ container, path: index(child(path, list), at) })),
  );
}
