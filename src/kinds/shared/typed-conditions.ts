import { conditionsIn } from '../../apimachinery/conditions.ts';
import type { FieldError } from '../../apimachinery/contract.ts';
import { textAt } from '../../apimachinery/read.ts';
import { child, duplicate, index, required } from '../../apimachinery/validation/errors.ts';
import type { JsonObject } from '../../base/index.ts';

/** Conditions have a type, each another one. */
export function validateConditions(object: JsonObject): FieldError[] {
  const types = conditionsIn(object['status']).map((condition) => textAt(condition, 'type'));
  return types.flatMap((type, position) => {
    const path = child(index('status.conditions', position), 'type');
    return [
      ...(types.indexOf(type) < position ? [duplicate(path, type)] : []),
      ...(type === '' ? [required(path)] : []),
    ];
  });
}
