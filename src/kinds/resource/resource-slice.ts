import { nameOf, objectAt, textAt } from '../../apimachinery/read.ts';
import type { BuiltInKind } from '../built-in-kind.ts';
import { ageOf } from '../shared/cells.ts';
import { validateSlice } from '../shared/devices.ts';
import { textField } from '../shared/field-selectors.ts';

export const resourceSlice: BuiltInKind = {
  group: 'resource.k8s.io',
  versions: [{ version: 'v1' }],
  resource: 'resourceslices',
  kind: 'ResourceSlice',
  scope: 'Cluster',
  columns: {
    definitions: ['Name|string|name|0', 'Node', 'Driver', 'Pool', 'Age'],
    cells: (object) => [
      nameOf(object),
      textAt(object, 'spec', 'nodeName'),
      textAt(object, 'spec', 'driver'),
      textAt(object, 'spec', 'pool', 'name'),
      ageOf(object),
    ],
  },
  selectable: {
    'spec.nodeName': textField('spec', 'nodeName'),
    'spec.driver': textField('spec', 'driver'),
  },
  unselectable: (path) => `field label not supported for resource.k8s.io/v1, Kind=ResourceSlice: ${path}`,
  quirks: { hashedVersion: 'v1beta2', hasGeneration: true, knowsNoNamespace: true },
  deletion: { answersWithObject: true },
  validate: (object) => validateSlice(objectAt(object, 'spec')),
};
