import type { FieldError } from '../../apimachinery/contract.ts';
import { isExtendedResource, isNativeResource } from '../../apimachinery/pod-amounts.ts';
import {
  compareQuantities,
  formatQuantity,
  nanoPerUnit,
  parseQuantity,
} from '../../apimachinery/quantity.ts';
import { objectAt } from '../../apimachinery/read.ts';
import {
  child,
  forbidden,
  invalid,
  invalidEach,
  key,
  required,
} from '../../apimachinery/validation/errors.ts';
import { qualifiedName } from '../../apimachinery/validation/names.ts';
import { validateQuantityNotNegative } from '../../apimachinery/validation/values.ts';
import type { Json, JsonObject } from '../../base/index.ts';

const standardResources = ['cpu', 'memory', 'ephemeral-storage'];
const wholeNumbersOnly = 'must be an integer';

/** Limits and requests of a container. */
export function validateResources(resources: JsonObject, path: string): FieldError[] {
  const limits = objectAt(resources, 'limits');
  const requests = objectAt(resources, 'requests');
  return [
    ...Object.entries(limits).flatMap(([name, amount]) =>
      validateAmount(name, amount, key(child(path, 'limits'), name)),
    ),
    ...Object.entries(requests).flatMap(([name, amount]) => {
      const here = key(child(path, 'requests'), name);
      return [
        ...validateAmount(name, amount, here),
        ...validateWithinLimit(name, amount, limits[name], path),
      ];
    }),
    ...validateHugePages([...Object.keys(limits), ...Object.keys(requests)], path),
  ];
}

function validateHugePages(names: readonly string[], path: string): FieldError[] {
  if (!names.some(isHugePages)) return [];
  if (names.includes('cpu') || names.includes('memory')) return [];
  return [forbidden(path, 'HugePages require cpu or memory')];
}

function validateAmount(name: string, amount: Json | undefined, path: string): FieldError[] {
  return [...validateContainerResourceName(name, path), ...validateResourceAmount(name, amount, path)];
}

/** An amount of a resource: not negative, and whole where parts make no sense. */
export function validateResourceAmount(name: string, amount: Json | undefined, path: string): FieldError[] {
  const errors = validateQuantityNotNegative(amount, path);
  const quantity = parseQuantity(amount);
  if (isWholeResource(name) && quantity && quantity.nano % nanoPerUnit !== 0n) {
    errors.push(invalid(path, formatQuantity(quantity), wholeNumbersOnly));
  }
  return errors;
}

function isWholeResource(name: string): boolean {
  return (
    ['pods', 'services', 'replicationcontrollers', 'resourcequotas', 'secrets', 'configmaps'].includes(
      name,
    ) ||
    ['persistentvolumeclaims', 'services.nodeports', 'services.loadbalancers'].includes(name) ||
    (name.includes('/') && !name.startsWith('kubernetes.io/') && !name.startsWith('requests.'))
  );
}

/** A name that amounts of containers may have. */
export function validateContainerResourceName(name: string, path: string): FieldError[] {
  const errors = validateResourceName(name, path);
  if (!name.includes('/')) {
    if (isHugePages(name) || standardResources.includes(name)) return errors;
    return [...errors, invalid(path, name, 'must be a standard resource for containers')];
  }
  if (isNativeResource(name) || isExtendedResource(name)) return errors;
  return [...errors, invalid(path, name, "doesn't follow extended resource name standard")];
}

/** A name that amounts may have: one that Kubernetes knows, or one with a domain. */
export function validateResourceName(name: string, path: string): FieldError[] {
  const problems = qualifiedName(name);
  if (problems.length > 0) return invalidEach(path, name, problems);
  if (name.includes('/') || isHugePages(name) || quotaResources.has(name)) return [];
  return [invalid(path, name, 'must be a standard resource type or fully qualified')];
}

function isHugePages(name: string): boolean {
  return name.startsWith('hugepages-');
}

/** True for what may be asked for without being there to be had. */
export function allowsOvercommit(name: string): boolean {
  return isNativeResource(name) && !isHugePages(name);
}

/** Resources that quotas may name without a domain. */
export const quotaResources: ReadonlySet<string> = new Set([
  'cpu',
  'memory',
  'ephemeral-storage',
  'requests.cpu',
  'requests.memory',
  'requests.storage',
  'requests.ephemeral-storage',
  'limits.cpu',
  'limits.memory',
  'limits.ephemeral-storage',
  'pods',
  'resourcequotas',
  'services',
  'replicationcontrollers',
  'secrets',
  'persistentvolumeclaims',
  'configmaps',
  'services.nodeports',
  'services.loadbalancers',
  'storage',
]);

function validateWithinLimit(
  name: string,
  amount: Json | undefined,
  limit: Json | undefined,
  path: string,
): FieldError[] {
  const wanted = parseQuantity(amount);
  const most = parseQuantity(limit);
  const here = child(path, 'requests');
  if (!wanted) return [];
  const overcommit = allowsOvercommit(name);
  if (!most)
    return overcommit
      ? []
      : [required(child(path, 'limits'), 'Limit must be set for non overcommitable resources')];
  const order = compareQuantities(wanted, most);
  if (!overcommit && order !== 0) {
    return [
      invalid(here, formatQuantity(wanted), `must be equal to ${name} limit of ${formatQuantity(most)}`),
    ];
  }
  if (order <= 0) return [];
  const detail = `must be less than or equal to ${name} limit of ${formatQuantity(most)}`;
  return [invalid(here, formatQuantity(wanted), detail)];
}
