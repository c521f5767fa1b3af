import { cloneJson } from '../../../apimachinery/clone.ts';
import type { FieldError } from '../../../apimachinery/contract.ts';
import { listAt, objectAt, objectsAt, textAt } from '../../../apimachinery/read.ts';
import {
  child,
  duplicate,
  forbidden,
  index,
  invalidEach,
  required,
} from '../../../apimachinery/validation/errors.ts';
import { dnsLabel } from '../../../apimachinery/validation/names.ts';
import { type JsonObject, jsonEqual } from '../../../base/index.ts';

const path = 'spec.ephemeralContainers';

/** Members of a container that make no sense for one that is only looked through. */
const unsupported = ['ports', 'livenessProbe', 'readinessProbe', 'startupProbe', 'lifecycle', 'resources'];

/** A write of `pods/ephemeralcontainers` changes that list and nothing else. */
export function takeEphemeralContainers(pod: JsonObject, old: JsonObject): void {
  const wanted = listAt(objectAt(pod, 'spec'), 'ephemeralContainers');
  const spec = cloneJson(objectAt(old, 'spec'));
  if (wanted.length === 0) delete spec['ephemeralContainers'];
  else spec['ephemeralContainers'] = [...wanted];
  pod['spec'] = spec;
}

/** Ephemeral containers are only ever added: once there, they neither change nor go. */
export function validateEphemeralContainers(spec: JsonObject, before: JsonObject): FieldError[] {
  const wanted = objectsAt(spec, 'ephemeralContainers');
  const errors = validateEach(spec, wanted);
  for (const old of objectsAt(before, 'ephemeralContainers')) {
    const name = textAt(old, 'name');
    const now = wanted.find((container) => textAt(container, 'name') === name);
    if (!now) errors.push(forbidden(path, `existing ephemeral containers "${name}" may not be removed\n`));
    else if (!jsonEqual(now, old)) {
      errors.push(forbidden(path, `existing ephemeral containers "${name}" may not be changed\n`));
    }
  }
  return errors;
}

function validateEach(spec: JsonObject, wanted: readonly JsonObject[]): FieldError[] {
  const others = [...objectsAt(spec, 'containers'), ...objectsAt(spec, 'initContainers')];
  const names = new Set(others.map((container) => textAt(container, 'name')));
  const targets = new Set(names);
  return wanted.flatMap((container, position) => {
    const here = index(path, position);
    const name = textAt(container, 'name');
    const target = textAt(container, 'targetContainerName');
    const errors: FieldError[] = name
      ? invalidEach(child(here, 'name'), name, dnsLabel(name))
      : [required(child(here, 'name'))];
    if (names.has(name)) errors.push(duplicate(child(here, 'name'), name));
    names.add(name);
    if (!textAt(container, 'image')) errors.push(required(child(here, 'image')));
    if (target && !targets.has(target)) {
      errors.push({
        reason: 'FieldValueNotFound',
        field: child(here, 'targetContainerName'),
        message: `Not found: "${target}"`,
      });
    }
    for (const member of unsupported) {
      const value = container[member];
      if (value === undefined || jsonEqual(value, {}) || jsonEqual(value, [])) continue;
      errors.push(forbidden(child(here, member), 'cannot be set for an Ephemeral Container'));
    }
    return errors;
  });
}
