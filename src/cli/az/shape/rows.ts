import { isObject, type JsonObject } from '../../../base/index.ts';
import type { TableTransformer } from '../declaration.ts';

/** A table transformer that makes one row per item; a single object counts as one item. */
export function rows(row: (item: JsonObject) => Readonly<Record<string, unknown>>): TableTransformer {
  return (value) => (Array.isArray(value) ? value : [value]).filter(isObject).map(row);
}
