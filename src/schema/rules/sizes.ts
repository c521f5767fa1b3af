import { partNames } from '../../cel/cost/path.ts';
import type { StructuralNode } from '../structural-node.ts';
import { escapeField, fieldsOf, typeOfNode } from './declare.ts';

/** What a request may hold at most, for all estimates: a fixed part of the language, not the server's limit. */
export const requestBytes = 3 * 1024 * 1024;

/** Longest and shortest forms of texts with a format, in bytes of JSON. */
const formats: Readonly<Record<string, { readonly most: number; readonly least: number }>> = {
  duration: { most: 32, least: 3 },
  date: { most: 12, least: 12 },
  'date-time': { most: 32, least: 21 },
};

/** How many elements a value of a node has at most: bytes of a text, items, entries. Other values have none. */
function mostElements(node: StructuralNode): number {
  const { maxLength, maxItems, maxProperties } = node.props;
  switch (node.type) {
    case 'int-or-string':
      return bound(maxLength, 4) ?? requestBytes - 2;
    case 'array':
      return bound(maxItems) ?? fits(node.items ? leastBytes(node.items) + 1 : 1);
    case 'object':
      if (!node.values) return 0;
      return bound(maxProperties) ?? fits(leastBytes(node.values) + 6);
    case 'string':
      if (node.format === 'byte') return bound(maxLength) ?? requestBytes - 2;
      return formats[node.format]?.most ?? bound(maxLength, 4) ?? longestOption(node) ?? requestBytes - 2;
    default:
      return 0;
  }
}

/** A declared limit; texts count four bytes for a character. */
function bound(limit: unknown, bytesEach = 1): number | undefined {
  if (typeof limit !== 'number' && typeof limit !== 'bigint') return undefined;
  return Math.max(Number(limit), 0) * bytesEach;
}

function fits(bytesEach: number): number {
  return Math.floor((requestBytes - 2) / bytesEach);
}

function longestOption(node: StructuralNode): number | undefined {
  if (node.enum.length === 0) return undefined;
  return Math.max(0, ...node.enum.map((each) => (typeof each === 'string' ? Buffer.byteLength(each) : 0)));
}

const known = new WeakMap<StructuralNode, number>();

/** The bytes that the shortest value of a node takes in JSON: of an object its required fields without defaults. */
export function leastBytes(node: StructuralNode): number {
  const before = known.get(node);
  if (before !== undefined) return before;
  const bytes = countLeastBytes(node);
  known.set(node, bytes);
  return bytes;
}

function countLeastBytes(node: StructuralNode): number {
  switch (node.type) {
    case 'int-or-string':
    case 'integer':
    case 'number':
      return 1;
    case 'boolean':
      return 4;
    case 'string':
      return formats[node.format]?.least ?? 2;
    case 'object':
      return node.values ? 2 : leastObjectBytes(node);
    default:
      return 2;
  }
}

function leastObjectBytes(node: StructuralNode): number {
  let bytes = 2;
  for (const name of new Set(node.required)) {
    const field = fieldNamed(node, name);
    if (field && typeOfNode(field) && (field.default ?? null) === null)
      bytes += Buffer.byteLength(name) + leastBytes(field) + 4;
  }
  return bytes;
}

/** Whole resources have their own type and name, whatever the schema says of them. */
function fieldNamed(node: StructuralNode, name: string): StructuralNode | undefined {
  const own = node.embeddedResource ? fieldsOf(node).get(name) : undefined;
  return own?.node ?? node.property(name);
}

/** The elements of the part that a path leads to; undefined where the path leads nowhere. */
export function elementsAt(root: StructuralNode, path: readonly string[]): number | undefined {
  let node: StructuralNode = root;
  for (const [i, step] of path.entries()) {
    if (step === partNames.keys) {
      const isMap = node.type === 'object' && node.values !== undefined;
      // The keys of a map are texts without a limit of their own, and nothing lies below them.
      return isMap && i === path.length - 1 ? 0 : undefined;
    }
    const next =
      step === partNames.items || step === partNames.values ? elementNode(node) : fieldOf(node, step);
    if (!next) return undefined;
    node = next;
  }
  return mostElements(node);
}

function elementNode(node: StructuralNode): StructuralNode | undefined {
  return node.type === 'array' ? node.items : node.type === 'object' ? node.values : undefined;
}

/** A field by its escaped name; by another that the grammar allows too, nothing is known of it. */
function fieldOf(node: StructuralNode, step: string): StructuralNode | undefined {
  if (node.type !== 'object' || node.values) return undefined;
  const field = fieldsOf(node).get(step);
  return field && escapeField(field.name) === step ? field.node : undefined;
}

/** How often a value of a node can stand in one request at most. */
export function mostOccurrences(node: StructuralNode): number {
  return Math.floor(requestBytes / (leastBytes(node) + 1));
}
