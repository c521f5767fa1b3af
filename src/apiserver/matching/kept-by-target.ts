import type { WriteTarget } from '../../apimachinery/admission.ts';
import type { ResourceDefinition } from '../../apimachinery/contract.ts';
import type { ResourceRegistry } from '../discovery/registry.ts';

/** What follows from a target and from what is served: found once for each target, until other resources are served. */
export class KeptByTarget<T> {
  readonly #resources: ResourceRegistry;
  readonly #find: (target: WriteTarget) => T;
  #known = new WeakMap<ResourceDefinition, Map<string, T>>();
  #generation = -1;

  constructor(resources: ResourceRegistry, find: (target: WriteTarget) => T) {
    this.#resources = resources;
    this.#find = find;
  }

  of({ definition, subresource, operation }: WriteTarget): T {
    if (this.#generation !== this.#resources.generation) {
      this.forget();
      this.#generation = this.#resources.generation;
    }
    let known = this.#known.get(definition);
    if (!known) this.#known.set(definition, (known = new Map()));
    const key = `${operation} ${subresource}`;
    let found = known.get(key);
    if (found === undefined) known.set(key, (found = this.#find({ definition, subresource, operation })));
    return found;
  }

  /** What else it follows from has changed. */
  forget(): void {
    this.#known = new WeakMap();
  }
}
