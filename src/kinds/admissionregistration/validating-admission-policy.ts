import type { FieldError } from '../../apimachinery/contract.ts';
import { listAt, maybeObjectAt, nameOf, objectAt, objectsAt, textAt } from '../../apimachinery/read.ts';
import { child, index, required } from '../../apimachinery/validation/errors.ts';
import type { JsonObject } from '../../base/index.ts';
import type { BuiltInKind } from '../built-in-kind.ts';
import {
  compilerFor,
  validateAuditAnnotations,
  validatePolicySpec,
  validateValidation,
} from '../shared/admission-policies.ts';
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
  quirks: {
    hasGeneration: true,
    updateDemandsVersion: true,
    statusKeepsMetadata: true,
    resets: { status: ['spec', 'metadata'] },
  },
  validateStatus: (object) => validateStatus(objectAt(object, 'status')),
  validate(object, old) {
    const spec = objectAt(object, 'spec');
    const compiler = compilerFor(spec);
    const errors = validatePolicySpec(spec, old && objectAt(old, 'spec'), { compiler });
    const validations = objectsAt(spec, 'validations');
    if (validations.length === 0 && listAt(spec, 'auditAnnotations').length === 0) {
      const detail = 'validations or auditAnnotations must contain at least one item';
      return [...errors, required('spec.validations', detail), required('spec.auditAnnotations', detail)];
    }
    for (const [position, validation] of validations.entries())
      errors.push(...validateValidation(validation, index('spec.validations', position), compiler));
    return [...errors, ...validateAuditAnnotations(object, compiler)];
  },
};

function validateStatus(status: JsonObject): FieldError[] {
  return objectsAt(status, 'typeChecking', 'expressionWarnings').flatMap((warning, position) => {
    const here = index('status.typeChecking.expressionWarnings', position);
    return ['warning', 'fieldRef']
      .filter((member) => textAt(warning, member).trim() === '')
      .map((member) => required(child(here, member)));
  });
}
