import { maybeObjectAt, nameOf, objectAt, textAt, textsAt } from '../../apimachinery/read.ts';
import type { JsonObject } from '../../base/index.ts';
import { type Constraint, constraintOf } from '../matching/constraint.ts';
import { type LabelTest, labelTestAt } from '../matching/selectors.ts';

/** What makes a policy act. */
export interface Binding {
  readonly name: string;
  readonly policyName: string;
  /** Undefined: all that the policy speaks of. */
  readonly constraint: Constraint | undefined;
  readonly paramRef: ParamRef | undefined;
  /** Deny, Warn, Audit; of a validating policy only. */
  readonly actions: readonly string[];
}

/** Which objects a policy is given, one after the other. */
export interface ParamRef {
  readonly name: string;
  readonly namespace: string;
  readonly selects: LabelTest;
  readonly deniesWithout: boolean;
}

export function bindingOf(object: JsonObject): Binding {
  const spec = objectAt(object, 'spec');
  const matchResources = maybeObjectAt(spec, 'matchResources');
  const paramRef = maybeObjectAt(spec, 'paramRef');
  return {
    name: nameOf(object),
    policyName: textAt(spec, 'policyName'),
    constraint: matchResources && constraintOf(matchResources),
    paramRef: paramRef && {
      name: textAt(paramRef, 'name'),
      namespace: textAt(paramRef, 'namespace'),
      selects: labelTestAt(paramRef, 'selector'),
      deniesWithout: textAt(paramRef, 'parameterNotFoundAction') === 'Deny',
    },
    actions: textsAt(spec, 'validationActions'),
  };
}
