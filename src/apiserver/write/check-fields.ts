import type { SchemaNode } from '../../apimachinery/contract.ts';
import { quantityRule } from '../../apimachinery/quantity.ts';
import { NotedPaths } from '../../apimachinery/told.ts';
import { isObject, type Json, type JsonObject } from '../../base/index.ts';
import { formProblem } from '../../kinds/index.ts';

/** What is wrong with the members of a body, by a kind's schema. */
export interface FieldCheck {
  /** Paths of members that the kind does not have; they have been removed. */
  readonly unknown: readonly string[];
  /** The first member whose value no Go struct of the kind could take, as its decoder words it. */
  mistyped: string | undefined;
}

/** Texts of numbers, by path, that do not stand as plain integers in the body. */
export type WrittenNumbers = ReadonlyMap<string, string>;

/** Removes members that a built-in type does not have and finds values of wrong types, in one walk. */
export function checkFields(
  object: JsonObject,
  root: SchemaNode,
  written: WrittenNumbers,
  words: 'decoder' | 'conversion' = 'decoder',
): FieldCheck {
  const check: Check = { unknown: new NotedPaths(), mistyped: undefined };
  checkMembers(object, root, { path: '', fields: '', owner: root, check, written, words });
  return { unknown: check.unknown.all, mistyped: check.mistyped };
}

interface Check {
  readonly unknown: NotedPaths;
  mistyped: string | undefined;
}

interface Place {
  readonly path: string;
  /** The path as Go's decoder has it: without keys of maps and places in lists. */
  readonly fields: string;
  /** The Go struct that the member at hand belongs to. */
  readonly owner: SchemaNode;
  readonly check: Check;
  readonly written: WrittenNumbers;
  /** Whose words a refusal takes: of the decoder of text, or of the conversion of maps to structs. */
  readonly words: 'decoder' | 'conversion';
}

/** `DeploymentSpec` of `v1.DeploymentSpec`. */
function structOf({ goType = '' }: SchemaNode): string {
  return goType.slice(goType.lastIndexOf('.') + 1);
}

function checkMembers(object: JsonObject, node: SchemaNode, outer: Place): void {
  const place = node.goType === undefined ? outer : { ...outer, owner: node };
  for (const name of Object.keys(object)) {
    const member = node.field(name) ?? node.values;
    const value = object[name];
    if (!member) {
      if (node.preserveUnknown) continue;
      delete object[name];
      place.check.unknown.note(pathOf(place, name));
    } else if (value !== null && value !== undefined) {
      // Scalars are the many: their path is worked out only when they are wrong.
      if (typeof value === 'object') checkValue(value, member, below(place, name, member === node.values));
      else if (!fits(value, member) || isOdd(value, member, place, name)) {
        mistyped(value, member, below(place, name, member === node.values));
      } else if (member.format) checkForm(value, member, place);
    }
  }
}

function below(place: Place, name: string, isKey: boolean): Place {
  const fields = isKey ? place.fields : place.fields === '' ? name : `${place.fields}.${name}`;
  return { ...place, path: pathOf(place, name), fields };
}

