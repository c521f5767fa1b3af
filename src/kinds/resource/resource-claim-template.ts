import { objectAt } from '../../apimachinery/read.ts';
import { validateImmutable } from '../../apimachinery/validation/metadata.ts';
import type { BuiltInKind } from '../built-in-kind.ts';
import { nameAndAgeCells } from '../shared/cells.ts';
import { validateDeviceRequests } from '../shared/devices.ts';

export const resourceClaimTemplate: BuiltInKind = {
  group: 'resource.k8s.io',
  versions: [{ version: 'v1' }],
  resource: 'resourceclaimtemplates',
  kind: 'ResourceClaimTemplate',
  scope: 'Namespaced',
  quirks: { hashedVersion: 'v1beta2' },
  columns: { definitions: ['Name|string|name|0', 'Age'], cells: nameAndAgeCells },
  deletion: { answersWithObject: true },
  validate: (object) => validateDeviceRequests(objectAt(object, 'spec', 'spec'), 'spec.spec'),
  // What was asked for stays.
  validateUpdate: (object, old) => validateImmutable(object, old, 'spec', 'spec'),
};
