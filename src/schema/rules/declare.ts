import type { CelType } from '../../cel/types.ts';
import { StructuralNode } from '../structural-node.ts';
import { celTypeOf } from './cel-type.ts';

const reserved: ReadonlySet<string> = new Set(
  'true false null in as break const continue else for function if import let loop package namespace return var void while'.split(
    ' ',
  ),
);

/**
 * The name under which a field is reached in CEL; undefined for names that cannot be written.
 * See https://kubernetes.io/docs/tasks/extend-kubernetes/custom-resources/custom-resource-definitions/#field-escaping
 */
export function escapeField(name: string): string | undefined {
  if (name === '' || !/^[a-zA-Z_.\-/][a-zA-Z0-9_.\-/]*$/.test(name)) return undefined;
  if (reserved.has(name)) return `__${name}__`;
  return name.replace(/__|[-./]/g, (part) => escapes[part] ?? part);
}

const escapes: Readonly<Record<string, string>> = {
  __: '__underscores__',
  '.': '__dot__',
  '-': '__dash__',
  '/': '__slash__',
};

/** A field of an object as CEL sees it. */
export interface DeclaredField {
  /** The name in the object. */
  readonly name: string;
  readonly node: StructuralNode;
  readonly type: CelType;
}

const declared = new WeakMap<StructuralNode, ReadonlyMap<string, DeclaredField>>();
const types = new WeakMap<StructuralNode, { readonly type: CelType | undefined }>();

const metaFields: ReadonlyMap<string, StructuralNode> = new Map([
  ['apiVersion', new StructuralNode({ type: 'string' })],
  ['kind', new StructuralNode({ type: 'string' })],
  [
    'metadata',
    new StructuralNode({
      type: 'object',
      properties: { name: { type: 'string' }, generateName: { type: 'string' } },
    }),
  ],
]);

/** The fields of an object by their names in CEL. Whole resources always have their type and name. */
export function fieldsOf(node: StructuralNode): ReadonlyMap<string, DeclaredField> {
  const known = declared.get(node);
  if (known) return known;
  const fields = new Map<string, DeclaredField>();
  // Known before its members are, as a guard; schemas have no cycles.
  declared.set(node, fields);
  for (const name of node.propertyNames()) addField(fields, name, node.property(name));
  if (node.embeddedResource) for (const [name, member] of metaFields) addField(fields, name, member);
  return fields;
}

function addField(fields: Map<string, DeclaredField>, name: string, node: StructuralNode | undefined): void {
  const type = node && typeOfNode(node);
  const escaped = escapeField(name);
  if (!node || !type || escaped === undefined) return;
  fields.set(escaped, { name, node, type });
  // Where the grammar allows a reserved word after a dot, it may be written as it is too.
  if (reserved.has(name)) fields.set(name, { name, node, type });
}

/** The CEL type of a node; undefined when rules cannot see it: data without a schema. */
export function typeOfNode(node: StructuralNode): CelType | undefined {
  const known = types.get(node);
  if (known) return known.type;
  const fieldType = (name: string) => fieldsOf(node).get(name)?.type;
  const fields = (): CelType => ({ kind: 'object', of: { fieldType } });
  const type = celTypeOf(node, { items: typeOfNode, values: typeOfNode, fields });
  types.set(node, { type });
  return type;
}
