import { listAt, nameOf, objectsAt, textAt, textsAt } from '../../apimachinery/read.ts';
import { child, duplicate, index, invalidEach, required } from '../../apimachinery/validation/errors.ts';
import { dnsSubdomain, qualifiedName } from '../../apimachinery/validation/names.ts';
import type { BuiltInKind } from '../built-in-kind.ts';
import { ageOf } from '../shared/cells.ts';

export const csiNode: BuiltInKind = {
  group: 'storage.k8s.io',
  versions: [{ version: 'v1' }],
  resource: 'csinodes',
  kind: 'CSINode',
  scope: 'Cluster',
  columns: {
    definitions: ['Name|string|name|0', 'Drivers|integer||0', 'Age'],
    cells: (object) => [nameOf(object), listAt(object, 'spec', 'drivers').length, ageOf(object)],
  },
  quirks: { updateDemandsVersion: true },
  deletion: { answersWithObject: true },
  validate(object) {
    const names = new Set<string>();
    return objectsAt(object, 'spec', 'drivers').flatMap((driver, position) => {
      const here = index('spec.drivers', position);
      const name = textAt(driver, 'name');
      const errors = name
        ? invalidEach(child(here, 'name'), name, dnsSubdomain(name.toLowerCase()))
        : [required(child(here, 'name'))];
      if (!textAt(driver, 'nodeID')) errors.push(required(child(here, 'nodeID')));
      if (names.has(name)) errors.push(duplicate(child(here, 'name'), name));
      names.add(name);
      const topology = textsAt(driver, 'topologyKeys');
      return [...errors, ...topology.flatMap((text) => invalidEach(here, text, qualifiedName(text)))];
    });
  },
};
