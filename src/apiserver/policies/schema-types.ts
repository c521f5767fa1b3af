import type { SchemaNode } from '../../apimachinery/contract.ts';
import {
  boolType,
  bytesType,
  type CelType,
  doubleType,
  durationType,
  dynType,
  intType,
  listType,
  mapType,
  stringType,
  timestampType,
} from '../../cel/types.ts';
import { escapeField } from '../../schema/index.ts';

const known = new WeakMap<SchemaNode, Map<string, CelType | undefined>>();

/** The type of what a schema describes, called by its place; undefined for data without a schema. */
export function typeOfSchema(node: SchemaNode, name: string): CelType | undefined {
  let named = known.get(node);
  if (!named) known.set(node, (named = new Map()));
  if (!named.has(name)) named.set(name, makeType(node, name));
  return named.get(name);
}

function makeType(node: SchemaNode, name: string): CelType | undefined {
  switch (node.type) {
    case 'object':
      return node.values ? mapOf(node.values, name) : objectType(node, name);
    case 'array': {
      const element = node.items && typeOfSchema(node.items, `${name}.@idx`);
      return element && listType(element);
    }
    case 'string':
      return textTypes[node.format ?? ''] ?? stringType;
    case 'boolean':
      return boolType;
    case 'integer':
      return intType;
    case 'number':
      return doubleType;
    case 'int-or-string':
      return dynType;
    default:
      return undefined;
  }
}

function mapOf(values: SchemaNode, name: string): CelType | undefined {
  const value = typeOfSchema(values, `${name}.@elem`);
  return value && mapType(stringType, value);
}

function objectType(node: SchemaNode, name: string): CelType {
  /** By their names in expressions. */
  let fields: ReadonlyMap<string, string> | undefined;
  const fieldType = (escaped: string): CelType | undefined => {
    fields ??= new Map(node.fieldNames().map((field) => [escapeField(field) ?? '', field]));
    const field = fields.get(escaped);
    const member = field === undefined || escaped === '' ? undefined : node.field(field);
    return member && typeOfSchema(member, `${name}.${escaped}`);
  };
  return { kind: 'object', of: { name, fieldType } };
}

const textTypes: Readonly<Record<string, CelType>> = {
  byte: bytesType,
  duration: durationType,
  date: timestampType,
  'date-time': timestampType,
};
