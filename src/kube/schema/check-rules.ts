import type { JsonObject } from '../../base/index.ts';
import type { FieldError } from '../contract.ts';

/** Compiles every rule of a schema and answers what is wrong with them. */
export function checkRules(_schema: JsonObject, _path: string): FieldError[] {
  return [];
}
