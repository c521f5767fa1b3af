import type { FieldError } from '../apimachinery/contract.ts';
import { required } from '../apimachinery/validation/errors.ts';
import { invalid } from '../apimachinery/validation/field-errors.ts';
import { validateMetadata } from '../apimachinery/validation/metadata.ts';
import { dns1035Label, pathSegment } from '../apimachinery/validation/names.ts';
import { isObject, type Json, type JsonObject } from '../base/index.ts';
import { hasKeyword, type StructuralNode } from './structural-node.ts';

const concerned = new WeakMap<JsonObject, boolean>();

/** Type and metadata of the whole objects that a custom resource carries (`x-kubernetes-embedded-resource`). */
export function validateEmbedded(object: JsonObject, root: StructuralNode): FieldError[] {
  let found = concerned.get(root.props);
  if (found === undefined) {
    found = hasKeyword(root.props, 'x-kubernetes-embedded-resource');
    concerned.set(root.props, found);
  }
  if (!found) return [];
  const errors: FieldError[] = [];
  walk(object, root, { path: '', errors });
  return errors;
}

interface Report {
  readonly path: string;
  readonly errors: FieldError[];
}

function walk(value: Json | undefined, node: StructuralNode, report: Report): void {
  const { path, errors } = report;
  if (Array.isArray(value)) {
    const { items } = node;
    if (items) for (const [i, item] of value.entries()) walk(item, items, { path: `${path}[${i}]`, errors });
    return;
  }
  if (!isObject(value)) return;
  if (node.embeddedResource && !node.isRoot) checkResource(value, report);
  for (const key of Object.keys(value)) {
    if (typeof value[key] !== 'object') continue;
    const member = node.property(key);
    if (member) walk(value[key], member, { path: path === '' ? key : `${path}.${key}`, errors });
    else if (node.values) walk(value[key], node.values, { path: `${path}[${key}]`, errors });
  }
}

function checkResource(object: JsonObject, { path, errors }: Report): void {
  const { apiVersion, kind, metadata } = object;
  if (apiVersion === undefined) errors.push(required(`${path}.apiVersion`));
  if (kind === undefined) errors.push(required(`${path}.kind`));
  if (apiVersion !== undefined) errors.push(...checkApiVersion(apiVersion, `${path}.apiVersion`));
  if (kind !== undefined) errors.push(...checkKind(kind, `${path}.kind`));
  if (metadata !== undefined) errors.push(...checkMetadata(metadata, `${path}.metadata`));
}

function checkApiVersion(value: Json, field: string): FieldError[] {
  if (typeof value !== 'string') return [invalid(field, value, 'must be a string')];
  if (value === '') return [invalid(field, value, 'must not be empty')];
  return value.split('/').length > 2
    ? [invalid(field, value, `unexpected GroupVersion string: ${value}`)]
    : [];
}

function checkKind(value: Json, field: string): FieldError[] {
  if (typeof value !== 'string') return [invalid(field, value, 'must be a string')];
  if (value === '') return [invalid(field, value, 'must not be empty')];
  const problems = dns1035Label(value.toLowerCase());
  if (problems.length === 0) return [];
  return [invalid(field, value, `may have mixed case, but should otherwise match: ${problems.join(',')}`)];
}

function checkMetadata(value: Json, field: string): FieldError[] {
  if (!isObject(value)) {
    return [invalid(field, value, `invalid type for metadata: expected object`)];
  }
  // A name is not demanded of what is only a part.
  const metadata = value['name'] ? value : { ...value, name: 'unnamed' };
  const rules = { namespaced: Boolean(value['namespace']), name: (name: string) => pathSegment(name) };
  return validateMetadata({ metadata }, rules).map((error) => ({
    ...error,
    field: error.field.replace(/^metadata/, field),
  }));
}
