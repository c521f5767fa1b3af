import { cloneJson } from '../../../apimachinery/clone.ts';
import type { FieldError } from '../../../apimachinery/contract.ts';
import { objectAt, objectsAt, textAt } from '../../../apimachinery/read.ts';
import { forbidden, invalid } from '../../../apimachinery/validation/errors.ts';
import { type JsonObject, jsonEqual } from '../../../base/index.ts';
import { qualityOfService } from './quality-of-service.ts';

const lists = ['containers', 'initContainers'] as const;
const mutable = new Set(['cpu', 'memory']);

/** A write of `pods/resize` changes the containers' resources and resize policies and nothing else. */
export function takeResources(pod: JsonObject, old: JsonObject): void {
  const wanted = objectAt(pod, 'spec');
  const spec = cloneJson(objectAt(old, 'spec'));
  for (const list of lists) {
    const now = objectsAt(wanted, list);
    for (const container of objectsAt(spec, list)) {
      const change = now.find((item) => textAt(item, 'name') === textAt(container, 'name'));
      if (!change) continue;
      for (const member of ['resources', 'resizePolicy']) {
        const value = change[member];
        if (value === undefined) delete container[member];
        else container[member] = value;
      }
    }
  }
  pod['spec'] = spec;
}

/** Only CPU and memory can be resized, and the class of service stays. */
export function validateResize(spec: JsonObject, before: JsonObject): FieldError[] {
  const errors: FieldError[] = [];
  const [now, was] = [qualityOfService(spec), qualityOfService(before)];
  if (now !== was) {
    // Shown is what it is, which its status still says.
    errors.push(invalid('spec', was, 'Pod QOS Class may not change as a result of resizing'));
  }
  const isMutable = lists.every((list) =>
    objectsAt(spec, list).every((container, position) =>
      jsonEqual(fixedResources(container), fixedResources(objectsAt(before, list)[position] ?? {})),
    ),
  );
  if (!isMutable) errors.push(forbidden('spec', 'only cpu and memory resources are mutable'));
  return errors;
}

function fixedResources(container: JsonObject): JsonObject {
  const resources = objectAt(container, 'resources');
  const fixed: JsonObject = {};
  for (const kind of ['limits', 'requests']) {
    const amounts = Object.entries(objectAt(resources, kind)).filter(([name]) => !mutable.has(name));
    if (amounts.length > 0) fixed[kind] = Object.fromEntries(amounts);
  }
  return fixed;
}
