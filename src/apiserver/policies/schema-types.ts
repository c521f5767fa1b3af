import type { SchemaNode } from '../../apimachinery/contract.ts';
import type { CelType } from '../../cel/types.ts';
import { celTypeOf, escapeField } from '../../schema/index.ts';

const known = new WeakMap<SchemaNode, Map<string, CelType | undefined>>();

/** The type of what a schema describes, called by its place; undefined for data without a schema. */
export function typeOfSchema(node: SchemaNode, name: string): CelType | undefined {
  let named = known.get(node);
  if (!named) known.set(node, (named = new Map()));
  if (!named.has(name)) {
    const type = celTypeOf(node, {
      items: (items) => typeOfSchema(items, `${name}.@idx`),
      values: (values) => typeOfSchema(values, `${name}.@elem`),
      fields: () => objectType(node, name),
    });
    named.set(name, type);
  }
  return named.get(name);
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
