import { isObject, type Json, type JsonObject } from '../../base/index.ts';
import type { SchemaNode } from '../contract.ts';
import { formProblem } from '../types/index.ts';

/** What is wrong with the members of a body, by a kind's schema. */
export interface FieldCheck {
  /** Paths of members that the kind does not have; they have been removed. */
  readonly unknown: string[];
  /** The first member whose value no Go struct of the kind could take, as its decoder words it. */
  mistyped: string | undefined;
}

/** Removes members that a built-in kind does not have and finds values of wrong types, in one walk. */
export function checkFields(object: JsonObject, root: SchemaNode, kind: string): FieldCheck {
  const check: FieldCheck = { unknown: [], mistyped: undefined };
  checkMembers(object, root, { path: '', kind, check });
  return check;
}

interface Place {
  readonly path: string;
  readonly kind: string;
  readonly check: FieldCheck;
}

function checkMembers(object: JsonObject, node: SchemaNode, place: Place): void {
  for (const name of Object.keys(object)) {
    const member = node.field(name) ?? node.values;
    const value = object[name];
    if (!member) {
      if (node.preserveUnknown) continue;
      delete object[name];
      place.check.unknown.push(place.path === '' ? name : `${place.path}.${name}`);
    } else if (value !== null && value !== undefined) {
      // Scalars are the many: their path is worked out only when they are wrong.
      const nested = typeof value === 'object';
      if (nested)
        checkValue(value, member, { ...place, path: place.path === '' ? name : `${place.path}.${name}` });
      else if (!fits(value, member)) mistyped(value, member, { ...place, path: `${place.path}.${name}` });
      else if (member.format) checkForm(value, member, place);
    }
  }
}

function checkValue(value: Json, node: SchemaNode, place: Place): void {
  if (node.type === 'any') return;
  if (!hasShape(value, node)) {
    mistyped(value, node, place);
  } else if (Array.isArray(value)) {
    const { items } = node;
    if (!items) return;
    for (const [at, item] of value.entries()) {
      if (item !== null) checkValue(item, items, { ...place, path: `${place.path}[${at}]` });
    }
  } else if (isObject(value)) checkMembers(value, node, place);
  else if (node.format) checkForm(value, node, place);
}

/** A quantity, a time or base64 whose text the Go decoder would not take. */
function checkForm(value: Json, node: SchemaNode, { check }: Place): void {
  check.mistyped ??= formProblem(value, node);
}

function hasShape(value: Json, node: SchemaNode): boolean {
  if (Array.isArray(value)) return node.type === 'array';
  return isObject(value) ? node.type === 'object' : fits(value, node);
}

function fits(value: string | number | boolean | Json, node: SchemaNode): boolean {
  switch (node.type) {
    case 'string':
      return typeof value === 'string';
    case 'integer':
      return typeof value === 'number' && Number.isInteger(value);
    case 'number':
      return typeof value === 'number';
    case 'boolean':
      return typeof value === 'boolean';
    case 'int-or-string':
      return typeof value === 'string' || typeof value === 'number';
    case 'any':
      return true;
    default:
      return false;
  }
}

function mistyped(value: Json, node: SchemaNode, { path, kind, check }: Place): void {
  const field = `${kind}.${path.replace(/^\./, '').replace(/\[\d+\]/g, '')}`;
  check.mistyped ??= `json: cannot unmarshal ${jsonWord(value)} into Go struct field ${field} of type ${goType(node)}`;
}

function jsonWord(value: Json): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value === 'number' && !Number.isInteger(value)) return `number ${value}`;
  return typeof value;
}

function goType(node: SchemaNode): string {
  switch (node.type) {
    case 'integer':
      return node.format ?? 'int64';
    case 'number':
      return 'float64';
    case 'boolean':
      return 'bool';
    case 'array':
      return `[]${node.items ? goType(node.items) : 'string'}`;
    case 'object':
      return node.values ? `map[string]${goType(node.values)}` : 'struct';
    default:
      return 'string';
  }
}
