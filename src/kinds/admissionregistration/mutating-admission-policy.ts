import type { FieldError } from '../../apimachinery/contract.ts';
import { listAt, maybeObjectAt, nameOf, objectAt, objectsAt, textAt } from '../../apimachinery/read.ts';
import { child, index, invalid, notSupported, required } from '../../apimachinery/validation/errors.ts';
import { validateChoice } from '../../apimachinery/validation/values.ts';
import type { JsonObject } from '../../base/index.ts';
import type { AdmissionExpression } from '../../cel/admission/compile.ts';
import type { PolicyCompiler } from '../../cel/admission/policy-compiler.ts';
import type { BuiltInKind } from '../built-in-kind.ts';
import { compilerFor, validatePolicySpec } from '../shared/admission-policies.ts';
import { ageOf, unset } from '../shared/cells.ts';
import { expressionErrors } from '../shared/match-conditions.ts';
import { mutableOperations, mutatingPolicies } from '../shared/mutating-policies.ts';

/** What is changed about objects before they are stored. */
export const mutatingAdmissionPolicy: BuiltInKind = {
  ...mutatingPolicies,
  resource: 'mutatingadmissionpolicies',
  kind: 'MutatingAdmissionPolicy',
  columns: {
    definitions: ['Name|string|name|0', 'Mutations|integer||0', 'ParamKind', 'Age'],
    cells(object) {
      const paramKind = maybeObjectAt(object, 'spec', 'paramKind');
      return [
        nameOf(object),
        listAt(object, 'spec', 'mutations').length,
        paramKind ? `${textAt(paramKind, 'apiVersion')}/${textAt(paramKind, 'kind')}` : unset,
        ageOf(object),
      ];
    },
  },
  validate(object, old) {
    const spec = objectAt(object, 'spec');
    const compiler = compilerFor(spec);
    const rules = { compiler, operations: mutableOperations };
    const errors = validatePolicySpec(spec, old && objectAt(old, 'spec'), rules);
    const mutations = objectsAt(spec, 'mutations');
    if (mutations.length === 0)
      errors.push(required('spec.mutations', 'mutations must contain at least one item'));
    for (const [position, mutation] of mutations.entries())
      errors.push(...validateMutation(mutation, index('spec.mutations', position), compiler));
    return [...errors, ...validateChoice(spec, 'spec', 'reinvocationPolicy', ['IfNeeded', 'Never'])];
  },
};

interface PatchSort {
  readonly member: string;
  readonly other: string;
  compile(compiler: PolicyCompiler, source: string): AdmissionExpression;
}

const patchSorts: Readonly<Record<string, PatchSort>> = {
  ApplyConfiguration: {
    member: 'applyConfiguration',
    other: 'jsonPatch',
    compile: (compiler, source) => compiler.configuration(source),
  },
  JSONPatch: {
    member: 'jsonPatch',
    other: 'applyConfiguration',
    compile: (compiler, source) => compiler.jsonPatch(source),
  },
};

function validateMutation(mutation: JsonObject, path: string, compiler: PolicyCompiler): FieldError[] {
  const patchType = textAt(mutation, 'patchType');
  if (patchType === '') return [required(child(path, 'patchType'))];
  const sort = Object.hasOwn(patchSorts, patchType) ? patchSorts[patchType] : undefined;
  if (!sort) return [notSupported(child(path, 'patchType'), patchType, Object.keys(patchSorts))];
  const { member, other } = sort;
  const own = maybeObjectAt(mutation, member);
  const errors: FieldError[] = [];
  if (own) {
    const here = child(child(path, member), 'expression');
    const source = textAt(own, 'expression').trim();
    if (source === '') errors.push(required(here));
    else errors.push(...expressionErrors(here, source, sort.compile(compiler, source)));
  } else errors.push(required(child(path, member), `must be specified when patchType is ${patchType}`));
  if (maybeObjectAt(mutation, other)) {
    const why = `must not be specified when patchType is ${patchType}`;
    errors.push(invalid(child(path, other), `{${other}}`, why));
  }
  return errors;
}
