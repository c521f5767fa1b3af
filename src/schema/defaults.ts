import { cloneJson } from '../apimachinery/clone.ts';
import { isObject, type Json, type JsonObject, setMember } from '../base/index.ts';
import type { StructuralNode } from './structural-node.ts';

/**
 * Fills absent fields with their defaults, and takes away nulls that their field does not allow (so that they get the
 * default too), in place.
 */
export function applyDefaults(object: JsonObject, node: StructuralNode): void {
  dropNulls(object, node);
  if (node.defaultsBelow) fill(object, node);
}

function fill(value: Json | undefined, node: StructuralNode): void {
  if (Array.isArray(value)) fillItems(value, node);
  else if (isObject(value)) fillMembers(value, node);
}

function fillMembers(object: JsonObject, node: StructuralNode): void {
  for (const name of node.propertyNames()) {
    const member = node.property(name);
    if (!member?.defaultsBelow) continue;
    if (
      member.default !== undefined &&
      (!Object.hasOwn(object, name) || object[name] === undefined || isStrayNull(object[name], member))
    ) {
      setMember(object, name, cloneJson(member.default));
    }
    if (Object.hasOwn(object, name)) fill(object[name], member);
  }
  const { values } = node;
  if (!values?.defaultsBelow) return;
  for (const key of Object.keys(object)) {
    if (node.property(key)) continue;
    if (isStrayNull(object[key], values) && values.default !== undefined) {
      object[key] = cloneJson(values.default);
    }
    fill(object[key], values);
  }
}

function fillItems(list: Json[], node: StructuralNode): void {
  const { items } = node;
  if (!items?.defaultsBelow) return;
  for (const [i, item] of list.entries()) {
    if (isStrayNull(item, items) && items.default !== undefined) list[i] = cloneJson(items.default);
    fill(list[i], items);
  }
}

function isStrayNull(value: Json | undefined, node: StructuralNode): boolean {
  return value === null && !node.nullable;
}

/** Takes away nulls of fields that are neither nullable nor have a default. */
function dropNulls(value: Json | undefined, node: StructuralNode): void {
  if (Array.isArray(value)) {
    const { items } = node;
    if (items) for (const item of value) if (typeof item === 'object') dropNulls(item, items);
    return;
  }
  if (!isObject(value)) return;
  for (const key of Object.keys(value)) {
    const member = value[key];
    if (typeof member !== 'object') continue;
    const below = node.property(key) ?? node.values;
    if (!below) continue;
    if (member !== null) dropNulls(member, below);
    else if (!below.nullable && below.default === undefined) delete value[key];
  }
}
