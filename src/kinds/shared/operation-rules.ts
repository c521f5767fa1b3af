import type { FieldError } from '../../apimachinery/contract.ts';
import { textsAt } from '../../apimachinery/read.ts';
import { child, index, invalid, notSupported, required } from '../../apimachinery/validation/errors.ts';
import { validateOptionalChoice } from '../../apimachinery/validation/values.ts';
import type { JsonObject } from '../../base/index.ts';

const operations = ['*', 'CONNECT', 'CREATE', 'DELETE', 'UPDATE'];

/** Field errors of a rule that says which operations on which resources are meant. */
export function validateRule(rule: JsonObject, path: string): FieldError[] {
  const errors: FieldError[] = [];
  const named = textsAt(rule, 'operations');
  if (named.length === 0) errors.push(required(child(path, 'operations')));
  if (named.includes('*') && named.length > 1) {
    const detail = "if '*' is present, must not specify other operations";
    errors.push(invalid(child(path, 'operations'), [...named], detail));
  }
  for (const [position, operation] of named.entries()) {
    if (operations.includes(operation)) continue;
    errors.push(notSupported(index(child(path, 'operations'), position), operation, operations));
  }
  return [
    ...errors,
    ...validateNames(rule, child(path, 'apiGroups'), { member: 'apiGroups', called: 'API groups' }),
    ...validateNames(rule, child(path, 'apiVersions'), { member: 'apiVersions', called: 'API versions' }),
    ...textsAt(rule, 'apiVersions').flatMap((version, position) =>
      version === '' ? [required(index(child(path, 'apiVersions'), position))] : [],
    ),
    ...validateResources(textsAt(rule, 'resources'), child(path, 'resources')),
    ...validateOptionalChoice(rule, path, 'scope', ['*', 'Cluster', 'Namespaced']),
  ];
}

function validateNames(
  rule: JsonObject,
  path: string,
  { member, called }: { readonly member: string; readonly called: string },
): FieldError[] {
  const names = textsAt(rule, member);
  if (names.length === 0) return [required(path)];
  if (names.length === 1 || !names.includes('*')) return [];
  return [invalid(path, [...names], `if '*' is present, must not specify other ${called}`)];
}

function validateResources(resources: readonly string[], path: string): FieldError[] {
  const errors: FieldError[] = resources.length === 0 ? [required(path)] : [];
  /** Resources of which all subresources are meant, and subresources of which all resources. */
  const [whole, everywhere] = [new Set<string>(), new Set<string>()];
  let lastIsPlain = false;
  for (const [position, named] of resources.entries()) {
    const here = index(path, position);
    if (named === '') {
      errors.push(required(here));
      continue;
    }
    const slash = named.indexOf('/');
    if (slash < 0) {
      lastIsPlain = named !== '*';
      continue;
    }
    const [resource, subresource] = [named.slice(0, slash), named.slice(slash + 1)];
    const clash = (all: string) => invalid(here, named, `if '${all}' is present, must not specify ${named}`);
    if (whole.has(resource)) errors.push(clash(`${resource}/*`));
    if (everywhere.has(subresource)) errors.push(clash(`*/${subresource}`));
    if (subresource === '*') whole.add(resource);
    if (resource === '*') everywhere.add(subresource);
  }
  if (resources.length > 1 && resources.includes('*/*')) {
    errors.push(invalid(path, [...resources], "if '*/*' is present, must not specify other resources"));
  }
  if (resources.includes('*') && lastIsPlain) {
    const detail = "if '*' is present, must not specify other resources without subresources";
    errors.push(invalid(path, [...resources], detail));
  }
  return errors;
}
