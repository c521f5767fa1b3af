import type { ResourceRequest } from '../request/request-info.ts';

/** How many watch one resource. */
interface Watched {
  everywhere: number;
  /** By namespace, and by namespace and name. */
  readonly parts: Map<string, number>;
}

/** Counts the watches that a write is told to: whoever writes pays for its events. */
export class Watchers {
  readonly #groups = new Map<string, Map<string, Watched>>();

  /** Counts a watch until the returned function is called. */
  add({ group, resource, namespace, name }: ResourceRequest): () => void {
    let resources = this.#groups.get(group);
    if (!resources) this.#groups.set(group, (resources = new Map()));
    let watched = resources.get(resource);
    if (!watched) resources.set(resource, (watched = { everywhere: 0, parts: new Map() }));
    const counted = watched;
    const part = namespace === '' && name === '' ? undefined : partOf(namespace, name);
    change(counted, part, 1);
    let isCounted = true;
    return () => {
      if (!isCounted) return;
      isCounted = false;
      change(counted, part, -1);
      if (counted.everywhere === 0 && counted.parts.size === 0) this.#groups.get(group)?.delete(resource);
    };
  }

  /** Those who hear of a write. */
  concerned({ group, resource, namespace, name }: ResourceRequest): number {
    const watched = this.#groups.get(group)?.get(resource);
    if (!watched) return 0;
    if (watched.parts.size === 0) return watched.everywhere;
    let count = watched.everywhere;
    if (namespace !== '') count += watched.parts.get(partOf(namespace, '')) ?? 0;
    if (name !== '') count += watched.parts.get(partOf(namespace, name)) ?? 0;
    return count;
  }
}

function change(watched: Watched, part: string | undefined, by: number): void {
  if (part === undefined) {
    watched.everywhere += by;
    return;
  }
  const count = (watched.parts.get(part) ?? 0) + by;
  if (count === 0) watched.parts.delete(part);
  else watched.parts.set(part, count);
}

/** Neither holds a slash. */
function partOf(namespace: string, name: string): string {
  return `${namespace}/${name}`;
}
