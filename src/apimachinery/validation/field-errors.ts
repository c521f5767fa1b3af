import { isNumber, isObject, type Json } from '../../base/index.ts';
import type { FieldError } from '../contract.ts';
import { escapeHtml, goNumber, goQuote } from './go-text.ts';

/**
 * Field errors about values without a Go type, as custom resources have them: members sorted, numbers as Go prints them. What shows
 * no value stands in `errors.ts`. `field` is '' at the root.
 */
export function invalid(field: string, value: Json | undefined, detail: string): FieldError {
  return {
    reason: 'FieldValueInvalid',
    field,
    message: withDetail(`Invalid value: ${shown(value)}`, detail),
  };
}

/** Like `invalid`, for a value that is already in the form in which it is shown. */
export function invalidShown(field: string, shownValue: string, detail: string): FieldError {
  return { reason: 'FieldValueInvalid', field, message: withDetail(`Invalid value: ${shownValue}`, detail) };
}

/** `typeName` is the JSON type that was found. */
export function typeInvalid(field: string, typeName: string, detail: string): FieldError {
  return {
    reason: 'FieldValueTypeInvalid',
    field,
    message: withDetail(`Invalid value: ${shown(typeName)}`, detail),
  };
}

export function duplicate(field: string, value: Json): FieldError {
  return { reason: 'FieldValueDuplicate', field, message: `Duplicate value: ${shown(value)}` };
}

export function notSupported(field: string, value: Json, supported: readonly string[]): FieldError {
  const values = supported.map(goQuote).join(', ');
  return {
    reason: 'FieldValueNotSupported',
    field,
    message: withDetail(`Unsupported value: ${shown(value)}`, values && `supported values: ${values}`),
  };
}

/** "items" also for one, as servers up to 1.33 say; what later ones say ("item") is a part of it, so that both match. */
export function tooMany(field: string, count: number, limit: number): FieldError {
  return {
    reason: 'FieldValueTooMany',
    field,
    message: `Too many: ${count}: must have at most ${limit} items`,
  };
}

function withDetail(text: string, detail: string): string {
  return detail === '' ? text : `${text}: ${detail}`;
}

/** A value as the real server prints it in a field error: JSON with sorted keys. */
function shown(value: Json | undefined): string {
  if (value === undefined || value === null) return 'null';
  if (typeof value === 'string') return goQuote(value);
  if (isNumber(value)) return goNumber(value);
  return escapeHtml(sortedJson(value));
}

function sortedJson(value: Json | undefined): string {
  if (Array.isArray(value)) return `[${value.map(sortedJson).join(',')}]`;
  if (!isObject(value)) return JSON.stringify(value ?? null);
  const keys = Object.keys(value).filter((key) => value[key] !== undefined);
  return `{${keys
    .sort()
    .map((key) => `${JSON.stringify(key)}:${sortedJson(value[key])}`)
    .join(',')}}`;
}
