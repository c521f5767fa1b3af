import type { Json, JsonObject } from '../../base/index.ts';

/** A node of an OpenAPI v3 structural schema. */
export type Schema = JsonObject;

/** A CEL rule with the message of its refusal. */
export interface Rule extends JsonObject {
  rule: string;
  message: string;
}

export const string: Schema = { type: 'string' };
export const boolean: Schema = { type: 'boolean' };
export const integer: Schema = { type: 'integer' };
export const int32: Schema = { type: 'integer', format: 'int32' };
export const int64: Schema = { type: 'integer', format: 'int64' };
export const dateTime: Schema = { type: 'string', format: 'date-time' };
/** Base64 on the wire. */
export const bytes: Schema = { type: 'string', format: 'byte' };
/** Any object, kept as it is. */
export const raw: Schema = { type: 'object', 'x-kubernetes-preserve-unknown-fields': true };
/** Any JSON value. */
export const anything: Schema = { 'x-kubernetes-preserve-unknown-fields': true };
/** A whole Kubernetes object inside another one. */
export const embedded: Schema = { ...raw, 'x-kubernetes-embedded-resource': true };

export function oneOf(...values: readonly string[]): Schema {
  return { type: 'string', enum: [...values] };
}

export function text(constraints: { minLength?: number; maxLength?: number; pattern?: string }): Schema {
  return { type: 'string', ...constraints };
}

/** A number or a text; `pattern` binds only the text. */
export function intOrString(pattern?: string): Schema {
  return {
    anyOf: [{ type: 'integer' }, { type: 'string' }],
    'x-kubernetes-int-or-string': true,
    ...(pattern === undefined ? {} : { pattern }),
  };
}

/** An object; a field whose name ends in `*` is required. An undefined field does not exist in this version. */
export function object(fields: Readonly<Record<string, Schema | undefined>>): Schema {
  const properties: { [name: string]: Json } = {};
  const required: string[] = [];
  for (const [marked, schema] of Object.entries(fields)) {
    if (!schema) continue;
    const name = marked.replace(/\*$/, '');
    properties[name] = schema;
    if (name !== marked) required.push(name);
  }
  return { type: 'object', properties, ...(required.length > 0 ? { required: required.sort() } : {}) };
}

export function list(items: Schema, limits: { minItems?: number; maxItems?: number } = {}): Schema {
  return { type: 'array', items, ...limits };
}

/** A list in which `key` identifies an item. */
export function listBy(key: string, items: Schema): Schema {
  return { ...list(items), 'x-kubernetes-list-map-keys': [key], 'x-kubernetes-list-type': 'map' };
}

export function atomicList(items: Schema): Schema {
  return { ...list(items), 'x-kubernetes-list-type': 'atomic' };
}

export function atomic(schema: Schema): Schema {
  return { ...schema, 'x-kubernetes-map-type': 'atomic' };
}

export function mapOf(
  values: Schema,
  limits: { minProperties?: number; maxProperties?: number } = {},
): Schema {
  return { type: 'object', additionalProperties: values, ...limits };
}

export function withDefault(value: Json, schema: Schema): Schema {
  return { ...schema, default: value };
}

export function range(schema: Schema, minimum?: number, maximum?: number): Schema {
  return {
    ...schema,
    ...(minimum === undefined ? {} : { minimum }),
    ...(maximum === undefined ? {} : { maximum }),
  };
}

/** Adds CEL rules, in the order in which their refusals are reported. */
export function ruled(schema: Schema, ...rules: readonly Rule[]): Schema {
  return { ...schema, 'x-kubernetes-validations': [...rules] };
}

/** What `kubectl explain` says. */
export function described(description: string, schema: Schema): Schema {
  return { description, ...schema };
}
