import { objectAt, objectsAt, textAt } from '../../apimachinery/read.ts';
import type { JsonObject } from '../../base/index.ts';
import type { AdmissionExpression } from '../../cel/admission/compile.ts';
import { type Policy, policyOf } from './policy.ts';

export interface Validation {
  readonly source: string;
  readonly expression: AdmissionExpression;
  readonly message: string;
  readonly messageExpression: AdmissionExpression | undefined;
  readonly reason: string;
}

/** A ValidatingAdmissionPolicy, compiled. */
export interface ValidatingPolicy extends Policy {
  readonly validations: readonly Validation[];
  readonly annotations: readonly {
    readonly key: string;
    readonly source: string;
    readonly expression: AdmissionExpression;
  }[];
}

export function validatingPolicyOf(object: JsonObject): ValidatingPolicy {
  const spec = objectAt(object, 'spec');
  const { policy, compiler } = policyOf(object);
  return {
    ...policy,
    validations: objectsAt(spec, 'validations').map((validation) => {
      const source = textAt(validation, 'expression');
      const message = textAt(validation, 'messageExpression');
      return {
        source,
        expression: compiler.validation(source),
        message: textAt(validation, 'message'),
        messageExpression: message === '' ? undefined : compiler.message(message),
        reason: textAt(validation, 'reason') || 'Invalid',
      };
    }),
    annotations: objectsAt(spec, 'auditAnnotations').map((annotation) => {
      const source = textAt(annotation, 'valueExpression');
      return { key: textAt(annotation, 'key'), source, expression: compiler.annotation(source) };
    }),
  };
}
