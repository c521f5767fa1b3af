import { listAt, maybeObjectAt, nameOf, textAt } from '../../apimachinery/read.ts';
import { required } from '../../apimachinery/validation/errors.ts';
import type { BuiltInKind } from '../built-in-kind.ts';
import { ageOf, unset } from '../shared/cells.ts';

export const validatingAdmissionPolicy: BuiltInKind = {
  group: 'admissionregistration.k8s.io',
  versions: [{ version: 'v1' }],
  resource: 'validatingadmissionpolicies',
  kind: 'ValidatingAdmissionPolicy',
  scope: 'Cluster',
  categories: ['api-extensions'],
  subresources: { status: 'get patch update' },
  columns: {
    definitions: ['Name|string|name|0', 'Validations|integer||0', 'ParamKind', 'Age'],
    cells(object) {
      const paramKind = maybeObjectAt(object, 'spec', 'paramKind');
      return [
        nameOf(object),
        listAt(object, 'spec', 'validations').length,
        paramKind ? `${textAt(paramKind, 'apiVersion')}/${textAt(paramKind, 'kind')}` : unset,
        ageOf(object),
      ];
    },
  },
  quirks: { hasGeneration: true, updateDemandsVersion: true },
  validate: (object) =>
    maybeObjectAt(object, 'spec', 'matchConstraints') ? [] : [required('spec.matchConstraints')],
};
