import type { FieldError } from '../../apimachinery/contract.ts';
import { invalid } from '../../apimachinery/validation/field-errors.ts';

/** Field errors of a path that does not begin at the object, with a dot. */
export function simplePathErrors(path: string, field: string): FieldError[] {
  if (path.startsWith('.')) return [];
  return [invalid(field, path, 'must be a simple json path starting with .')];
}
