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

/** A node as far as it decides a type. */
interface TypedNode<N> extends Pick<SchemaNode, 'type' | 'format'> {
  readonly items?: N | undefined;
  readonly values?: N | undefined;
}

/** The CEL type of what a node describes, of parts that the caller makes; undefined for data without a schema. */
export function celTypeOf<N extends TypedNode<N>>(
  node: N,
  parts: {
    readonly items: (items: N) => CelType | undefined;
    readonly values: (values: N) => CelType | undefined;
    readonly fields: () => CelType;
  },
): CelType | undefined {
  switch (node.type) {
    case 'object': {
      if (!node.values) return parts.fields();
      const value = parts.values(node.values);
      return value && mapType(stringType, value);
    }
    case 'array': {
      const element = node.items && parts.items(node.items);
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

const textTypes: Readonly<Record<string, CelType>> = {
  byte: bytesType,
  duration: durationType,
  date: timestampType,
  'date-time': timestampType,
};
