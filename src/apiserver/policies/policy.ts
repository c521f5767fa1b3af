import { splitApiVersion } from '../../apimachinery/metadata.ts';
import { maybeObjectAt, nameOf, objectAt, objectsAt, textAt } from '../../apimachinery/read.ts';
import type { JsonObject } from '../../base/index.ts';
import type { AdmissionExpression } from '../../cel/admission/compile.ts';
import { PolicyCompiler } from '../../cel/admission/policy-compiler.ts';
import { type Condition, conditionsOf } from '../matching/conditions.ts';
import { type Constraint, constraintOf } from '../matching/constraint.ts';

/** What policies of both sorts are. */
export interface Policy {
  readonly name: string;
  readonly constraint: Constraint;
  readonly conditions: readonly Condition[];
  readonly variables: ReadonlyMap<string, AdmissionExpression>;
  readonly ignoresFailures: boolean;
  readonly paramKind: ParamKind | undefined;
}

export interface ParamKind {
  readonly group: string;
  readonly version: string;
  readonly kind: string;
}

/** What a policy has that is of both sorts, and what compiles the rest. */
export function policyOf(object: JsonObject): { policy: Policy; compiler: PolicyCompiler } {
  const spec = objectAt(object, 'spec');
  const paramKind = paramKindOf(spec);
  const declared = objectsAt(spec, 'variables');
  const compiler = new PolicyCompiler({
    hasParams: paramKind !== undefined,
    hasVariables: declared.length > 0,
  });
  const variables = new Map<string, AdmissionExpression>();
  for (const variable of declared) {
    const name = textAt(variable, 'name');
    variables.set(name, compiler.variable(name, textAt(variable, 'expression')));
  }
  const policy = {
    name: nameOf(object),
    constraint: constraintOf(objectAt(spec, 'matchConstraints')),
    conditions: conditionsOf(spec, (source) => compiler.condition(source)),
    variables,
    ignoresFailures: textAt(spec, 'failurePolicy') === 'Ignore',
    paramKind,
  };
  return { policy, compiler };
}

/** The kind of parameters that the spec of a policy names. */
export function paramKindOf(spec: JsonObject): ParamKind | undefined {
  const paramKind = maybeObjectAt(spec, 'paramKind');
  if (!paramKind) return undefined;
  const [group, version] = splitApiVersion(textAt(paramKind, 'apiVersion'));
  return { group, version, kind: textAt(paramKind, 'kind') };
}
