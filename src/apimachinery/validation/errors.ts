import type { Json } from '../../base/index.ts';
import type { FieldError } from '../contract.ts';
import { goJson, goQuote } from './go-text.ts';

/** Causes of a 422 answer, worded as `field.Error` of apimachinery words them. Paths are plain text: `spec.ports[0].name`. */

export function child(path: string, name: string): string {
  return path === '' ? name : `${path}.${name}`;
}

export function index(path: string, position: number): string {
  return `${path}[${position}]`;
}

export function key(path: string, name: string): string {
  return `${path}[${name}]`;
}

export function invalid(field: string, value: Json | undefined, detail: string): FieldError {
  return { reason: 'FieldValueInvalid', field, message: `Invalid value: ${shown(value)}: ${detail}` };
}

/** An invalid value that is not repeated. */
export function withoutValue(field: string, detail: string): FieldError {
  return { reason: 'FieldValueInvalid', field, message: `Invalid value: ${detail}` };
}

export function required(field: string, detail = ''): FieldError {
  return {
    reason: 'FieldValueRequired',
    field,
    message: detail ? `Required value: ${detail}` : 'Required value',
  };
}

export function forbidden(field: string, detail: string): FieldError {
  return { reason: 'FieldValueForbidden', field, message: detail ? `Forbidden: ${detail}` : 'Forbidden' };
}

export function duplicate(field: string, value: Json | undefined): FieldError {
  return { reason: 'FieldValueDuplicate', field, message: `Duplicate value: ${shown(value)}` };
}

export function notFound(field: string, value: Json | undefined): FieldError {
  return { reason: 'FieldValueNotFound', field, message: `Not found: ${shown(value)}` };
}

export function notSupported(
  field: string,
  value: Json | undefined,
  supported: readonly string[],
): FieldError {
  const list = supported.map((item) => JSON.stringify(item)).join(', ');
  const detail = supported.length > 0 ? `: supported values: ${list}` : '';
  return { reason: 'FieldValueNotSupported', field, message: `Unsupported value: ${shown(value)}${detail}` };
}

export function tooLong(field: string, maxBytes: number): FieldError {
  const unit = maxBytes === 1 ? 'byte' : 'bytes';
  return {
    reason: 'FieldValueTooLong',
    field,
    message: `Too long: may not be more than ${maxBytes} ${unit}`,
  };
}

export function tooMany(field: string, actual: number, max: number): FieldError {
  const unit = max === 1 ? 'item' : 'items';
  return {
    reason: 'FieldValueTooMany',
    field,
    message: `Too many: ${actual}: must have at most ${max} ${unit}`,
  };
}

/** One `invalid` for each message. */
export function invalidEach(
  field: string,
  value: Json | undefined,
  details: readonly string[],
): FieldError[] {
  return details.map((detail) => invalid(field, value, detail));
}

function shown(value: Json | undefined): string {
  if (value === undefined) return 'null';
  return typeof value === 'string' ? goQuote(value) : goJson(value);
}
