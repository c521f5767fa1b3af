import { objectAt, objectsAt, textAt } from '../../apimachinery/read.ts';
import type { JsonObject } from '../../base/index.ts';
import type { AdmissionExpression } from '../../cel/admission/compile.ts';
import { type Policy, policyOf } from './policy.ts';

export interface Mutation {
  readonly makes: 'configuration' | 'json patch';
  readonly expression: AdmissionExpression;
}

/** A MutatingAdmissionPolicy, compiled. */
export interface MutatingPolicy extends Policy {
  readonly mutations: readonly Mutation[];
  /** Asked again when the object changed after it. */
  readonly isReinvoked: boolean;
}

export function mutatingPolicyOf(object: JsonObject): MutatingPolicy {
  const spec = objectAt(object, 'spec');
  const { policy, compiler } = policyOf(object);
  return {
    ...policy,
    mutations: objectsAt(spec, 'mutations').map((mutation) =>
      textAt(mutation, 'patchType') === 'JSONPatch'
        ? {
            makes: 'json patch',
            expression: compiler.jsonPatch(textAt(mutation, 'jsonPatch', 'expression')),
          }
        : {
            makes: 'configuration',
            expression: compiler.configuration(textAt(mutation, 'applyConfiguration', 'expression')),
          },
    ),
    isReinvoked: textAt(spec, 'reinvocationPolicy') === 'IfNeeded',
  };
}
