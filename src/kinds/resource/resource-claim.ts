import { maybeObjectAt, nameOf, objectAt, objectsAt, textAt } from '../../apimachinery/read.ts';
import { validateImmutable } from '../../apimachinery/validation/metadata.ts';
import type { JsonObject } from '../../base/index.ts';
import type { BuiltInKind } from '../built-in-kind.ts';
import { ageOf } from '../shared/cells.ts';
import { validateDeviceRequests } from '../shared/devices.ts';

export const resourceClaim: BuiltInKind = {
  group: 'resource.k8s.io',
  versions: [{ version: 'v1' }],
  resource: 'resourceclaims',
  kind: 'ResourceClaim',
  scope: 'Namespaced',
  subresources: { status: 'get patch update' },
  columns: {
    definitions: ['Name|string|name|0', 'State', 'Age'],
    cells: (object) => [nameOf(object), claimStates(object).join(','), ageOf(object)],
  },
  quirks: { hashedVersion: 'v1beta2', statusHasNoColumns: true, statusKeepsMetadata: true },
  deletion: { answersWithObject: true },
  validate: (object) => validateDeviceRequests(objectAt(object, 'spec'), 'spec'),
  // What was asked for stays.
  validateUpdate: (object, old) => validateImmutable(object, old, 'spec', 'spec'),
};

function claimStates(claim: JsonObject): readonly string[] {
  const deleted = textAt(claim, 'metadata', 'deletionTimestamp') !== '';
  const allocated = maybeObjectAt(claim, 'status', 'allocation') !== undefined;
  if (!allocated) return [deleted ? 'deleted' : 'pending'];
  const reserved = objectsAt(claim, 'status', 'reservedFor').length > 0;
  return [...(deleted ? ['deleted'] : []), 'allocated', ...(reserved ? ['reserved'] : [])];
}
