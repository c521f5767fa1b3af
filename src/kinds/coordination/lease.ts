import type { FieldError } from '../../apimachinery/contract.ts';
import { nameOf, objectAt, textAt } from '../../apimachinery/read.ts';
import { forbidden, invalid } from '../../apimachinery/validation/errors.ts';
import type { BuiltInKind } from '../built-in-kind.ts';
import { ageOf } from '../shared/cells.ts';

export const lease: BuiltInKind = {
  group: 'coordination.k8s.io',
  versions: [{ version: 'v1' }],
  resource: 'leases',
  kind: 'Lease',
  scope: 'Namespaced',
  columns: {
    definitions: ['Name|string|name|0', 'Holder', 'Age'],
    cells: (object) => [nameOf(object), textAt(object, 'spec', 'holderIdentity'), ageOf(object)],
  },
  quirks: { createOnUpdate: true, updateDemandsVersion: true },
  validate(lease) {
    const spec = objectAt(lease, 'spec');
    const errors: FieldError[] = [];
    const duration = spec['leaseDurationSeconds'];
    if (typeof duration === 'number' && duration <= 0) {
      errors.push(invalid('spec.leaseDurationSeconds', duration, 'must be greater than 0'));
    }
    const transitions = spec['leaseTransitions'];
    if (typeof transitions === 'number' && transitions < 0) {
      errors.push(invalid('spec.leaseTransitions', transitions, 'must be greater than or equal to 0'));
    }
    if (textAt(spec, 'preferredHolder') && !textAt(spec, 'strategy')) {
      errors.push(forbidden('spec.preferredHolder', 'may only be specified if `strategy` is defined'));
    }
    return errors;
  },
};
