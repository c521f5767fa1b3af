import type { SchemaNode } from '../apimachinery/contract.ts';
import { isNumber, isObject, type Json, type JsonObject } from '../base/index.ts';
import { pathsOf } from './field-set.ts';
import { anyNode, isAssociative, itemElement, itemNode, memberNode } from './node.ts';

/**
 * What is wrong with the types of a configuration for server-side apply, in the words of the real server:
 * `.spec.replicas: expected numeric (int or float), got string`. One text; undefined when nothing is wrong.
 */
export function typeProblem(config: JsonObject, root: SchemaNode): string | undefined {
  const problems = [...new Set(checkValue(config, root, ''))].sort();
  if (problems.length <= 1) return problems[0];
  return `errors:\n${problems.map((problem) => `  ${problem}`).join('\n')}`;
}

/** A value of Go that has no form in JSON, as Go prints it: no schema takes it. */
export class GoValue {
  /** As `%v`. */
  readonly plain: string;
  /** As `%#v`. */
  readonly syntax: string;
  readonly type: string;

  constructor(plain: string, syntax: string, type: string) {
    this.plain = plain;
    this.syntax = syntax;
    this.type = type;
  }
}

function goValueProblem(value: GoValue, node: SchemaNode, path: string): string {
  switch (node.type) {
    case 'string':
      return `${path}: expected string, got &value.valueUnstructured{Value:${value.syntax}}`;
    case 'integer':
    case 'number':
      return `${path}: expected numeric (int or float), got ${value.type}`;
    case 'boolean':
      return `${path}: expected boolean, got &{${value.plain}}`;
    case 'object':
      return `${path}: expected map, got &{${value.plain}}`;
    case 'array':
      return `${path}: expected list, got &{${value.plain}}`;
    default:
      return `${path}: expected any scalar, got &{${value.plain}}`;
  }
}

function checkValue(value: Json, node: SchemaNode, path: string): string[] {
  if (value instanceof GoValue) return [goValueProblem(value, node, path)];
  if (value === null || node.type === 'any') return [];
  switch (node.type) {
    case 'object':
      return isObject(value)
        ? checkMap(value, node, path)
        : [`${path}: expected map, got &{${goPlain(value)}}`];
    case 'array':
      return Array.isArray(value)
        ? checkList(value, node, path)
        : [`${path}: expected list, got &{${goPlain(value)}}`];
    default:
      return checkScalar(value, node, path);
  }
}

function checkScalar(value: Json, node: SchemaNode, path: string): string[] {
  switch (node.type) {
    case 'string':
      if (typeof value === 'string') return [];
      return [`${path}: expected string, got &value.valueUnstructured{Value:${goSyntax(value)}}`];
    case 'integer':
    case 'number':
      if (isNumber(value)) return [];
      return [`${path}: expected numeric (int or float), got ${goType(value)}`];
    case 'boolean':
      return typeof value === 'boolean' ? [] : [`${path}: expected boolean, got &{${goPlain(value)}}`];
    default:
      return isObject(value) || Array.isArray(value)
        ? [`${path}: expected any scalar, got &{${goPlain(value)}}`]
        : [];
  }
}

function checkMap(value: JsonObject, node: SchemaNode, path: string): string[] {
  const problems: string[] = [];
  for (const [key, member] of Object.entries(value)) {
    if (member === undefined) continue;
    const below = memberNode(node, key);
    if (!below) {
      problems.push(`${path}.${key}: field not declared in schema`);
      break;
    }
    problems.push(...checkValue(member, below, `${path}.${key}`));
  }
  return problems;
}

function checkList(list: readonly Json[], node: SchemaNode, path: string): string[] {
  const problems: string[] = [];
  const seen = new Set<string>();
  for (const [i, item] of list.entries()) {
    let place = `${path}[${i}]`;
    if (isAssociative(node)) {
      const found = itemElement(node, item);
      if ('problem' in found) {
        problems.push(`${path}: element ${i}: ${found.problem}`);
        break;
      }
      const [key = ''] = pathsOf({ [found.element]: {} });
      if (seen.has(found.element)) problems.push(`${path}: duplicate entries for key ${key}`);
      seen.add(found.element);
      place = path + key;
    }
    problems.push(...checkValue(item, node.items ? itemNode(node) : anyNode, place));
  }
  return problems;
}

/** A value as Go's `%v` prints it. */
export function goPlain(value: Json | undefined): string {
  if (value === null || value === undefined) return '<nil>';
  if (Array.isArray(value)) return `[${value.map(goPlain).join(' ')}]`;
  if (isObject(value)) {
    const parts = Object.keys(value).sort();
    return `map[${parts.map((key) => `${key}:${goPlain(value[key])}`).join(' ')}]`;
  }
  return String(value);
}

/** A value as Go's `%#v` prints it. */
function goSyntax(value: Json | undefined): string {
  if (value === null || value === undefined) return 'interface {}(nil)';
  if (Array.isArray(value)) return `[]interface {}{${value.map(goSyntax).join(', ')}}`;
  if (isObject(value)) {
    const parts = Object.keys(value).sort();
    return `map[string]interface {}{${parts.map((key) => `${JSON.stringify(key)}:${goSyntax(value[key])}`).join(', ')}}`;
  }
  return typeof value === 'string' ? JSON.stringify(value) : String(value);
}

/** The type that Go's decoder of JSON without a schema gives a value. */
export function goType(value: Json): string {
  if (Array.isArray(value)) return '[]interface {}';
  if (isObject(value)) return 'map[string]interface {}';
  if (typeof value === 'number') return Number.isSafeInteger(value) ? 'int64' : 'float64';
  return typeof value === 'boolean' ? 'bool' : typeof value;
}
