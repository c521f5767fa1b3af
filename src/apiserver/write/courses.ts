import { kindOf, type Operation, type WriteTarget } from '../../apimachinery/admission.ts';
import type { Course, Courses, WritePart, WriteStep } from '../call/call.ts';
import type { ServedResource } from '../storage/served-resource.ts';

/** What writes of a resource meet, by operation and subresource. */
type OfResource = Record<Operation, Map<string, Course>>;

/** The list of steps, and what of it concerns a target: found once, because every write asks. */
export class ChosenCourses implements Courses {
  readonly #byResource = new WeakMap<ServedResource, OfResource>();
  readonly #steps: () => readonly WriteStep[];

  /** `steps` is asked for when the first write comes: what some of them work with is made after the parts that writes need. */
  constructor(steps: () => readonly WriteStep[]) {
    this.#steps = steps;
  }

  of(resource: ServedResource, subresource: string, operation: Operation): Course {
    let known = this.#byResource.get(resource);
    if (!known) {
      known = { CREATE: new Map(), UPDATE: new Map(), DELETE: new Map(), CONNECT: new Map() };
      this.#byResource.set(resource, known);
    }
    let course = known[operation].get(subresource);
    if (!course) {
      course = courseOf(this.#steps(), { definition: resource.definition, subresource, operation });
      known[operation].set(subresource, course);
    }
    return course;
  }
}

function courseOf(steps: readonly WriteStep[], target: WriteTarget): Course {
  const met = steps.filter((step) => step.concerns?.(target) ?? true);
  const part = (name: WritePart) => met.filter((step) => step.part === name);
  return {
    target,
    kind: kindOf(target),
    // A part of an object, and its end, say nothing that others could say too.
    alone: subresourceless(target) && met.some(({ alone }) => alone === true),
    onlyTurns: met.some(({ alone, part }) => alone === true && part === 'validate'),
    take: part('take'),
    mutate: part('mutate'),
    prepare: part('prepare'),
    validate: part('validate'),
    commit: part('commit'),
  };
}

function subresourceless({ subresource, operation }: WriteTarget): boolean {
  return subresource === '' && operation !== 'DELETE';
}
