import { cloneJson } from '../../apimachinery/clone.ts';
import type { FieldError } from '../../apimachinery/contract.ts';
import { invalid } from '../../apimachinery/validation/field-errors.ts';
import { isObject, type JsonObject, jsonEqual } from '../../base/index.ts';
import { validateEmbedded } from '../../schema/embedded.ts';
import { pruneAndReport } from '../../schema/prune.ts';
import { validateNodeRules } from '../../schema/rules.ts';
import { hasKeyword, StructuralNode } from '../../schema/structural-node.ts';
import { validateValue } from '../../schema/validate.ts';

/** Checks that every default in a structural schema is itself a valid value. */
export function validateDefaults(schema: JsonObject, path: string): FieldError[] {
  return hasKeyword(schema, 'default') ? checkNode(new StructuralNode(schema), path) : [];
}

function checkNode(node: StructuralNode, path: string): FieldError[] {
  const errors = node.default === undefined ? [] : checkDefault(node, `${path}.default`);
  if (node.items) errors.push(...checkNode(node.items, `${path}.items`));
  for (const name of node.propertyNames()) {
    const member = node.property(name);
    if (member) errors.push(...checkNode(member, `${path}.properties[${name}]`));
  }
  return errors;
}

function checkDefault(node: StructuralNode, field: string): FieldError[] {
  const value = cloneJson(node.default ?? null);
  const errors: FieldError[] = [];
  if (isObject(value)) {
    const pruned = cloneJson(value);
    pruneAndReport(pruned, node);
    if (!jsonEqual(pruned, value)) errors.push(invalid(field, value, 'must not have unknown fields'));
    errors.push(
      ...validateEmbedded(value, node).map((error) => ({ ...error, field: `${field}.${error.field}` })),
    );
  }
  const found = validateValue(value, node, { prefix: field });
  errors.push(...found);
  if (errors.length === 0) errors.push(...validateNodeRules(value, node, field));
  return errors;
}
