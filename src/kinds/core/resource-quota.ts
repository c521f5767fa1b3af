import type { FieldError } from '../../apimachinery/contract.ts';
import { at, nameOf, objectAt, textsAt } from '../../apimachinery/read.ts';
import { invalid, invalidEach, key } from '../../apimachinery/validation/errors.ts';
import { qualifiedName } from '../../apimachinery/validation/names.ts';
import type { JsonObject } from '../../base/index.ts';
import type { BuiltInKind } from '../built-in-kind.ts';
import { ageOf } from '../shared/cells.ts';
import { quotaResources, validateResourceAmount } from '../shared/container-resources.ts';
import { validateScopeSelector, validateScopes } from './resource-quota/scopes.ts';

export const resourceQuota: BuiltInKind = {
  group: '',
  versions: [{ version: 'v1' }],
  resource: 'resourcequotas',
  kind: 'ResourceQuota',
  scope: 'Namespaced',
  shortNames: ['quota'],
  subresources: { status: 'get patch update' },
  columns: {
    definitions: ['Name|string|name|0', 'Request', 'Limit', 'Age'],
    cells(object) {
      const hard = objectAt(object, 'status', 'hard');
      const used = objectAt(object, 'status', 'used');
      const lines = (ofLimits: boolean) =>
        Object.keys(hard)
          .sort()
          .filter((name) => name.startsWith('limits.') === ofLimits)
          .map((name) => `${name}: ${used[name] ?? '0'}/${hard[name]}`)
          .join(', ');
      return [nameOf(object), lines(false), lines(true), ageOf(object)];
    },
  },
  deletion: { answersWithObject: true },
  validate: (quota) => [
    ...validateAmounts(objectAt(quota, 'spec', 'hard'), 'spec.hard'),
    ...validateScopes(quota),
    ...validateScopeSelector(quota),
  ],
  validateStatus: (quota) =>
    ['hard', 'used'].flatMap((member) =>
      validateAmounts(objectAt(quota, 'status', member), `status.${member}`),
    ),
  validateUpdate(quota, old) {
    const sorted = (object: JsonObject) => textsAt(object, 'spec', 'scopes').toSorted().join();
    if (sorted(quota) === sorted(old)) return [];
    return [invalid('spec.scopes', at(quota, 'spec', 'scopes') ?? null, 'field is immutable')];
  },
};

function validateAmounts(amounts: JsonObject, path: string): FieldError[] {
  return Object.entries(amounts).flatMap(([name, amount]) => {
    const here = key(path, name);
    return [...validateQuotaName(name, here), ...validateResourceAmount(name, amount, here)];
  });
}

function validateQuotaName(name: string, path: string): FieldError[] {
  const problems = qualifiedName(name);
  if (problems.length > 0) return invalidEach(path, name, problems);
  if (name.includes('/') || name.startsWith('hugepages-') || name.startsWith('requests.hugepages-'))
    return [];
  if (quotaResources.has(name)) return [];
  return [
    invalid(path, name, 'must be a standard resource type or fully qualified'),
    invalid(path, name, 'must be a standard resource for quota'),
  ];
}
