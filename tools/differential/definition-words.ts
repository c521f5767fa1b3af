import type { JsonObject } from '../../src/base/index.ts';

/** The words that schemas of custom resources are made of. */
export const text = (more: JsonObject = {}): JsonObject => ({ type: 'string', ...more });
export const number = (more: JsonObject = {}): JsonObject => ({ type: 'integer', ...more });
export const flag = (more: JsonObject = {}): JsonObject => ({ type: 'boolean', ...more });
export const any = (): JsonObject => ({ type: 'object', 'x-kubernetes-preserve-unknown-fields': true });
export const list = (items: JsonObject, more: JsonObject = {}): JsonObject => ({
  type: 'array',
  items,
  ...more,
});
export const set = (items: JsonObject): JsonObject => list(items, { 'x-kubernetes-list-type': 'set' });
export const map = (values: JsonObject, more: JsonObject = {}): JsonObject => ({
  type: 'object',
  additionalProperties: values,
  ...more,
});

/** A list whose members are told apart by one of their fields. */
export const listMap = (items: JsonObject, key: string, more: JsonObject = {}): JsonObject =>
  list(items, { 'x-kubernetes-list-type': 'map', 'x-kubernetes-list-map-keys': [key], ...more });

export const object = (
  properties: JsonObject,
  required: readonly string[] = [],
  more: JsonObject = {},
): JsonObject => ({
  type: 'object',
  properties,
  ...(required.length > 0 && { required: [...required] }),
  ...more,
});
