import type { FieldError } from '../apimachinery/contract.ts';
import { duplicate, invalid } from '../apimachinery/validation/field-errors.ts';
import { isObject, type Json, type JsonObject } from '../base/index.ts';
import { keyElement, valueElement } from '../merge/field-set.ts';
import { hasKeyword, type StructuralNode } from './structural-node.ts';

/** Duplicates in lists that are sets or maps by their type. */
export function validateListTypes(object: JsonObject, node: StructuralNode): FieldError[] {
  const errors: FieldError[] = [];
  if (isConcerned(node)) checkValue(object, node, { path: '', errors });
  return errors;
}

const concerned = new WeakMap<JsonObject, boolean>();

function isConcerned(node: StructuralNode): boolean {
  const known = concerned.get(node.props);
  if (known !== undefined) return known;
  const found = hasKeyword(node.props, 'x-kubernetes-list-type');
  concerned.set(node.props, found);
  return found;
}

interface Report {
  readonly path: string;
  readonly errors: FieldError[];
}

function checkValue(value: Json | undefined, node: StructuralNode, report: Report): void {
  const { path, errors } = report;
  if (Array.isArray(value)) {
    if (node.listType === 'set') checkSet(value, report);
    else if (node.listType === 'map') checkMap(value, node.listMapKeys, report);
    const { items } = node;
    if (items)
      for (const [i, item] of value.entries()) checkValue(item, items, { path: `${path}[${i}]`, errors });
    return;
  }
  if (!isObject(value)) return;
  for (const key of Object.keys(value)) {
    if (typeof value[key] !== 'object') continue;
    const member = node.property(key);
    if (member) checkValue(value[key], member, { path: path === '' ? key : `${path}.${key}`, errors });
    else if (node.values) checkValue(value[key], node.values, { path: `${path}[${key}]`, errors });
  }
}

function checkSet(list: readonly Json[], { path, errors }: Report): void {
  for (const i of repeated(list.map((item) => valueElement(item)))) {
    errors.push(duplicate(`${path}[${i}]`, list[i] ?? null));
  }
}

function checkMap(list: readonly Json[], keys: readonly string[], { path, errors }: Report): void {
  for (const [i, item] of list.entries()) {
    if (item !== null && !isObject(item)) {
      errors.push(invalid(`${path}[${i}]`, item, 'must be an object for an array of list-type map'));
      return;
    }
  }
  const elements = list.map((item) => (isObject(item) ? keyElement(keys, item) : 'k:{}'));
  for (const i of repeated(elements)) {
    const item = list[i];
    const key: JsonObject = {};
    if (isObject(item)) for (const name of keys) if (item[name] !== undefined) key[name] = item[name];
    errors.push(duplicate(`${path}[${i}]`, key));
  }
}

/** The places where something is met for the second time. */
function repeated(elements: readonly string[]): number[] {
  const seen = new Map<string, number>();
  const places: number[] = [];
  for (const [i, element] of elements.entries()) {
    const times = (seen.get(element) ?? 0) + 1;
    seen.set(element, times);
    if (times === 2) places.push(i);
  }
  return places;
}