function pathOf({ path }: Place, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

/** True for an integer that was not written as one. */
function isOdd(value: Json, node: SchemaNode, place: Place, name: string): boolean {
  if (place.written.size === 0 || typeof value !== 'number' || !takesIntegers(node)) return false;
  return place.written.has(pathOf(place, name));
}

function takesIntegers({ type, format }: SchemaNode): boolean {
  return type === 'integer' || (type === 'int-or-string' && format === 'int-or-string');
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
  else if (takesIntegers(node) && place.written.has(place.path)) mistyped(value, node, place);
  else if (node.format) checkForm(value, node, place);
}

/** A quantity, a time or base64 whose text the Go decoder would not take. */
function checkForm(value: Json, node: SchemaNode, { check }: Place): void {
  check.mistyped ??= formProblem(value, node);
}

function hasShape(value: Json, node: SchemaNode): boolean {
  // What Go keeps as it came (RawExtension) is any JSON.
  if (node.preserveUnknown) return true;
  if (Array.isArray(value)) return node.type === 'array';
  return isObject(value) ? node.type === 'object' : fits(value, node);
}

const int32Limit = 2 ** 31;

function fits(value: Json, node: SchemaNode): boolean {
  switch (node.type) {
    case 'string':
      return typeof value === 'string';
    case 'integer':
      return isInteger(value, node.format === 'int32');
    case 'number':
      return typeof value === 'bigint' || (typeof value === 'number' && Number.isFinite(value));
    case 'boolean':
      return typeof value === 'boolean';
    case 'int-or-string':
      if (typeof value === 'string') return true;
      return node.format === 'int-or-string'
        ? isInteger(value, true)
        : typeof value === 'number' || typeof value === 'bigint';
    case 'any':
      return true;
    default:
      return node.preserveUnknown === true;
  }
}

/** Integers beyond a double come as bigint, and none beyond 64 bits. */
function isInteger(value: Json, narrow: boolean): boolean {
  if (typeof value === 'bigint') return !narrow;
  if (typeof value !== 'number' || !Number.isSafeInteger(value)) return false;
  return !narrow || (value >= -int32Limit && value < int32Limit);
}

function mistyped(value: Json, node: SchemaNode, place: Place): void {
  const { path, fields, owner, check, written } = place;
  if (check.mistyped !== undefined) return;
  if (place.words === 'conversion') {
    check.mistyped = conversionProblem(value, node);
    return;
  }
  if (node.format === 'quantity') {
    check.mistyped = quantityRule;
    return;
  }
  const word = jsonWord(value, node, written.get(path));
  check.mistyped = `json: cannot unmarshal ${word} into Go struct field ${structOf(owner)}.${fields} of type ${node.goName ?? goType(node, fields)}`;
}

function jsonWord(value: Json, node: SchemaNode, text: string | undefined): string {
  if (Array.isArray(value)) return 'array';
  if (typeof value === 'boolean') return 'bool';
  if (typeof value !== 'number' && typeof value !== 'bigint') return typeof value;
  // Only where a number was expected does the decoder look at which one it is.
  return takesIntegers(node) || node.type === 'number' ? `number ${text ?? value}` : 'number';
}

function goType(node: SchemaNode, fields: string): string {
  switch (node.type) {
    case 'integer':
      return node.format ?? 'int64';
    case 'int-or-string':
      return 'int32';
    case 'number':
      return 'float64';
    case 'boolean':
      return 'bool';
    case 'array':
      return `[]${node.items ? goType(node.items, '') : 'string'}`;
    case 'object':
      if (node.values) return `map[string]${goType(node.values, '')}`;
      return node.goType ?? 'struct';
    default:
      if (node.format === 'byte') return '[]uint8';
      return fields === 'uid' || fields.endsWith('.uid') ? 'types.UID' : 'string';
  }
}

/** Why Go's conversion of a map to a struct refuses a value. */
function conversionProblem(value: Json, node: SchemaNode): string {
  const kind = goKind(value);
  if (node.type === 'array') return `cannot restore slice from ${kind}`;
  if (node.type === 'object') {
    return node.values ? `cannot restore map from ${kind}` : `cannot restore struct from: ${kind}`;
  }
  const wanted = goType(node, '');
  const numeric = kind === 'int64' || kind === 'float64';
  const takesNumber = wanted.startsWith('int') || wanted.startsWith('float');
  if (numeric && (takesNumber || (kind === 'int64' && wanted === 'string'))) {
    return `cannot convert ${kind} to ${wanted}`;
  }
  return `unrecognized type: ${wanted}`;
}

function goKind(value: Json): string {
  if (Array.isArray(value)) return 'slice';
  if (typeof value === 'number' || typeof value === 'bigint') {
    return typeof value === 'number' && !Number.isInteger(value) ? 'float64' : 'int64';
  }
  return typeof value === 'boolean' ? 'bool' : typeof value === 'string' ? 'string' : 'map';
}
