import type { FieldError } from '../../apimachinery/contract.ts';
import { required } from '../../apimachinery/validation/errors.ts';
import { invalid } from '../../apimachinery/validation/field-errors.ts';
import { isObject, type JsonObject } from '../../base/index.ts';
import { StructuralNode, textOf } from '../../schema/structural-node.ts';

/** Selectable fields of one version. */
const selectableFieldsLimit = 8;

/** Field errors of the fields of a version by which its objects can be selected; none without a schema. */
export function validateSelectable(
  version: JsonObject,
  schema: JsonObject | undefined,
  path: string,
): FieldError[] {
  const fields = Array.isArray(version.selectableFields) ? version.selectableFields.filter(isObject) : [];
  if (fields.length === 0 || !schema) return [];
  const root = new StructuralNode(schema, true);
  const errors: FieldError[] = [];
  const seen = new Set<string>();
  for (const [i, entry] of fields.entries()) {
    const text = textOf(entry.jsonPath);
    const field = `${path}[${i}].jsonPath`;
    if (text === '') {
      errors.push(required(field));
      continue;
    }
    errors.push(...checkSelectablePath(text, field, root));
    if (seen.has(text))
      errors.push({
        reason: 'FieldValueDuplicate',
        field,
        message: `Duplicate value: ${JSON.stringify(text)}`,
      });
    seen.add(text);
  }
  if (seen.size > selectableFieldsLimit) {
    const message = `Too many: ${seen.size}: must have at most ${selectableFieldsLimit} items`;
    errors.push({ reason: 'FieldValueTooMany', field: path, message });
  }
  return errors;
}

function checkSelectablePath(text: string, field: string, root: StructuralNode): FieldError[] {
  const parts = text.replace(/^\./, '').split('.');
  let node: StructuralNode | undefined = root;
  for (const part of parts) node = node?.property(part);
  if (!node) return [invalid(field, text, 'is an invalid path: does not refer to a valid field')];
  if (parts[0] === 'metadata') return [invalid(field, text, 'must not point to fields in metadata')];
  if (['string', 'boolean', 'integer'].includes(node.type)) return [];
  const why =
    'must point to a field of type string, boolean or integer. Enum string fields and strings with formats are allowed.';
  return [invalid(field, text, why)];
}
