import type { ServedResource } from '../storage/served-resource.ts';
import type { AdmissionStep } from './call.ts';

/** The steps that writes go through, in order; those of a resource are found once, because every write asks. */
export class AdmissionSteps {
  #all: readonly AdmissionStep[] = [];
  #byResource = new WeakMap<ServedResource, readonly AdmissionStep[]>();

  /** What is to come after the steps there are. */
  add(steps: readonly AdmissionStep[]): void {
    this.#all = [...this.#all, ...steps];
    this.#byResource = new WeakMap();
  }

  /** Steps that concern writes of the resource. */
  of(resource: ServedResource): readonly AdmissionStep[] {
    let steps = this.#byResource.get(resource);
    if (!steps) {
      steps = this.#all.filter(
        ({ concerns }) => concerns === 'all' || concerns.includes(resource.storageKey),
      );
      this.#byResource.set(resource, steps);
    }
    return steps;
  }
}
