import type { FieldError } from '../../../apimachinery/contract.ts';
import { at, objectAt, objectsAt, textAt, textsAt } from '../../../apimachinery/read.ts';
import { invalid, required } from '../../../apimachinery/validation/errors.ts';
import type { Json, JsonObject } from '../../../base/index.ts';
import { quotaResources } from '../../shared/container-resources.ts';

const ofPods = ['pods', 'cpu', 'memory', 'limits.cpu', 'limits.memory', 'requests.cpu', 'requests.memory'];

/** The scopes that there are, and which of the resources with names of their own each may bound. */
const scopes: ReadonlyMap<string, readonly string[]> = new Map([
  ['Terminating', ofPods],
  ['NotTerminating', ofPods],
  ['BestEffort', ['pods']],
  ['NotBestEffort', ofPods],
  ['PriorityClass', ofPods],
  ['CrossNamespacePodAffinity', ofPods],
  ['VolumeAttributesClass', ['persistentvolumeclaims', 'requests.storage']],
]);

const opposites = [
  ['BestEffort', 'NotBestEffort'],
  ['Terminating', 'NotTerminating'],
];

/** Scopes that hold or do not, and ask for no values. */
const plainScopes = [
  'BestEffort',
  'NotBestEffort',
  'Terminating',
  'NotTerminating',
  'CrossNamespacePodAffinity',
];

/** `spec.scopes`: known ones, not two that exclude each other, and for resources that they may bound. */
export function validateScopes(quota: JsonObject): FieldError[] {
  const path = 'spec.scopes';
  const asked = textsAt(quota, 'spec', 'scopes');
  const all = [...asked];
  const errors = asked.flatMap((scope) => [
    ...(scopes.has(scope) ? [] : [invalid(path, all, 'unsupported scope')]),
    ...unboundable(quota, scope).map(() => invalid(path, all, 'unsupported scope applied to resource')),
  ]);
  return [...errors, ...conflicting(asked).map(() => invalid(path, all, 'conflicting scopes'))];
}

/** The same of `spec.scopeSelector`, and whether its operators go with their scopes and values. */
export function validateScopeSelector(quota: JsonObject): FieldError[] {
  const path = 'spec.scopeSelector.matchExpressions';
  const requirements = objectsAt(quota, 'spec', 'scopeSelector', 'matchExpressions');
  const errors = requirements.flatMap((requirement) => {
    const scope = textAt(requirement, 'scopeName');
    return [
      ...(scopes.has(scope) ? [] : [invalid(`${path}.scopeName`, scope, 'unsupported scope')]),
      ...unboundable(quota, scope).map(() =>
        invalid(path, shownSelector(requirements), 'unsupported scope applied to resource'),
      ),
      ...validateOperator(requirement, path),
    ];
  });
  const names = requirements.map((requirement) => textAt(requirement, 'scopeName'));
  const listed = at(quota, 'spec', 'scopes') ?? null;
  return [...errors, ...conflicting(names).map(() => invalid(path, listed, 'conflicting scopes'))];
}

function validateOperator(requirement: JsonObject, path: string): FieldError[] {
  const operator = textAt(requirement, 'operator');
  const values = textsAt(requirement, 'values');
  const errors: FieldError[] = [];
  if (plainScopes.includes(textAt(requirement, 'scopeName')) && operator !== 'Exists') {
    const detail =
      "must be 'Exists' when scope is any of ResourceQuotaScopeTerminating, ResourceQuotaScopeNotTerminating, ResourceQuotaScopeBestEffort, ResourceQuotaScopeNotBestEffort or ResourceQuotaScopeCrossNamespacePodAffinity";
    errors.push(invalid(`${path}.operator`, operator, detail));
  }
  if (operator === 'In' || operator === 'NotIn') {
    const detail = "must be at least one value when `operator` is 'In' or 'NotIn' for scope selector";
    if (values.length === 0) errors.push(required(`${path}.values`, detail));
  } else if (operator === 'Exists' || operator === 'DoesNotExist') {
    const detail = "must be no value when `operator` is 'Exist' or 'DoesNotExist' for scope selector";
    if (values.length > 0) errors.push(invalid(`${path}.values`, [...values], detail));
  } else errors.push(invalid(`${path}.operator`, operator, 'not a valid selector operator'));
  return errors;
}

/** Resources of the quota that the scope cannot bound. */
function unboundable(quota: JsonObject, scope: string): string[] {
  const bounded = scopes.get(scope);
  if (!bounded) return [];
  return Object.keys(objectAt(quota, 'spec', 'hard')).filter(
    (name) => isQuotaName(name) && !bounded.includes(name),
  );
}

function isQuotaName(name: string): boolean {
  const hasOwnName = quotaResources.has(name) && name !== 'storage';
  return hasOwnName || name.startsWith('hugepages-') || name.startsWith('requests.hugepages-');
}

function conflicting(names: readonly string[]): readonly string[][] {
  return opposites.filter((pair) => pair.every((scope) => names.includes(scope)));
}

/** As a Go server prints what has no JSON names. */
function shownSelector(requirements: readonly JsonObject[]): Json {
  return {
    MatchExpressions: requirements.map((each) => ({
      ScopeName: textAt(each, 'scopeName'),
      Operator: textAt(each, 'operator'),
      Values: at(each, 'values') ?? null,
    })),
  };
}
